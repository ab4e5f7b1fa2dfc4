"""Labels and notes in the file: found by an index that a ledger of before has not, and in no need of a version."""

import os
import sqlite3
from contextlib import closing

import pytest

from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.storage.ledger.sqlite.ledger import Ledger
from tui_reseller.storage.ledger.sqlite.schema import VERSION


def opened(folder):
    return closing(sqlite3.connect(folder / "ledger.sqlite3"))


def indexes(folder):
    with opened(folder) as database:
        return {name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'index'")}


async def labels(ledger, account):
    return {note.username: note.label for note in await ledger.customer_notes(account)}


@pytest.fixture
async def of_before(folder, ledger, intent, a_note, account):
    """A ledger with notes as one that was made before there were any: without their index."""
    await ledger.write_note("acme", account, a_note("user1", "vip"), 0)
    await ledger.finish(await ledger.begin(intent()), Outcome.APPLIED, "ok")
    await ledger.aclose()
    with opened(folder) as database:
        database.execute("DROP INDEX notes")
        assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)
    return ledger


async def test_a_ledger_of_before_gets_the_index_when_it_is_opened(folder, of_before, account):
    assert "notes" not in indexes(folder)
    assert await labels(of_before, account) == {"user1": "vip"}
    await of_before.aclose()
    assert "notes" in indexes(folder)
    assert (await of_before.check()).is_whole


async def test_a_ledger_of_before_that_can_only_be_read_tells_its_notes(folder, of_before, account, monkeypatch):
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK and allowed(path, mode))
    reader = Ledger(folder)
    assert await labels(reader, account) == {"user1": "vip"}
    await reader.aclose()
    assert "notes" not in indexes(folder)


async def test_reading_notes_reads_no_other_rows_than_those_of_their_customers(folder, ledger, intent, a_note, account):
    """Said by SQLite itself: every step of every statement searches by an index, none walks through the table."""
    await ledger.write_note("acme", account, a_note("user1", "vip"), 0)
    await ledger.finish(await ledger.begin(intent(Operation.RENAME, "user1", new="user2")), Outcome.APPLIED, "ok")
    asked: list[str] = []
    await ledger.run(lambda connection: connection.database.set_trace_callback(asked.append))
    for names in (None, ["user2"]):
        assert [note.label for note in await ledger.customer_notes(account, names)] == ["vip"]
    await ledger.noted_since(account, 1)
    await ledger.note_history(account, "user2")
    await ledger.aclose()
    with opened(folder) as database:
        plans = {
            step[3]: statement
            for statement in asked
            if " rows" in statement
            for step in database.execute(f"EXPLAIN QUERY PLAN {statement}")
        }
    assert any("COVERING INDEX notes" in step for step in plans)
    assert [step for step in plans if step.split()[:2] in (["SCAN", "rows"], ["SCAN", "i"], ["SCAN", "o"])] == []


@pytest.mark.parametrize("body", ["{}", "[]", '{"label":1,"note":"","operator":{}}', '{"label":"","note":"x"}', "x"])
async def test_a_note_that_is_none_is_damage(folder, ledger, a_note, account, body):
    await ledger.write_note("acme", account, a_note("user1", "vip"), 0)
    await ledger.aclose()
    with opened(folder) as database:
        database.execute("DROP TRIGGER no_update")
        database.execute("UPDATE rows SET body = ?", (body,))
        database.commit()
    for asked in (ledger.customer_notes(account), ledger.note_history(account, "user1")):
        with pytest.raises(LedgerUnavailable, match="a note in it is damaged"):
            await asked
    assert not (await ledger.check()).is_whole
