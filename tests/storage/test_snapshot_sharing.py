"""Snapshots beside other processes and threads, on a disk that refuses, after a kill."""

import asyncio
import contextlib
import fcntl
import os
import resource
import sys
import threading
from pathlib import Path

import pytest

from tests.harness.v2 import a_customer
from tests.storage.kept_lists import LIST, customers_of, whole
from tui_reseller.domain.errors import BadConfig


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
