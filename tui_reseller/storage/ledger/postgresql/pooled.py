"""A pooler between us and PostgreSQL: one that lends a connection for a session is as good as none; one that lends it
for a transaction would give settings, signs and sessions of one program to another.
"""

import contextlib
import os
import socket
import threading
from collections.abc import Callable
from typing import Any

import psycopg

from tui_reseller.storage.ledger.postgresql.errors import READ_ONLY_HINT, away

LONGEST_SECONDS = 5.0
"""How long a pooler may take to lend a second connection; by itself it lets wait for minutes."""
_PID = "SELECT pg_backend_pid()"

Connection = psycopg.Connection[tuple[Any, ...]]


def sever(database: Connection) -> None:
    """Cut a connection, from another thread: who waits for an answer gets an error at once."""
    with contextlib.suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(database.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


def refuse_lent(place: str, first: Connection, pid: int, connect: Callable[[], Connection]) -> None:
    """Raise LedgerUnavailable where a pooler lends connections for less than a session. Pid is the process of the
    server that has answered first; a process of another name was promised when it connected, where there is a pooler.
    """
    if first.info.backend_pid == pid:
        return
    with contextlib.closing(connect()) as second:
        was_late = threading.Event()

        def end() -> None:
            was_late.set()
            sever(second)

        late = threading.Timer(LONGEST_SECONDS, end)
        late.start()
        try:
            is_lent = _shares(first, pid, second)
        except psycopg.Error:
            if was_late.is_set():
                words = "the pooler before it has no further connection to lend: each program needs up to four"
                raise away(place, words) from None
            is_lent = True  # transactions are refused, where each statement has another connection
        finally:
            late.cancel()
    if is_lent:
        words = "the pooler before it lends a connection for one transaction only, where this program needs sessions"
        hint = "whoever administers it: pool_mode = session for this database, or the address of PostgreSQL itself"
        raise away(place, words, f"{hint}; {READ_ONLY_HINT}")


def _shares(first: Connection, pid: int, second: Connection) -> bool:
    """Whether what is held by the second is what the first has had, or is not there for the first any more."""
    with second.transaction():
        held = second.execute(_PID).fetchall()
        return held == [(pid,)] or first.execute(_PID).fetchall() != [(pid,)]
