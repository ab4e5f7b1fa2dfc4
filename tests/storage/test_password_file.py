"""A file of passwords: a row is whole and durable or not there, a customer has one row, a state takes no space."""

import asyncio
import os
import stat
import subprocess
import sys
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui_reseller.domain.errors import BadConfig, InvalidInput, RefusedHere
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.password import PasswordState
from tui_reseller.domain.secret import Secret
from tui_reseller.storage.password_file import HEAD, PasswordFile
from tui_reseller.storage.password_files import KEPT, PasswordFiles

PENDING, APPLIED, UNKNOWN, REFUSED = PasswordState
ODD = {'a,"b': "p1", "=1+1": "p2", "tab\there": "p3", "\u202egarcia": "p4", " ann ": 'p"5,', "": "p6", "a\\n": "p7"}


def passwords(**more):
    return {name: Secret(value) for name, value in more.items()}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new.csv"


@pytest.fixture
def opened(path):
    files = []

    def open_one(*, resume=False):
        files.append(PasswordFile(path, resume=resume))
        return files[-1]

    yield open_one
    for file in files:
        file._thread.shutdown()


async def test_what_is_kept_is_read_again_exactly(path, opened):
    file = opened()
    await file.keep({name: Secret(value) for name, value in ODD.items()}, PENDING)
    await file.set_states({"=1+1": APPLIED, "nobody": APPLIED})
    file.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == "username,password,state"
    assert "'=1+1,p2,applied" in lines
    assert "tab\\there,p3,pending" in lines
    assert len(lines) == 1 + len(ODD)
    again = opened(resume=True)
    assert {name: again.password_of(name).reveal() for name in ODD} == ODD
    assert again.states == {name: APPLIED if name == "=1+1" else PENDING for name in ODD}
    again.close()


async def test_a_customer_has_one_row_and_keeps_the_password(path, opened):
    file = opened()
    await file.keep(passwords(ann="first"), PENDING)
    await file.set_states({"ann": REFUSED})
    size = path.stat().st_size
    await file.keep(passwords(ann="second", zoe="third"), PENDING)
    assert path.read_text() == "username,password,state\nann,first,pending\nzoe,third,pending\n"
    for state in PasswordState:
        await file.set_states({"ann": state})
        assert path.read_text().splitlines()[1] == f"ann,first,{state.value}"
    assert path.stat().st_size == size + len("zoe,third,pending\n")
    file.close()


def test_the_words_for_states_fit_into_each_others_place():
    assert len({len(state.value) for state in PasswordState}) == 1


@pytest.mark.parametrize("begun", [True, False])
@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_every_outcome_has_a_state(outcome, begun):
    state = PasswordState.of(outcome, begun=begun)
    assert state is not PENDING
    assert (state is APPLIED) == (begun and outcome is not None and outcome.is_applied)
    if outcome is not None and outcome.needs_you and begun:
        assert state is UNKNOWN
    if not begun or outcome in {Outcome.REJECTED, Outcome.NOT_SENT, Outcome.VERIFIED_NOT_APPLIED}:
        assert state is REFUSED


# Opening again

ROWS = b"ann,pa-1,applied\nzoe,pa-2,pending\n"


@pytest.mark.parametrize("cut", range(len(HEAD + ROWS) + 1))
def test_a_file_cut_at_any_byte_loses_at_most_the_row_that_is_cut(path, opened, cut):
    """What was cut off was not durable, so nothing was sent with it."""
    content = (HEAD + ROWS)[:cut]
    path.write_bytes(content)
    file = opened(resume=True)
    whole = [line for line in ROWS.splitlines(keepends=True) if line.rstrip() in content]
    assert list(file.states) == [line.split(b",")[0].decode() for line in whole]
    file.close()
    assert path.read_bytes() == HEAD + b"".join(whole)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"username,password\nann,pa-1\n", 1), (b"nonsense", 1), (HEAD + b"ann,pa-1\n", 2),
        (HEAD + b"ann,pa-1,applied\nann,pa-2,applied\n", 3), (HEAD + b"ann,pa-1,applied\n\nzoe,pa-2,applied\n", 3),
        (HEAD + b"ann,pa-1,deleted\n", 2), (HEAD + b"ann,pa-1,applied\r\n", 2), (HEAD + b'ann,pa-1,"applied"\n', 2),
        (HEAD + b"\xff,pa-1,applied\n", 2), (HEAD + b"ann,pa-1,applied,x\n", 2), (HEAD + b'"ann,pa-1,applied\n', 2),
    ],
)  # fmt: skip
def test_anything_odd_is_refused_with_its_line_and_left_as_it_is(path, opened, content, line):
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=f"line {line}: "):
        opened(resume=True)
    assert path.read_bytes() == content


