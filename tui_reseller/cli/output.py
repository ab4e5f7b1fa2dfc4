"""The only writer to stdout: data as a table, JSON, JSON Lines or CSV."""

import csv
import io
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from tui_reseller.cli import streams
from tui_reseller.cli.table import format_table
from tui_reseller.domain.csv_cells import cell_of, json_cell
from tui_reseller.domain.exact_text import spelt_out
from tui_reseller.domain.provider import KEY
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.domain.text import clean

BOM = "\ufeff"
FORMATS = ("table", "json", "jsonl", "csv")
_SWITCHES = frozenset(name for provider in PROVIDERS.values() for name in provider.switches)
"""Of all services: what is on, off or unknown, also in rows of several accounts."""
_encode = json.JSONEncoder(ensure_ascii=True).encode

Row = Mapping[str, object]


class Output:
    """Where data goes, and in which form. What cannot be written ends the writing, not the work (streams.py)."""

    def __init__(self, chosen: str | None = None, *, bom: bool = False) -> None:
        self.format = chosen or ("table" if sys.stdout.isatty() else "jsonl")
        self._mark = BOM if bom else ""

    @property
    def is_closed(self) -> bool:
        """Whether nothing that is written arrives any more: a verb that only reads may stop."""
        return streams.failure() is not None

    def rows(self, columns: Sequence[str], *, flushed: bool = False) -> "Rows":
        """Begin rows. Columns hold for table and CSV; JSON has every key of a row. Flushed: each is seen at once."""
        return Rows(self, columns, flushed=flushed)

    def item(self, found: Row, columns: Sequence[str] | None = None) -> None:
        """Write one object."""
        names = list(columns or found)
        match self.format:
            case "table":
                pairs = [(name, _cell(name, found.get(name), "table")) for name in names]
                width = max(len(name) for name in names)
                self.write("".join(f"{name.ljust(width)}  {value}".rstrip() + "\n" for name, value in pairs))
            case "csv":
                with self.rows(names) as rows:
                    rows.add(found)
            case _:
                self.write(_encode(found) + "\n")
        self.flush()

    def begin_csv(self) -> None:
        """Write the mark of UTF-8 before CSV, if one is wanted."""
        mark, self._mark = self._mark, ""
        self.write(mark)

    def write(self, text: str) -> None:
        """Write text as it is."""
        sys.stdout.write(text)

    def flush(self) -> None:
        """Hand on what is buffered."""
        sys.stdout.flush()

    def delivered(self) -> bool:
        """Whether all that was written has been taken by whoever is at the other end; waits for it."""
        return streams.drained() is None


class Rows:
    """Rows that are written as they come; a table waits for all, because its columns need the widest."""

    def __init__(self, output: Output, columns: Sequence[str], *, flushed: bool) -> None:
        self._output = output
        self._columns = list(columns)
        self._flushed = flushed
        self._count = 0
        self._cells: list[list[str]] = []

    def __enter__(self) -> Self:
        if self._output.format == "csv":
            self._output.begin_csv()
            self._output.write(_csv_line(self._columns))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the rows, also after an interruption: what is there is well-formed."""
        match self._output.format:
            case "json":
                self._output.write("\n]\n" if self._count else "[]\n")
            case "table" if self._cells:
                width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
                anchors = os.environ.get("TERM", "") not in {"", "dumb"}
                for line in format_table(self._columns, self._cells, width, whole={KEY}, anchors=anchors):
                    self._output.write(line + "\n")
        self._output.flush()

    def add(self, row: Row) -> None:
        """Write a row."""
        match self._output.format:
            case "table":
                self._cells.append([_cell(name, row.get(name), "table") for name in self._columns])
            case "csv":
                self._output.write(_csv_line([_cell(name, row.get(name), "csv") for name in self._columns]))
            case "json":
                self._output.write(("[\n" if self._count == 0 else ",\n") + _encode(row))
            case _:
                self._output.write(_encode(row) + "\n")
        self._count += 1
        if self._flushed:
            self._output.flush()


def _cell(name: str, value: object, form: str) -> str:
    """Return a cell. In a table a username shows each of its characters: two customers are never shown as one."""
    plain = _plain(name, value)
    if form == "csv":
        return cell_of(plain) if isinstance(value, str) else json_cell(plain)
    return spelt_out(plain) if name == KEY and isinstance(value, str) else clean(plain)


def _plain(name: str, value: object) -> str:
    if name in _SWITCHES:
        return {True: "on", False: "off"}.get(value, "unknown") if isinstance(value, bool) else "unknown"
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else _encode(value)


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()
