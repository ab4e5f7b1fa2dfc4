"""Lists that come in pages, each a whole body: what is regular is read at once, everything else as list_reader.py does.

A parser that waits for pieces costs as much as two hundred records (measured), and a page has five hundred.
"""

from typing import TYPE_CHECKING

from tui_reseller.api.lists.list_format import ListFormat, S
from tui_reseller.api.lists.table_parser import TableParser

if TYPE_CHECKING:
    import polars as pl

_SPACE = b" \t\r\n"


class WholeBodies:
    """Reads the pages of one list; several threads may do so at once. Polars is imported with the first one."""

    def __init__(self, format_: ListFormat[S]) -> None:
        self._format = format_
        self._is_regular = True

    def table(self, body: bytes) -> "pl.DataFrame | None":
        """Return the records of a page as a table; None for what is no list. Raises BadReply."""
        records = self._records(body)
        if records and self._is_regular:
            table = self._format.fast(self._format.strict()).table(records)
            if table is not None:
                return table
            self._is_regular = False  # its pages are alike: trying each twice would cost more than it saves
        return self._by_pieces(body)

    def _records(self, body: bytes) -> bytes:
        """Return what stands between the brackets of a list of records, from the first to the last brace; empty where
        it is not plainly that.
        """
        whole = body.strip(_SPACE)
        if whole[:1] != b"[" or whole[-1:] != b"]":
            return b""
        records = whole[1:-1].strip(_SPACE)
        return records if records[:1] == b"{" and records[-1:] == b"}" else b""

    def _by_pieces(self, body: bytes) -> "pl.DataFrame | None":
        import polars as pl  # noqa: PLC0415 - beside the event loop

        parser = TableParser(self._format)
        tables = [*parser.feed(body), *parser.close()]
        return pl.concat(tables) if parser.is_list else None
