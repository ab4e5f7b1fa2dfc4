"""Why a write in an account was refused, in words: who holds its lock, who has no right there."""

import psycopg

from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.printed import Typed, line
from tui_reseller.domain.text import clean
from tui_reseller.storage.ledger.encoding import unescaped
from tui_reseller.storage.ledger.postgresql.errors import away, worded
from tui_reseller.storage.ledger.postgresql.link import Link


def refused(link: Link, account: str, error: psycopg.Error) -> LedgerUnavailable:
    """Return an error of the driver as one of ours; account is escaped."""
    match error:
        case psycopg.errors.LockNotAvailable():
            return _held(link, account, error)
        case psycopg.errors.InsufficientPrivilege():
            asks = line("tui-reseller", "ledger", "member", "add", Typed(link.role), "--may", "write")
            words = f'role "{clean(link.role, longest=63)}" may not write in this account'
            return away(link.place, words, f"who may say so: {asks}" if asks else "")
    return worded(link.place, error)


def _held(link: Link, account: str, error: psycopg.Error) -> LedgerUnavailable:
    """Name who holds the lock of an account."""
    try:
        holders = link.execute("SELECT role, pid FROM holder(?)", (account,))
    except psycopg.Error:
        holders = []
    found = worded(link.place, error)
    if not holders:
        return found
    (role, pid), *_ = holders
    who = f'"{clean(role, longest=63)}" holds the lock of {clean(unescaped(account), longest=120)}'
    return LedgerUnavailable(f"{found.message}: {who} (process {pid} of PostgreSQL)", hint=found.hint)
