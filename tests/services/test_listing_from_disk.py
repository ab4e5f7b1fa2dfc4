"""The last list at the next start: its first rows, its age, what is damaged or too old."""

import os
from datetime import timedelta

import pytest

from tests.harness.clock import NOON
from tests.harness.consent import carry_out
from tests.harness.v2 import frame_from
from tests.services.fakes import ANA, CALLS, LUZ, shown
from tui_reseller.domain.config import Settings
from tui_reseller.domain.errors import (
    BadConfig,
    SnapshotDamaged,
)
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.switch import Switch
from tui_reseller.services import listing


async def test_the_last_list_is_there_again_at_the_next_start_with_its_age(fresh, services, clock):
    await listing.read_all(fresh)
    clock.passed += 90
    later = services.open(fresh.profile)
    info = await listing.load(later)
    assert (info.total, later.held.read_at, later.held.is_partial) == (2, fresh.held.read_at, False)
    assert later.customers.usernames() == ["luz", "ana"]
    assert listing.age(later) == timedelta(seconds=90)


async def test_the_first_rows_are_shown_at_once_and_said_to_be_partial(fresh, services, monkeypatch, clock):
    await listing.read_all(fresh)
    monkeypatch.setattr(listing, "FIRST_ROWS", 1)
    later = services.open(fresh.profile)
    assert listing.first_rows(later).total == 2
    assert (shown(later), later.customers.total, later.customers.is_head) == ([LUZ], 2, True)
    assert (later.held.is_partial, later.held.read_at) == (True, fresh.held.read_at)
    await listing.load(later)
    assert (shown(later), later.customers.is_head, later.held.is_partial) == ([LUZ, ANA], False, False)


def account_folder_of(tmp_path):
    (folder,) = (path for path in (tmp_path / "cache").iterdir() if path.is_dir())
    return folder


async def test_a_damaged_snapshot_is_told_and_what_its_head_showed_is_taken_back(stored, tmp_path):
    (file,) = account_folder_of(tmp_path).glob("list-*")
    file.write_bytes(b"?")
    with pytest.raises(SnapshotDamaged, match="set aside"):
        await listing.load(stored)
    assert (shown(stored), stored.held.read_at, stored.held.is_partial, listing.age(stored)) == ([], None, False, None)
    assert await listing.load(stored) is None
    await listing.read_all(stored)
    assert shown(stored) == [LUZ, ANA]


async def test_a_snapshot_that_went_away_takes_its_first_rows_with_it(stored, snapshot):
    snapshot.remove(stored.account)
    assert await listing.load(stored) is None
    assert (shown(stored), stored.held.read_at, stored.held.is_partial) == ([], None, False)


async def test_a_list_in_memory_outlives_its_snapshot(session, snapshot):
    assert await listing.load(session) is None
    assert (shown(session), session.held.is_partial) == ([LUZ, ANA], False)
    assert session.held.read_at is not None


async def test_a_snapshot_older_than_the_operator_keeps_them_is_neither_shown_nor_left(
    fresh, services, clock, config, tmp_path
):
    await listing.read_all(fresh)
    config.settings = Settings(retention=timedelta(hours=1))
    clock.passed += 3600
    young = services.open(fresh.profile)
    assert listing.first_rows(young).total == 2
    assert (await listing.load(young)).total == 2
    clock.passed += 1
    old = services.open(fresh.profile)
    assert listing.first_rows(old) is None
    assert shown(old) == []
    assert await listing.load(old) is None
    assert (shown(old), old.held.read_at) == ([], None)
    assert not [path for path in (tmp_path / "cache").iterdir() if path.is_dir()]


async def test_an_old_snapshot_that_cannot_be_removed_is_not_shown_all_the_same(stored, clock, monkeypatch):
    def refuse(_account):
        raise BadConfig("the disk is read only")

    monkeypatch.setattr(stored.snapshot, "remove", refuse)
    clock.passed += timedelta(days=31).total_seconds()
    assert await listing.load(stored) is None
    assert (shown(stored), stored.held.read_at) == ([], None)


async def test_with_a_retention_of_zero_nothing_is_kept_on_disk(services, service, config, tmp_path):
    config.settings = Settings(retention=timedelta(0))
    opened = services.open(Profile("acme", "acme-api"))
    done = await listing.read_all(opened)
    assert (shown(opened), done.not_kept) == ([LUZ, ANA], "")
    await carry_out(opened, CALLS[Operation.DISABLE])
    assert opened.customers.get("luz").switch("sending") is Switch.OFF
    assert not (tmp_path / "cache").exists()


async def test_old_snapshots_of_all_accounts_are_removed_and_young_ones_stay(stored, services, snapshot, tmp_path):
    await snapshot.save("other", NOON, frame_from([ANA]))
    (other,) = (path for path in (tmp_path / "cache").glob("*/head.json") if "other" in path.parent.name)
    first = NOON.timestamp() - timedelta(days=30).total_seconds()
    os.utime(other, (first - 1, first - 1))
    await listing.purge_old(stored)
    assert await snapshot.load("other") is None
    assert (await snapshot.load(stored.account)).info.total == 2


async def test_old_snapshots_that_cannot_be_removed_wait_for_the_next_start(stored, monkeypatch):
    def refuse(_before):
        raise BadConfig("the disk is read only")

    monkeypatch.setattr(stored.snapshot, "purge", refuse)
    await listing.purge_old(stored)
