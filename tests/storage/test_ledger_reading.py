"""The ledger where it can only be read, and after the disk has refused a write."""

import os
import shutil
import signal
import sqlite3
from contextlib import closing

import pytest

from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.storage.ledger.sqlite.ledger import Ledger
from tui_reseller.storage.ledger.sqlite.read_only import open_for_reading


@pytest.fixture
def closed(monkeypatch):
    """Make the system say of a folder that it cannot be written (for root it says so only of a file system)."""

    def close(folder):
        allowed = os.access

        def access(path, mode):
            return not (mode & os.W_OK and folder in {path, *path.parents}) and allowed(path, mode)

        monkeypatch.setattr(os, "access", access)

    return close


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


async def test_what_can_only_be_read_is_read_and_nothing_is_written(folder, ledger, intent, closed):
    entry = await ledger.begin(intent())
    await ledger.finish(entry, Outcome.APPLIED, "ok")
    await ledger.aclose()
    kept = content(folder)
    closed(folder)
    reader = Ledger(folder)
    assert [found.id for found in await reader.entries(AuditQuery())] == [entry]
    assert (await reader.check()).is_whole
    assert (await reader.recover(), await reader.needs_you()) == (0, [])
    for refused in (lambda: reader.begin(intent()), lambda: reader.finish(entry, Outcome.RESOLVED, "note")):
        with pytest.raises(LedgerUnavailable, match="Permission denied") as caught:
            await refused()
        assert caught.value.hint
    assert len(await reader.entries(AuditQuery())) == 1
    await reader.aclose()
    assert content(folder)["ledger.sqlite3"] == kept["ledger.sqlite3"]


async def test_a_log_that_a_killed_process_left_is_read_too(folder, child, intent, closed):
    process = child("ledger_child.py", "hang", folder, "set")
    entry = process.stdout.readline().strip()
    process.send_signal(signal.SIGKILL)
    process.wait()
    (folder / "ledger.sqlite3-shm").unlink()
    assert (folder / "ledger.sqlite3-wal").stat().st_size
    kept = content(folder)
    closed(folder)
    reader = Ledger(folder)
    (found,) = await reader.entries(AuditQuery())
    assert (found.id, found.outcome) == (entry, Outcome.UNKNOWN)
    assert [needs.id for needs in await reader.needs_you()] == [entry]
    await reader.aclose()
    assert {name: kept[name] for name in kept if not name.endswith("-shm")} == {
        name: held for name, held in content(folder).items() if not name.endswith("-shm")
    }


def test_without_a_place_for_shared_memory_a_copy_is_read(folder, tmp_path, monkeypatch):
    """SQLite says CANTOPEN where the folder of a file in WAL mode cannot be written and nobody has it open."""
    tried = []

    class Refusing(sqlite3.Connection):
        def execute(self, *given):
            tried.append(given)
            error = sqlite3.OperationalError("unable to open database file")
            error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
            raise error

    path = tmp_path / "x.sqlite3"
    with closing(sqlite3.connect(path)) as made:
        made.executescript("PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (7);")
        shutil.copytree(tmp_path, folder)  # with its log
    connect = sqlite3.connect

    def first_refuses(name, **more):
        return connect(name, factory=Refusing, **more) if more.get("uri") else connect(name, **more)

    monkeypatch.setattr(sqlite3, "connect", first_refuses)
    with closing(open_for_reading(folder / "x.sqlite3")) as found:
        assert found.execute("SELECT a FROM t").fetchall() == [(7,)]
    assert tried


async def test_no_ledger_reads_as_an_empty_one_where_none_can_be_made(folder, intent, closed):
    folder.mkdir(mode=0o700)
    closed(folder)
    reader = Ledger(folder)
    assert await reader.entries(AuditQuery()) == []
    with pytest.raises(LedgerUnavailable, match="Permission denied"):
        await reader.begin(intent())
    await reader.aclose()
    assert content(folder) == {}


async def test_one_that_cannot_be_trusted_is_refused_for_reading_too(folder, ledger, intent, closed):
    await ledger.begin(intent())
    await ledger.aclose()
    (folder / "ledger.sqlite3").write_bytes(b"no database at all" * 100)
    closed(folder)
    with pytest.raises(LedgerUnavailable, match="damaged, or not a ledger"):
        await Ledger(folder).entries(AuditQuery())


async def test_a_ledger_that_can_be_written_again_is_written(folder, ledger, intent, closed, monkeypatch):
    folder.mkdir(mode=0o700)
    closed(folder)
    with pytest.raises(LedgerUnavailable):
        await ledger.begin(intent())
    monkeypatch.undo()
    assert await ledger.begin(intent())


class TestSuspect:
    """After a write that the disk refused, the whole file is looked at before the next one (L04)."""

    async def _refused(self, ledger, intent):
        """Let SQLite refuse a write as a failing disk would: by a limit of pages."""
        await ledger.check()
        connection = ledger._connection.database
        await ledger.run(lambda _connection: connection.execute("PRAGMA max_page_count = 1"))

        async def fill():
            for number in range(1000):
                await ledger.begin(intent(username=f"u{number}", reason="x" * 2000))

        with pytest.raises(LedgerUnavailable, match=r"disk is full \([\d,]+ KiB free\)"):
            await fill()

    async def test_a_sound_one_is_written_again(self, ledger, intent):
        await self._refused(ledger, intent)
        assert ledger._is_suspect
        assert await ledger.begin(intent())
        assert not ledger._connection.is_suspect

    async def test_a_damaged_one_is_not(self, folder, ledger, intent):
        for number in range(40):
            await ledger.begin(intent(username=f"before{number}"))
        await self._refused(ledger, intent)
        path = folder / "ledger.sqlite3"
        spoilt = bytearray(path.read_bytes())
        at = spoilt.rindex(b"Bergen")
        spoilt[at : at + 6] = b"Berlin"
        path.write_bytes(spoilt)
        with pytest.raises(LedgerUnavailable, match=r"damaged since a write was refused: row \d+") as caught:
            await ledger.begin(intent(Operation.DELETE))
        assert "ledger restore" in caught.value.hint
        assert path.read_bytes() == bytes(spoilt)
