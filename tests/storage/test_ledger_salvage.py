"""What is readable of a damaged ledger is copied out; the ledger itself stays as it is."""

import json
import shutil
import sqlite3
import stat

import pytest

from tui_reseller.domain.errors import InvalidInput, LedgerUnavailable
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.storage.ledger import Ledger

COUNT = 60
LONG = {"note": "x" * 9000, "half": "\ud800"}


@pytest.fixture(params=["main file", "write-ahead log"])
async def spoilt(request, folder, tmp_path, ledger, intent):
    """The files of a ledger with 60 operations, one with a long body; in the log where its process was killed."""
    for number in range(COUNT):
        before = LONG if number == 7 else None
        entry = await ledger.begin(intent(Operation.SET, f"u{number}", before=before, reason=f"é {number}"))
        await ledger.finish(entry, Outcome.APPLIED, "ok")
    if request.param == "main file":
        await ledger.aclose()
    copy = tmp_path / "spoilt"
    shutil.copytree(folder, copy)
    copy.chmod(0o700)
    assert (copy / "ledger.sqlite3-wal").exists() is (request.param != "main file")
    return copy


async def salvaged(folder, target):
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    found = await Ledger(folder).salvage(target)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == kept
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    return found, [json.loads(line) for line in target.read_text().splitlines()]


async def test_a_whole_ledger_comes_out_whole(spoilt, tmp_path):
    found, rows = await salvaged(spoilt, tmp_path / "rows.jsonl")
    assert (found.rows, found.altered, found.missing, found.is_whole) == (2 * COUNT, 0, 0, True)
    assert [row["number"] for row in rows] == list(range(1, 2 * COUNT + 1))
    assert all(row["intact"] for row in rows)
    assert rows[0]["username"] == "u0"
    assert rows[14]["body"]["before"] == LONG
    assert rows[14]["body"]["reason"] == "é 7"
    assert rows[15]["outcome"] == "applied"
    assert not list(tmp_path.glob(".salvaging-*"))


async def test_without_a_header_everything_else_is_there(spoilt, tmp_path):
    for name in ("ledger.sqlite3", "ledger.sqlite3-wal"):
        path = spoilt / name
        if path.exists():
            path.write_bytes(bytes(100) + path.read_bytes()[100:])
    found, rows = await salvaged(spoilt, tmp_path / "rows.jsonl")
    assert found.rows >= 2 * COUNT - 2
    assert all(row["intact"] for row in rows)


async def test_a_lost_page_costs_its_rows_and_they_are_counted(folder, ledger, intent, tmp_path):
    for number in range(COUNT):
        await ledger.begin(intent(username=f"u{number}"))
    await ledger.aclose()
    path = folder / "ledger.sqlite3"
    content = bytearray(path.read_bytes())
    pages = [
        at for at in range(4096, len(content), 4096) if content[at] == 13 and b'"operator"' in content[at : at + 4096]
    ]
    content[pages[1] : pages[1] + 4096] = bytes(4096)
    path.write_bytes(content)
    found, rows = await salvaged(folder, tmp_path / "rows.jsonl")
    assert (found.altered, found.rows + found.missing) == (0, COUNT)
    assert 0 < found.missing < 15
    assert all(row["intact"] for row in rows)


async def test_an_altered_row_is_copied_and_marked(folder, ledger, intent, tmp_path):
    for number in range(4):
        await ledger.begin(intent(username=f"u{number}", reason="ticket 4711"))
    await ledger.aclose()
    path = folder / "ledger.sqlite3"
    path.write_bytes(path.read_bytes().replace(b"ticket 4711", b"ticket 4712", 1))
    found, rows = await salvaged(folder, tmp_path / "rows.jsonl")
    assert (found.rows, found.altered, found.missing) == (4, 1, 0)
    assert sorted(row["intact"] for row in rows) == [False, True, True, True]
    assert [row["body"]["reason"] for row in rows if not row["intact"]] == ["ticket 4712"]


async def test_a_cut_file_gives_what_stands_before_the_cut(spoilt, tmp_path):
    for path in spoilt.glob("ledger.sqlite3*"):
        content = path.read_bytes()
        path.write_bytes(content[: len(content) * 2 // 3])
    found, rows = await salvaged(spoilt, tmp_path / "rows.jsonl")
    assert 10 < found.rows <= 2 * COUNT
    assert sum(not row["intact"] for row in rows) == found.altered <= 1, "at most the row that the cut goes through"


async def test_a_file_that_is_there_is_never_replaced(spoilt, tmp_path):
    target = tmp_path / "rows.jsonl"
    target.write_text("mine")
    for place, words in ((target, "there already"), (tmp_path / "none" / "x", "cannot be written")):
        with pytest.raises(InvalidInput, match=words):
            await Ledger(spoilt).salvage(place)
    assert target.read_text() == "mine"


async def test_nothing_readable_writes_nothing(folder, tmp_path):
    folder.mkdir(mode=0o700)
    target = tmp_path / "rows.jsonl"
    for content in (None, b"", b"no database at all" * 1000, bytes(8192)):
        if content is not None:
            (folder / "ledger.sqlite3").write_bytes(content)
        with pytest.raises(LedgerUnavailable, match="no row of it is readable"):
            await Ledger(folder).salvage(target)
        assert not target.exists()


async def test_lengths_that_are_none_are_not_believed(folder, ledger, intent, tmp_path):
    """A damaged header of a record may tell of a value of 2**62 bytes."""
    for number in range(4):
        await ledger.begin(intent(username=f"u{number}"))
    await ledger.aclose()
    path = folder / "ledger.sqlite3"
    content = path.read_bytes()
    # The record header of a row: its own length, NULL for the row number, then the type of "intent": 13 + 2 * 6.
    at = content.index(b"\x00\x19\x21")
    path.write_bytes(content[: at + 1] + b"\xff" * 8 + content[at + 9 :])
    found, rows = await salvaged(folder, tmp_path / "rows.jsonl")
    assert (len(rows), found.rows + found.missing >= 3) == (3, True)


async def test_other_tables_are_not_taken_for_rows(folder, ledger, intent, tmp_path):
    await ledger.begin(intent())
    await ledger.aclose()
    connection = sqlite3.connect(folder / "ledger.sqlite3")
    with connection:
        connection.execute("CREATE TABLE other (a INTEGER PRIMARY KEY, b, c)")
        connection.executemany("INSERT INTO other (b, c) VALUES ('intent', ?)", [("x",)] * 500)
    connection.close()
    found, rows = await salvaged(folder, tmp_path / "rows.jsonl")
    assert (found.rows, len(rows)) == (1, 1)
