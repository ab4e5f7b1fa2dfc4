"""Somebody deletes a customer and opens another one of the same name, between any two steps of an undo, of the end of a
suspension, of a plan that is applied, of a job that is gone on with, and of looking what became of a lost answer: the
new one is sent nothing, and proves nothing.

The steps are the readings that the program makes: before each of them in turn the rival acts. What happens after the
last reading no program can see (README: "what no program can promise"). An undo and the end of a suspension read each
customer just before sending; items of a plan go by the last reading that has the customer in it.
"""

import asyncio
import itertools
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.harness import consent
from tests.harness.clock import HurriedClock
from tests.harness.sandbox import Sandbox
from tui_reseller.api.reseller_v2.client import ResellerV2
from tui_reseller.cli.entry_points import EntryPoints
from tui_reseller.cli.main import run
from tui_reseller.credentials.credentials import Credentials
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.profile import Profile, Store
from tui_reseller.domain.secret import Secret
from tui_reseller.services import listing
from tui_reseller.services.services import Services
from tui_reseller.storage.paths import Paths
from tui_reseller.wiring.services import build

PERSON = {"email": "luz@bodega.example", "first_name": "Luz", "last_name": "Marin", "city": "Vigo", "active": "true"}
OTHERS = {
    "all different": {"email": "eve@x.example", "first_name": "Eve", "last_name": "Lin"},
    "another e-mail": {"email": "eve@x.example"},
    "another first name": {"first_name": "Eve"},
    "no names": {"first_name": "", "last_name": ""},
}


@dataclass
class Desk:
    """One operator's program on a sandbox; every reading goes through a gate where a rival waits."""

    sandbox: Sandbox
    folder: Path
    readings: int = 0
    rival_at: int = -1
    rival: Callable[[], None] = lambda: None
    came: int = 0
    only: str = ""
    """The customer whose readings count; all do if empty."""
    clock: HurriedClock = field(default_factory=lambda: HurriedClock(least=1))

    def services(self, _named: str | None = None, _debug: bool = False) -> Services:
        paths = Paths(*(self.folder / name for name in ("config", "state", "cache")))
        for path in (paths.config, paths.state, paths.cache):
            path.mkdir(mode=0o700, exist_ok=True, parents=True)
        profile = Profile("acme", self.sandbox.api_user, self.sandbox.base_url, store=Store.NONE)
        credentials = Credentials()
        credentials.remember(profile, Credential(Secret(self.sandbox.api_key)))
        services = replace(build(paths, credentials), clock=self.clock)
        services.profiles.config.put(profile)
        return services

    def come(self, *asked: str) -> None:
        """A reading is about to be made: of certain customers, or of all."""
        if self.only and asked and self.only not in asked:
            return
        if self.readings == self.rival_at:
            self.rival()
        self.readings += 1

    def anew(self, step: int) -> None:
        """Begin on a folder where nothing has happened; no rival comes."""
        self.folder = self.folder.with_name(f"{self.folder.name.partition('@')[0]}@{step}")
        self.rival_at, self.only = -1, ""

    def rival_comes(self, step: int, victim: str, other: str, *, only: str = "") -> None:
        """From now on a rival waits for that reading: it deletes the customer and opens another one of its name."""

        def recycle() -> None:
            self.sandbox.control("DELETE", f"customers/{victim}")
            self.sandbox.plant_person(victim, **PERSON | OTHERS.get(other, {}) | {"active": "false"})
            self.came = self.sandbox.last_seq()

        self.readings, self.rival_at, self.rival, self.only = 0, step, recycle, only

    def __call__(self, *argv: str) -> int:
        def nothing(*_given: object) -> int:
            raise AssertionError("no screen here")

        return run([*argv, "--profile", "acme"], EntryPoints(self.services, nothing, nothing, nothing, nothing))


@pytest.fixture
def desk(tmp_path, monkeypatch, sandboxes, request) -> Desk:
    made = Desk(sandboxes("another customer", "--dialect", request.param), tmp_path)
    find, stream = ResellerV2.find, ResellerV2.stream

    async def finding(self, *asked):
        made.come(*asked)
        return await find(self, *asked)

    async def streaming(self):
        made.come()
        async for piece in stream(self):
            yield piece

    monkeypatch.setattr(ResellerV2, "find", finding)
    monkeypatch.setattr(ResellerV2, "stream", streaming)
    return made


