"""The last list on disk: old or new, never half; odd is told and set aside."""

import asyncio
import contextlib
import fcntl
import json
import os
import random
import resource
import shutil
import socket
import stat
import sys
import threading
import time
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.harness.v2 import COLUMNS, a_customer, customer_of, frame_from
from tui_reseller.domain.errors import BadConfig, SnapshotDamaged
from tui_reseller.domain.switch import Switch
from tui_reseller.storage import snapshot_head
from tui_reseller.storage.snapshot import Snapshots

READ_AT = datetime(2026, 5, 1, 12, 0, 0, 250_000, tzinfo=UTC)
LIST = [
    a_customer("a", "a@example.com", Switch.ON, Switch.OFF, "A", None, "", extra={"id": "1", "ключ": "\x00\n"}),
    a_customer("😀\ufeff", None, city="日本\n\x1b[ \x00 e\u0301 ß"),
    a_customer("c", website="x" * 100_000, address="\U0001f600" * 600, extra={"note": "y" * 100_000}),
    a_customer("a", sending=Switch.OFF),
    a_customer(""),
]


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def snapshots(cache):
    return Snapshots(cache)


@pytest.fixture
def save(snapshots):
    async def put(customers=LIST, account="acme", read_at=READ_AT):
        await snapshots.save(account, read_at, frame_from(customers))

    return put


@pytest.fixture
async def saved(save, cache):
    """Return the folder of a saved list."""
    await save()
    return next(cache.glob("*/head.json")).parent


def part(folder, name):
    """Return one file of the snapshot in a folder."""
    (found,) = folder.glob(f"{name}*")
    return found


def customers_of(table):
    return [customer_of(row) for row in table.rows()]


async def whole(snapshots, account="acme"):
    return customers_of((await snapshots.load(account)).customers)


# --- what comes back


async def test_everything_comes_back(snapshots, saved):
    found = await snapshots.load("acme")
    assert (found.info.read_at, found.info.total, found.changes) == (READ_AT, 5, [])
    assert customers_of(found.customers) == LIST
    assert [dict(customer.extra) for customer in customers_of(found.customers)] == [dict(c.extra) for c in LIST]
    assert await snapshots.load("somebody else") is None
    assert snapshots.head("somebody else", 2) is None


async def test_the_head_has_the_first_rows_with_cells_cut(snapshots, saved):
    info, customers = snapshots.head("acme", 4)
    assert (info.read_at, info.total) == (READ_AT, 5)
    assert customers[:2] == LIST[:2]
    assert (customers[2].value("website"), customers[2].value("address")) == ("x" * 500, "\U0001f600" * 500)
    assert dict(customers[2].extra) == {}
    assert customers[3] == LIST[3]
    assert len(customers) == 4
    assert len(snapshots.head("acme", 99)[1]) == 5


async def test_the_head_stays_small_and_readable_whatever_the_rows_hold(snapshots, save):
    texts = dict.fromkeys(("address", "city", "state", "zip", "country", "phone", "website"), "\U0001f600" * 9_000)
    huge = a_customer("u" * 9_000, "\U0001f600" * 9_000, extra={"a": "\U0001f600" * 9_000}).with_values(texts)
    await save([huge] * 300)
    _info, customers = snapshots.head("acme", 999)
    assert len(customers) == snapshot_head.FIRST_ROWS
    assert all(
        len(value) == 500 for value in (customers[0].username, customers[0].value("email"), customers[0].value("city"))
    )
    assert await whole(snapshots) == [huge] * 300


async def test_an_empty_list_is_a_list(snapshots, save):
    await save([])
    assert await whole(snapshots) == []
    assert snapshots.head("acme", 9)[1] == []


async def test_a_list_takes_the_place_of_the_one_before(snapshots, saved, save):
    await snapshots.note("acme", [("c", None)])
    await save(LIST[:1], read_at=READ_AT + timedelta(hours=1))
    found = await snapshots.load("acme")
    assert (customers_of(found.customers), found.changes) == (LIST[:1], [])
    assert found.info.read_at == READ_AT + timedelta(hours=1)
    assert sorted(path.name.partition("-")[0] for path in saved.iterdir()) == ["head.json", "list", "lock"]


async def test_what_an_older_version_left_goes(saved, save):
    (saved / "list.jsonl").write_bytes(b"old")
    await save()
    assert not (saved / "list.jsonl").exists()


