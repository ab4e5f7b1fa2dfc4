"""One connection to a team's ledger, for one thread."""

import contextlib
import os
import select
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from tui_reseller.domain.errors import BadConfig, ResellerError
from tui_reseller.domain.printed import Typed, command, line
from tui_reseller.domain.team import Team, needs_certificate
from tui_reseller.domain.text import clean
from tui_reseller.storage.ledger.postgresql.errors import READ_ONLY_HINT, away, team_errors
from tui_reseller.storage.ledger.postgresql.password import Password
from tui_reseller.storage.ledger.postgresql.pooled import refuse_lent, sever
from tui_reseller.storage.ledger.postgresql.probing import why_not
from tui_reseller.storage.ledger.postgresql.schema import SCHEMA, VERSION
from tui_reseller.system.clock import boot_seconds, utc_now
from tui_reseller.system.current_operator import role_in

CONNECT_SECONDS = 5
CLOCK_SECONDS = 5
"""How far the clock of this machine may be from that of the server: what was written is compared with what was read."""
_PATH = f"set_config('search_path', '{SCHEMA}, pg_temp', false)"
"""Said when there is a connection: poolers let nobody say it before."""
_META = (
    "SELECT version, id::text, extract(epoch FROM clock_timestamp())::float8, pg_backend_pid(), "  # noqa: S608 - our own
    f"{_PATH} FROM {SCHEMA}.meta"
)
_OWN_AUTHORITY = Path("~/.postgresql/root.crt")
"""Where the driver looks for the authority of servers, unless it is told otherwise."""
_KNOWS_SYSTEM = 160000
"""The version of its library from which on it may be told to trust what the system trusts."""
_ALWAYS = {
    "connect_timeout": str(CONNECT_SECONDS), "keepalives_idle": "10", "keepalives_interval": "5",
    "keepalives_count": "3", "tcp_user_timeout": "15000", "application_name": "tui-reseller",
}  # fmt: skip


def parameters_of(team: Team) -> dict[str, str]:
    """Return the parameters of a connection, as the driver has them. Raises BadConfig."""
    try:
        found = {name: str(value) for name, value in conninfo_to_dict(team.ledger).items()}
    except psycopg.Error:
        raise BadConfig("the address of the ledger cannot be read", hint="it is postgresql://HOST/DATABASE") from None
    if "password" in found:
        raise BadConfig("a password stands in the address of the ledger", hint="name a password_command")
    return {**found, **_ALWAYS, **_proof(found), "user": role_in(team)}


def _proof(found: Mapping[str, str]) -> dict[str, str]:
    """Return what the server has to prove: who it is, unless it can only be one on this machine. What the address says
    of TLS itself is overruled. The driver's own variables lead elsewhere, too.
    """
    is_elsewhere = any(found.get(name) or os.environ.get(f"PG{name.upper()}") for name in ("service", "hostaddr"))
    if not (is_elsewhere or needs_certificate(found.get("host") or os.environ.get("PGHOST", ""))):
        return {}
    authority = {}
    has_own = "sslrootcert" in found or "PGSSLROOTCERT" in os.environ or _OWN_AUTHORITY.expanduser().exists()
    if not has_own and psycopg.pq.version() >= _KNOWS_SYSTEM:
        authority["sslrootcert"] = "system"
    return {"sslmode": "verify-full", **authority}


