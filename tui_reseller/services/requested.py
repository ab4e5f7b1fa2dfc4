"""A change that somebody wants: of a row of a file, of a marked customer, of an argument, of an operation to undo."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tui_reseller.domain.fingerprint import UNKNOWN, Fingerprint
from tui_reseller.domain.operation import Call

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RequestedChange:
    """A call, and of a row of a file what it needs to be compared with the list. Never prints its fields.

    Line is where it stands, from 1; 0 is no file. Beside are cells of the row that the call does not take: they may
    only say what is so already. Blank are columns of the call whose cells are empty. Spelt are cells as they stand
    there, where an escape was read in them. Is_loose: outer blanks of its values are not meant, as in CSV. Meant is
    whom the operator saw, where that was before the list was read.
    """

    call: Call
    line: int = 0
    beside: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    blank: tuple[str, ...] = ()
    spelt: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    is_loose: bool = False
    meant: Fingerprint = field(default_factory=lambda: UNKNOWN)

    def __repr__(self) -> str:
        return f"RequestedChange(line={self.line})"
