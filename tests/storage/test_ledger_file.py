"""The file: append-only, chained, private, and refused with words when it cannot be trusted."""

import os
import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace

import pytest

from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.storage.ledger.chain import row_hash
from tui_reseller.storage.ledger.rows import COLUMNS, LedgerRow
from tui_reseller.storage.ledger.sqlite.ledger import Ledger


@pytest.fixture
def file(folder):
    return folder / "ledger.sqlite3"


@pytest.fixture
async def written(ledger, intent, file):
    """A closed ledger with three operations."""
    for number in range(3):
        entry = await ledger.begin(intent(username=f"u{number}"))
        await ledger.finish(entry, Outcome.APPLIED, "ok")
    await ledger.aclose()
    return file


def run(path, *statements):
    connection = sqlite3.connect(path)
    try:
        with connection:
            for statement in statements:
                connection.execute(statement)
    finally:
        connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rows SET outcome = 'applied' WHERE number = 2",
        "DELETE FROM rows WHERE number = 6",
        "INSERT OR REPLACE INTO rows SELECT * FROM rows WHERE number = 2",
        "INSERT INTO rows (number, kind, entry, time, body, previous, hash) VALUES (9, 'x', '', '', '', '', '')",
    ],
)
async def test_rows_are_neither_changed_nor_taken_out(written, statement):
    with pytest.raises(sqlite3.DatabaseError, match="append-only"):
        run(written, statement)


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE rows SET body = replace(body, 'Oslo', 'Rome') WHERE number = 3", 3),
        ("UPDATE rows SET username = 'somebody' WHERE number = 1", 1),
        ("UPDATE rows SET time = '2020-01-01T00:00:00.000Z' WHERE number = 5", 5),
        ("UPDATE rows SET username = x'ff00' WHERE number = 1", 1),
        ("DELETE FROM rows WHERE number = 4", 4),
        ("DELETE FROM rows WHERE number = 1", 1),
        ("UPDATE rows SET number = 44 WHERE number = 4", 4),
    ],
)
async def test_tampering_breaks_the_chain_where_it_happened(ledger, written, statement, broken):
    assert (await ledger.check()).rows == 6
    await ledger.aclose()
    run(written, *(f"DROP TRIGGER {name}" for name in ("no_update", "no_delete", "no_replace")), statement)
    report = await ledger.check()
    assert (report.is_whole, report.broken_at) == (False, broken)


async def test_a_row_that_is_hashed_again_breaks_the_chain_at_the_next(ledger, written):
    """Who makes the hash fit, and what the next row says of it, has the hash of the next row against him."""
    names = ", ".join(COLUMNS)
    connection = sqlite3.connect(written)
    *columns, previous = connection.execute(f"SELECT {names}, previous FROM rows WHERE number = 3").fetchone()
    forged = replace(LedgerRow(*columns), username="somebody-else")
    with connection:
        connection.execute("DROP TRIGGER no_update")
        values = (forged.username, row_hash(forged, previous))
        connection.execute("UPDATE rows SET username = ?, hash = ? WHERE number = 3", values)
        connection.execute("UPDATE rows SET previous = ? WHERE number = 4", (row_hash(forged, previous),))
    connection.close()
    report = await ledger.check()
    assert (report.is_whole, report.broken_at) == (False, 4)


async def test_a_row_that_cannot_be_read_is_told_and_not_skipped(ledger, written):
    run(written, "DROP TRIGGER no_update", "UPDATE rows SET body = '{}' WHERE number = 1")
    with pytest.raises(LedgerUnavailable, match="damaged"):
        await ledger.entries(AuditQuery())


