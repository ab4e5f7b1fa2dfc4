"""A customer as a row of plain values, in the order of a table's columns, for files and frames."""

import json
from collections.abc import Mapping
from functools import cache

from tui_reseller.domain.customer import NO_EXTRA, Customer, Stored
from tui_reseller.domain.listing import table_types
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.switch import Switch

Cell = str | bool | float | None
"""A number is a float in frames and files of ours; for the rest of the program a whole one is an int."""
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
    for name in _numbers_of(provider):
        found[name] = _number(found[name])
    username = found.pop(KEY)
    return Customer(str(username), found, json.loads(extra) if isinstance(extra, str) else NO_EXTRA)


def checked_row(provider: Provider, found: object) -> CustomerRow:
    """Return what a file holds as a row. Raises ValueError unless it is one."""
    types = _types_of(provider)
    if not isinstance(found, list) or len(found) != len(types) or found[0] is None:
        raise ValueError("not a row")
    for wanted, value in zip(types, found, strict=True):
        kind = float if wanted is float and type(value) is int else type(value)
        if value is not None and kind is not wanted:
            raise ValueError("not a row")
        if type(value) is str:
            value.encode()  # a lone surrogate is a ValueError too
    extra = found[-1]
    if extra is not None:
        try:
            extra = json.loads(extra)
        except RecursionError:
            raise ValueError("not a row") from None
        if not isinstance(extra, dict) or not all(isinstance(value, str) for value in extra.values()):
            raise ValueError("not a row")
    return tuple(found)


@cache
def _types_of(provider: Provider) -> tuple[type, ...]:
    return tuple(table_types(provider).values())


@cache
def _numbers_of(provider: Provider) -> tuple[str, ...]:
    return tuple(name for name, kind in table_types(provider).items() if kind is float)


def _number(value: Stored) -> Stored:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _plain(value: object) -> Cell:
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value if isinstance(value, str | bool | float) else None
