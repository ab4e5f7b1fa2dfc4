"""Backups: whole, checked, never in the place of another. Restoring: the old ledger or the new one, none is lost."""

import asyncio
import fcntl
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from tests.storage.backups import NO_BACKUPS, names, rows
from tui_reseller.domain.audit import Operator
from tui_reseller.domain.errors import BadConfig, InvalidInput, LedgerUnavailable, RefusedHere
from tui_reseller.domain.operation import Outcome
from tui_reseller.storage.ledger.sqlite.ledger import Ledger
from tui_reseller.storage.ledger.sqlite.vault import Vault

HERE = Path(__file__).parent
KIM = Operator("kim", "bastion")


@pytest.fixture
def config(tmp_path):
    return tmp_path / "config"


@pytest.fixture
async def ledger(folder, config):
    opened = Ledger(folder, receipts=config)
    yield opened
    await opened.aclose()


@pytest.fixture
def vault(ledger, folder):
    return Vault(ledger, folder)


@pytest.fixture
def file(folder):
    return folder / "ledger.sqlite3"


async def write(ledger, intent, names, outcome=Outcome.APPLIED):
    for name in names:
        await ledger.finish(await ledger.begin(intent(username=name)), outcome, "said")


async def restore(vault, path):
    async with vault.candidate(path) as found:
        done = await vault.restore(path, KIM)
    return found, done


class TestBackup:
    async def test_it_is_one_private_file_with_every_row(self, ledger, vault, intent, tmp_path, file):
        await write(ledger, intent, ["a", "b"])
        head = await vault.back_up(tmp_path / "backup")
        assert (head, head.number) == (await vault.head(), 4)
        assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600
        assert rows(tmp_path / "backup") == rows(file)
        assert {path.name for path in tmp_path.iterdir()} == {"backup", "config", "state"}
        with closing(sqlite3.connect(tmp_path / "backup")) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)

    @pytest.mark.slow
    async def test_others_write_meanwhile_and_it_is_of_one_moment(self, folder, child, vault, tmp_path):
        writers = [child("ledger_child.py", "many", folder, f"p{name}", 60) for name in range(2)]
        made = 0
        while any(writer.poll() is None for writer in writers):
            head = await vault.back_up(tmp_path / f"backup{made}")
            found = rows(tmp_path / f"backup{made}")
            assert [row[0] for row in found] == [*range(1, head.number + 1)]
            made += 1
        assert made > 1
        assert all(writer.wait() == 0 for writer in writers)
        assert (await vault.head()).number == 240

    @pytest.mark.parametrize("kind", ["file", "folder", "link", "dangling link"])
    async def test_what_is_there_is_never_replaced(self, ledger, vault, intent, tmp_path, kind):
        await write(ledger, intent, ["a"])
        place, other = tmp_path / "backup", tmp_path / "other"
        if kind == "folder":
            place.mkdir()
        elif kind == "file":
            place.write_bytes(b"mine")
        else:
            place.symlink_to(other)
            if kind == "link":
                other.write_bytes(b"mine")
        before = sorted(tmp_path.iterdir())
        with pytest.raises(InvalidInput, match="is there already"):
            await vault.back_up(place)
        assert sorted(tmp_path.iterdir()) == before
        assert all(path.read_bytes() == b"mine" for path in (place, other) if path.is_file())

    async def test_no_folder_and_a_disk_that_refuses(self, ledger, vault, intent, tmp_path):
        await write(ledger, intent, ["a"])
        with pytest.raises(InvalidInput, match="no such folder"):
            await vault.back_up(tmp_path / "none" / "backup")
        former = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, limits[1]))
        try:
            with pytest.raises(BadConfig, match=r"backup.*(written|disk)"):
                await vault.back_up(tmp_path / "backup")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, former)
        assert {path.name for path in tmp_path.iterdir()} == {"config", "state"}
        assert (await vault.back_up(tmp_path / "backup")).number == 2

    async def test_a_file_system_without_links_takes_one_too(self, ledger, vault, intent, tmp_path, monkeypatch):
        def refuse(*_given):
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", refuse)
        await write(ledger, intent, ["a"])
        assert (await vault.back_up(tmp_path / "backup")).number == 2
        assert len(rows(tmp_path / "backup")) == 2
        assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600
        with pytest.raises(InvalidInput, match="is there already"):
            await vault.back_up(tmp_path / "backup")

    async def test_none_is_made_of_a_ledger_whose_chain_is_broken(self, ledger, vault, intent, tmp_path, file):
        await write(ledger, intent, ["a", "b"])
        await ledger.aclose()
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.executescript("DROP TRIGGER no_update; UPDATE rows SET username = 'x' WHERE number = 3")
        with pytest.raises(LedgerUnavailable, match="row 3 does not fit") as caught:
            await vault.back_up(tmp_path / "backup")
        assert "ledger restore" in caught.value.hint
        assert not (tmp_path / "backup").exists()