class Link:
    """A connection. Every method may raise LedgerUnavailable; what is executed may raise psycopg.Error as well.

    Nothing that it waits for is cancelled: a commit that was cancelled may be done. Who has waited long enough cuts it.
    Waits_since is when the server was asked what it has not answered yet (seconds of boot_seconds), or None. Ledger_id
    is that of a known ledger, clock_ahead how many seconds the clock of this machine was ahead of the server's,
    pid the process of the server.
    """

    def __init__(self, team: Team, password: Password, *, is_known: bool = True) -> None:
        """Connect. Known is a ledger of our version; else nothing is looked at."""
        self.place = team.place
        self.waits_since: float | None = None
        self.was_cut = False
        self.ledger_id = ""
        self.clock_ahead = 0.0
        self.pid = 0
        parameters = parameters_of(team)
        self.role = parameters["user"]
        self.database = self._connect(parameters, password)
        try:
            if is_known:
                self._refuse_version()
                refuse_lent(self.place, self.database, self.pid, lambda: self._connect(parameters, password))
            else:
                with team_errors(self.place):
                    self.database.execute(f"SELECT {_PATH}")
        except BaseException:
            self.close()
            raise

    def _connect(self, parameters: dict[str, str], password: Password) -> psycopg.Connection[tuple[Any, ...]]:
        try:
            secret = password.get()
        except ResellerError as error:
            raise away(self.place, error.message, error.hint) from None
        told = {"password": secret.reveal()} if secret else {}
        try:
            return psycopg.connect(**parameters, **told, autocommit=True)  # type: ignore[arg-type]  # all are texts
        except psycopg.OperationalError:
            password.refused(secret)
            raise away(self.place, why_not(parameters)) from None
        except psycopg.Error:
            raise away(self.place, "it cannot be connected to: look at its address") from None

    def _refuse_version(self) -> None:
        with team_errors(self.place):
            try:
                began = utc_now().timestamp()
                ((version, self.ledger_id, there, self.pid, _path),) = self.database.execute(_META).fetchall()
                self.clock_ahead = max(began - there, 0.0) or min(utc_now().timestamp() - there, 0.0)
            except psycopg.errors.InsufficientPrivilege:
                asks = line("tui-reseller", "ledger", "member", "add", Typed(self.role), "--may", "write")
                words = f'role "{clean(self.role, longest=63)}" is no member of this ledger'
                raise away(self.place, words, f"who may say so: {asks}" if asks else "") from None
        if version > VERSION:
            raise away(
                self.place,
                f"a newer version of this program made it (schema {version}, known: {VERSION})",
                "update tui-reseller; nothing was changed",
            )
        if version < VERSION:
            raise away(
                self.place,
                f"it is of an older version (schema {version}, needed: {VERSION})",
                command("ledger", "migrate") + ", by a role that may",
            )

    def refuse_other_time(self) -> None:
        """Raise LedgerUnavailable where the clocks are too far from each other for anything to be sent. Then it is
        closed: the next connection looks at them anew.
        """
        if abs(self.clock_ahead) > CLOCK_SECONDS:
            self.close()
            way = "ahead of" if self.clock_ahead > 0 else "behind"
            words = f"the clock of this machine is {abs(self.clock_ahead):.0f} s {way} that of PostgreSQL"
            raise away(self.place, words, f"set the one that is wrong (timedatectl tells); {READ_ONLY_HINT}")

    def execute(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query, with a `?` for each value. Raises psycopg.Error."""
        self.waits_since = boot_seconds()
        try:
            return self.database.execute(_with_places(query), values).fetchall()
        finally:
            self.waits_since = None

    def is_gone(self) -> bool:
        """Whether the server has closed it; only what has arrived is looked at."""
        if self.database.closed:
            return True
        try:
            while select.select([self.database.fileno()], [], [], 0)[0] and not self._is_bad():
                self.database.pgconn.consume_input()  # raises an error at the end of what is there
        except (psycopg.Error, OSError):
            return True
        return self._is_bad()

    def _is_bad(self) -> bool:
        return self.database.pgconn.status != psycopg.pq.ConnStatus.OK

    def sever(self) -> None:
        """Cut it, from another thread: who waits for an answer gets an error at once."""
        self.was_cut = True
        sever(self.database)

    def close(self) -> None:
        """Close it."""
        with contextlib.suppress(psycopg.Error):
            self.database.close()


@lru_cache(maxsize=512)
def _with_places(query: str) -> str:
    return query.replace("%", "%%").replace("?", "%s")
