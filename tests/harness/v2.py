"""What tests say of the Reseller API v2: customers by name, and the domain's functions bound to its table."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from tui_reseller.domain import changes, customer, filters, fingerprint, listing
from tui_reseller.domain.note import NO_NOTES
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.plan import Item
from tui_reseller.domain.provider import KEY, AtCreate
from tui_reseller.domain.providers.reseller_v2 import DETAILS, RESELLER_V2
from tui_reseller.domain.switch import Switch
from tui_reseller.services import list_updates, validation, write
from tui_reseller.services.files import actions, reading
from tui_reseller.storage import rows
from tui_reseller.storage.customer_list import CustomerList

DETAIL_FIELDS = DETAILS
FIELDS = RESELLER_V2.columns
SWITCH_FIELDS = RESELLER_V2.switches
TEXT_FIELDS = tuple(name for name in FIELDS if name not in SWITCH_FIELDS)
COLUMNS = listing.table_columns(RESELLER_V2)
SEARCHED = RESELLER_V2.searched
ACTIONS = RESELLER_V2.actions
SWITCHED = {o: next(iter(action.sets.items())) for o, action in ACTIONS.items() if action.sets}
REVERSIBLE = frozenset(operation for operation, action in ACTIONS.items() if action.undo is not None)
REPEATABLE = frozenset(operation for operation, action in ACTIONS.items() if action.is_repeatable)
CHECKABLE = frozenset(operation for operation, action in ACTIONS.items() if action.is_checkable)
GRADES = {operation: action.grade for operation, action in ACTIONS.items()}
ADVISED_AT_CREATE = RESELLER_V2.at_create(AtCreate.ADVISED)
REQUIRED_AT_CREATE = RESELLER_V2.at_create(AtCreate.REQUIRED)
LIMITS = {field.name: field.limit for field in RESELLER_V2.fields}
LABELS = {field.name: field.label for field in RESELLER_V2.fields}

parse_filter = partial(filters.parse_filter, provider=RESELLER_V2)
wanted_by = partial(changes.wanted_by, RESELLER_V2)
changes_of = partial(changes.changes_of, RESELLER_V2)
collisions = partial(changes.collisions, RESELLER_V2)
conflicts_of = partial(changes.conflicts_of, RESELLER_V2)
calls_for = partial(changes.calls_for, RESELLER_V2)
fingerprint_of = partial(fingerprint.fingerprint_of, RESELLER_V2)
findings_for = partial(validation.findings_for, RESELLER_V2)
refuse_invalid = partial(validation.refuse_invalid, RESELLER_V2)
checked_field_names = partial(validation.checked_field_names, RESELLER_V2)
read_rows = partial(reading.read_file, RESELLER_V2)
action_of = partial(actions.action_of, RESELLER_V2)
after_call = partial(list_updates.after_call, RESELLER_V2)
preview = partial(write.preview, RESELLER_V2)
is_already_so = partial(write.is_already_so, RESELLER_V2)
item_of = partial(Item.of, RESELLER_V2)
row_of = partial(rows.row_of, RESELLER_V2)
customer_of = partial(rows.customer_of, RESELLER_V2)
checked_row = partial(rows.checked_row, RESELLER_V2)
customer_from_dict = partial(customer.Customer.from_dict, RESELLER_V2)
new_list = partial(CustomerList, RESELLER_V2)


def frame_from(customers):
    """Return customers as a frame."""
    from tui_reseller.storage import frames  # noqa: PLC0415 - polars, which many tests do without

    return frames.frame_from(RESELLER_V2, customers)


def frame_of(table):
    """Return a table as a frame."""
    from tui_reseller.storage import frames  # noqa: PLC0415 - as above

    return frames.frame_of(RESELLER_V2, table)


def searchable(frame):
    """Add what bare words are looked for in."""
    from tui_reseller.storage import frames  # noqa: PLC0415 - as above

    return frames.searchable(RESELLER_V2, frame)


def a_customer(
    username: str,
    email: str | None = None,
    *more: object,
    extra: Mapping[str, str] = customer.NO_EXTRA,
    **values: object,
):
    """Return a customer with values in the order of the columns, or by name. Switches are given as Switch."""
    given = {**dict(zip(FIELDS[2:], more, strict=False)), **values}
    plain = {name: value.as_bool if isinstance(value, Switch) else value for name, value in given.items()}
    return customer.Customer.of(RESELLER_V2, username, {"email": email, **plain}, extra)


def changed(customer_, **values):
    """Return a copy of a customer with other values, by name."""
    plain = {name: value.as_bool if isinstance(value, Switch) else value for name, value in values.items()}
    return customer_.with_values(plain)


def check_text(name: str, value: str, *, is_new: bool = False):
    """Check a value by the rules of its field alone."""
    return validation.check_text(RESELLER_V2.by_name[name], value, is_new=is_new)


def check_email(value: str, *, is_new: bool = False):
    """Check an address."""
    return validation.check_email(RESELLER_V2.by_name["email"], value, is_new=is_new)


def check_country(value: str):
    """Check a country."""
    return validation.check_country(RESELLER_V2.by_name["country"], value)


def check_username(value: str):
    """Check a new username."""
    return validation.check_username(RESELLER_V2.by_name[KEY], value)


def mask(frame, filter_, names=MappingProxyType({}), notes=NO_NOTES):
    """Return which rows of a frame a filter matches."""
    from tui_reseller.storage import matching, noted_rows  # noqa: PLC0415 - polars, as above

    beside = matching.Beside(names, lambda frame: noted_rows.noted_rows(RESELLER_V2, frame, notes))
    return matching.mask(RESELLER_V2, frame, filter_, beside)


def check_new(values):
    """Check the values of a new customer, without a password."""
    call = Call(Operation.CREATE, values.get("username", ""), {k: v for k, v in values.items() if k != "username"})
    return [finding for finding in findings_for(call) if finding.field != "password"]
