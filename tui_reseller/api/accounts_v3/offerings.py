"""What an account has booked: one package, and add-ons, as the service writes them and as our two fields have them."""

from collections.abc import Sequence

from tui_reseller.domain.errors import UnusableAnswer
from tui_reseller.domain.text import clean

PACKAGE, ADDON = "package", "addon"


def offerings_of(package: str, addons: str) -> list[dict[str, object]]:
    """Return a package and add-ons (names with commas between them, `name:2` where it is more than one) as the service
    takes them.
    """
    found: list[dict[str, object]] = [{"name": package, "type": PACKAGE, "quantity": 1}]
    for part in filter(None, (part.strip() for part in addons.split(","))):
        name, _, number = part.partition(":")
        found.append({"name": name.strip(), "type": ADDON, "quantity": int(number) if number else 1})
    return found


def told_of(tree: object) -> tuple[str, str]:
    """Return package and add-ons of an answer as our fields have them. Raises UnusableAnswer."""
    offerings = tree.get("offerings") if isinstance(tree, dict) else None
    if not isinstance(offerings, list):
        raise UnusableAnswer("the reply does not say what the account has booked")
    packages = [name for kind, name, _ in map(_offering, offerings) if kind == PACKAGE]
    if len(packages) != 1:
        raise UnusableAnswer("the reply does not name one package of the account")
    addons = [(name, number) for kind, name, number in map(_offering, offerings) if kind == ADDON]
    return packages[0], ",".join(name if number == "1" else f"{name}:{number}" for name, number in sorted(addons))


def packages_in(tree: object) -> Sequence[str]:
    """Return the packages of a catalogue, in its order. Raises UnusableAnswer."""
    catalogue = tree.get("catalog") if isinstance(tree, dict) else None
    if not isinstance(catalogue, list):
        raise UnusableAnswer("the reply is not a catalogue")
    found = [_offering(one.get("offering")) for one in catalogue if isinstance(one, dict)]
    return [name for kind, name, _ in found if kind == PACKAGE]


def _offering(value: object) -> tuple[str, str, str]:
    """Return kind, name and number of an offering. Raises UnusableAnswer for anything else."""
    kind = value.get("type") if isinstance(value, dict) else None
    name = value.get("name") if isinstance(value, dict) else None
    if not isinstance(kind, str) or not isinstance(name, str):
        raise UnusableAnswer("the reply has an offering without a name or a type")
    number = value.get("quantity") if isinstance(value, dict) else None
    return kind, clean(name, longest=100), "1" if number is None else clean(str(number), longest=20)