@pytest.mark.parametrize("at", range(8))
@pytest.mark.parametrize("before", PasswordState)
@pytest.mark.parametrize("after", PasswordState)
async def test_a_state_that_a_power_cut_left_half_changed_is_open_again(path, opened, before, after, at):
    torn = after.value[:at] + before.value[at:]
    path.write_bytes(HEAD + f"ann,pa-1,{torn}\n".encode())
    file = opened(resume=True)
    assert file.states["ann"] is (PasswordState(torn) if torn in {before.value, after.value} else PENDING)
    await file.set_states({"ann": after})
    file.close()
    assert path.read_text().endswith(f"ann,pa-1,{after.value}\n")


@pytest.mark.parametrize("kind", ["missing", "folder", "link", "fifo"])
def test_what_is_no_plain_file_is_not_gone_on_with(path, opened, kind):
    match kind:
        case "folder":
            path.mkdir()
        case "link":
            path.symlink_to("/dev/null")
        case "fifo":
            os.mkfifo(path)
    with pytest.raises(InvalidInput):
        opened(resume=True)


def test_what_is_there_is_never_written_over(path, opened):
    path.symlink_to("elsewhere")
    with pytest.raises(InvalidInput, match="there already"):
        opened()


def test_one_process_at_a_time(path, opened):
    file = opened()
    with pytest.raises(RefusedHere, match="in use by another process"):
        opened(resume=True)
    file.close()
    opened(resume=True).close()


# A disk that refuses

LIMITED = """
import asyncio, resource, sys
from pathlib import Path
from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.password import PasswordState
from tui_reseller.domain.secret import Secret
from tui_reseller.storage.password_file import HEAD, PasswordFile
async def main(folder, names):
    whole = 1000
    for size in range(len(HEAD), whole):
        path = folder / f"{size}.csv"
        file = PasswordFile(path)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        kept = []
        for name in names:
            try:
                await file.keep({name: Secret("p" * 24)}, PasswordState.PENDING)
                await file.set_states({name: PasswordState.APPLIED})
                kept.append(name)
            except BadConfig:
                pass
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        file.close()
        expected = HEAD + b"".join(f"{name},{'p' * 24},applied\\n".encode() for name in kept)
        assert path.read_bytes() == expected, (size, path.read_bytes())
        print(len(kept))
        if len(kept) == len(names):
            return
asyncio.run(main(Path(sys.argv[1]), sys.argv[2].split()))
"""


def test_a_file_that_may_not_grow_has_whole_rows_at_every_size(tmp_path):
    """The system takes a part of a row, and only then refuses: nothing of it stays."""
    names = ["ann", "zoe-longer-name", "x"]
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path), " ".join(names)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    counts = [int(line) for line in ran.stdout.split()]
    assert set(counts) == {0, 1, 2, 3}
    assert len(counts) > 100


