"""A line that says which keys there are: they look as in the footer."""

import re
from collections.abc import Iterator

from textual.content import Content
from textual.widgets import Static

KEY = "bold $key"
_IS_KEY = re.compile(r"[^\sA-Z]|Enter|Esc|Space|Tab|Pg(Up|Dn)|F\d|ctrl\+\S")
_BESIDE = "or"
"""A word between two keys that do the same."""


def with_keys(text: str) -> Content:
    """Return a line whose parts, two blanks or more apart, each begin with their keys."""
    pieces = re.split(r"( {2,}|^ +)", text)
    return Content.assemble(*(styled for piece in pieces for styled in _styled(piece)))


def _styled(piece: str) -> Iterator[str | tuple[str, str]]:
    words = piece.split(" ")
    count = 0
    while count < len(words) and (_IS_KEY.fullmatch(words[count]) or (count and words[count] == _BESIDE)):
        count += 1
    if 0 < count < len(words) or words == ["Esc"]:
        yield " ".join(words[:count]), KEY
        yield "".join(f" {word}" for word in words[count:])
    else:
        yield piece


class KeyLine(Static):
    """Such a line; what a dialog says in it instead is plain."""

    def __init__(self, text: str = "", *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(with_keys(text), markup=False, id=id, classes=classes)

    def show_keys(self, text: str) -> None:
        """Say other keys."""
        self.update(with_keys(text))