async def test_files_are_private_and_marked_for_backups(cache, snapshots, save):
    before = os.umask(0)
    try:
        await save()
        await snapshots.note("acme", [("a", None)])
    finally:
        os.umask(before)
    modes = {path.relative_to(cache).parts[-1]: stat.S_IMODE(path.stat().st_mode) for path in cache.rglob("*")}
    assert set(modes.values()) == {0o600, 0o700}
    assert sorted(name[:4] for name, mode in modes.items() if mode == 0o600) == ["CACH", "chan", "head", "list", "lock"]
    assert (cache / "CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55")


async def test_accounts_that_look_alike_are_kept_apart(snapshots, save, cache):
    names = ["https://h|a/b", "https://h|a b", "https://h|A-b", "../../x", "", "é" * 300]
    for name in names:
        await save([a_customer(name)], account=name)
    for name in names:
        assert await whole(snapshots, name) == [a_customer(name)]
    assert {path.parent.parent for path in cache.parent.rglob("head.json")} == {cache}


# --- changes since


async def test_changes_come_back_in_order(snapshots, saved):
    changes = [
        ("a", a_customer("b", city="Rome \x00")),
        ("c", None),
        ("d", a_customer("d", sending=Switch.ON, extra={"id": "7"})),
        ("b", a_customer("b", website="z" * 100_000)),
        ("gone already", None),
    ]
    for username, customer in changes:
        await snapshots.note("acme", [(username, customer)])
    found = await snapshots.load("acme")
    assert found.changes == changes
    assert customers_of(found.customers) == LIST
    assert snapshots.head("acme", 1)[1] == LIST[:1]


async def test_no_change_is_noted_where_there_is_no_list(snapshots, saved, cache, tmp_path):
    await snapshots.note("other", [("a", a_customer("a"))])
    assert [path.name for path in cache.iterdir() if path.is_dir()] == [saved.name]
    (saved / "head.json").write_bytes(b"?")
    await snapshots.note("acme", [("a", a_customer("a"))])
    assert not list(saved.glob("changes-*"))


@pytest.mark.parametrize(
    "torn",
    [b'{"u":"c","c":nu', b'{"u":', b'{"u":"c"}', b"[]", b"7", b'{"u":1,"c":null}', b'{"u":"x","c":[1]}', b"\xff", b"\0",
     b'{"u":"x","c":["x",1,null' + b",null" * 11 + b"]}", b"[" * 100_000,
     b'{"u":"x","c":["x","\\ud800"' + b",null" * 12 + b"]}",
     b'{"u":"x","c":["x"' + b",null" * 12 + b',"{"]}', b'{"u":"x","c":["x"' + b",null" * 12 + b',"[]"]}',
     b'{"u":"x","c":["x"' + b",null" * 12 + b',"' + b"[" * 100_000 + b'"]}'],
    ids=range(15),
)  # fmt: skip
async def test_a_torn_change_is_left_out_and_the_others_stand(snapshots, saved, torn):
    await snapshots.note("acme", [("a", None)])
    with part(saved, "changes-").open("ab") as file:
        file.write(torn)
    assert (await snapshots.load("acme")).changes == [("a", None)]
    await snapshots.note("acme", [("c", None)])
    assert (await snapshots.load("acme")).changes == [("a", None), ("c", None)]


async def test_a_change_torn_at_any_byte_costs_no_other(snapshots, saved):
    await snapshots.note("acme", [("a", a_customer("b", city="Łódź"))])
    file = part(saved, "changes-")
    content = file.read_bytes()
    for length in range(len(content)):
        file.write_bytes(content[:length])
        await snapshots.note("acme", [("c", None)])
        found = (await snapshots.load("acme")).changes
        assert found[-1] == ("c", None)
        assert found[:-1] in ([], [("a", a_customer("b", city="Łódź"))])


# --- what is damaged or foreign


@pytest.fixture
def is_set_aside(snapshots, saved, save):
    """Check that a snapshot is told to be damaged once, is none then, and that the next one is as good as ever."""

    async def check(words=None):
        with pytest.raises(SnapshotDamaged, match=words):
            await snapshots.load("acme")
        names = {path.name for path in saved.iterdir()}
        assert {name for name in names if not name.startswith("damaged-")} <= {"lock"}
        assert snapshots.head("acme", 5) is None
        assert await snapshots.load("acme") is None
        await save()
        assert await whole(snapshots) == LIST
        await snapshots.note("acme", [("a", None)])
        assert (await snapshots.load("acme")).changes == [("a", None)]

    return check


