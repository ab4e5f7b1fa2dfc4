"""A list that is arriving, as tables: what is regular goes the quick way, everything else the exact one."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from tui_reseller.api.reseller_v2.list_json import JsonListParser
from tui_reseller.api.reseller_v2.list_xml import XmlListParser
from tui_reseller.api.reseller_v2.pending import MAX_RECORD
from tui_reseller.api.reseller_v2.records import Record
from tui_reseller.domain.profile import Format

if TYPE_CHECKING:
    import polars as pl

    from tui_reseller.api.reseller_v2.tables import Row

SLICE = 16 * 1024
"""So many bytes go the exact way at once; then the screen's thread has its turn."""


class Quick(Protocol):
    """Reads many regular records at once. Start is how a list begins, mark how a record ends."""

    start: bytes
    mark: bytes

    def learn(self, records: Sequence[Record]) -> None:
        """Take note of what fields records have."""

    def table(self, records: bytes) -> "pl.DataFrame | None":
        """Return whole records as a table; None if they are not regular. Asked only between two records."""


class ListTables:
    """Feed it bytes; it returns tables of the records that are complete. Only close() says that the list was whole.

    Polars is imported with the first bytes, so feed() and close() belong beside the event loop. Exact bytes counts
    what did not go the quick way.
    """

    def __init__(self, wanted: Format) -> None:
        self.exact_bytes = 0
        self._exact: JsonListParser | XmlListParser = JsonListParser() if wanted is Format.JSON else XmlListParser()
        self._quick: Quick | None = None
        self._held = b""

    @property
    def is_list(self) -> bool | None:
        """None until the first sign has come; False if the body is something else and is not read here."""
        return self._exact.is_list

    def feed(self, data: bytes) -> "list[pl.DataFrame]":
        """Read a piece. Raises BadReply as soon as the list cannot become a good one."""
        self._quick = quick = self._quick or _quick_for(self._exact)
        rows: list[Row] = []
        if self.is_list is None:
            begun = data.find(quick.start) + len(quick.start)
            cut = begun if begun >= len(quick.start) else len(data)
            rows, data = self._exactly(data[:cut]), data[cut:]
        data = self._held + data
        end = data.rfind(quick.mark) + len(quick.mark)
        if end < len(quick.mark):  # no record ends here
            is_waiting = self._exact.is_between and len(data) <= MAX_RECORD
            self._held = data if is_waiting else b""
            return self._tables(rows if is_waiting else rows + self._exactly(data))
        records, self._held = data[:end], data[end:]
        table = quick.table(records) if self._exact.is_between else None
        return self._tables(rows + self._exactly(records)) if table is None else [*self._tables(rows), table]

    def close(self) -> "list[pl.DataFrame]":
        """Read the rest, and return one more table, perhaps an empty one. Raises BadReply unless the list is complete
        and well-formed.
        """
        self._quick = self._quick or _quick_for(self._exact)
        from tui_reseller.api.reseller_v2.tables import rows_of, table_of  # noqa: PLC0415 - polars is there by now

        rows = self._exactly(self._held)
        return [table_of(rows + rows_of(self._exact.close()))]

    def _exactly(self, data: bytes) -> "list[Row]":
        from tui_reseller.api.reseller_v2.tables import rows_of  # noqa: PLC0415 - polars is there by now

        assert self._quick is not None  # noqa: S101 - feed() and close() see to it
        self.exact_bytes += len(data)
        rows: list[Row] = []
        for at in range(0, len(data), SLICE):
            records = self._exact.feed(data[at : at + SLICE])
            self._quick.learn(records)
            rows += rows_of(records)
            time.sleep(0)
        return rows

    @staticmethod
    def _tables(rows: "list[Row]") -> "list[pl.DataFrame]":
        from tui_reseller.api.reseller_v2.tables import table_of  # noqa: PLC0415 - polars is there by now

        return [table_of(rows)] if rows else []


def _quick_for(exact: JsonListParser | XmlListParser) -> Quick:
    """Return the quick reader beside an exact one. Takes as long as polars takes to import."""
    if isinstance(exact, JsonListParser):
        from tui_reseller.api.reseller_v2.quick_json import QuickJson  # noqa: PLC0415 - see above

        return QuickJson(exact)
    from tui_reseller.api.reseller_v2.quick_xml import QuickXml  # noqa: PLC0415 - see above

    return QuickXml(exact)
