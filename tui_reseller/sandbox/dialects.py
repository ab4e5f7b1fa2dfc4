"""The three generations of the documentation that the sandbox can imitate, and how each of them refuses.

`seed` is the documentation of 2013, `2014` its reworked pages, `2018` the last published ones. The sibling module
`customer.*` behaves alike in all of them; recorded real traffic shows its error shapes.
"""

from __future__ import annotations

from dataclasses import dataclass

WEBSITE_SWITCHES = ("website_enable", "website_disable")
SENDING_SWITCHES = ("enable", "disable")
_RECORDED_AS_LIST = ("create", "auth")
"""Operations of the sibling module whose errors came as a list (E1)."""

_REQUIRED_IN_EXAMPLE = (
    "username", "password", "confirm_password", "email", "first_name", "last_name", "address", "city", "state", "zip",
    "country", "phone", "website",
)  # fmt: skip
_REQUIRED_IN_TABLES = (*_REQUIRED_IN_EXAMPLE, "company", "package", "whitelabel")

_FILTERS = (
    "username", "email", "first_name", "last_name", "address", "city", "state", "country", "zip", "phone", "website",
)  # fmt: skip


@dataclass(frozen=True)
class Dialect:
    """What differs between the generations."""

    name: str
    required: tuple[str, ...]
    no_such_customer: str
    filters: tuple[str, ...]
    xml_encoding: str
    xml_declared: bool
    has_ids: bool  # `id` in the record, filters `id`, `limit` and `offset`
    password_length: tuple[int, int | None]
    password_needs_letter_and_digit: bool
    told_as_list: tuple[str, ...] = ()  # operations whose errors are a list (E1), where others have newer shapes

    def required_at_create(self, module: str) -> tuple[str, ...]:
        """Parameters without which `add` is refused; the sibling module knows no package and no whitelabel."""
        return _REQUIRED_IN_EXAMPLE if module == "customer" else self.required


_SEED = Dialect(
    name="seed",
    required=_REQUIRED_IN_EXAMPLE,
    no_such_customer="User not found",
    filters=(*_FILTERS, "active", "company"),
    xml_encoding="iso-8859-1",
    xml_declared=True,
    has_ids=False,
    password_length=(6, None),
    password_needs_letter_and_digit=False,
)
_2014 = Dialect(
    name="2014",
    required=_REQUIRED_IN_TABLES,
    no_such_customer="User does not exist",
    filters=_FILTERS,
    xml_encoding="utf-8",
    xml_declared=False,
    has_ids=False,
    password_length=(6, None),
    password_needs_letter_and_digit=False,
    told_as_list=("create", "rename", "email"),
)
_2018 = Dialect(
    name="2018",
    required=_REQUIRED_IN_TABLES,
    no_such_customer="User does not exist",
    filters=_FILTERS,
    xml_encoding="utf-8",
    xml_declared=False,
    has_ids=True,
    password_length=(8, 128),
    password_needs_letter_and_digit=True,
    told_as_list=("rename", "email"),
)
DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in (_SEED, _2014, _2018)}


@dataclass(frozen=True)
class Refusal:
    """Why a call was refused: every text that applies, and the code that the newer shapes carry."""

    texts: tuple[str, ...]
    code: int = 400


def no_such_customer(dialect: Dialect, module: str) -> Refusal:
    """Build the refusal for a customer that is unknown or deleted."""
    return Refusal(("User does not exist",) if module == "customer" else (dialect.no_such_customer,))


def refusal_form(dialect: Dialect, module: str, operation: str, wire_format: str, code: int) -> tuple[str, int]:
    """Return the shape of a refusal and its HTTP status."""
    credentials = code == 401
    if module == "customer":
        as_recorded = "E1" if operation in _RECORDED_AS_LIST and not credentials else "E3"
        return ("E6" if wire_format == "xml" else as_recorded), 200
    if dialect.name == "seed":
        is_switch = operation in SENDING_SWITCHES or operation in WEBSITE_SWITCHES
        return ("E2" if is_switch and not credentials else "E1"), 200
    if operation in dialect.told_as_list and not credentials:
        return "E1", code if dialect.name == "2014" else 200
    if dialect.name == "2018":
        return "E3", 200
    if operation in WEBSITE_SWITCHES and not credentials:
        return "E3-flat", code
    return "E3", code
