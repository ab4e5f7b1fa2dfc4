"""What an account has booked: one package, and add-ons, as the service writes them and as our two fields have them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui_reseller.api.json_codec import whole_number
from tui_reseller.domain.errors import UnusableAnswer
from tui_reseller.domain.providers.accounts_v3 import ACCOUNTS_V3
from tui_reseller.domain.text import clean
from tui_reseller.domain.whole import booked_numbers, in_order

PACKAGE, ADDON = "package", "addon"


Booked = tuple[str, str]
"""A package and add-ons, as our two fields have them."""


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
    addons = ",".join(f"{name}:{number}" for kind, name, number in map(_offering, offerings) if kind == ADDON)
    return packages[0], in_order(ACCOUNTS_V3.by_name["addons"], addons)


Entitlements = Mapping[str, int]
"""What offerings allow: a number by the service's word for it."""


@dataclass(frozen=True, slots=True)
class Offered:
    """An offering of the catalogue."""

    kind: str
    name: str
    allows: Entitlements


def catalogue_in(tree: object) -> Sequence[Offered]:
    """Return a catalogue, in its order. Raises UnusableAnswer."""
    catalogue = tree.get("catalog") if isinstance(tree, dict) else None
    if not isinstance(catalogue, list):
        raise UnusableAnswer("the reply is not a catalogue")
    found = [(_offering(one.get("offering")), one.get("entitlements")) for one in catalogue if isinstance(one, dict)]
    return [Offered(kind, name, _allowed(allows)) for (kind, name, _), allows in found]


def _allowed(tree: object) -> Entitlements:
    if not isinstance(tree, dict):
        return {}
    found = {clean(str(word), longest=60): whole_number(number) for word, number in tree.items()}
    return {word: number for word, number in found.items() if number is not None}


def losses(catalogue: Sequence[Offered], before: Booked, after: Booked) -> list[str]:
    """Return what an account loses by other offerings, a line each: add-ons that go, and what less is allowed of. What
    is in no catalogue is said to be so: nobody knows what goes with it.
    """
    was, will = _numbers(before), _numbers(after)
    fewer = [name for name in was if will.get(name, 0) < was[name] and name != before[0]]
    found = [f"{name}: {was[name]} -> {will.get(name, 0)}" for name in fewer]
    known = {one.name: one.allows for one in catalogue}
    found += [
        f"{name} is in no catalogue: what goes with it is not known" for name in {**was, **will} if name not in known
    ]
    allowed, allows = _sum(known, was), _sum(known, will)
    for word, number in allowed.items():
        if allows.get(word, 0) < number:
            said, loss = _WORDS.get(word, (word, "what is beyond it may be taken away"))
            found.append(f"{said}: {number:,} -> {allows.get(word, 0):,}; {loss}")
    return found


_WORDS = {
    "email_sends_max_monthly": ("mails a month", "beyond it none leave"),
    "ip_count": ("sending addresses", "the newest are taken away"),
    "teammates_max_total": ("teammates", "others may lose access"),
    "users_max_total": ("subusers", "others may be taken away"),
}
"""Our words for what the service counts, and what having less of it means (services 9.6)."""


def _numbers(booked: Booked) -> dict[str, int]:
    """Return how often each offering is booked."""
    package, addons = booked
    found = booked_numbers(addons)
    return {package: 1, **found} if package else found


def _sum(known: Mapping[str, Entitlements], numbers: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, times in numbers.items():
        for word, number in known.get(name, {}).items():
            found[word] = found.get(word, 0) + number * times
    return found


def _offering(value: object) -> tuple[str, str, str]:
    """Return kind, name and number of an offering. Raises UnusableAnswer for anything else."""
    kind = value.get("type") if isinstance(value, dict) else None
    name = value.get("name") if isinstance(value, dict) else None
    if not isinstance(kind, str) or not isinstance(name, str):
        raise UnusableAnswer("the reply has an offering without a name or a type")
    number = value.get("quantity") if isinstance(value, dict) else None
    return kind, clean(name, longest=100), "1" if number is None else clean(str(number), longest=20)
