"""The ledger as a whole: the anchor that stands for all its rows, and how two ledgers differ, of which one is to take
the place of the other.
"""

import re
from dataclasses import dataclass

from tui_reseller.domain.errors import InvalidInput

_ANCHOR = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Anchor:
    """Number and hash of a row: who has them can tell later whether this row and all before it are still what they
    were. Number 0 stands for the beginning, before the first row.
    """

    number: int
    hash: str

    @property
    def text(self) -> str:
        """One word, for a ticket."""
        return f"{self.number}:{self.hash}"

    @classmethod
    def read(cls, text: str) -> "Anchor":
        """Read what `text` gave. Raises InvalidInput."""
        found = _ANCHOR.fullmatch(text.strip().lower())
        if found is None:
            raise InvalidInput(
                "an anchor is NUMBER:HASH, with 64 digits and letters a to f in the hash",
                field="anchor",
                hint="tui-reseller audit anchor prints one",
            )
        return cls(int(found[1]), found[2])


@dataclass(frozen=True, slots=True)
class LedgerAnchor:
    """The last row of a chain: of an account in the ledger of a team with this id; of a ledger of one's own both are
    empty.
    """

    anchor: Anchor
    ledger: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two ledgers. Operations are those that the other does not have, unknown those of them whose outcome is not
    known; open counts all operations in it whose outcome is not known.
    """

    head: Anchor
    operations: int
    unknown: int
    open: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """A backup beside the present ledger. Common is the last row that both have.

    Present is None where there is no ledger, or none that can be read; why says which: empty if there is none. Jobs
    counts the unfinished ones of the backup.
    """

    backup: Side
    present: Side | None
    common: int = 0
    why: str = ""
    jobs: int = 0


@dataclass(frozen=True, slots=True)
class Restored:
    """A restore that was carried out: what was compared, what the former ledger is called now (empty: there was none),
    and the anchor of the ledger that stands there now.
    """

    comparison: Comparison
    kept: str
    head: Anchor
