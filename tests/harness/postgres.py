"""A real PostgreSQL of this test process: a cluster of its own in a temporary folder, on a socket only.

As root it runs as nobody, since PostgreSQL refuses to run as root. Roles: `postgres`, who may everything; `ann` and
`bob` may write in every account, `eve` may read, `amy` may say who may, `sam` stands nowhere.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.harness.waiting import missing

NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
PEOPLE = ("ann", "bob", "eve", "sam", "amy")
_TABLES = "rows, open_operations, sessions, accounts, jobs, job_items, rates, archives, proposals, reviews, glass"


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    there = shutil.which("initdb")
    return found[-1].parent if found else Path(there).parent if there else None


def needed() -> Path:
    """Return the same, or skip; in CI a missing program is a failure."""
    found = programs()
    if found is None:
        missing("PostgreSQL")
    if find_spec("psycopg") is None:
        missing("psycopg")
    return found


def _run(folder: Path, *command: str) -> None:
    as_nobody = NOBODY if os.geteuid() == 0 else ()
    subprocess.run([*as_nobody, *command], check=True, cwd=folder, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


@dataclass
class Cluster:
    """A running PostgreSQL."""

    bin: Path
    folder: Path

    @classmethod
    @contextlib.contextmanager
    def running(cls) -> Iterator["Cluster"]:
        bin_folder, folder = needed(), Path(tempfile.mkdtemp(prefix="tui-pg-"))
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody", "nogroup")
        cluster = cls(bin_folder, folder)
        try:
            initdb = ("-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
            _run(folder, str(bin_folder / "initdb"), *initdb)
            cluster.start()
            for person in PEOPLE:
                cluster.ask(f"CREATE ROLE {person} LOGIN", database="postgres")
            yield cluster
            cluster.stop()
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def start(self, more: str = "") -> None:
        options = (
            f"-k {self.folder} -c listen_addresses= -c fsync=off -c max_connections=60 -c shared_buffers=32MB {more}"
        )
        self._control("start", "-o", options, "-l", str(self.folder / "log"))

    def serve_tls(self, certificate: Path, more: str = "") -> None:
        """Start anew with TLS, on the loopback as well: with the certificate in a folder, and more options."""
        for name in ("cert.pem", "key.pem"):
            shutil.copy(certificate / name, self.folder / name)
            (self.folder / name).chmod(0o600)
            if os.geteuid() == 0:
                shutil.chown(self.folder / name, "nobody", "nogroup")
        self.stop()
        files = f"-c ssl_cert_file={self.folder}/cert.pem -c ssl_key_file={self.folder}/key.pem"
        self.start(f"-c listen_addresses=127.0.0.1 -c ssl=on {files} {more}")

    def stop(self) -> None:
        """Stop it as an administrator in a hurry does: who is connected is cut off."""
        self._control("stop", "-m", "fast")

    def _control(self, *words: str) -> None:
        _run(self.folder, str(self.bin / "pg_ctl"), "-D", str(self.folder / "data"), "-w", "-s", *words)

    def address(self, role: str, database: str = "team") -> str:
        return f"postgresql://{role}@/{database}?host={self.folder}"

    def ask(self, query: str, role: str = "postgres", database: str = "team") -> list[tuple[Any, ...]]:
        """Execute as somebody by no way of ours. Raises psycopg.Error."""
        import psycopg  # noqa: PLC0415 - only where it is installed

        options = "-c default_transaction_read_only=off"
        with psycopg.connect(self.address(role, database), options=options, autocommit=True) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []

    def psql(self, query: str, role: str) -> subprocess.CompletedProcess[str]:
        """Let somebody type a statement into psql."""
        command = [str(self.bin / "psql"), "-X", "-v", "ON_ERROR_STOP=1", "-c", query, self.address(role)]
        return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)

    def make_ledger(self, database: str = "team") -> None:
        """Make a database with an empty ledger, and its members."""
        import psycopg  # noqa: PLC0415 - only where it is installed

        from tui_reseller.storage.ledger.postgresql.schema import join_as_admin, migrate  # noqa: PLC0415 - as above

        self.ask(f"CREATE DATABASE {database}", database="postgres")
        with psycopg.connect(self.address("postgres", database), autocommit=True) as connection:
            migrate(connection)
            join_as_admin(connection)
            for person, may in {"ann": "write", "bob": "write", "eve": "read", "amy": "admin"}.items():
                connection.execute("SELECT reseller.member_add(%s, '*', %s)", (person, [may]))

    def empty(self) -> None:
        """Take everything out of the ledger, as nobody can but who may everything."""
        self.ask(
            "SET session_replication_role = replica; SET search_path = reseller; "
            f"TRUNCATE {_TABLES} RESTART IDENTITY; UPDATE meta SET lease_seconds = 120"
        )

    @contextlib.contextmanager
    def silent(self) -> Iterator[str]:
        """Return the folder of a socket that accepts and never answers."""
        folder = Path(tempfile.mkdtemp(prefix="tui-pg-silent-"))
        with socket.socket(socket.AF_UNIX) as line:
            line.bind(str(folder / ".s.PGSQL.5432"))
            line.listen()
            yield str(folder)
        shutil.rmtree(folder)