async def test_a_list_without_its_file_is_damaged(saved, is_set_aside):
    part(saved, "list-").unlink()
    await is_set_aside("the list's file is missing")


async def test_a_list_without_its_head_is_none_and_the_next_one_clears_up(snapshots, saved, save):
    (saved / "head.json").unlink()
    assert await snapshots.load("acme") is None
    assert snapshots.head("acme", 5) is None
    await save()
    assert len(list(saved.glob("list-*"))) == 1


async def test_a_list_without_its_changes_is_whole(snapshots, saved):
    await snapshots.note("acme", [("a", None)])
    part(saved, "changes-").unlink()
    found = await snapshots.load("acme")
    assert (customers_of(found.customers), found.changes) == (LIST, [])


@pytest.mark.parametrize("left", [0, 1, 4, 100, -8, -4, -1])
async def test_a_list_cut_off_is_damaged(saved, is_set_aside, left):
    file = part(saved, "list-")
    file.write_bytes(file.read_bytes()[:left])
    await is_set_aside("not what was written")


async def test_a_list_with_more_behind_it_is_damaged(saved, is_set_aside):
    with part(saved, "list-").open("ab") as file:
        file.write(b"PAR1")
    await is_set_aside("too long")


@pytest.mark.parametrize("left", [0, 1, 50, -1])
async def test_a_head_cut_off_is_damaged(saved, is_set_aside, left):
    head = saved / "head.json"
    head.write_bytes(head.read_bytes()[:left])
    await is_set_aside()


async def test_a_byte_changed_anywhere_in_the_list_is_found(snapshots, saved, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(saved, copy)
    name, content = part(saved, "list-").name, part(saved, "list-").read_bytes()
    chance = random.Random(7)
    places = {0, 3, len(content) - 1, len(content) - 5, *chance.sample(range(len(content)), 60)}
    for place in places:
        shutil.rmtree(saved)
        shutil.copytree(copy, saved)
        spoilt = bytearray(content)
        spoilt[place] ^= 1 << chance.randrange(8)
        (saved / name).write_bytes(spoilt)
        with pytest.raises(SnapshotDamaged):
            await snapshots.load("acme")
    shutil.rmtree(saved)
    shutil.copytree(copy, saved)
    assert await whole(snapshots) == LIST


ROW = ["a", *[None] * (len(COLUMNS) - 1)]
HEADS = {
    "another account": {"account": "other"},
    "an older format": {"format": 1},
    "a newer format": {"format": 3},
    "other columns": {"columns": [*COLUMNS, "more"]},
    "columns in another order": {"columns": list(COLUMNS)[::-1]},
    "no generation": {"generation": None},
    "a generation that leads elsewhere": {"generation": "../x"},
    "a generation that is not there": {"generation": "0"},
    "no moment": {"read_at": None},
    "no date": {"read_at": "yesterday"},
    "a moment without a zone": {"read_at": "2026-05-01T12:00:00"},
    "a total of text": {"total": "5"},
    "a total that is a flag": {"total": True},
    "a negative total": {"total": -1},
    "another total": {"total": 4},
    "another size": {"size": 12},
    "another sum": {"sum": 12},
    "no rows": {"rows": None},
    "a row that is none": {"rows": [7]},
    "a short row": {"rows": [ROW[:-1]]},
    "a long row": {"rows": [[*ROW, None]]},
    "a row without a username": {"rows": [[None, *ROW[1:]]]},
    "a number in a row": {"rows": [["a", 5, *ROW[2:]]]},
    "a switch of text": {"rows": [["a", "b", "on", *ROW[3:]]]},
    "a text that is a flag": {"rows": [["a", True, *ROW[2:]]]},
    "an extra that is no JSON": {"rows": [[*ROW[:-1], "{"]]},
    "an extra that is a list": {"rows": [[*ROW[:-1], "[]"]]},
    "an extra with numbers": {"rows": [[*ROW[:-1], '{"a":1}']]},
    "half a character": {"rows": [["a", "\ud800", *ROW[2:]]]},
    "an extra without an end": {"rows": [[*ROW[:-1], "[" * 100_000]]},
}


@pytest.mark.parametrize("changed", HEADS.values(), ids=HEADS)
async def test_a_head_that_is_not_ours_is_damaged(snapshots, saved, is_set_aside, changed):
    head = saved / "head.json"
    head.write_text(json.dumps(json.loads(head.read_bytes()) | changed))
    await is_set_aside()


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b"null", b"\xff\xfe", b"[" * 1_000_000, b" " * (snapshot_head.LARGEST + 1), b"{}"],
    ids=["open", "list", "null", "bytes", "deep", "long", "empty"],
)  # fmt: skip
async def test_a_head_that_is_none_is_damaged_and_reading_it_alone_touches_nothing(
    snapshots, saved, is_set_aside, content
):
    (saved / "head.json").write_bytes(content)
    assert snapshots.head("acme", 5) is None
    assert (saved / "head.json").read_bytes() == content
    await is_set_aside()
    assert content in [path.read_bytes() for path in saved.glob("damaged-*-head.json")]


