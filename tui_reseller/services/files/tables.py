"""CSV and its relatives: comma, semicolon, tab or bar between the values, whoever wrote it.

Taken as they come: `sep=;`, blank lines before the head, empty columns at the end, a column of row numbers without a
head, line ends of any system.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.services.files.decoding import Decoded
from tui_reseller.services.files.sheet import BadRow, Row

_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\n|\r)?")
_UNNAMED = re.compile(r"(?:unnamed: \d+)?", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_LARGEST_CELL = 1 << 30


class Table:
    """A CSV file."""

    is_exact = False

    def __init__(self, found: Decoded) -> None:
        self._text = found.text
        self._begin, self._skipped, delimiter = _beginning(found.text)
        self.delimiter = delimiter
        first = next(self._lines(), None)
        if first is None:
            raise InvalidInput("there is nothing in it: no head line")
        self.head_line, cells = first
        self._places = [(at, cell.strip()) for at, cell in enumerate(cells) if not _UNNAMED.fullmatch(cell.strip())]
        if not self._places:
            raise InvalidInput("there is nothing in it: no head line")
        self._width = len(cells)
        self._needed = self._places[-1][0] + 1
        self.heads: Sequence[str] = [head for _at, head in self._places]
        self._has_index = self._places[0][0] == 1
        self.encoding = found.encoding
        self.notes = self._notes()

    @property
    def kind(self) -> str:
        """As in Sheet."""
        return f"CSV with {_name(self.delimiter)}s, {self.encoding.upper()}"

    def rows(self) -> Iterator[Row | BadRow]:
        """As in Sheet."""
        lines = self._lines()
        next(lines, None)
        heads, places, width = self.heads, self._places, self._width
        is_plain = len(heads) == width
        for line, cells in lines:
            if is_plain and len(cells) == width:
                found = {head: cell for head, cell in zip(heads, cells, strict=True) if cell and not cell.isspace()}
            elif all(not cell or cell.isspace() for cell in cells):
                continue
            elif (misfit := self._misfit(cells)) is not None:
                yield BadRow(line, *misfit)
                continue
            else:
                found = {head: cells[at] for at, head in places if cells[at] and not cells[at].isspace()}
            if found:
                yield Row(line, found)

    def _misfit(self, cells: Sequence[str]) -> tuple[str, str] | None:
        """Return why a row does not fit under the head, and where; None if it does."""
        filled = [at for at, cell in enumerate(cells) if cell and not cell.isspace()]
        if len(cells) < self._needed or filled[-1] >= self._width:
            return f"{len(cells)} values, the head line has {self._width}", ""
        named = {at for at, _head in self._places}
        for at in filled:
            is_number = at == 0 and self._has_index and _NUMBER.fullmatch(cells[0].strip())
            if at not in named and not is_number:
                return "a value stands in a column without a head", f"column {at + 1}"
        return None

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the head and the rows, each with the line where it begins. Lines without anything are none."""
        csv.field_size_limit(_LARGEST_CELL)
        file = io.StringIO(self._text, newline="")
        file.seek(self._begin)
        reader = csv.reader(file, delimiter=self.delimiter, strict=True)
        begins = self._skipped + 1
        try:
            for cells in reader:
                if cells:
                    yield begins, cells
                begins = self._skipped + reader.line_num + 1
        except csv.Error as error:
            line = self._skipped + reader.line_num
            raise InvalidInput(f"line {line}: the CSV cannot be read: {error}") from None

    def _notes(self) -> list[str]:
        notes = [] if self.encoding == "utf-8" else [f"read as {self.encoding.upper()}"]
        if self.delimiter != ",":
            notes.append(f"read with {_name(self.delimiter)} between the values")
        if self._has_index:
            notes.append("the first column has no head and is left aside: it may only hold numbers of rows")
        return notes


def _beginning(text: str) -> tuple[int, int, str]:
    """Return where the head stands: how many signs and lines are before it; and what stands between the values."""
    begin, delimiter = 0, ""
    skipped = 0
    for line in _LINE.finditer(text):
        found = _SEPARATOR_LINE.fullmatch(line[1].strip(" ")) if not delimiter else None
        if found is not None:
            delimiter = found[1]
        elif line[1].strip(' \t,;|"'):
            begin = line.start()
            break
        if line.end() == len(text):
            begin = len(text)
            break
        skipped += 1
    return begin, skipped, delimiter or _delimiter(text, begin)


def _delimiter(text: str, begin: int) -> str:
    line = _LINE.match(text, begin)
    head = _QUOTED.sub("", line[1] if line else "")
    return max(_NAMES, key=lambda sign: (head.count(sign), sign == ","))


def _name(delimiter: str) -> str:
    return _NAMES.get(delimiter, f'"{delimiter}"')
