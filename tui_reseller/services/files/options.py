"""How an operator wants a file read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """What is said of a file by whoever hands it in.

    Encoding is its name where it is not to be recognised. Renamed says which field a column is, by the column's head;
    ignored are heads of columns that are left aside. With clears an empty cell empties its field.
    """

    encoding: str = ""
    renamed: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    ignored: Sequence[str] = ()
    clears: bool = False


PLAIN = ReadingOptions()
