"""The last list on disk: old or new, never half; odd means none."""

import asyncio
import fcntl
import json
import os
import random
import stat
import time
from datetime import UTC, datetime

import pytest

from tui_reseller.domain.customer import FIELDS, Customer
from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.switch import Switch
from tui_reseller.storage.snapshot import Snapshots

READ_AT = datetime(2026, 5, 1, 12, 0, 0, 250_000, tzinfo=UTC)
LIST = [
    Customer("a", "a@example.com", Switch.ON, Switch.OFF, "A", None, "", extra={"id": "1"}),
    Customer("half \ud800", None, city="日本\n\x1b["),
    Customer("c", website="x" * 100_000),
]


@pytest.fixture
def snapshots(tmp_path):
    return Snapshots(tmp_path / "cache")


@pytest.fixture
async def saved(snapshots, tmp_path):
    await snapshots.save("acme", READ_AT, LIST)
    return next((tmp_path / "cache").glob("*/list.jsonl"))


async def test_everything_comes_back(snapshots, saved):
    info, customers = await snapshots.load("acme")
    assert (info.read_at, info.total, customers) == (READ_AT, 3, LIST)
    assert customers[0].extra == {"id": "1"}
    info, customers = snapshots.head("acme", 2)
    assert (info.total, customers) == (3, LIST[:2])
    assert await snapshots.load("somebody else") is None
    assert snapshots.head("somebody else", 2) is None


async def test_an_empty_list_is_a_list(snapshots):
    await snapshots.save("acme", READ_AT, [])
    assert (await snapshots.load("acme"))[1] == []
    assert snapshots.head("acme", 9)[1] == []


async def test_files_are_private_and_marked_for_backups(tmp_path, snapshots, saved):
    for path in (tmp_path / "cache").rglob("*"):
        assert not stat.S_IMODE(path.stat().st_mode) & (0o077 if path.name != "CACHEDIR.TAG" else 0o022)
    assert (tmp_path / "cache" / "CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55")


async def test_accounts_that_look_alike_are_kept_apart(snapshots, tmp_path):
    names = ["https://h|a/b", "https://h|a b", "https://h|A-b", "../../x", "", "é" * 300]
    for name in names:
        await snapshots.save(name, READ_AT, [Customer(name)])
    for name in names:
        assert (await snapshots.load(name))[1] == [Customer(name)]
    assert {path.parent for path in tmp_path.rglob("list.jsonl")} <= set((tmp_path / "cache").iterdir())


async def test_changes_are_added_and_applied(snapshots, saved):
    await snapshots.note("acme", "a", Customer("b", city="Rome"))
    await snapshots.note("acme", "c", None)
    await snapshots.note("acme", "d", Customer("d"))
    await snapshots.note("acme", "b", Customer("b", city="Oslo"))
    await snapshots.note("acme", "gone already", None)
    info, customers = await snapshots.load("acme")
    assert customers == [Customer("b", city="Oslo"), LIST[1], Customer("d")]
    assert info.total == 3
    assert snapshots.head("acme", 1)[1] == LIST[:1]


