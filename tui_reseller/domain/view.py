"""Views: a filter with a name and a key, and how the list looks: order and columns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.nearest import did_you_mean
from tui_reseller.domain.note import NOTE_COLUMNS
from tui_reseller.domain.provider import KEY, Provider


@dataclass(frozen=True, slots=True)
class ListLayout:
    """Order and columns of the list. No sort is the service's order; no columns are those that fit the width."""

    sort: str = ""
    descending: bool = False
    columns: tuple[str, ...] = ()

    def on(self, provider: Provider) -> "ListLayout":
        """Return it as far as a service has these columns: the file that it was kept in may be of another one."""
        sort = self.sort if self.sort in provider.columns else ""
        return ListLayout(
            sort, self.descending, tuple(name for name in self.columns if name in shown_columns(provider))
        )


@dataclass(frozen=True, slots=True)
class View:
    """A filter that opens with a digit. Without a layout of its own, order and columns stay as they are. Short is what
    its count is called beside the filter; without it, it is not counted there. Of_usage is for services that tell what
    customers send.
    """

    key: str
    name: str
    filter: str = ""
    layout: ListLayout | None = None
    short: str = ""
    of_usage: bool = False


SHIPPED = (
    View("0", "all"),
    View("1", "not sending", "sending:off", short="off"),
    View("2", "changed by the last refresh", "is:changed"),
    View("3", "missing data", "is:missing-data", short="missing"),
    View("4", "same e-mail twice", "is:duplicate-email"),
    View("5", "needs you", "is:needs-you"),
    View("6", "marked", "is:marked"),
    View("7", "new with the last refresh", "is:new"),
    View("8", "stopped until a time", "is:suspended"),
    View("b", "mail bounces", "is:bouncing", of_usage=True),
    View("i", "silent since some days", "is:silent", of_usage=True),
)


def with_saved(saved: Iterable[View]) -> tuple[View, ...]:
    """Return the shipped views with the operator's own: one with a shipped view's key stands in its place."""
    found = {view.key: view for view in (*SHIPPED, *saved)}
    return tuple(found[key] for key in sorted(found))


def shown_columns(provider: Provider) -> tuple[str, ...]:
    """Return the columns that may be chosen: those of the service, and our own label and note."""
    return (*provider.columns, *NOTE_COLUMNS)


def read_columns(text: str, provider: Provider, *, with_key: bool = False) -> tuple[str, ...]:
    """Return columns from names between spaces or commas, each once. Raises InvalidInput naming the nearest.

    The key of a customer is left out, because a list always begins with it; with_key it stays where it is named.
    """
    names = text.lower().replace(",", " ").split()
    return tuple(name for name in checked_columns(names, shown_columns(provider)) if with_key or name != KEY)


def checked_columns(names: Iterable[str], known: Sequence[str]) -> tuple[str, ...]:
    """Return columns in order, each once. Raises InvalidInput naming the nearest column."""
    found = tuple(dict.fromkeys(names))
    for name in found:
        if name not in known:
            hint = did_you_mean(name, known, f"columns: {', '.join(known)}")
            raise InvalidInput(f'no column "{name}"', field="columns", hint=hint)
    return found
