"""Every create and every switch of every service, its answer lost before or after it was carried out: on the screen."""

from types import SimpleNamespace

import pytest

from tests.harness.clock import HurriedClock
from tests.harness.lost_answers import LOST
from tests.harness.samples import planted_for, sample
from tests.harness.waiting import soon
from tests.tui.desk import open_desk
from tui_reseller import wiring
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.provider import KEY, AtCreate, Kind
from tui_reseller.services.policy import READ_SECONDS
from tui_reseller.tui.commands import COMMANDS


@pytest.fixture
def sandbox(sandboxes):
    shared = sandboxes("lost on screen, all", customers=12)
    shared.start_anew()
    shared.advance(600)
    return shared


@pytest.fixture
def opened(sandbox, tmp_path, monkeypatch):
    """Hand out a desk at a provider of the sandbox; waiting for evidence is short."""
    monkeypatch.setattr(wiring, "SystemClock", lambda: HurriedClock(least=1))

    def made(provider):
        ready = sandbox.ready
        if provider.id.endswith("-v3"):
            ready = ready | {"base_url": sandbox.v3_base_url, "api_key": sandbox.v3_api_key}
        seen = SimpleNamespace(ready=ready, log=sandbox.log, applied=sandbox.applied)
        return open_desk(seen, tmp_path, provider=provider.id, size=(120, 50))

    return made


async def turn(desk, lost, key):
    """Turn a switch by its keys: those of the command, and a letter where it asks for which way."""
    command = next(one for one in COMMANDS if lost.operation in one.operations)
    await desk.go_to(key)
    await desk.press(*command.keys)
    if len(command.operations) > 1:
        await desk.press("d" if lost.provider.action(lost.operation).stops else "e")
    await desk.opened(lost.provider.action(lost.operation).title)
    await desk.read_then("ctrl+s")


async def open_new(desk, lost, name):
    """Open a customer with all that the form wants, or should have."""
    provider, title = lost.provider, lost.provider.action(lost.operation).title
    await desk.press("n")
    await desk.opened(title)
    for field in provider.fields:
        is_wanted = field.at_create in {AtCreate.REQUIRED, AtCreate.ADVISED} or field.is_address
        if is_wanted and not field.is_offered and field.kind is Kind.TEXT:
            text = name if field.name == KEY else f"{name}@x.example" if field.is_address else None
            desk.field(field.name).value = text or str(sample(provider, field.name, "new"))
    await desk.read_then()
    await desk.opened(f"Review {title.lower()}")
    await desk.read_then("ctrl+s")
    if provider.action(lost.operation).needs_password:
        await desk.opened("New password of")
        await desk.pilot.pause(READ_SECONDS + 0.1)
        await desk.press("shift+tab", "enter", "escape")


@pytest.mark.parametrize("lost", LOST, ids=str)
@pytest.mark.in_turn(9)
async def test_what_became_of_a_lost_answer_is_known_in_the_end(opened, sandbox, lost):
    name = key = sandbox.fresh_name()
    if not lost.creates:
        values = planted_for(lost.provider, lost.operation) | {"email": f"{name}@x.example", "region": "global"}
        sandbox.plant_person(name, **values)
        key = sandbox.held(name)["account_id"] if lost.provider.names_customers else name
    sandbox.fault(lost.fault, operation=lost.operation.value, times=1)
    async with opened(lost.provider) as desk:
        await (open_new(desk, lost, name) if lost.creates else turn(desk, lost, key))
        await soon("it needs somebody", lambda: desk.state.needs_you_count == 1)
        await soon("nothing is asked", lambda: desk.dialog is None)
        assert len(sandbox.applied()) == lost.is_applied
        await desk.press("exclamation_mark")
        await desk.opened("Needs you")
        await desk.press("enter")
        await desk.opened("UNKNOWN")
        await desk.press("c", "escape", "escape")
        await desk.told(f"{lost.due.word}: ")
        (entry,) = await desk.entries()
        assert (entry.operation, entry.outcome) == (lost.operation, lost.due)
        left = int(lost.due is Outcome.UNVERIFIABLE)
        await soon("it is said who needs somebody", lambda: desk.state.needs_you_count == left)
        assert len(sandbox.applied()) == lost.is_applied, "nothing is sent on a guess, and looking changes nothing"
