"""Read-only means that nothing is sent, whichever way a program takes: H6, A2.

The ways are found in the source of the use cases, not listed by hand: a new one without a driver here fails.
"""

import ast
import importlib
import pkgutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.workplace import CUSTOMER, Workplace
from tests.tui.desk import Sandbox
from tui_reseller import services as room
from tui_reseller.cli.doors import SandboxOptions
from tui_reseller.demo import started
from tui_reseller.domain.audit import AuditQuery, Entry
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.plan import Item, Job, Plan, touched
from tui_reseller.domain.secret import Secret
from tui_reseller.services import job_items
from tui_reseller.services.edit import save
from tui_reseller.services.guard import GuardedCustomers
from tui_reseller.services.job_passwords import Given
from tui_reseller.services.jobs import JobRun
from tui_reseller.services.session import Session
from tui_reseller.services.suspensions import Suspension, lift
from tui_reseller.services.write import carry_out, send
from tui_reseller.storage.ledger_jobs import Jobs

ROOM = "tui_reseller.services"
NEW = {name: value for name, value in CUSTOMER.items() if name != "active"}
CALLS = {
    Operation.CREATE: Call(Operation.CREATE, "neu", NEW, Secret("canary-Pass-1")),
    Operation.DELETE: Call(Operation.DELETE, "luz"),
    Operation.ENABLE: Call(Operation.ENABLE, "luz"),
    Operation.DISABLE: Call(Operation.DISABLE, "luz"),
    Operation.WEBSITE_ENABLE: Call(Operation.WEBSITE_ENABLE, "luz"),
    Operation.WEBSITE_DISABLE: Call(Operation.WEBSITE_DISABLE, "luz"),
    Operation.SET: Call(Operation.SET, "luz", {"city": "Oslo"}),
    Operation.PASSWORD: Call(Operation.PASSWORD, "luz", password=Secret("canary-Pass-1")),
    Operation.RENAME: Call(Operation.RENAME, "luz", {"username": "lux"}),
    Operation.EMAIL: Call(Operation.EMAIL, "luz", {"email": "new@bodega.example"}),
}
EVERY = [operation for operation in Operation if operation is not Operation.LIST]


# The ways, found in the source


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.AST, bool]]:
    """Yield functions and methods of a module: name within it, body, whether it is a method."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node, False
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{node.name}.{inner.name}", inner, True


class Source:
    """The functions of one module of the room, and what names in it mean."""

    def __init__(self, name: str) -> None:
        self.name = name
        module = importlib.import_module(f"{ROOM}.{name}")
        tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
        self.functions = {f"{name}.{found}": (body, method) for found, body, method in _functions(tree)}
        self.imported: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(ROOM):
                inside = (node.module or "")[len(ROOM) + 1 :]
                for alias in node.names:
                    self.imported[alias.asname or alias.name] = f"{inside}.{alias.name}" if inside else alias.name

    def used_by(self, body: ast.AST, methods: dict[str, list[str]]) -> set[str]:
        """Return the functions of the room that a body may call or hand on."""
        found: set[str] = set()
        for node in ast.walk(body):
            if isinstance(node, ast.Name):
                found |= {f"{self.name}.{node.id}", self.imported.get(node.id, "")}
            elif isinstance(node, ast.Attribute):
                owner = self.imported.get(node.value.id) if isinstance(node.value, ast.Name) else None
                found |= {f"{owner}.{node.attr}"} if owner else set(methods.get(node.attr, ()))
        return found


def ways_to_send() -> set[str]:
    """Return every public function and method of the use cases from which a write can leave."""
    sources = [Source(found.name) for found in pkgutil.iter_modules(room.__path__)]
    methods: dict[str, list[str]] = {}
    reaching: set[str] = set()
    for source in sources:
        for name, (body, is_method) in source.functions.items():
            if is_method:
                methods.setdefault(name.rpartition(".")[2], []).append(name)
            if any(isinstance(node, ast.Attribute) and node.attr == "send" for node in ast.walk(body)):
                reaching |= _with_class(name)
    grows = True
    while grows:
        before = len(reaching)
        for source in sources:
            for name, (body, _is_method) in source.functions.items():
                if source.used_by(body, methods) & reaching:
                    reaching |= _with_class(name)
        grows = len(reaching) > before
    functions = {name for source in sources for name in source.functions}
    return {name for name in reaching & functions if not any(part.startswith("_") for part in name.split("."))}


def _with_class(name: str) -> set[str]:
    """Whoever makes an object of a module's own class calls its methods, or hands it on to be called."""
    owner = name.rpartition(".")[0]
    return {name, owner} if "._" in owner else {name}


# How each is taken


async def _carry_out(session: Session, operation: Operation) -> list[Outcome]:
    return [(await carry_out(session, CALLS[operation], reason="test")).outcome]


async def _save(session: Session, _operation: Operation) -> list[Outcome]:
    loaded = Customer("luz", city="Madrid", email="luz@bodega.example")
    return [result.outcome for result in await save(session, loaded, {"city": "Oslo", "email": "x@y.example"})]


async def _planned(session: Session, operation: Operation) -> tuple[Jobs, Job, Customer | None, Given | None]:
    """Make a job of one item."""
    call = CALLS[operation]
    before = await session.find(call.username)
    item = Item(operation, call.username, call.fields, touched(operation, call.fields, before))
    now = session.clock.now()
    plan = Plan("acme", session.account, f"{operation.value} {now}", now, now, 5, [item])
    jobs = Jobs(session.ledger, session.ledger._folder)
    job = await jobs.add(plan, session.operator, "test")
    passwords = Given({call.username: call.password}) if call.password else None
    return jobs, job, before, passwords