@pytest.mark.parametrize("kind", ["other columns", "other types", "other file", "empty file"])
async def test_a_foreign_list_is_damaged_also_if_size_and_sum_fit(saved, is_set_aside, kind):
    file = part(saved, "list-")
    match kind:
        case "other columns":
            pl.DataFrame({"username": ["a"] * 5}).write_parquet(file)
        case "other types":
            pl.DataFrame({name: ["a"] * 5 for name in COLUMNS}).write_parquet(file)
        case "other file":
            file.write_bytes(b"PAR1" + bytes(1000) + b"PAR1")
        case _:
            file.write_bytes(b"")
    content = file.read_bytes()
    head = saved / "head.json"
    found = json.loads(head.read_bytes()) | {"size": len(content), "sum": zlib.crc32(content)}
    head.write_text(json.dumps(found))
    await is_set_aside()


def _pipe(path, _content):
    os.mkfifo(path, 0o600)


def _link(path, content):
    target = path.parent.parent / f"target-of-{path.name}"
    target.write_bytes(content)
    path.symlink_to(target)


def _dangling(path, _content):
    path.symlink_to(path.parent / "nowhere")


def _folder(path, _content):
    path.mkdir()
    (path / "in it").write_bytes(b"x")


def _socket(path, _content):
    with contextlib.chdir(path.parent), socket.socket(socket.AF_UNIX) as opened:
        opened.bind(path.name)


@pytest.mark.parametrize("put", [_pipe, _link, _dangling, _folder, _socket])
@pytest.mark.parametrize("name", ["head.json", "list-", "changes-"])
async def test_what_is_no_plain_file_of_ours_is_damaged_and_stops_nothing(
    snapshots, saved, save, is_set_aside, name, put
):
    await snapshots.note("acme", [("a", None)])
    for _time in range(2):  # also with one set aside before
        path = part(saved, name)
        content = path.read_bytes()
        path.unlink()
        put(path, content)
        assert (snapshots.head("acme", 5) is None) == (name == "head.json")
        await is_set_aside("not a plain file")
    snapshots.remove("acme")
    assert not saved.exists()


async def test_a_change_is_not_written_through_a_link(snapshots, saved, tmp_path):
    await snapshots.note("acme", [("a", None)])
    path = part(saved, "changes-")
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadConfig, match="cannot be written"):
        await snapshots.note("acme", [("a", None)])
    assert not (tmp_path / "elsewhere").exists()


async def test_only_the_newest_odd_snapshot_is_kept_and_all_are_removed(snapshots, saved, save):
    for content in (b"1", b"2"):
        await save()
        (saved / "head.json").write_bytes(content)
        with pytest.raises(SnapshotDamaged):
            await snapshots.load("acme")
    assert [path.read_bytes() for path in saved.glob("damaged-*-head.json")] == [b"2"]
    assert len(list(saved.glob("damaged-*-list-*"))) == 1
    assert snapshots.remove("acme") > 0
    assert not saved.exists()
    assert snapshots.remove("acme") == 0


async def test_a_folder_of_somebody_else_is_not_used(snapshots, saved, save):
    saved.chmod(0o777)
    assert await snapshots.load("acme") is None
    assert snapshots.head("acme", 1) is None
    with pytest.raises(BadConfig, match="can be changed by other accounts"):
        await save()
    with pytest.raises(BadConfig, match="can be changed by other accounts"):
        await snapshots.note("acme", [("a", None)])


# --- several at a time


