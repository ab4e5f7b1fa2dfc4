"""A snapshot that is damaged, odd or not ours is set aside, and never shown."""

import contextlib
import json
import os
import random
import shutil
import socket
import zlib

import polars as pl
import pytest

from tests.harness.v2 import COLUMNS
from tests.storage.kept_lists import LIST, customers_of, part, whole
from tui_reseller.domain.errors import BadConfig, SnapshotDamaged
from tui_reseller.storage import snapshot_head


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
