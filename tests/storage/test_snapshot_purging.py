"""Snapshots are removed when they are old, or all of them, and what that frees is told."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from tests.storage.kept_lists import LIST, whole
from tui_reseller.domain.errors import SnapshotDamaged


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