@contextlib.contextmanager
def locked(folder):
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


async def test_while_another_writes_for_long_writing_is_refused_and_reading_works(snapshots, saved, save, monkeypatch):
    monkeypatch.setattr("tui_reseller.system.files.LOCK_WAIT", 0.05)
    with locked(saved):
        with pytest.raises(BadConfig, match="another process"):
            await snapshots.note("acme", [("a", None)])
        with pytest.raises(BadConfig, match="another process"):
            await save(LIST[:1])
        assert await whole(snapshots) == LIST
        assert snapshots.head("acme", 1)[1] == LIST[:1]
    assert {path.name.partition("-")[0] for path in saved.iterdir()} == {"head.json", "list", "lock"}
    await save(LIST[:1])
    assert await whole(snapshots) == LIST[:1]


async def test_what_looks_odd_while_another_writes_is_looked_at_again(snapshots, saved):
    content = (saved / "head.json").read_bytes()
    with locked(saved):
        (saved / "head.json").write_bytes(b"?")
        loading = asyncio.create_task(snapshots.load("acme"))
        await asyncio.sleep(0.1)
        assert not loading.done()
        (saved / "head.json").write_bytes(content)
    assert customers_of((await loading).customers) == LIST
    assert not list(saved.glob("damaged-*"))


async def test_what_is_odd_while_another_does_not_end_is_none_and_stays(snapshots, saved, monkeypatch):
    monkeypatch.setattr("tui_reseller.system.files.LOCK_WAIT", 0.05)
    with locked(saved):
        (saved / "head.json").write_bytes(b"?")
        assert await snapshots.load("acme") is None
    assert not list(saved.glob("damaged-*"))


@pytest.mark.slow
async def test_readers_beside_a_writer_always_find_a_whole_list(snapshots, save):
    def some(turn):
        return [a_customer(f"u{n}", city=str(turn)) for n in range(turn + 1)]

    async def write():
        for turn in range(1, 120):
            await save(some(turn))
            await snapshots.note("acme", [("u0", a_customer("u0", city=str(turn)))])

    await save(some(0))
    writing = asyncio.create_task(write())
    loads, last = 0, 0
    while not writing.done():
        found = await snapshots.load("acme")
        assert customers_of(found.customers) == some(found.info.total - 1)
        assert found.info.total > last
        assert found.changes in ([], [("u0", a_customer("u0", city=str(found.info.total - 1)))])
        info, customers = snapshots.head("acme", 500)
        assert customers == some(info.total - 1)
        loads, last = loads + 1, found.info.total - 1
    await writing
    assert loads > 20
    assert len(await whole(snapshots)) == 120


@pytest.mark.slow
@pytest.mark.parametrize("times", [40, pytest.param(160, marks=pytest.mark.long)])
async def test_a_kill_leaves_the_old_list_or_the_new_one(snapshots, save, cache, child, times):
    killed = child("snapshot_child.py", cache, stdin=-1)
    for _turn in range(times):
        killed.stdin.write("\n")
        killed.stdin.flush()
        saved = int(killed.stdout.readline())
        found = await snapshots.load("acme")
        (turn,) = {customer.value("city") for customer in customers_of(found.customers)}
        assert (found.info.total, len(found.customers)) == (50, 50)
        assert int(turn) in {saved, saved + 1}
        assert len(snapshots.head("acme", 99)[1]) == 50
    killed.stdin.close()
    killed.stdin = None
    folder = next(cache.glob("*/head.json")).parent
    assert killed.wait(10) == 0
    await save()
    assert sorted(path.name.partition("-")[0] for path in folder.iterdir()) == ["head.json", "list", "lock"]
    assert await whole(snapshots) == LIST


@pytest.mark.skipif(sys.platform != "linux", reason="no priorities of threads are known here")
async def test_threads_that_write_a_list_step_back(saved, save):
    await save()
    usual = os.getpriority(os.PRIO_PROCESS, threading.main_thread().native_id)
    writing = niceness_of("async-executor")
    assert writing
    assert all(niceness > usual for niceness in writing)


def niceness_of(threads):
    tasks = Path("/proc/self/task").iterdir()
    named = [task for task in tasks if (task / "comm").read_text().startswith(threads)]
    return [os.getpriority(os.PRIO_PROCESS, int(task.name)) for task in named]


# --- the disk refuses


