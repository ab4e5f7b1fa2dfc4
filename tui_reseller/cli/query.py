"""What `list` is asked for, read from its options. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.filters import Filter
from tui_reseller.domain.nearest import did_you_mean
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2

DEFAULT_COLUMNS = ("username", "email", "sending", "website_access", "first_name", "last_name", "country", "city")


@dataclass(frozen=True, slots=True)
class ListRequest:
    """Filter, order, columns and limit. Columns is empty where none were chosen."""

    filter: Filter
    sort: str
    descending: bool
    columns: Sequence[str]
    limit: int | None


def read_sort(text: str) -> tuple[str, bool]:
    """Return column and whether it is descending. Raises InvalidInput naming the nearest column."""
    name, sign, order = text.partition(":")
    if name:
        _known(name)
    elif sign:
        raise InvalidInput("--sort is COLUMN or COLUMN:desc")
    if sign and order not in {"asc", "desc"}:
        raise InvalidInput("--sort is COLUMN or COLUMN:desc")
    return name, order == "desc"


def read_columns(text: str | None) -> tuple[str, ...]:
    """Return the chosen columns, each once. Raises InvalidInput naming the nearest column."""
    if text is None:
        return ()
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        _known(name)
    if not names:
        raise InvalidInput("--columns names at least one column")
    return names


def _known(name: str) -> None:
    known = RESELLER_V2.columns
    if name not in known:
        raise InvalidInput(f"no column {name!r}", hint=did_you_mean(name, known, f"columns: {', '.join(known)}"))