async def _job_item(session: Session, operation: Operation) -> list[Outcome]:
    jobs, job, before, passwords = await _planned(session, operation)
    item = (await jobs.waiting(job.number, -1))[0]
    return [(await job_items.carry_out(session, job, item, before, passwords, lambda _error: None)).outcome]


async def _job(session: Session, operation: Operation) -> list[Outcome]:
    """Apply a plan of one item, as a job does it."""
    jobs, job, before, passwords = await _planned(session, operation)
    found = {before.username: before} if before else {}
    run = JobRun(session, jobs, job, passwords, present=found)
    done = await run.run()
    assert run.progress.told == 1
    return [outcome for outcome, count in done.counts.items() if outcome and count] or [run.progress.last[0].outcome]


async def _lift(session: Session, _operation: Operation) -> list[Outcome]:
    """End a suspension whose time has come."""
    now = session.clock.now()
    entry = Entry(
        "0", now, "acme", session.account, Operation.DISABLE, "luz", (), session.operator, None, "unpaid", None,
        Outcome.APPLIED, "success", until=now,
    )  # fmt: skip
    return [(await lift(session, Suspension(entry, now, "luz"), "b1")).outcome]


async def _send_prepared(session: Session, operation: Operation) -> list[Outcome]:
    """The last step before the connection, which has no check of its own."""
    with pytest.raises(RefusedHere, match="nothing was sent"):
        await send(session, CALLS[operation], await session.find("luz"), reason="test")
    return [Outcome.NOT_SENT]


async def _send(session: Session, operation: Operation) -> list[Outcome]:
    service = await session.service()
    with pytest.raises(RefusedHere, match="nothing was sent"):
        await service.send(CALLS[operation])
    return [Outcome.NOT_SENT]


DRIVERS: dict[str, Callable[[Session, Operation], Awaitable[list[Outcome]]]] = {
    "write.carry_out": _carry_out,
    "edit.save": _save,
    "job_items.carry_out": _job_item,
    "jobs.JobRun.run": _job,
    "suspensions.lift": _lift,
    "write.send": _send_prepared,
    "guard.GuardedCustomers.send": _send,
}
MODES = ["run", "profile", "locked", "expired"]


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with started(SandboxOptions(port=0, customers=5)) as ready:
        yield Sandbox(ready)


@pytest.fixture
async def read_only(running, tmp_path, capsys, monkeypatch) -> AsyncIterator[Callable[[str], Session]]:
    """Open a session that may not write, for one of four reasons."""
    running.start_anew()
    running.plant("luz", **CUSTOMER)
    opened: list[Any] = []

    def open_one(mode: str) -> Session:
        profile = {"profile": {"read_only": True}, "run": {}}.get(mode, {"protected": True})
        place = Workplace(running, tmp_path, capsys, monkeypatch, **profile)
        services = place.services()
        session = services.open(place.profile, read_only=mode == "run")
        if mode == "expired":
            session.policy.unlock(15, "ticket 7")
            place.clock.passed = 15 * 60
        opened.append((services, session))
        return session

    yield open_one
    for services, session in opened:
        await session.aclose()
        await services.aclose()


def test_every_way_to_send_has_a_driver_here():
    found = ways_to_send()
    assert found >= {"write.carry_out", "guard.GuardedCustomers.send"}, "the search itself must find what is there"
    assert found == {*DRIVERS}, "a new way to send needs a driver in this file, so that it is tried while read-only"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("way", DRIVERS)
async def test_no_way_sends_while_read_only(read_only, running, mode, way):
    session = read_only(mode)
    for operation in EVERY:
        outcomes = await DRIVERS[way](session, operation)
        assert {*outcomes} == {Outcome.NOT_SENT}, operation
    assert [row for row in running.requests() if row["operation"] != "list"] == []
    assert running.log() == []
    assert await session.ledger.entries(AuditQuery()) == [], "nothing was begun"


async def test_the_same_ways_send_when_they_may(running, read_only):
    """Otherwise the test above would prove nothing."""
    session = read_only("locked")
    session.policy.unlock(15, "ticket 7")
    for way in (_carry_out, _job):
        assert {*await way(session, Operation.DISABLE)} == {Outcome.APPLIED}
    assert await _lift(session, Operation.ENABLE) == [Outcome.NOT_SENT], "stopped again since"
    assert await (await session.service()).send(CALLS[Operation.ENABLE])
    assert Outcome.APPLIED in await _save(session, Operation.SET)


async def test_a_connection_is_made_in_one_place_and_guarded(read_only):
    makers = [
        name
        for found in pkgutil.iter_modules(room.__path__)
        for name, (body, _method) in Source(found.name).functions.items()
        for node in ast.walk(body)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "connect"
    ]
    assert makers == ["session.Session.service"]
    assert isinstance(await read_only("run").service(), GuardedCustomers)


async def test_a_profile_that_locks_itself_while_the_service_asks_to_wait_sends_no_more(read_only, running):
    """Between the check and the second try the minutes are over: the first try is told, the second is not made."""
    session = read_only("locked")
    session.policy.unlock(0.5, "ticket 7")
    running.fault("rate-limit", retry_after=30, operation="disable")
    result = await carry_out(session, CALLS[Operation.DISABLE], reason="x")
    assert result.outcome is Outcome.NOT_SENT
    assert "protected and locked" in result.message
    assert [row["verdict"] for row in running.requests() if row["operation"] != "list"] == ["faulted"]
    assert running.log() == []
    entry = (await session.ledger.entries(AuditQuery()))[0]
    assert entry.outcome is Outcome.NOT_SENT, "it is closed: the customer is not held by it"
