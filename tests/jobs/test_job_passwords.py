"""Whatever happens to a job that makes passwords: one row a customer, and what is applied is valid and in the file.

The truth is the service's: it is asked to let each customer in with the password that the file has.
"""

import asyncio
import itertools
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import tui_reseller
from tests.jobs.children import Child
from tests.jobs.office import Office
from tui_reseller.domain.job import JobState
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.password import PasswordState
from tui_reseller.domain.secret import Secret
from tui_reseller.services import listing, plans
from tui_reseller.services.job_passwords import Made
from tui_reseller.services.requested import RequestedChange
from tui_reseller.storage.password_file import HEAD, PasswordFile, rows_of

FULL = bool(os.environ.get("TUI_RESELLER_FULL"))
PENDING, APPLIED, UNKNOWN, REFUSED = PasswordState
CREATE, PASSWORD = Operation.CREATE, Operation.PASSWORD
PERSON = {
    "email": "neu@x.example", "first_name": "N", "last_name": "E", "address": "A", "city": "C", "state": "S",
    "zip": "1", "country": "ES", "phone": "1", "website": "x.example", "company": "C", "package": "1",
    "whitelabel": "x.example",
}  # fmt: skip
numbers = itertools.count(1)


def planted(sandbox, operation: Operation, count: int) -> list[str]:
    """Return usernames for a job; those whose password is to be changed are there already, with another."""
    mark = next(numbers)
    names = [f"pw{mark}-{number}" for number in range(count)]
    for name in names if operation is PASSWORD else ():
        sandbox.plant(name, email="a@x.example", password="oLd-pass-1")
    sandbox.start_anew()
    return names


async def made_job(office: Office, operation: Operation, names: list[str], path: Path):
    await listing.refresh_for_many(office.session, renew=True)
    wanted = [RequestedChange(Call(operation, name, PERSON if operation is CREATE else {})) for name in names]
    plan = (await plans.draft(office.session, wanted, origin="test")).plan
    return await office.jobs.add(plan, office.session.operator, "", str(path))


async def go_on(office: Office, job, given=None):
    made = office.services.passwords_of(job)
    if given:
        made = Made(made.file, given)
    try:
        return await office.run(job, passwords=made).run()
    finally:
        made.close()


def check(sandbox, path: Path, names: list[str], operation: Operation, *, is_over: bool = True) -> dict:
    """Compare the file with the service; return the states. Rows stand there once: rows_of() sees to it."""
    rows, _end = rows_of(path.read_bytes())
    assert set(rows) <= set(names)
    for name, row in rows.items():
        takes = sandbox.takes(name, row.password.reveal())
        if row.state is APPLIED:
            assert takes, f"{name} is said to have its password"
        if row.state is REFUSED:
            assert not takes, f"{name} is said not to have it"
        assert not (is_over and row.state is PENDING), name
    for entry in sandbox.log():
        name = entry["username"]
        assert entry["operation"] == operation.value
        assert name in rows, f"nobody knows the password of {name}"
        assert sandbox.takes(name, rows[name].password.reveal()), f"the file has a wrong password of {name}"
    return {name: row.state for name, row in rows.items()}


FAULTS = [
    ("rate-limit", {"retry_after": 0}), ("status", {"code": 500}), ("status", {"code": 503, "shape": "empty"}),
    ("status", {"code": 400, "shape": "E3"}), ("status", {"code": 401, "shape": "E3"}), ("drop-before", {}),
    ("drop-after", {}), ("garbage", {}), ("truncate", {"bytes": 5}),
]  # fmt: skip


@pytest.mark.in_turn(4)
@pytest.mark.parametrize("times", [1, 3, 5])
@pytest.mark.parametrize(("fault", "settings"), FAULTS, ids=str)
@pytest.mark.parametrize("operation", [CREATE, PASSWORD], ids=lambda operation: operation.value)
@pytest.mark.in_turn(7)
async def test_every_applied_row_is_valid_and_nothing_else(tmp_path, sandbox, operation, fault, settings, times):
    names = planted(sandbox, operation, 4)
    office, path = Office(tmp_path, sandbox), tmp_path / "new.csv"
    PasswordFile(path).close()
    job = await made_job(office, operation, names, path)
    sandbox.fault(fault, operation=operation.value, times=times, **settings)
    done = await go_on(office, job)
    check(sandbox, path, names, operation)
    for _ in range(4):
        if done.is_finished:
            break
        sandbox.control("DELETE", "faults")
        done = await go_on(office, await office.jobs.get(job.number))
        states = check(sandbox, path, names, operation)
    states = check(sandbox, path, names, operation)
    items = {item.item.username: item for item in await office.items(job)}
    assert states == {
        name: PasswordState.of(items[name].outcome, begun=items[name].entry is not None) for name in names
    }
    if operation is CREATE and fault != "status":
        assert set(states.values()) == {APPLIED}
    await office.aclose()


async def test_a_password_that_was_given_is_the_one_that_a_resumed_job_sends(tmp_path, sandbox):
    """The job stops at the first error; who resumes it has the file of passwords, and not the one with the wishes."""
    names = planted(sandbox, CREATE, 6)
    office, path = Office(tmp_path, sandbox), tmp_path / "new.csv"
    PasswordFile(path).close()
    job = await made_job(office, CREATE, names, path)
    given = {name: Secret(f"giVen-{name}") for name in names[::2]}
    sandbox.fault("status", code=401, shape="E3", operation="create", times=None)
    assert (await go_on(office, job, given)).state is JobState.PAUSED
    states = check(sandbox, path, names, CREATE)
    assert set(given) <= set(states)
    assert set(states.values()) == {REFUSED}
    sandbox.control("DELETE", "faults")
    done = await go_on(office, await office.jobs.get(job.number))
    assert done.is_finished, done
    assert set(check(sandbox, path, names, CREATE).values()) == {APPLIED}
    assert all(sandbox.takes(name, password.reveal()) for name, password in given.items())
    await office.aclose()