@pytest.fixture
async def backup(ledger, vault, intent, tmp_path):
    """A backup of two operations, one of them open; the ledger has had three more since, one of them open."""
    await write(ledger, intent, ["a"])
    await write(ledger, intent, ["b"], Outcome.UNKNOWN)
    await vault.back_up(tmp_path / "backup")
    await write(ledger, intent, ["c", "d"])
    await write(ledger, intent, ["e"], Outcome.UNKNOWN)
    return tmp_path / "backup"


class TestRestore:
    async def test_it_tells_what_is_only_in_which(self, ledger, vault, backup, folder):
        head = await vault.head()
        content = backup.read_bytes()
        found, done = await restore(vault, backup)
        assert (found.common, found.why, found.jobs) == (4, "", 0)
        assert (found.present.operations, found.present.unknown, found.present.head) == (3, 1, head)
        assert (found.backup.operations, found.backup.open) == (0, 1)
        assert done.comparison == found
        assert await names(ledger) == ["a", "b"]
        assert [entry.username for entry in await ledger.needs_you()] == ["b"]
        assert (await ledger.check()).is_whole
        assert await vault.head() == done.head
        assert (done.head.number, ledger.complaint()) == (5, "")
        assert backup.read_bytes() == content
        kept = folder / done.kept
        assert len(rows(kept)) == 10
        assert kept.stat().st_mode & 0o777 == 0o600
        assert [path.name for path in folder.glob("*ledger-*") if path.suffix == ".sqlite3"] == [done.kept]
        query = "SELECT kind, body FROM rows WHERE number = 5"
        ((kind, body),) = await ledger.run(lambda connection: list(connection.select(query)))
        assert kind == "restored"
        assert all(word in body for word in (head.text, found.backup.head.text, done.kept, '"kim"'))

    async def test_it_can_be_taken_back(self, ledger, vault, backup, intent, folder):
        before = await names(ledger)
        _found, done = await restore(vault, backup)
        await write(ledger, intent, ["new"])
        found, _again = await restore(vault, folder / done.kept)
        assert (found.present.operations, found.backup.operations, found.common) == (1, 3, 4)
        assert await names(ledger) == before
        await write(ledger, intent, ["f"])
        assert (await ledger.check()).is_whole

    async def test_where_no_ledger_is(self, vault, ledger, backup, folder):
        await ledger.aclose()
        shutil.rmtree(folder)
        found, done = await restore(vault, backup)
        assert (found.present, found.why, done.kept) == (None, "", "")
        assert await names(ledger) == ["a", "b"]
        assert (await ledger.check()).is_whole

    @pytest.mark.parametrize("damage", ["pages", "no database", "empty", "folder", "link", "log only", "broken log"])
    async def test_a_damaged_ledger_is_replaced_and_kept_as_it_is(
        self, ledger, vault, backup, folder, file, tmp_path, damage, child, intent
    ):
        await ledger.aclose()
        if damage in {"log only", "broken log"}:
            process = child("ledger_child.py", "many", folder, "p", 20)
            process.wait()
            hanging = child("ledger_child.py", "hang", folder, "set")
            hanging.stdout.readline()
            for number in range(3):
                await ledger.begin(intent(username=f"x{number}"))
            hanging.kill()
            hanging.wait()
            log = folder / "ledger.sqlite3-wal"
            content = bytearray(log.read_bytes())
            await ledger.aclose()
            content[200] ^= 1
            log.write_bytes(content)
        if damage == "pages":
            content = file.read_bytes()
            file.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))
        elif damage == "no database":
            file.write_bytes(b"no database at all" * 100)
        elif damage == "empty":
            file.write_bytes(b"")
        elif damage == "log only":
            file.unlink()
        elif damage in {"folder", "link"}:
            file.rename(tmp_path / "elsewhere")
            file.mkdir() if damage == "folder" else file.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(LedgerUnavailable):
            await ledger.begin(intent(username="x"))
        before = {path.name: path.lstat().st_ino for path in folder.glob("ledger.sqlite3*")}
        found, done = await restore(vault, backup)
        assert found.present is None
        assert found.why
        assert await names(ledger) == ["a", "b"]
        moved = folder.glob(f"{done.kept}*")
        after = {path.name.replace(done.kept, "ledger.sqlite3"): path.lstat().st_ino for path in moved}
        before.pop("ledger.sqlite3-shm", None)
        assert after.items() >= before.items()
        assert await ledger.begin(intent(username="x"))
        assert ledger.complaint() == ""

    async def test_jobs_come_along_and_none_goes_on_by_itself(self, ledger, vault, tmp_path, file):
        await ledger.check()
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            for number, state in enumerate(("running", "paused", "finished", "stopped")):
                values = (str(number), "", "", 0, "", state)
                connection.execute(
                    "INSERT INTO jobs (digest, account, time, total, body, state) VALUES (?, ?, ?, ?, ?, ?)", values
                )
        await vault.back_up(tmp_path / "backup")
        found, _done = await restore(vault, tmp_path / "backup")
        assert found.jobs == 2
        query = "SELECT state, why <> '' FROM jobs ORDER BY number"
        states = await ledger.run(lambda connection: list(connection.select(query)))
        assert states == [("paused", 1), ("paused", 1), ("finished", 0), ("stopped", 0)]

    async def test_a_raw_copy_is_taken_with_its_log(self, ledger, vault, backup, folder, tmp_path):
        raw = tmp_path / "raw"
        raw.mkdir()
        for suffix in ("", "-wal"):
            shutil.copyfile(folder / f"ledger.sqlite3{suffix}", raw / f"x{suffix}")
        assert (raw / "x-wal").stat().st_size
        kept = {path.name: path.read_bytes() for path in raw.iterdir()}
        before = await names(ledger)
        await restore(vault, backup)
        await restore(vault, raw / "x")
        assert await names(ledger) == before
        assert {path.name: path.read_bytes() for path in raw.iterdir()} == kept