async def test_no_change_is_noted_where_there_is_no_list(snapshots, tmp_path):
    await snapshots.note("acme", "a", Customer("a"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("torn", [b'{"u":"c","c":nu', b'{"u":', b'{"u":"c"}', b"[]", b'{"u":1,"c":[1]}', b"\xff"])
async def test_a_torn_change_is_left_out_and_the_next_one_stands(snapshots, saved, torn):
    with saved.open("ab") as file:
        file.write(torn)
    assert (await snapshots.load("acme"))[1] == LIST
    await snapshots.note("acme", "c", None)
    assert (await snapshots.load("acme"))[1] == LIST[:2]


def _header(**changed):
    head = {"format": 1, "account": "acme", "read_at": "2026-05-01T12:00:00Z", "total": 1, **changed}
    return json.dumps(head).encode() + b"\n"


ROW = [None] * len(FIELDS)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]\n",
        b"\xff\xfe\n",
        _header(format=2) + b'["a"]\n',
        _header(account="other"),
        _header(total="1"),
        _header(total=-1),
        _header(read_at="yesterday"),
        _header(),
        _header() + b'["a"]\n',
        _header() + json.dumps(ROW).encode() + b"\n",
        _header() + json.dumps(["a", 5, *ROW[2:]]).encode() + b"\n",
        _header() + json.dumps(["a", "b", "on", *ROW[3:]]).encode() + b"\n",
        _header() + json.dumps(["a", *ROW[1:], "extra"]).encode() + b"\n",
        _header(total=2) + json.dumps(["a", *ROW[1:]]).encode() + b"\n",
    ],
)
async def test_what_is_damaged_is_set_aside_and_counts_as_none(snapshots, saved, content):
    saved.write_bytes(content)
    assert snapshots.head("acme", 5) is None
    assert saved.exists()
    assert await snapshots.load("acme") is None
    (aside,) = saved.parent.glob("list.jsonl.damaged-*")
    assert aside.read_bytes() == content
    assert not saved.exists()
    await snapshots.save("acme", READ_AT, LIST)
    assert (await snapshots.load("acme"))[1] == LIST


async def test_only_the_newest_odd_file_is_kept_and_all_are_removed(snapshots, saved):
    (saved.parent / "list.jsonl.damaged-20200101T000000Z").write_bytes(b"x")
    saved.write_bytes(b"?")
    await snapshots.load("acme")
    assert len(list(saved.parent.glob("*.damaged-*"))) == 1
    snapshots.remove("acme")
    assert not saved.parent.exists()
    snapshots.remove("acme")


async def test_a_pipe_in_its_place_stops_nothing(snapshots, saved):
    saved.unlink()
    os.mkfifo(saved)
    assert snapshots.head("acme", 5) is None
    assert await snapshots.load("acme") is None


async def test_a_folder_of_somebody_else_is_not_used(snapshots, saved):
    saved.parent.chmod(0o777)
    assert await snapshots.load("acme") is None
    with pytest.raises(BadConfig, match="can be changed by other accounts"):
        await snapshots.save("acme", READ_AT, LIST)


async def test_a_writer_that_does_not_end_is_told(snapshots, saved, monkeypatch):
    monkeypatch.setattr("tui_reseller.storage.paths.LOCK_WAIT", 0.05)
    with (saved.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BadConfig, match="another process"):
            await snapshots.note("acme", "a", None)
    await snapshots.note("acme", "a", None)


@pytest.mark.slow
async def test_a_kill_leaves_the_old_list_or_the_new_one(snapshots, tmp_path, child):
    chance = random.Random(7)
    for _turn in range(50):
        process = child("snapshot_child.py", tmp_path / "cache")
        process.stdout.readline()
        await asyncio.sleep(chance.random() * 0.03)
        process.kill()
        process.wait()
        info, customers = await snapshots.load("acme")
        assert info.total == len(customers) == 3000
        assert len({customer.city for customer in customers}) == 1
    await snapshots.save("acme", READ_AT, LIST)
    (folder,) = {path.parent for path in tmp_path.rglob("list.jsonl")}
    assert {path.name for path in folder.iterdir()} == {"list.jsonl", "lock"}


@pytest.mark.slow
async def test_the_head_of_a_long_list_is_there_at_once_and_loading_leaves_the_screen_its_turn(snapshots):
    customers = [Customer(f"user{n}", f"mail{n}@example.com", city="Oslo", country="NO") for n in range(100_000)]
    await snapshots.save("acme", READ_AT, customers)
    taken = []
    for _ in range(5):
        begin = time.perf_counter()
        assert len(snapshots.head("acme", 200)[1]) == 200
        taken.append(time.perf_counter() - begin)
    assert min(taken) < 0.01
    loading = asyncio.create_task(snapshots.load("acme"))
    turns = 0
    while not loading.done():
        turns += 1
        await asyncio.sleep(0.005)
    assert turns > 10
    assert (await loading)[1] == customers