async def test_what_a_person_settles_stays_unknown(tmp_path, sandbox):
    names = planted(sandbox, PASSWORD, 1)
    office, path = Office(tmp_path, sandbox), tmp_path / "new.csv"
    PasswordFile(path).close()
    job = await made_job(office, PASSWORD, names, path)
    sandbox.fault("drop-before", operation="password")
    await go_on(office, job)
    assert check(sandbox, path, names, PASSWORD) == {names[0]: UNKNOWN}
    (entry,) = await office.services.ledger.needs_you(office.session.account)
    await office.services.ledger.finish(entry.id, Outcome.RESOLVED, "kim: looked at it")
    await go_on(office, await office.jobs.get(job.number))
    assert check(sandbox, path, names, PASSWORD) == {names[0]: UNKNOWN}
    await office.aclose()


# kill -9


@pytest.mark.slow
@pytest.mark.parametrize("operation", [CREATE, PASSWORD], ids=lambda operation: operation.value)
@pytest.mark.in_turn(2)
async def test_kills_at_random_moments_lose_no_password(tmp_path, sandbox, operation):
    chance = random.Random(4711)
    names = planted(sandbox, operation, 60)
    office, path = Office(tmp_path, sandbox), tmp_path / "new.csv"
    PasswordFile(path).close()
    job = await made_job(office, operation, names, path)
    seen = set()
    for _ in range(12):
        child = Child(tmp_path, sandbox.ready, job.number)
        is_over = child.until(chance.randint(1, 7))
        await asyncio.sleep(chance.uniform(0, 0.02))
        child.kill()
        seen |= set(check(sandbox, path, names, operation, is_over=False).values())
        if is_over:
            break
    await office.services.ledger.recover()
    done = await go_on(office, await office.jobs.get(job.number))
    states = check(sandbox, path, names, operation)
    assert set(states) == set(names)
    assert {APPLIED, PENDING} <= seen
    assert (operation is CREATE) <= done.is_finished
    assert {name for name, state in states.items() if state is not APPLIED} == {
        item.item.username for item in await office.items(job) if not item.outcome.is_applied
    }
    await office.aclose()


# A disk that is full at every byte

DISK = """
import asyncio, json, resource, sys
from pathlib import Path
from tests.jobs.office import Office
from tests.jobs.children import Served
async def main(folder, ready, number, size):
    office = Office(folder, Served(ready))
    await office.services.ledger.recover()
    job = await office.jobs.get(number)
    made = office.services.passwords_of(job)
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    done = await office.run(job, passwords=made).run()
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    made.close()
    print(json.dumps([done.state.value, done.why]))
    await office.aclose()
asyncio.run(main(Path(sys.argv[1]), json.loads(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
"""
PAD = 400
"""Rows of one KiB that make the file the largest of the job, so that the limit meets no other."""
STEP = 1 if FULL else 11


@pytest.mark.slow
@pytest.mark.in_turn(4)
@pytest.mark.parametrize("more", range(0, 3 * 47, STEP))
async def test_a_file_of_passwords_that_may_grow_by_so_many_bytes(tmp_path, sandbox, more):
    """Three customers: what does not fit whole is not sent; the job pauses, and goes on when there is space."""
    names = planted(sandbox, CREATE, 3)
    office, path = Office(tmp_path, sandbox), tmp_path / "new.csv"
    pad = "".join(f"pad{number}-{'x' * 1000},pass-1,refused\n" for number in range(PAD)).encode()
    path.write_bytes(HEAD + pad)
    job = await made_job(office, CREATE, names, path)
    largest = max(file.stat().st_size for file in tmp_path.rglob("*") if file != path and file.is_file())
    assert largest < path.stat().st_size - 200_000, "the limit would meet another file"
    arguments = [str(tmp_path), json.dumps(sandbox.ready), str(job.number), str(len(HEAD + pad) + more)]
    ran = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", DISK, *arguments], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(tui_reseller.__file__).parent.parent)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    state, why = json.loads(ran.stdout)
    content = path.read_bytes()
    assert content.startswith(HEAD + pad)
    states = check_added(sandbox, path, pad, names)
    fits = [name for name in names if name in states]
    row = len(f"{names[0]},{'p' * 24},applied\n")
    assert len(fits) == min(3, more // row)
    assert len(sandbox.log()) <= len(fits)  # one may have waited while another found the disk full
    if len(fits) < 3:
        assert (state, "File too large" in why) == ("paused", True)
    done = await go_on(office, await office.jobs.get(job.number))
    assert done.is_finished, done
    assert set(check_added(sandbox, path, pad, names).values()) == {APPLIED}
    await office.aclose()


def check_added(sandbox, path: Path, pad: bytes, names: list[str]) -> dict:
    """Check what stands behind the rows that only fill the file."""
    added = path.with_suffix(".added")
    added.write_bytes(HEAD + path.read_bytes()[len(HEAD + pad) :])
    return check(sandbox, added, names, CREATE)