@pytest.mark.parametrize(("spoilt", "words"), NO_BACKUPS.values(), ids=NO_BACKUPS)
async def test_what_is_no_sound_backup_changes_nothing(ledger, vault, backup, folder, spoilt, words):
    spoilt(backup)
    before = await vault.head()
    with pytest.raises(InvalidInput, match=words) as caught:
        await restore(vault, backup)
    assert str(backup) in caught.value.message
    assert await vault.head() == before
    assert not [*folder.glob("*ledger-re*sqlite3*")]


async def test_the_ledger_itself_is_no_backup_of_it(ledger, vault, backup, file):
    with pytest.raises(InvalidInput, match="is the ledger itself"):
        await restore(vault, file)


class TestInUse:
    async def _refused(self, vault, backup, words):
        before = await vault.head()
        with pytest.raises(RefusedHere, match=words) as caught:
            await restore(vault, backup)
        assert "nothing was changed" in caught.value.hint
        assert await vault.head() == before

    async def test_another_process_reads(self, vault, backup, child, folder, config):
        process = child("restore_child.py", "wait", folder, config, stdin=subprocess.PIPE)
        assert process.stdout.readline() == "open\n"
        await self._refused(vault, backup, "another process uses the ledger")
        process.stdin.write("\n")
        process.stdin.close()
        process.stdin = None
        process.wait()
        await restore(vault, backup)

    @pytest.mark.parametrize("stopped", [False, True])
    async def test_another_process_is_sending(self, vault, backup, child, folder, stopped):
        process = child("ledger_child.py", "hang", folder, "set")
        process.stdout.readline()
        if stopped:
            process.send_signal(signal.SIGSTOP)
        await self._refused(vault, backup, rf"uses the ledger \(process {process.pid}\)")
        process.kill()
        process.wait()
        await restore(vault, backup)

    async def test_a_job_is_running(self, vault, backup, folder):
        (folder / "jobs").mkdir()
        with (folder / "jobs" / "7.lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            await self._refused(vault, backup, "job 7 is being run")
        await restore(vault, backup)

    async def test_one_that_opens_the_ledger_meanwhile_finds_the_new_one(self, vault, backup, folder, child):
        """It waits while the file is replaced, and never writes into the one that was moved aside."""
        async with vault.candidate(backup):
            openers = [child("ledger_child.py", "many", folder, f"p{number}", 3) for number in range(4)]
            try:
                done = await vault.restore(backup, KIM)
            except RefusedHere:  # one of them was first
                done = None
        assert all(process.wait() == 0 for process in openers)
        ledger = Ledger(folder)
        found = await names(ledger)
        assert sum(name.startswith("p") for name in found) == 12
        assert (await ledger.check()).is_whole
        await ledger.aclose()
        if done is not None:
            assert not [row for row in rows(folder / done.kept) if str(row[7]).startswith("p")]


CALLS = ("rename", "unlink", "fsync", "fdatasync", "pwrite64", "flock")


@pytest.mark.slow
@pytest.mark.in_turn(6)
@pytest.mark.parametrize("turn", range(3))
@pytest.mark.parametrize("damaged", [False, True])
async def test_a_kill_leaves_the_old_ledger_or_the_new_one_and_it_is_told(
    tmp_path, folder, config, ledger, vault, backup, file, child, damaged, turn
):
    """At the n-th call that changes something on the disk, for as many n as there are; three turns take every n."""
    await ledger.aclose()
    if damaged:
        content = file.read_bytes()
        file.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))
    for part in (folder, config):
        shutil.copytree(part, tmp_path / f"pristine-{part.name}")
    old = file.read_bytes()
    told = Counter()
    for call in CALLS:
        for number in range(1 + turn, 200, 3):
            for part in (folder, config):
                shutil.rmtree(part)
                shutil.copytree(tmp_path / f"pristine-{part.name}", part)
                part.chmod(0o700)
            command = [
                "strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
                "-e", f"inject={call}:signal=SIGKILL:when={number}",
                sys.executable, str(HERE / "restore_child.py"), "restore", str(folder), str(config), str(backup),
            ]  # fmt: skip
            ran = await asyncio.to_thread(
                subprocess.run, command, input="\n", capture_output=True, text=True, check=False
            )
            assert ran.stderr == ""
            is_over = "done" in ran.stdout
            reader = Ledger(folder, receipts=config)
            try:
                found = await names(reader)
                said = reader.complaint()
            except LedgerUnavailable as error:
                assert damaged
                found, said = ["damaged"], error.message
            await reader.aclose()
            if found == ["a", "b"]:
                told["new"] += 1
                told["new, said"] += not is_over and "was restored at" in said and "by kim" in said
                (kept,) = folder.glob("ledger-replaced-*.sqlite3")
                assert damaged or len(rows(kept)) == 10
                assert not damaged or kept.read_bytes() == old
            else:
                told["old"] += 1
                assert found == (["damaged"] if damaged else ["a", "b", "c", "d", "e"])
                assert not [*folder.glob("ledger-re*.sqlite3*" if damaged else "*ledger-re*.sqlite3*")]
                told["old, said"] += "broken off before it was decided" in said
            if is_over:
                break
    assert told["new, said"] + told["old, said"] > 0
    assert told["new"] > 3
