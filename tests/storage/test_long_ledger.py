"""Looking into a long ledger: what is looked at is what bears on the question, not all that was done. Counted in steps
of SQLite's machine, as no clock of ours can be trusted.
"""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from tui_reseller.domain.audit import AuditQuery
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


async def steps(ledger, look):
    """Return what a look at the ledger finds, and how many hundreds of steps it takes."""
    found = []

    def counted(connection):
        connection.database.set_progress_handler(lambda: found.append(1), 100)
        try:
            return look(connection)
        finally:
            connection.database.set_progress_handler(None, 0)

    return await ledger.run(counted), len(found)


async def steps_to_ends(ledger, account, usernames=None):
    (entry,), count = await steps(ledger, lambda connection: connection.around_ends(account, usernames))
    assert entry.until == UNTIL
    return count


@pytest.mark.parametrize("asked", [None, ["kim"]])
async def test_a_look_passes_by_all_that_has_no_end(ledger, intent, account, asked):
    await ledger.begin(intent(Operation.DISABLE, "kim", until=UNTIL))
    await stops(ledger, intent, OTHERS)
    assert await steps_to_ends(ledger, account, asked) < FEW
    assert await steps_to_ends(ledger, None) < FEW


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
    assert await steps_to_ends(again, account) < FEW
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


async def test_what_was_written_since_does_not_depend_on_what_was_before(ledger, intent, account):
    await stops(ledger, intent, OTHERS)
    row = await ledger.newest(account)
    new = await ledger.begin(intent(username="kim"))
    found, count = await steps(ledger, lambda connection: connection.written_since(account, row, 100))
    assert [entry.id for entry in found] == [new]
    assert count < FEW


async def test_the_newest_of_many_are_found_without_reading_the_others(ledger, intent, account):
    await stops(ledger, intent, OTHERS)
    for query in (AuditQuery(account=account, limit=5), AuditQuery(account=account, profile="acme", limit=5)):
        found, count = await steps(ledger, lambda connection, query=query: connection.entries(query))
        assert [entry.username for entry in found] == [f"u{OTHERS - n}" for n in range(1, 6)]
        assert count < FEW * 20
