"""What PostgreSQL and the network refuse, in words and with what to do about it."""

import contextlib
from collections.abc import Iterator

import psycopg
from psycopg import errors

from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.printed import command
from tui_reseller.domain.text import clean

READ_ONLY_HINT = "reading goes on; nothing is sent without the ledger, and nothing waits to be sent"
LOCK_SECONDS = 5
"""How long the functions of the schema wait for the lock of an account."""
SESSION_OVER = "TR001"
"""What write() and rejoin() say of a session that was ended, or was not heard of for too long."""
UNKNOWN_WORD = "TR002"
LAST_ADMIN = "TR003"
NOT_APPROVED = "TR010"
"""What the database says where others have to approve of something first."""
OTHER_PLAN = "TR012"
REFUSALS = {
    "TR011": ("a plan of your own: others have to review it", ""),
    OTHER_PLAN: ("it is not the plan that was proposed", "look at the proposal again"),
    "TR013": ("it is over: applied, denied, or not answered in time", "make the plan again, and propose it"),
    "TR014": ("you have said what you think of it already", ""),
}
"""What it says of proposals, with what to do."""

_REASONS: dict[type[psycopg.Error], tuple[str, str]] = {
    errors.LockNotAvailable: (
        f"somebody has held the lock of the account for more than {LOCK_SECONDS} seconds",
        "try again; " + command("ledger", "show") + " names who holds it",
    ),
    errors.ReadOnlySqlTransaction: ("this PostgreSQL can only be read (a standby?)", READ_ONLY_HINT),
    errors.InsufficientPrivilege: (
        "this role may not do that there",
        "who may work there: " + command("ledger", "member", "list"),
    ),
    errors.InvalidSchemaName: ("there is no ledger in this database", command("ledger", "init")),
    errors.UndefinedTable: ("there is no ledger in this database", command("ledger", "init")),
    errors.DiskFull: ("the disk of PostgreSQL is full", READ_ONLY_HINT),
    errors.TooManyConnections: ("PostgreSQL takes no more connections", READ_ONLY_HINT),
    errors.AdminShutdown: ("PostgreSQL was shut down", READ_ONLY_HINT),
    errors.CrashShutdown: ("PostgreSQL was shut down", READ_ONLY_HINT),
    errors.CannotConnectNow: ("PostgreSQL is starting", READ_ONLY_HINT),
    errors.IdleInTransactionSessionTimeout: ("PostgreSQL closed the connection", READ_ONLY_HINT),
}


def away(place: str, words: str, hint: str = READ_ONLY_HINT) -> LedgerUnavailable:
    """Return the error of a ledger that cannot be used now."""
    return LedgerUnavailable(f"ledger {place}: {words}", hint=hint)


def code_of(error: psycopg.Error) -> str:
    """Return the SQLSTATE of an error; empty where the server said nothing."""
    return error.sqlstate or ""


@contextlib.contextmanager
def team_errors(place: str) -> Iterator[None]:
    """Raise LedgerUnavailable for whatever the driver raises about a ledger."""
    try:
        yield
    except psycopg.Error as error:
        raise worded(place, error) from error


def worded(place: str, error: psycopg.Error) -> LedgerUnavailable:
    """Return an error of the driver as one of ours."""
    for kind, (words, hint) in _REASONS.items():
        if isinstance(error, kind):
            return away(place, words, hint)
    code = code_of(error)
    if code == UNKNOWN_WORD:
        return away(place, "it is of an older version than this program", command("ledger", "migrate"))
    if code:
        return away(place, f"PostgreSQL says {clean(code, longest=10)}")
    return away(place, "the connection to PostgreSQL was lost")
