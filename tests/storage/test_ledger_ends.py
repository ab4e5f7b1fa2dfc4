"""Who is stopped until a moment, out of a long ledger: what is looked at is what bears on it, not all that was done."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from tui_reseller.domain.operation import Operation
from tui_reseller.storage.ledger.sqlite.ledger import Ledger
from tui_reseller.storage.ledger.sqlite.schema import VERSION

UNTIL = datetime(2026, 12, 1, 8, tzinfo=UTC)
OTHERS = 3_000
FEW = OTHERS / 100
"""Hundreds of steps: as many steps as there are other operations, of which each takes several where it is looked at."""


async def stops(ledger, intent, count):
    """Write stops without an end, in one transaction."""
    await ledger.run(
        lambda connection: connection.run_group(
            [lambda connection, n=n: connection.begin(intent(Operation.DISABLE, f"u{n}")) for n in range(count)]
        )
    )


async def steps(ledger, account, usernames=None):
    """Return how many hundreds of steps of SQLite's machine it takes to look."""
    found = []

    def look(connection):
        connection.database.set_progress_handler(lambda: found.append(1), 100)
        try:
            return connection.around_ends(account, usernames)
        finally:
            connection.database.set_progress_handler(None, 0)

    (entry,) = await ledger.run(look)
    assert entry.until == UNTIL
    return len(found)


@pytest.mark.parametrize("asked", [None, ["kim"]])
async def test_a_look_passes_by_all_that_has_no_end(ledger, intent, account, asked):
    await ledger.begin(intent(Operation.DISABLE, "kim", until=UNTIL))
    await stops(ledger, intent, OTHERS)
    assert await steps(ledger, account, asked) < FEW
    assert await steps(ledger, None) < FEW


async def test_a_ledger_of_this_version_without_the_index_gets_it_and_is_otherwise_as_it_was(
    folder, ledger, intent, account
):
    entry = await ledger.begin(intent(Operation.DISABLE, "kim", until=UNTIL))
    await ledger.aclose()
    with closing(sqlite3.connect(folder / "ledger.sqlite3")) as database:
        database.execute("DROP INDEX ends")
    again = Ledger(folder)
    assert [found.id for found in await again.around_ends(account)] == [entry]
    await stops(again, intent, OTHERS)
    assert await steps(again, account) < FEW
    assert (await again.check()).is_whole
    await again.aclose()
    with closing(sqlite3.connect(folder / "ledger.sqlite3")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)


async def test_more_customers_than_one_statement_takes(ledger, intent, account):
    names = [f"u{number}" for number in range(1_100)]
    await ledger.run(
        lambda connection: connection.run_group(
            [lambda connection, n=n: connection.begin(intent(Operation.DISABLE, n, until=UNTIL)) for n in names]
        )
    )
    assert [entry.username for entry in await ledger.around_ends(account)] == names
