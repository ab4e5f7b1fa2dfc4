"""The write-ahead log as SQLite writes it is whole; where a promised row would be lost in silence it is not."""

import shutil
import sqlite3

import pytest

from tui_reseller.storage.ledger.sqlite.wal import why_not_whole

PAGE, FRAME = 4096, 24


@pytest.fixture
def log(tmp_path):
    """A log of 20 transactions, of which the file has taken over none; a copy, as a killed process leaves it."""
    connection = sqlite3.connect(tmp_path / "x", isolation_level=None)
    connection.executescript("PRAGMA journal_mode = WAL; CREATE TABLE t (a); PRAGMA wal_autocheckpoint = 0")
    for number in range(20):
        connection.execute("INSERT INTO t VALUES (?)", (str(number) * 500,))
    copy = tmp_path / "copy-wal"
    shutil.copyfile(tmp_path / "x-wal", copy)
    connection.close()
    return copy


def alter(log, at):
    content = bytearray(log.read_bytes())
    content[at] ^= 1
    log.write_bytes(content)


def test_what_sqlite_writes_is_whole(log, tmp_path):
    assert why_not_whole(log) == ""
    assert why_not_whole(tmp_path / "none") == ""


def test_a_log_begun_anew_over_an_older_one_is_whole(tmp_path):
    connection = sqlite3.connect(tmp_path / "x", isolation_level=None)
    connection.executescript("PRAGMA journal_mode = WAL; CREATE TABLE t (a)")
    for _time in range(30):
        connection.execute("INSERT INTO t VALUES (?)", ("x" * 3000,))
    connection.execute("PRAGMA wal_checkpoint(FULL)")
    connection.execute("INSERT INTO t VALUES ('new')")
    assert (tmp_path / "x-wal").stat().st_size > 20 * PAGE
    assert why_not_whole(tmp_path / "x-wal") == ""
    connection.close()


@pytest.mark.parametrize("place", [FRAME + 100, 4, 9, 17, 0], ids=["page", "end mark", "salt", "checksum", "number"])
@pytest.mark.parametrize("frame", [0, 3, 12])
def test_one_bit_before_two_later_transactions_is_damage(log, frame, place):
    alter(log, 32 + frame * (PAGE + FRAME) + place)
    assert why_not_whole(log) == "its write-ahead log is damaged in the middle"


@pytest.mark.parametrize("place", [0, 9, 17, 26])
def test_a_header_that_does_not_fit_is_damage(log, place):
    alter(log, place)
    assert "header" in why_not_whole(log)


def test_the_last_transaction_may_be_torn(log):
    content = log.read_bytes()
    for cut in (1, 100, PAGE, PAGE + FRAME):
        log.write_bytes(content[:-cut])
        assert why_not_whole(log) == ""
        log.write_bytes(content[:-cut] + bytes(cut))
        assert why_not_whole(log) == ""
    log.write_bytes(content[:40])
    assert why_not_whole(log) == ""
