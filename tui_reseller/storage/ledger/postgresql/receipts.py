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


class AccountReceipt:
    """What is kept of one account: by where its ledger is, so that another ledger in that place is told; and by what
    ledger it is, so that an older dump of it is told at another place, too. The first one that there is counts.
    """

    def __init__(self, *kept: Receipt) -> None:
        self.kept = kept

    def last(self) -> Anchor | None:
        """Return what was written last, by whatever process; None if there is no receipt."""
        return next(filter(None, (one.last() for one in self.kept)), None)

    def keep(self, anchor: Anchor, *, anew: bool = False) -> None:
        """Write down the last row (Receipt.keep)."""
        for one in self.kept:
            one.keep(anchor, anew=anew)

    def begin(self, anchor: Anchor, *, anew: bool) -> None:
        """Write down the last row of a chain that was compared, also where nothing can be read."""
        for one in self.kept:
            one.keep(anchor, anew=anew or one.last() is None)

    def warn(self, words: str) -> None:
        """Warn the operator of something, once; of an empty text never."""
        self.kept[0].warn(words)


class TeamReceipts:
    """The receipts of a ledger, those of each account (escaped). Not for two threads."""

    def __init__(self, folder: Path | None, place: str) -> None:
        """Folder is the config folder; None keeps nothing. Place is what the ledger is called."""
        self._folder = folder
        self._place = place
        self._made: dict[tuple[str, str], AccountReceipt] = {}

    def of(self, link: Link, account: str) -> AccountReceipt:
        """Return the receipt of an account in the ledger that a connection leads to."""
        key = link.ledger_id, account
        if key not in self._made:
            places = (f"/{self._place}", f"/ledger of a team/{link.ledger_id}")
            self._made[key] = AccountReceipt(*(Receipt(self._folder, Path(place) / account) for place in places))
        return self._made[key]

    def take_warnings(self) -> str:
        """Return what is to be warned of, then nothing."""
        found = [receipt.take_warnings() for receipt in self._all()]
        return "\n".join(dict.fromkeys(filter(None, found)))

    def close(self) -> None:
        """Close the files."""
        for receipt in self._all():
            receipt.close()

    def _all(self) -> list[Receipt]:
        return [receipt for made in list(self._made.values()) for receipt in made.kept]


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
    receipt, chain = receipts.of(link, account), AccountChain(link, account)
    last = receipt.last()
    doubt, remark = compare_with_receipt(chain, last) if last else ("", "")
    receipt.warn(remark)
    if not doubt:
        receipt.begin(chain.head(), anew=bool(remark))
        return ""
    return f"{doubt} ({link.place}, {unescaped(account)})"