async def test_a_full_disk_leaves_the_old_list_and_nothing_else(snapshots, saved, save):
    more = [a_customer(f"u{n}", city=os.urandom(2000).hex()) for n in range(100)]
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(BadConfig, match="cannot be written: File too large") as caught:
            await save(more)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.hint == "the list is shown all the same"
    assert await whole(snapshots) == LIST
    assert sorted(path.name.partition("-")[0] for path in saved.iterdir()) == ["head.json", "list", "lock"]


async def test_a_file_in_the_place_of_the_cache_folder_is_refused(snapshots, save, cache):
    cache.write_bytes(b"")
    with pytest.raises(BadConfig):
        await save()
    assert await snapshots.load("acme") is None
    assert snapshots.head("acme", 1) is None
    with pytest.raises(BadConfig):
        snapshots.purge()


# --- remove and purge


def sizes(folder):
    return sum(path.stat().st_size for path in folder.iterdir())


def aged(folder, days):
    moment = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    for path in folder.iterdir():
        os.utime(path, (moment, moment), follow_symlinks=False)


DAYS_30 = timedelta(days=30)


async def test_removing_tells_how_much_it_freed(snapshots, saved):
    await snapshots.note("acme", [("a", None)])
    freed = sizes(saved)
    assert snapshots.remove("acme") == freed
    assert not saved.exists()
    assert snapshots.remove("acme") == 0


async def test_purging_all_leaves_no_customer_of_any_account(snapshots, saved, save, cache):
    await save(account="other")
    (cache / "aside").symlink_to(cache.parent)
    freed = sum(sizes(path.parent) for path in cache.glob("*/head.json"))
    assert snapshots.purge() == freed
    assert {path.name for path in cache.iterdir()} == {"CACHEDIR.TAG", "aside"}
    assert snapshots.purge() == 0


def test_purging_where_nothing_was_saved_frees_nothing(snapshots, tmp_path):
    assert snapshots.purge() == 0
    assert list(tmp_path.iterdir()) == []


async def test_purging_older_ones_leaves_younger_ones(snapshots, saved, save):
    await save(account="other")
    aged(saved, 31)
    freed = sizes(saved)
    assert snapshots.purge(datetime.now(UTC) - DAYS_30) == freed
    assert not saved.exists()
    assert await whole(snapshots, "other") == LIST


async def test_what_was_set_aside_is_purged_with_age_too(snapshots, saved, save):
    (saved / "head.json").write_bytes(b"?")
    aged(saved, 31)
    with pytest.raises(SnapshotDamaged):
        await snapshots.load("acme")
    await save()
    freed = sum(path.stat().st_size for path in saved.glob("damaged-*"))
    assert snapshots.purge(datetime.now(UTC) - DAYS_30) == freed > 0
    assert not list(saved.glob("damaged-*"))
    assert await whole(snapshots) == LIST


async def test_what_was_set_aside_is_purged_also_where_no_other_list_followed(snapshots, saved):
    (saved / "head.json").write_bytes(b"?")
    with pytest.raises(SnapshotDamaged):
        await snapshots.load("acme")
    assert snapshots.purge(datetime.now(UTC) - DAYS_30) == 0
    assert list(saved.glob("damaged-*"))
    aged(saved, 31)
    assert snapshots.purge(datetime.now(UTC) - DAYS_30) > 0
    assert not saved.exists()


async def test_a_link_to_nowhere_does_not_keep_a_folder_from_being_removed(snapshots, saved):
    (saved / "list-x.parquet").symlink_to(saved / "nowhere")
    assert snapshots.remove("acme") > 0
    assert not saved.exists()


# --- a long one


@pytest.mark.slow
async def test_the_head_of_a_long_list_is_there_at_once_and_loading_leaves_the_screen_its_turn(snapshots, save):
    customers = [a_customer(f"user{n}", f"mail{n}@example.com", city="Oslo", country="NO") for n in range(100_000)]
    await save(customers)
    taken = []
    for _ in range(5):
        begin = time.perf_counter()
        assert len(snapshots.head("acme", 200)[1]) == 200
        taken.append(time.perf_counter() - begin)
    assert min(taken) < 0.01
    loading = asyncio.create_task(snapshots.load("acme"))
    longest, last = 0.0, time.perf_counter()
    while not loading.done():
        await asyncio.sleep(0.001)
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
    assert longest < 0.2
    assert customers_of((await loading).customers) == customers
