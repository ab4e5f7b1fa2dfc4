"""What `list` is asked for, read from its options. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.filters import Filter, parse_filter
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.view import checked_columns, read_columns


@dataclass(frozen=True, slots=True)
class ListRequest:
    """Filter, order, columns and limit. Columns is empty where none were chosen."""

    filter: Filter
    sort: str
    descending: bool
    columns: Sequence[str]
    limit: int | None


def list_request(provider: Provider, filter_: str, sort: str, columns: str | None, limit: int | None) -> ListRequest:
    """Read the options of `list` for a service. Raises InvalidInput naming the nearest column, InvalidFilter."""
    chosen = () if columns is None else read_columns(columns, provider, with_key=True)
    if columns is not None and not chosen:
        raise InvalidInput("--columns names at least one column")
    return ListRequest(parse_filter(filter_, provider), *read_sort(provider, sort), chosen, limit)


def read_sort(provider: Provider, text: str) -> tuple[str, bool]:
    """Return column and whether it is descending. Raises InvalidInput naming the nearest column."""
    name, colon, order = text.partition(":")
    if name:
        checked_columns([name], provider.columns)
    if colon and (not name or order not in {"asc", "desc"}):
        raise InvalidInput("--sort is COLUMN or COLUMN:desc")
    return name, order == "desc"


def default_columns(provider: Provider) -> tuple[str, ...]:
    """Return the columns of a table where none were chosen: what fits a terminal, the wider region before the place."""
    address = (provider.address_field,) if provider.address_field else ()
    return (KEY, *address, *provider.switches, *provider.name_fields, *reversed(provider.place_fields))
