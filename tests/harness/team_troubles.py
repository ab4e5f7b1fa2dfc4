"""What keeps a team's ledger from being written to, and what each is called: for the command and for the screen.

    with trouble("read-only", cluster, folder) as found:
        ...                                     # whoever writes at found.address is told found.words

Afterwards it is as it was.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from tests.harness.certificates import make_certificate
from tests.harness.muted_line import MutedLine
from tests.harness.pooler import pooled
from tests.harness.postgres import Cluster
from tests.harness.sandbox import free_port

READING_GOES_ON = "nothing waits to be sent"
LEDGER = "tui_reseller.storage.ledger.postgresql"
KEPT = ("read-only", "without rights", "clock", "held", "rows missing")
"""Where what was done is still told."""
TROUBLES = ("away", "silent", "newer schema", "no member", "certificate", "no tls", "full", "lent", *KEPT)


@dataclass
class Trouble:
    """Address is where the ledger is then; words are told to who writes, and what_next what to do."""

    address: str
    words: str
    what_next: str = READING_GOES_ON


@contextlib.contextmanager
def trouble(kind: str, cluster: Cluster, folder: Path) -> Iterator[Trouble]:
    """Make trouble. Folder is for files of its own. What is written before must be written as ann."""
    with _MAKERS[kind](cluster, folder) as found:
        yield found


@contextlib.contextmanager
def _away(cluster: Cluster, _folder: Path) -> Iterator[Trouble]:
    cluster.stop()
    try:
        yield Trouble(cluster.address("ann"), "PostgreSQL is away: nobody answers at")
    finally:
        cluster.start()


@contextlib.contextmanager
def _silent(cluster: Cluster, folder: Path) -> Iterator[Trouble]:
    line = MutedLine(cluster, folder)
    line.is_mute = True
    quick = patch.dict(f"{LEDGER}.link._ALWAYS", connect_timeout="2")
    with contextlib.closing(line), patch(f"{LEDGER}.probing.SECONDS", 0.5), quick:
        yield Trouble(f"postgresql://ann@/team?host={folder}", "does not answer as one does")


@contextlib.contextmanager
def _read_only(cluster: Cluster, _folder: Path) -> Iterator[Trouble]:
    cluster.ask("ALTER DATABASE team SET default_transaction_read_only = on")
    try:
        yield Trouble(cluster.address("ann"), "this PostgreSQL can only be read (a standby?)")
    finally:
        cluster.ask("ALTER DATABASE team RESET default_transaction_read_only")


@contextlib.contextmanager
def _newer(cluster: Cluster, _folder: Path) -> Iterator[Trouble]:
    ((ours,),) = cluster.ask("SELECT version FROM reseller.meta")
    cluster.ask("UPDATE reseller.meta SET version = 99")
    try:
        yield Trouble(cluster.address("ann"), "a newer version of this program made it", "update tui-reseller")
    finally:
        cluster.ask(f"UPDATE reseller.meta SET version = {ours}")


@contextlib.contextmanager
def _lent(cluster: Cluster, _folder: Path) -> Iterator[Trouble]:
    words = "the pooler before it lends a connection for one transaction only"
    with pooled(cluster, "transaction") as pooler:
        yield Trouble(pooler.address("ann"), words, "pool_mode = session")


@contextlib.contextmanager
def _no_member(cluster: Cluster, _folder: Path) -> Iterator[Trouble]:
    yield Trouble(cluster.address("sam"), 'role "sam" is no member of this ledger', "ledger member add sam")


@contextlib.contextmanager
def _without_rights(cluster: Cluster, _folder: Path) -> Iterator[Trouble]:
    yield Trouble(cluster.address("eve"), 'role "eve" may not write in this account', "ledger member add eve")


@contextlib.contextmanager
def _certificate(cluster: Cluster, folder: Path, *, is_encrypted: bool = True) -> Iterator[Trouble]:
    port = free_port()
    make_certificate(folder, "other.example.com")
    cluster.serve_tls(folder, f"-c port={port} -c ssl={'on' if is_encrypted else 'off'}")
    words = "has not the certificate of this host from an authority that we trust"
    try:
        yield Trouble(
            f"postgresql://ann@db.example.com:{port}/team?hostaddr=127.0.0.1",
            words if is_encrypted else "offers no TLS",
        )
    finally:
        cluster.stop()
        cluster.start()


def _no_tls(cluster: Cluster, folder: Path) -> contextlib.AbstractContextManager[Trouble]:
    return _certificate(cluster, folder, is_encrypted=False)


@contextlib.contextmanager
def _full(cluster: Cluster, _folder: Path) -> Iterator[Trouble]:
    cluster.ask("ALTER ROLE ann CONNECTION LIMIT 0")
    try:
        yield Trouble(cluster.address("ann"), "it takes no more connections")
    finally:
        cluster.ask("ALTER ROLE ann CONNECTION LIMIT -1")


@contextlib.contextmanager
def _clock(cluster: Cluster, _folder: Path) -> Iterator[Trouble]:
    """The clock of this machine is ten seconds ahead, as far as the ledger asks for it."""
    from tui_reseller.storage.ledger.postgresql import link  # noqa: PLC0415 - only where the driver is installed
    from tui_reseller.system.clock import utc_now  # noqa: PLC0415 - as above

    class Ahead:
        @staticmethod
        def timestamp() -> float:
            return utc_now().timestamp() + 10

    with patch.object(link, "utc_now", Ahead):
        yield Trouble(
            cluster.address("ann"), "the clock of this machine is 10 s ahead of that of PostgreSQL", "set the one"
        )


@contextlib.contextmanager
def _held(cluster: Cluster, _folder: Path) -> Iterator[Trouble]:
    import psycopg  # noqa: PLC0415 - only where it is installed

    with psycopg.connect(cluster.address("bob"), autocommit=True) as bob:
        for (name,) in cluster.ask("SELECT name FROM reseller.accounts"):
            bob.execute("SELECT pg_advisory_lock(reseller.lock_of(%s))", (name,))
        yield Trouble(cluster.address("ann"), '"bob" holds the lock of', "ledger show names who holds it")


@contextlib.contextmanager
def _rows_missing(cluster: Cluster, _folder: Path) -> Iterator[Trouble]:
    """As after a restore of an older dump, or a failover that lost rows: it does not end by itself."""
    cluster.ask(
        "SET session_replication_role = replica; SET search_path = reseller; DELETE FROM rows WHERE number > 1; "
        "DELETE FROM open_operations"
    )
    yield Trouble(cluster.address("ann"), "the ledger ends with row 1, but row 2 was written", "ledger accept --reason")


_MAKERS = {
    "away": _away, "silent": _silent, "read-only": _read_only, "newer schema": _newer, "no member": _no_member,
    "without rights": _without_rights, "certificate": _certificate, "no tls": _no_tls, "full": _full, "lent": _lent,
    "clock": _clock, "held": _held, "rows missing": _rows_missing,
}  # fmt: skip