def stopped(desk: Desk, *names: str, until: datetime | None = None) -> list[str]:
    """Stop customers as an operator does, in one go if they are several; return the ids of the operations."""

    async def work() -> list[str]:
        services = desk.services()
        session = services.open(services.profiles.get("acme"))
        batch = "job-1" if len(names) > 1 else None
        ids = []
        for name in names:
            call = Call(Operation.DISABLE, name, until=until)
            result = await consent.carry_out(session, call, reason="unpaid", batch=batch)
            assert result.outcome is Outcome.APPLIED
            ids.append(result.id)
        await session.aclose()
        await services.aclose()
        return ids

    return asyncio.run(work())


def by_undo(desk: Desk, names: list[str]) -> Callable[[], object]:
    (entry,) = stopped(desk, names[0])
    return lambda: desk("undo", entry, "--yes")


def by_undo_of_a_job(desk: Desk, names: list[str]) -> Callable[[], object]:
    stopped(desk, *names)
    return lambda: desk("undo", "job-1", "--confirm", f"{len(names)} acme")


def by_undo_on_the_screen(desk: Desk, names: list[str]) -> Callable[[], object]:
    """As the flow behind u does: with the list that the screen shows."""
    (entry_id,) = stopped(desk, names[0])

    async def work() -> None:
        services = desk.services()
        session = services.open(services.profiles.get("acme"))
        await listing.refresh_for_many(session, renew=True)
        entry = await services.ledger.get(entry_id)
        await consent.take_back(session, entry, "oops")
        await session.aclose()
        await services.aclose()

    return lambda: asyncio.run(work())


def by_due(desk: Desk, names: list[str]) -> Callable[[], object]:
    for name in names:
        stopped(desk, name, until=datetime.now(UTC) + timedelta(milliseconds=1))
    return lambda: desk("due", "--run", "--yes")


def planned(desk: Desk, names: list[str]) -> str:
    """Make a plan that starts customers who were stopped before; return its path."""
    stopped(desk, *names)
    path = str(desk.folder / "start.plan")
    begin = names[0].rpartition("-")[0]
    assert desk("plan", "new", "--filter", f"username~^{begin}-", "--action", "enable", "--out", path) == 0
    return path


def by_an_old_list(desk: Desk) -> None:
    """Let the list on disk be too old, so that there is a reading before anything is sent."""
    shutil.rmtree(desk.folder / "cache")


def by_plan(desk: Desk, names: list[str]) -> Callable[[], object]:
    path = planned(desk, names)
    by_an_old_list(desk)
    return lambda: desk("plan", "apply", path, "--confirm", f"{len(names)} acme")


def broken_off(desk: Desk, names: list[str], fault: str, **how: object) -> None:
    """Apply a plan while the service has a fault."""
    path, since = planned(desk, names), desk.sandbox.last_seq()
    desk.sandbox.fault(fault, operation="enable", times=len(names), **how)
    desk("plan", "apply", path, "--confirm", f"{len(names)} acme")
    desk.sandbox.clear()
    assert not any(desk.sandbox.times_applied(name, Operation.ENABLE, since) for name in names)
    by_an_old_list(desk)


def by_retry(desk: Desk, names: list[str]) -> Callable[[], object]:
    broken_off(desk, names, "status", code=400, shape="E1")
    return lambda: desk("job", "retry", "1", "--yes", "--confirm", f"{len(names)} acme")


def by_resume(desk: Desk, names: list[str]) -> Callable[[], object]:
    broken_off(desk, names, "status", code=401, shape="E3")
    return lambda: desk("job", "resume", "1", "--yes", "--confirm", f"{len(names)} acme")


def by_resume_of_the_lost(desk: Desk, names: list[str]) -> Callable[[], object]:
    broken_off(desk, names, "drop-before")
    return lambda: desk("job", "resume", "1", "--yes", "--confirm", f"{len(names)} acme")


FLOWS = {
    "undo": (by_undo, 1),
    "undo of a few": (by_undo_of_a_job, 3),
    "undo of many": (by_undo_of_a_job, 23),
    "undo on the screen": (by_undo_on_the_screen, 1),
    "due": (by_due, 2),
    "plan": (by_plan, 3),
    "plan of many": (by_plan, 23),
    "retry": (by_retry, 2),
    "resume": (by_resume, 2),
    "resume of the lost": (by_resume_of_the_lost, 2),
}

