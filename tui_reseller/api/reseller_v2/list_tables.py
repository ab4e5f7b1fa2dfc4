"""A list that is arriving, as tables: what is regular goes the quick way, everything else the exact one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from tui_reseller.api.reseller_v2.pending import MAX_RECORD
from tui_reseller.api.reseller_v2.records import Record
from tui_reseller.domain.profile import Format

if TYPE_CHECKING:
    import polars as pl


class Exact(Protocol):
    """A parser that says where in the list it is. Between two records it can be passed over."""

    is_list: bool | None

    @property
    def is_between(self) -> bool:
        """Whether we are between two records, with nothing unread."""

    def feed(self, data: bytes) -> list[Record]:
        """Read a piece."""

    def close(self) -> list[Record]:
        """Read the rest."""


class Quick(Protocol):
    """Reads many regular records at once. Start is how a list begins, mark how a record ends."""

    start: bytes
    mark: bytes

    @property
    def exact(self) -> Exact:
        """The parser for everything else."""

    def learn(self, records: Sequence[Record]) -> None:
        """Take note of what fields records have."""

    def table(self, records: bytes) -> "pl.DataFrame | None":
        """Return whole records as a table; None if they are not regular."""


def quick_for(wanted: Format) -> Quick:
    """Return the quick reader of a format. Takes as long as polars takes to import: not for the screen's thread."""
    if wanted is Format.JSON:
        from tui_reseller.api.reseller_v2.quick_json import QuickJson  # noqa: PLC0415 - see above

        return QuickJson()
    from tui_reseller.api.reseller_v2.quick_xml import QuickXml  # noqa: PLC0415 - see above

    return QuickXml()


class ListTables:
    """Feed it bytes; it returns tables of the records that are complete. Only close() says that the list was whole.

    A piece larger than MAX_RECORD goes the exact way, which knows about records that are too large.
    """

    def __init__(self, quick: Quick) -> None:
        self._quick = quick
        self._exact = quick.exact
        self._held = b""

    @property
    def is_list(self) -> bool | None:
        """None until the first sign has come; False if the body is something else and is not read here."""
        return self._exact.is_list

    def feed(self, data: bytes) -> "list[pl.DataFrame]":
        """Read a piece. Raises BadReply as soon as the list cannot become a good one."""
        if self.is_list is None and self._quick.start in data:
            begun = data.index(self._quick.start) + len(self._quick.start)
            return self._exactly(data[:begun]) + self.feed(data[begun:])
        data = self._held + data
        end = data.rfind(self._quick.mark) + len(self._quick.mark)
        if end < len(self._quick.mark):  # no record ends here
            is_waiting = self._exact.is_between and len(data) <= MAX_RECORD
            self._held = data if is_waiting else b""
            return [] if is_waiting else self._exactly(data)
        records, self._held = data[:end], data[end:]
        table = self._quick.table(records) if self._exact.is_between else None
        return self._exactly(records) if table is None else [table]

    def close(self) -> "list[pl.DataFrame]":
        """Read the rest. Raises BadReply unless the list is complete and well-formed."""
        tables = self._exactly(self._held) if self._held else []
        return tables + self._tables(self._exact.close())

    def _exactly(self, data: bytes) -> "list[pl.DataFrame]":
        return self._tables(self._exact.feed(data))

    def _tables(self, records: list[Record]) -> "list[pl.DataFrame]":
        from tui_reseller.api.reseller_v2.tables import table_of  # noqa: PLC0415 - polars is there by now

        self._quick.learn(records)
        return [table_of(records)] if records else []
