"""Number and hash of the last row of each account, kept on this machine: what was cut off a chain, or an older dump in
its place, shows by them and by nothing else.
"""

from collections.abc import Iterator
from pathlib import Path

from tui_reseller.domain.vault import Anchor
from tui_reseller.storage.ledger.chain import BEGINNING
from tui_reseller.storage.ledger.encoding import unescaped
from tui_reseller.storage.ledger.postgresql.link import Link
from tui_reseller.storage.ledger.receipt import Receipt, Takeover, compare_with_receipt


class TeamReceipts:
    """The receipts of a ledger, one for each account (escaped). Not for two threads."""

    def __init__(self, folder: Path | None, place: str) -> None:
        """Folder is the config folder; None keeps nothing. Place is what the ledger is called."""
        self._folder = folder
        self._place = place
        self._made: dict[str, Receipt] = {}

    def of(self, account: str) -> Receipt:
        """Return the receipt of an account."""
        if account not in self._made:
            self._made[account] = Receipt(self._folder, Path(f"/{self._place}") / account)
        return self._made[account]

    def take_warnings(self) -> str:
        """Return what is to be warned of, then nothing."""
        return "\n".join(filter(None, [receipt.take_warnings() for receipt in list(self._made.values())]))

    def close(self) -> None:
        """Close the files."""
        for receipt in self._made.values():
            receipt.close()


class AccountChain:
    """The chain of an account, to be compared with its receipt. Its methods raise psycopg.Error."""

    def __init__(self, link: Link, account: str) -> None:
        self._link = link
        self._account = account

    def head(self) -> Anchor:
        """Return number and hash of the last row."""
        query = "SELECT number, encode(hash, 'hex') FROM rows WHERE account = ? ORDER BY number DESC LIMIT 1"
        found = self._link.execute(query, (self._account,))
        return Anchor(*found[0]) if found else BEGINNING

    def holds(self, anchor: Anchor) -> bool:
        """Whether the row of an anchor is there, with its hash."""
        query = "SELECT encode(hash, 'hex') FROM rows WHERE account = ? AND number = ?"
        return self._link.execute(query, (self._account, anchor.number)) == [(anchor.hash,)]

    def takeovers(self) -> Iterator[Takeover]:
        """Return the rows that record that somebody accepted what is missing, newest first."""
        query = "SELECT kind, time, body, role FROM rows WHERE kind = 'accepted' AND account = ? ORDER BY number DESC"
        return (Takeover(*row) for row in self._link.execute(query, (self._account,)))


def doubt_of(link: Link, receipts: TeamReceipts, account: str) -> str:
    """Return why the receipt of an account casts doubt on its chain; where it does not, write a new one.

    Raises psycopg.Error.
    """
    receipt, chain = receipts.of(account), AccountChain(link, account)
    last = receipt.last()
    doubt, remark = compare_with_receipt(chain, last) if last else ("", "")
    receipt.warn(remark)
    if not doubt:
        receipt.keep(chain.head(), anew=last is None or bool(remark))
        return ""
    return f"{doubt} ({link.place}, {unescaped(account)})"
