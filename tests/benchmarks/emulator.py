"""A screen for what programs write: pyte, and the few things that today's programs expect beside it."""

import codecs
import re

import pyte

_ESCAPE = re.compile(
    r"\x1b(?:\[([<=>?]?)([0-9;:]*)([ -/]*)([@-~])|\].*?(?:\x07|\x1b\\)|[PX^_].*?\x1b\\|[ -/]+[0-~]|[0-OQ-WYZ\\`-~])",
    re.DOTALL,
)
_CUT = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07]*|[ -/]*)\Z", re.DOTALL)


class Emulator:
    """Takes bytes in pieces of any size."""

    def __init__(self, columns: int, lines: int) -> None:
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.Stream(self._screen)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._rest, self._last, self._has_application_keys = "", " ", False

    @property
    def lines(self) -> list[str]:
        return self._screen.display

    @property
    def cursor(self) -> tuple[int, int]:
        return self._screen.cursor.y, self._screen.cursor.x

    def cursor_key(self, key: bytes) -> bytes:
        """Return a key as the program asked to get its cursor keys."""
        return re.sub(rb"\x1b\[(?=[ABCDHF])", b"\x1bO", key) if self._has_application_keys else key

    def feed(self, data: bytes) -> None:
        text = self._rest + self._decode(data)
        cut = _CUT.search(text)
        text, self._rest = (text[: cut.start()], text[cut.start() :]) if cut else (text, "")
        place = 0
        for match in _ESCAPE.finditer(text):
            self._plain(text[place : match.start()])
            self._escape(match)
            place = match.end()
        self._plain(text[place:])

    def _plain(self, text: str) -> None:
        if text:
            self._stream.feed(text)
            self._last = text[-1]

    def _escape(self, match: re.Match[str]) -> None:
        prefix, arguments, middle, final = match.groups(default="")
        count = int(arguments) if arguments.isdigit() else 1
        if not final:
            if match[0][1] in "78MDEHc":
                self._stream.feed(match[0])
        elif prefix == "?" and final in "hl":
            if "1049" in arguments:
                self._screen.erase_in_display(2)
            if "1" in arguments.split(";"):
                self._has_application_keys = final == "h"
            self._stream.feed(match[0])
        elif prefix or middle or ":" in arguments:
            pass
        elif final in "ST":
            self._scroll(count, up=final == "S")
        elif final == "b":
            self._screen.draw(self._last * count)
        else:
            self._stream.feed(match[0])

    def _scroll(self, count: int, *, up: bool) -> None:
        screen = self._screen
        x, y = screen.cursor.x, screen.cursor.y
        screen.cursor.y = screen.margins.top if screen.margins else 0
        (screen.delete_lines if up else screen.insert_lines)(count)
        screen.cursor.x, screen.cursor.y = x, y
