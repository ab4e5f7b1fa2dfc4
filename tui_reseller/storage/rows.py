"""A customer as a row of plain values, in the order of a table's columns, for files and frames."""

import json
from collections.abc import Mapping

from tui_reseller.domain.customer import NO_EXTRA, Customer, Stored
from tui_reseller.domain.listing import EXTRA, table_columns
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.switch import Switch

Cell = str | bool | None
CustomerRow = tuple[Cell, ...]
_STATES: Mapping[Cell, Switch] = {state.as_bool: state for state in Switch}


def row_of(provider: Provider, customer: Customer) -> CustomerRow:
    """Return a customer as a row."""
    extra = json.dumps(dict(customer.extra), ensure_ascii=False, separators=(",", ":")) if customer.extra else None
    return (*(_plain(customer.value(name)) for name in provider.columns), extra)


def customer_of(provider: Provider, row: CustomerRow) -> Customer:
    """Return a row as a customer. What stands behind our columns is left out."""
    found: dict[str, Stored] = dict(zip(provider.columns, row, strict=False))
    extra = row[len(provider.columns)]
    for name in provider.switches:
        found[name] = _STATES[found[name]]  # type: ignore[index]  # true, false, None
    username = found.pop(KEY)
    return Customer(str(username), found, json.loads(extra) if isinstance(extra, str) else NO_EXTRA)


def checked_row(provider: Provider, found: object) -> CustomerRow:
    """Return what a file holds as a row. Raises ValueError unless it is one."""
    columns = table_columns(provider)
    if not isinstance(found, list) or len(found) != len(columns) or found[0] is None:
        raise ValueError("not a row")
    for name, value in zip(columns, found, strict=True):
        if value is not None and type(value) is not (bool if name in provider.switches else str):
            raise ValueError("not a row")
        if type(value) is str:
            value.encode()  # a lone surrogate is a ValueError too
    extra = found[columns.index(EXTRA)]
    if extra is not None:
        try:
            extra = json.loads(extra)
        except RecursionError:
            raise ValueError("not a row") from None
        if not isinstance(extra, dict) or not all(isinstance(value, str) for value in extra.values()):
            raise ValueError("not a row")
    return tuple(found)


def _plain(value: object) -> Cell:
    return value if isinstance(value, str | bool) else None
