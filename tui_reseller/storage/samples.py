"""Reputations and credits as they were read, one a day and customer: the service keeps no history of them.

A small database beside the ledger, which it has nothing to do with: it can be deleted, and the history begins anew.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.usage import Sample
from tui_reseller.system.files import private_folder

if TYPE_CHECKING:
    import sqlite3

FILE = "samples.sqlite3"
WAIT = 2.0
"""Seconds to wait for another process that writes."""
KEPT_DAYS = 800
"""More than two years: older samples are dropped when one is added."""
_TABLE = """
CREATE TABLE IF NOT EXISTS samples (
    account TEXT NOT NULL, customer TEXT NOT NULL, day TEXT NOT NULL, reputation REAL, remain INTEGER,
    PRIMARY KEY (account, customer, day)
) WITHOUT ROWID
"""
_DROP = "DELETE FROM samples WHERE account = ? AND customer = ? AND day < ?"


class Samples:
    """The samples of all accounts, in the state folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def keep(self, account: str, customer: str, sample: Sample) -> None:
        """Keep the sample of a day; what it does not tell stays as it was kept of that day. Raises BadConfig."""
        values = (account, _stored(customer), sample.day.isoformat(), sample.reputation, sample.remain)
        oldest = date.fromordinal(sample.day.toordinal() - KEPT_DAYS).isoformat()
        with self._opened() as database, database:
            database.execute(
                "INSERT INTO samples VALUES (?, ?, ?, ?, ?) ON CONFLICT (account, customer, day) DO UPDATE SET "
                "reputation = coalesce(excluded.reputation, reputation), remain = coalesce(excluded.remain, remain)",
                values,
            )
            database.execute(
                "DELETE FROM samples WHERE account = ? AND customer = ? AND day < ?", (*values[:2], oldest)
            )

    def of(self, account: str, customer: str) -> Sequence[Sample]:
        """Return the samples of a customer, oldest first. Raises BadConfig."""
        if not self._path.exists():
            return ()
        query = "SELECT day, reputation, remain FROM samples WHERE account = ? AND customer = ? ORDER BY day"
        with self._opened() as database:
            rows = database.execute(query, (account, _stored(customer))).fetchall()
        return [Sample(date.fromisoformat(day), reputation, remain) for day, reputation, remain in rows]

    @contextmanager
    def _opened(self) -> "Iterator[sqlite3.Connection]":
        import sqlite3  # noqa: PLC0415 - not on the start-up path

        private_folder(self._path.parent)
        try:
            self._path.touch(mode=0o600)
            with closing(sqlite3.connect(self._path, timeout=WAIT)) as database:
                database.execute(_TABLE)
                yield database
        except (sqlite3.Error, OSError, ValueError) as error:
            raise BadConfig(
                f"{self._path} cannot be used: {type(error).__name__}", hint="move it away: a new one is begun"
            ) from None


def _stored(customer: str) -> str:
    """Return a key that a database takes: a lone surrogate is none of its texts."""
    return customer.encode("utf-8", "backslashreplace").decode("utf-8")
