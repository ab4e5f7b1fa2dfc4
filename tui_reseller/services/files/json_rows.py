"""JSON: one object, an array of objects, or objects one behind the other as in JSON Lines."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.services.files.decoding import Decoded
from tui_reseller.services.files.sheet import BadRow, NoText, Row

_LOOKED_AT = 200
"""Of so many objects the names are the heads that are shown."""
_LINE_END = re.compile(r"\r\n|\n|\r")
_SPACE = re.compile(r"[ \t\r\n]*")
_NO_OBJECT = "this is no JSON object"


class _TwiceError(ValueError):
    """A name that an object has twice; it is the error's text."""


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(next(name for name in names if names.count(name) > 1))
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_float=str, parse_int=str, parse_constant=lambda text: text)
"""Numbers stay the text that they are in the file: 01067 or 3.46E+10 is for people to judge."""


class JsonRows:
    """A file of JSON."""

    is_exact = True

    def __init__(self, found: Decoded) -> None:
        self._text = found.text
        self.encoding = found.encoding
        self._begin = len(found.text) - len(found.text.lstrip())
        self._is_array = found.text.startswith("[", self._begin)
        self._is_lines = not self._is_array and self._first_line_is_whole()
        self.notes: list[str] = [] if found.encoding == "utf-8" else [f"read as {found.encoding.upper()}"]

    @property
    def kind(self) -> str:
        """As in Sheet."""
        what = "JSON array" if self._is_array else "JSON Lines" if self._is_lines else "JSON"
        return f"{what}, {self.encoding.upper()}"

    @property
    def heads(self) -> Sequence[str]:
        """As in Sheet."""
        rows = islice((row for row in self.rows() if isinstance(row, Row)), _LOOKED_AT)
        return list(dict.fromkeys(name for row in rows for name in row.cells))

    def rows(self) -> Iterator[Row | BadRow]:
        """As in Sheet."""
        return self._by_line() if self._is_lines else self._by_object()

    def _first_line_is_whole(self) -> bool:
        """Whether an object ends where its line ends, as in JSON Lines."""
        end = _LINE_END.search(self._text, self._begin)
        try:
            _found, stop = _DECODER.raw_decode(self._text, self._begin)
        except _TwiceError:
            return True
        except (ValueError, RecursionError):
            return end is not None and self._text[end.end() :].lstrip()[:1] == "{"
        return end is None or stop <= end.start()

    def _by_line(self) -> Iterator[Row | BadRow]:
        lines = _LINE_END.split(self._text) if "\r" in self._text else self._text.split("\n")
        for line, text in enumerate(lines, 1):
            if not text or text.isspace():
                continue
            try:
                yield _row(line, _DECODER.decode(text))
            except _TwiceError as error:
                yield BadRow(line, "a name stands there twice", str(error))
            except (ValueError, RecursionError) as error:
                place = f"column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
                yield BadRow(line, _NO_OBJECT, place)

    def _by_object(self) -> Iterator[Row | BadRow]:
        """Yield objects that may go over several lines. Behind one that is none nothing can be found any more."""
        text, at = self._text, self._begin + self._is_array
        line, counted = 1, 0
        while True:
            at = _after_space(text, at)
            line, counted = line + len(_LINE_END.findall(text, counted, at)), at
            if self._is_array and text.startswith("]", at):
                at = _after_space(text, at + 1)
                break
            if at == len(text):
                break
            try:
                found, end = _DECODER.raw_decode(text, at)
            except _TwiceError as error:
                raise InvalidInput(f"line {line}: a name stands there twice", field=str(error)) from None
            except (ValueError, RecursionError) as error:
                raise _broken(text, at, error) from None
            yield _row(line, found)
            at = _after_space(text, end)
            if self._is_array and text.startswith(",", at):
                at += 1
            elif self._is_array and not text.startswith("]", at):
                raise _broken(text, at, None)
        if at != len(text) or (self._is_array and not text.rstrip().endswith("]")):
            raise _broken(text, at, None)


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _broken(text: str, at: int, error: Exception | None) -> InvalidInput:
    place = error.pos if isinstance(error, json.JSONDecodeError) else at
    before = _LINE_END.findall(text, 0, place)
    begin = max(text.rfind("\n", 0, place), text.rfind("\r", 0, place)) + 1
    return InvalidInput(f"line {len(before) + 1}, column {place - begin + 1}: {_NO_OBJECT}")


def _row(line: int, found: object) -> Row | BadRow:
    if not isinstance(found, dict):
        return BadRow(line, _NO_OBJECT)
    cells: dict[str, str] = {}
    for name, value in found.items():
        if type(value) is str:
            cells[name] = value
        elif isinstance(value, bool):
            cells[name] = "true" if value else "false"
        elif value is not None:
            cells[name] = NoText(json.dumps(value))
    return Row(line, cells, [name for name, value in found.items() if value is None])
