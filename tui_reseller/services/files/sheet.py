"""A file of rows before anybody knows what its columns mean: kind, heads, and cells with the line where each stands."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol


class Row(NamedTuple):
    """A row: its line, from 1, and its cells by the head of their column. An empty cell of a table is not among them,
    and stands for nothing said; an empty text of JSON is. Unsaid are the names that stand in an object of JSON for
    nothing: null, as a list writes what was not read.
    """

    line: int
    cells: Mapping[str, str]
    unsaid: Sequence[str] = ()


class NoText(str):
    """A list or an object of JSON where a text should be, as JSON."""

    __slots__ = ()


class BadRow(NamedTuple):
    """A row that cannot be taken as one: its line, why, and where in it."""

    line: int
    why: str
    column: str = ""


class Sheet(Protocol):
    """A file whose kind is known. It can be gone through again and again."""

    @property
    def kind(self) -> str:
        """What it is, in words: CSV with semicolons, UTF-8."""

    @property
    def notes(self) -> Sequence[str]:
        """What was recognised and is worth a word."""

    @property
    def heads(self) -> Sequence[str]:
        """The heads of its columns, as they stand there; of JSON those of the first objects."""

    @property
    def is_exact(self) -> bool:
        """Whether its values are exact by nature: no marks, no escapes, no blanks that nobody meant."""

    def rows(self) -> Iterator[Row | BadRow]:
        """Go through the rows. Raises InvalidInput for what ends the reading as a whole."""
