"""T17: files of ours that somebody or something has damaged: no crash, no silent reset, the snapshot is rebuilt, no row
of the ledger that was still readable is ever lost by the program.

Which rows are readable is told by a reader that shares no code with SQLite and proves each row by its own hash.

In the default run a few files; 2,000, or another number:
`TUI_RESELLER_FULL=1 python -m pytest tests/reliability/test_damaged_files.py -n0`, `TUI_RESELLER_FILES=10000 ...`.
Each file has a number that makes it: `TUI_RESELLER_ONLY=17` makes one, `TUI_RESELLER_ONLY=800-1399` some.
"""

import asyncio
import os
import random
import shutil
import sqlite3
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.harness.readable_rows import readable
from tests.harness.v2 import a_customer, frame_from
from tui_reseller.domain.audit import AuditQuery, Intent, Operator
from tui_reseller.domain.changes import Change
from tui_reseller.domain.errors import LedgerUnavailable, SnapshotDamaged
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.storage.ledger.sqlite.ledger import Ledger
from tui_reseller.storage.snapshot import Snapshots

FULL = bool(os.environ.get("TUI_RESELLER_FULL"))
FILES = int(os.environ.get("TUI_RESELLER_FILES", "2000" if FULL else "24"))
ONLY = os.environ.get("TUI_RESELLER_ONLY")
ACCOUNT = "https://api.sendgrid.com|acme"
PAGE = 4096


def intent(username: str, size: int = 1) -> Intent:
    before = {"username": username, "note": "x" * size}
    changes = (Change("city", "Oslo", "Bergen"),)
    return Intent("acme", ACCOUNT, Operation.SET, username, changes, Operator("kim", "bastion"), before)


async def write(folder: Path, count: int) -> Ledger:
    ledger = Ledger(folder / "state")
    for number in range(count):
        entry = await ledger.begin(intent(f"u{number}", 9000 if number % 17 == 3 else number))
        await ledger.finish(entry, Outcome.UNKNOWN if number % 9 == 4 else Outcome.APPLIED, "said")
    return ledger


@pytest.fixture(scope="module")
def pristine(tmp_path_factory) -> dict[str, Path]:
    """Files of a program that ended well, and of one that was killed: with a write-ahead log."""
    root = tmp_path_factory.mktemp("pristine")

    async def make() -> None:
        frame = frame_from([a_customer(f"c{number}", city="Łódź") for number in range(500)])
        snapshots = Snapshots(root / "ended" / "cache")
        await snapshots.save(ACCOUNT, datetime.now(UTC), frame)
        await snapshots.note(ACCOUNT, [("c7", a_customer("c7", city="Rome"))])
        ledger = await write(root / "ended", 60)
        shutil.copytree(root / "ended", root / "killed")
        await ledger.aclose()

    asyncio.run(make())
    assert (root / "killed" / "state" / "ledger.sqlite3-wal").stat().st_size > 100 * PAGE
    return {"ended": root / "ended", "killed": root / "killed"}


def truncate(path: Path, chance: random.Random) -> None:
    path.write_bytes(path.read_bytes()[: chance.randrange(path.stat().st_size + 1)])


