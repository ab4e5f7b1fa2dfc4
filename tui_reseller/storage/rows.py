"""A customer as a row of plain values, in the order of COLUMNS, for files and frames."""

import json
from collections.abc import Mapping

from tui_reseller.domain.customer import NO_EXTRA, SWITCH_FIELDS, Customer
from tui_reseller.domain.listing import COLUMNS
from tui_reseller.domain.switch import Switch

Value = str | bool | None
Row = tuple[Value, ...]
_STATES = {state.as_bool: state for state in Switch}
_SWITCHES = tuple(COLUMNS.index(name) for name in SWITCH_FIELDS)
_SENDING, _WEBSITE = _SWITCHES
_EXTRA = COLUMNS.index("extra")


def row_of(customer: Customer) -> Row:
    """Return a customer as a row."""
    extra = json.dumps(dict(customer.extra), ensure_ascii=False, separators=(",", ":")) if customer.extra else None
    return (*(customer.value(name) for name in COLUMNS[:_EXTRA]), extra)


def customer_of(row: Row) -> Customer:
    """Return a row as a customer. What stands behind our columns is left out."""
    found = row[_EXTRA]
    extra: Mapping[str, str] = json.loads(found) if isinstance(found, str) else NO_EXTRA
    sending, website_access = _STATES[row[_SENDING]], _STATES[row[_WEBSITE]]  # type: ignore[index]  # true, false, None
    return Customer(row[0], row[1], sending, website_access, *row[_WEBSITE + 1 : _EXTRA], extra=extra)  # type: ignore[arg-type,misc]


def checked_row(found: object) -> Row:
    """Return what a file holds as a row. Raises ValueError unless it is one."""
    if not isinstance(found, list) or len(found) != len(COLUMNS) or found[0] is None:
        raise ValueError("not a row")
    for at, value in enumerate(found):
        if value is not None and type(value) is not (bool if at in _SWITCHES else str):
            raise ValueError("not a row")
        if type(value) is str:
            value.encode()  # half a character is a ValueError too
    if found[_EXTRA] is not None:
        try:
            extra = json.loads(found[_EXTRA])
        except RecursionError:
            raise ValueError("not a row") from None
        if not isinstance(extra, dict) or not all(isinstance(value, str) for value in extra.values()):
            raise ValueError("not a row")
    return tuple(found)