BY_THE_LIST = {by_plan, by_retry, by_resume, by_resume_of_the_lost}


def others_of(dialect: str) -> list[str]:
    """Where the service has ids, the same person opened anew is another customer, too."""
    return [*OTHERS, "the same person, opened anew"] if dialect == "2018" else list(OTHERS)


@pytest.mark.slow
@pytest.mark.in_turn(15)
@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize(
    ("desk", "other"), [(dialect, other) for dialect in ("seed", "2018") for other in others_of(dialect)],
    indirect=["desk"],
)  # fmt: skip
def test_the_new_customer_is_sent_nothing(desk, flow, other, capsys):
    prepare, count = FLOWS[flow]
    for step in itertools.count():
        names = [f"{flow.replace(' ', '-')}-{step}-{number}" for number in range(count)]
        for name in names:
            desk.sandbox.plant_person(name, **PERSON)
        desk.anew(step)
        act = prepare(desk, names)
        victim = names[-1]
        desk.rival_comes(step, victim, other, only=victim if prepare in BY_THE_LIST else "")
        since = desk.sandbox.last_seq()
        act()
        said = capsys.readouterr()
        if desk.readings <= step:
            break  # the rival never came: all steps are tried
        assert [row for row in desk.sandbox.log(desk.came) if row["username"] == victim] == [], (step, said)
        assert "Traceback" not in said.err
        for name in names:
            assert desk.sandbox.times_applied(name, Operation.ENABLE, since) <= 1
        _ledger_agrees(desk, victim, sent=desk.sandbox.times_applied(victim, Operation.ENABLE, since))
    assert step >= (1 if prepare in BY_THE_LIST else 2)
    assert desk.sandbox.times_applied(victim, Operation.ENABLE, since) == 1, "with nobody there it is sent"


def _ledger_agrees(desk: Desk, victim: str, sent: int) -> None:
    """One that was sent before the rival came was sent to the right customer."""

    async def work() -> None:
        services = desk.services()
        entries = await services.ledger.entries(AuditQuery(username=victim, operation=Operation.ENABLE))
        assert len([entry for entry in entries if entry.outcome is None or entry.outcome.is_applied]) == sent
        await services.aclose()

    asyncio.run(work())


@pytest.mark.slow
@pytest.mark.in_turn(5)
@pytest.mark.parametrize("fault", ["drop-before", "drop-after"])
@pytest.mark.parametrize(
    ("desk", "other"), [(dialect, other) for dialect in ("seed", "2018") for other in others_of(dialect)],
    indirect=["desk"],
)  # fmt: skip
def test_the_new_customer_proves_nothing(desk, fault, other, capsys):
    """An answer is lost, and looked for: what was applied is never called not applied, nor the other way round."""
    truth = Outcome.VERIFIED_APPLIED if fault == "drop-after" else Outcome.VERIFIED_NOT_APPLIED
    for step in itertools.count():
        victim = f"{fault}-{step}"
        desk.sandbox.plant_person(victim, **PERSON)
        desk.anew(step)
        (entry,) = lost(desk, victim, fault)
        desk.rival_comes(step, victim, other)
        since = desk.sandbox.last_seq()
        desk("verify", entry)
        assert "Traceback" not in capsys.readouterr().err
        assert desk.sandbox.log(since) == []
        outcome = outcome_of(desk, entry)
        if desk.readings <= step:
            break
        assert outcome in {Outcome.CONFLICT, Outcome.UNKNOWN, truth}, step
    assert outcome is truth, "with nobody there it is proved"
    assert step >= (1 if fault == "drop-after" else 4)


def lost(desk: Desk, victim: str, fault: str) -> list[str]:
    """Start a customer that was stopped, and lose the answer; return the id of the operation."""
    stopped(desk, victim)

    async def work() -> list[str]:
        services = desk.services()
        session = services.open(services.profiles.get("acme"))
        desk.sandbox.fault(fault, operation="enable", times=1)
        result = await consent.carry_out(session, Call(Operation.ENABLE, victim))
        assert result.outcome is Outcome.UNKNOWN
        await session.aclose()
        await services.aclose()
        return [result.id]

    return asyncio.run(work())


def outcome_of(desk: Desk, entry: str) -> Outcome | None:
    async def work() -> Outcome | None:
        services = desk.services()
        found = await services.ledger.get(entry)
        await services.aclose()
        assert found is not None
        return found.outcome

    return asyncio.run(work())
