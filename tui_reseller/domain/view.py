"""Views: a filter with a name and a key, and how the list looks: order and columns."""

from collections.abc import Iterable
from dataclasses import dataclass

from tui_reseller.domain.customer import FIELDS
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.nearest import did_you_mean

COLUMNS = tuple(name for name in FIELDS if name != "username")
"""What can be chosen beside the username, which is always the first column."""


@dataclass(frozen=True, slots=True)
class ListLayout:
    """Order and columns of the list. No sort is the service's order; no columns are those that fit the width."""

    sort: str = ""
    descending: bool = False
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """A filter that opens with a digit. Without a layout of its own, order and columns stay as they are."""

    key: str
    name: str
    filter: str = ""
    layout: ListLayout | None = None


SHIPPED = (
    View("0", "all"),
    View("1", "not sending", "-sending:on"),
    View("2", "changed by the last refresh", "is:changed"),
    View("3", "missing data", "is:missing-data"),
    View("4", "same e-mail twice", "is:duplicate-email"),
    View("5", "needs you", "is:needs-you"),
    View("6", "marked", "is:marked"),
    View("7", "new with the last refresh", "is:new"),
)


def with_saved(saved: Iterable[View]) -> tuple[View, ...]:
    """Return the shipped views with the operator's own: one with a shipped view's key stands in its place."""
    found = {view.key: view for view in (*SHIPPED, *saved)}
    return tuple(found[key] for key in sorted(found))


def read_columns(text: str) -> tuple[str, ...]:
    """Return columns from names between blanks or commas, each once. Raises InvalidInput naming the nearest."""
    names = tuple(dict.fromkeys(text.lower().replace(",", " ").split()))
    for name in names:
        if name not in COLUMNS and name != "username":
            hint = did_you_mean(name, COLUMNS, f"columns: {', '.join(COLUMNS)}")
            raise InvalidInput(f'no column "{name}"', field="columns", hint=hint)
    return tuple(name for name in names if name != "username")