@pytest.mark.parametrize("umask", [0o022, 0o000])
def test_files_are_private_whatever_the_umask(folder, child, umask):
    process = child("ledger_child.py", "hang", folder, "set", preexec_fn=lambda: os.umask(umask))
    assert process.stdout.readline()
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir() if path.is_file()}
    assert {"ledger.sqlite3", "ledger.sqlite3-wal", "ledger.sqlite3-shm"} <= set(found)
    assert set(found.values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_a_file_left_open_to_others_is_closed_again(ledger, written):
    written.chmod(0o644)
    await ledger.check()
    assert stat.S_IMODE(written.stat().st_mode) == 0o600


async def test_settings_of_the_connection(ledger, written):
    await ledger.check()
    connection = ledger._connection.database
    asked = ("journal_mode", "synchronous", "trusted_schema", "cell_size_check", "secure_delete", "busy_timeout")
    found = await ledger.run(lambda _connection: [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in asked])
    assert found == ["wal", 2, 0, 1, 1, 5000]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_bytes(b"no database at all" * 100), "damaged, or not a ledger"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xa5" * 9000), "damaged|cannot be read"),
        (lambda path: run(path, "PRAGMA user_version = 99"), r"newer version.*schema 99, known: 3"),
        (lambda path: run(path, "PRAGMA application_id = 7"), "not a ledger of this program"),
        (lambda path: (path.unlink(), path.mkdir()), "not a plain file"),
        (lambda path: (path.rename(path.with_name("x")), path.symlink_to("x")), "not a plain file"),
        (lambda path: path.parent.chmod(0o777), "can be changed by other accounts"),
    ],
)
async def test_what_cannot_be_trusted_is_refused_and_kept(ledger, written, intent, spoil, words):
    spoil(written)
    kept = written.read_bytes() if written.is_file() else None
    with pytest.raises(LedgerUnavailable, match=words) as caught:
        await ledger.begin(intent())
    assert str(written.parent) in caught.value.message
    assert caught.value.hint
    assert (written.read_bytes() if written.is_file() else None) == kept


async def test_a_ledger_that_is_taken_away_is_missed(ledger, written, intent):
    await ledger.begin(intent())
    written.rename(written.with_name("away"))
    with pytest.raises(LedgerUnavailable, match="removed or replaced"):
        await ledger.begin(intent(username="other"))


async def test_a_lock_that_is_held_too_long_is_told(folder, written, intent, monkeypatch):
    monkeypatch.setattr("tui_reseller.storage.ledger.sqlite.opening.BUSY_SECONDS", 0.1)
    ledger = Ledger(folder)
    holder = sqlite3.connect(written, isolation_level=None)
    try:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerUnavailable, match="another process has held it"):
            await ledger.begin(intent())
        holder.execute("ROLLBACK")
        assert await ledger.begin(intent())
    finally:
        holder.close()
        await ledger.aclose()


def test_a_full_disk_refuses_and_leaves_a_whole_ledger(folder, child):
    output, errors = child("ledger_child.py", "fill", folder).communicate(timeout=60)
    kind, written, message = output.splitlines()
    assert (kind, errors) == ("LedgerUnavailable", "")
    assert int(written) > 10
    assert "the disk" in message
    assert str(folder) in message


async def test_after_a_full_disk_what_was_promised_is_there(folder, child, ledger):
    output, _errors = child("ledger_child.py", "fill", folder).communicate(timeout=60)
    assert (await ledger.check()).is_whole
    assert len(await ledger.entries(AuditQuery())) == int(output.splitlines()[1]) + 1


def test_a_folder_that_is_not_ours_to_write_is_refused(tmp_path, child):
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if parent.stat().st_uid == os.geteuid() and parent.name.startswith("pytest"):
            parent.chmod(0o755)
    closed = tmp_path / "closed"
    closed.mkdir(0o555)
    output, errors = child("ledger_child.py", "refused", closed / "state").communicate(timeout=60)
    kind, message = output.splitlines()
    assert (kind, errors) == ("LedgerUnavailable", "")
    assert "Permission denied" in message


def test_sqlite_is_not_loaded_before_it_is_needed():
    code = "import sys, tui_reseller.storage.ledger, tui_reseller.storage.snapshot, tui_reseller.storage.config;"
    code += "print([name for name in ('sqlite3', 'tomlkit', 'platformdirs') if name in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert found.stdout == "[]\n"


async def test_no_password_and_no_key_is_in_the_files(folder, ledger, intent):
    entry = await ledger.begin(intent(Operation.PASSWORD))
    await ledger.finish(entry, Outcome.APPLIED, "ok")
    content = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b'"changes":{}' in content