FULL_DISK = """
import asyncio, os, subprocess, sys
from pathlib import Path
from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.password import PasswordState
from tui_reseller.domain.secret import Secret
from tui_reseller.storage.password_file import HEAD, PasswordFile
async def main(mount, width):
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(mount)], check=True)
    file = PasswordFile(mount / "new.csv")
    kept = []
    for number in range(200):
        name = f"{number}-{'x' * width}"
        try:
            await file.keep({name: Secret("p" * 24)}, PasswordState.PENDING)
        except BadConfig as error:
            assert "No space left" in error.message
            break
        kept.append(name)
    assert len(kept) < 200
    await file.set_states(dict.fromkeys(kept, PasswordState.APPLIED))  # which needs no space
    await file.keep({kept[0]: Secret("another")}, PasswordState.PENDING)
    await file.set_states({kept[0]: PasswordState.REFUSED})
    file.close()
    states = ["refused", *["applied"] * (len(kept) - 1)]
    rows = zip(kept, states, strict=True)
    expected = HEAD + b"".join(f"{name},{'p' * 24},{state}\\n".encode() for name, state in rows)
    assert file.path.read_bytes() == expected
    again = PasswordFile(file.path, resume=True)
    assert len(again.states) == len(kept)
    again.close()
    print(len(kept))
asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""
PROBE = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
HAS_NAMESPACES = subprocess.run(PROBE, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("width", range(100, 147, 9) if HAS_NAMESPACES else [])
def test_on_a_full_disk_the_rows_that_are_there_still_say_what_became_of_them(tmp_path, width):
    command = ["unshare", "-rm", sys.executable, "-c", FULL_DISK, str(tmp_path), str(width)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) > 10


async def test_nothing_more_goes_through_a_file_whose_end_is_not_known(path, opened, monkeypatch):
    """Not even the cutting off works: the only step here that is not a real disk's."""
    file = opened()

    def refuse(*_given):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refuse)
        with pytest.raises(BadConfig, match="Input/output error"):
            await file.keep(passwords(ann="pa-1"), PENDING)
    with pytest.raises(BadConfig, match="could not be written before"):
        await file.keep(passwords(ann="pa-1"), PENDING)
    assert file.states == {}
    file.close()


async def test_rows_that_are_asked_for_at_once_stand_one_behind_the_other(path, opened):
    file = opened()
    names = [f"user{number}" for number in range(40)]
    await asyncio.gather(*(file.keep(passwords(**{name: f"pa-{name}"}), PENDING) for name in names))
    file.close()
    again = opened(resume=True)
    assert {name: again.password_of(name).reveal() for name in names} == {name: f"pa-{name}" for name in names}
    again.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(st.characters(codec=None)), st.sampled_from(PasswordState), max_size=5))
def test_any_username_is_read_back_exactly(tmp_path, states):
    path = tmp_path / f"{os.urandom(8).hex()}.csv"

    async def write():
        file = PasswordFile(path)
        for name, state in states.items():
            await file.keep({name: Secret("pa-1")}, state)
        file.close()

    asyncio.run(write())
    again = PasswordFile(path, resume=True)
    assert again.states == states
    again.close()


# Files of ours


async def test_a_file_of_ours_is_left_behind_until_nobody_has_it_and_only_if_a_password_may_be_valid(tmp_path):
    files = PasswordFiles(tmp_path / "state")
    assert files.left_behind() == []
    for state in PasswordState:
        file = files.own()
        assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
        await file.keep(passwords(ann="pa-1"), state)
        assert files.left_behind() == []
        file.close()
        assert files.left_behind() == ([] if state is REFUSED else [file.path])
        old = file.path.stat().st_mtime - (KEPT + timedelta(minutes=1)).total_seconds()
        os.utime(file.path, (old, old))
        assert files.left_behind() == ([] if state is REFUSED else [file.path])
        assert file.path.exists() == (state is not REFUSED)
        file.path.unlink(missing_ok=True)


async def test_a_file_that_nobody_can_read_is_shown_to_somebody(tmp_path):
    files = PasswordFiles(tmp_path / "state")
    file = files.own()
    file.close()
    file.path.write_text("nonsense\n")
    assert files.left_behind() == [file.path]


async def test_a_job_resume_in_a_file_of_ours_that_was_delivered_but_not_in_a_lost_one_of_the_operator(tmp_path):
    files = PasswordFiles(tmp_path / "state")
    file = files.own()
    file.discard()
    assert not file.path.exists()
    again = files.again(file.path)
    assert again.states == {}
    again.discard()
    with pytest.raises(InvalidInput):
        files.again(tmp_path / "mine.csv")


async def test_a_folder_that_cannot_be_made_is_an_error_of_the_configuration(tmp_path):
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / "passwords").touch()
    with pytest.raises(BadConfig):
        PasswordFiles(tmp_path / "state").own()