def flip(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _time in range(chance.choice((1, 1, 2, 8)) if content else 0):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def zero(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    pages = max(1, len(content) // PAGE)
    for _time in range(chance.choice((1, 1, 3))):
        at = chance.randrange(pages) * PAGE
        content[at : at + PAGE] = bytes(len(content[at : at + PAGE]))
    path.write_bytes(content)


def scatter(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    at = chance.randrange(len(content) + 1)
    content[at : at + 512] = chance.randbytes(len(content[at : at + 512]))
    path.write_bytes(content)


def delete(path: Path, _chance: random.Random) -> None:
    path.unlink()


def foreign(path: Path, chance: random.Random) -> None:
    path.write_bytes(chance.choice((b"", b"\x89PNG\r\n\x1a\n" * 700, b"plain text\n" * 50, chance.randbytes(20_000))))


def newer(path: Path, _chance: random.Random) -> None:
    """A schema that is not known yet; for what is no database, a byte in front."""
    content = bytearray(path.read_bytes())
    if content.startswith(b"SQLite format 3\0"):
        content[60:64] = (77).to_bytes(4, "big")
    else:
        content[:0] = b"\x02"
    path.write_bytes(content)


def extend(path: Path, chance: random.Random) -> None:
    path.write_bytes(path.read_bytes() + chance.randbytes(chance.randrange(1, 3 * PAGE)))


DAMAGES = (truncate, flip, zero, scatter, delete, foreign, newer, extend)


def damaged(number: int, pristine: dict[str, Path], folder: Path) -> tuple[str, Path]:
    """Make the files with this number; return in words what was done, and to which file."""
    chance = random.Random(number)
    kind = "killed" if number % 2 else "ended"
    shutil.copytree(pristine[kind], folder)
    for path in (folder / "state", folder / "state" / "processes", folder / "cache", *folder.glob("cache/*")):
        if path.is_dir():
            path.chmod(0o700)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "ledger.lock")
    ledgers = [path for path in files if path.parent.name == "state"]
    path = chance.choice(ledgers if chance.random() < 0.75 else files)
    damage = DAMAGES[number // 2 % len(DAMAGES)]
    damage(path, chance)
    return f"{number}: {damage.__name__} {path.name} ({kind})", path


def rows_in(folder: Path) -> set[tuple[int, str]]:
    """Return number and hash of every row that is as it was written."""
    found = readable(folder / "state" / "ledger.sqlite3")
    return {(number, row.hashed) for number, row in found.items() if row.is_intact}


async def use(folder: Path) -> tuple[list[str], int]:
    """Do with a ledger what the program does; return what refused, and how many operations it told."""
    refused: list[str] = []
    worded: list[tuple[str, str]] = []
    told = 0

    async def attempt(name, asked):
        try:
            return await asked
        except LedgerUnavailable as error:
            worded.append((error.message, error.hint))
            refused.append(name)

    ledger = Ledger(folder / "state")
    try:
        await attempt("recover", ledger.recover())
        told = len(await attempt("entries", ledger.entries(AuditQuery())) or [])
        await attempt("needs you", ledger.needs_you(ACCOUNT))
        await attempt("last set", ledger.last_set(ACCOUNT))
        await attempt("notes", ledger.customer_notes(ACCOUNT))
        report = await attempt("check", ledger.check())
        if report is not None and not report.is_whole:
            refused.append("chain")
        entry = await attempt("begin", ledger.begin(intent("newcomer")))
        if entry:
            await attempt("finish", ledger.finish(entry, Outcome.APPLIED, "said"))
    finally:
        await ledger.aclose()
    assert all(message and hint and "\n" not in message for message, hint in worded)
    return refused, told


async def use_snapshot(folder: Path) -> str:
    """Load, then read anew as from the service; return what was there."""
    snapshots = Snapshots(folder / "cache")
    try:
        found = "kept" if await snapshots.load(ACCOUNT) is not None else "none"
    except SnapshotDamaged:
        found = "set aside"
    await snapshots.save(ACCOUNT, datetime.now(UTC), frame_from([a_customer("new")]))
    again = await snapshots.load(ACCOUNT)
    assert again is not None
    assert again.info.total == 1
    return found


@pytest.mark.slow
def test_damaged_files_are_told_and_nothing_readable_is_lost(pristine, tmp_path):
    whole = rows_in(pristine["ended"])
    assert len(whole) == 120
    tally: Counter[str] = Counter()
    first, _dash, last = (ONLY or f"0-{FILES - 1}").partition("-")
    for number in range(int(first), int(last or first) + 1):
        folder = tmp_path / "home"
        what, path = damaged(number, pristine, folder)
        ledger = folder / "state" / "ledger.sqlite3"
        before, content = rows_in(folder), ledger.read_bytes() if ledger.exists() else b""
        refused, told = asyncio.run(use(folder))
        after = rows_in(folder)
        lost = before - after
        if lost and path.name.endswith("-wal") and {row for row, _hash in lost} == {max(before)[0]}:
            tally["last row gone with its torn log"] += 1  # a commit that was cut looks like one that never was
            lost = set()
        assert not lost, f"{what}: {len(lost)} readable rows were lost (refused: {refused})"
        if {"recover", "begin"} <= {*refused}:
            kept = ledger.read_bytes() if ledger.exists() else b""
            assert kept == content, f"{what}: refused, and changed all the same"
            tally["ledger refused"] += 1
        elif told < 60 and "chain" not in refused and "entries" not in refused:
            assert path.name != "ledger.sqlite3" or not path.exists() or not content, f"{what}: reset in silence"
            tally["rows gone with their log"] += 1
        else:
            tally["ledger damaged, told" if refused else "ledger unharmed"] += 1
        tally[f"snapshot {asyncio.run(use_snapshot(folder))}"] += 1
        shutil.rmtree(folder)
    sys.stdout.write(f"files {first} to {last or first}: {dict(tally)}\n")


def test_a_log_without_its_file_is_not_read_into_a_new_one(pristine, tmp_path):
    folder = tmp_path / "home"
    shutil.copytree(pristine["killed"], folder)
    (folder / "state").chmod(0o700)
    (folder / "state" / "ledger.sqlite3").unlink()
    kept = {path.name: path.read_bytes() for path in (folder / "state").iterdir() if path.is_file()}
    with pytest.raises(LedgerUnavailable, match="gone, but its write-ahead log is there"):
        asyncio.run(Ledger(folder / "state").begin(intent("newcomer")))
    assert {path.name: path.read_bytes() for path in (folder / "state").iterdir() if path.is_file()} == kept


def test_a_torn_end_is_no_damage(pristine, tmp_path):
    """What a power loss leaves: the last transaction is cut, at any byte. What was before is there, and it goes on."""
    chance = random.Random(1)
    log = pristine["killed"] / "state" / "ledger.sqlite3-wal"
    content = log.read_bytes()
    for number in range(12):
        folder = tmp_path / f"home{number}"
        shutil.copytree(pristine["killed"], folder)
        (folder / "state").chmod(0o700)
        cut = len(content) - chance.randrange(1, PAGE)
        torn = content[:cut] + (bytes(len(content) - cut) if number % 2 else b"")
        (folder / "state" / log.name).write_bytes(torn)
        refused, told = asyncio.run(use(folder))
        assert (refused, told) == ([], 60)


def test_the_control_a_reset_would_be_seen(pristine, tmp_path):
    """A ledger that is emptied behind our back loses readable rows: the comparison notices."""
    folder = tmp_path / "home"
    shutil.copytree(pristine["ended"], folder)
    before = rows_in(folder)
    connection = sqlite3.connect(folder / "state" / "ledger.sqlite3", isolation_level=None)
    connection.execute("DROP TRIGGER no_delete")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("DELETE FROM rows WHERE number > 100")
    connection.close()
    assert len(before - rows_in(folder)) == 20
