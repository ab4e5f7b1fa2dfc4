"""A create whose answer was lost, at both services of today, while other operators open customers: on the screen."""

from types import SimpleNamespace

import pytest

from tests.harness.clock import ClockOfBoth
from tests.harness.elsewhere import PRO, account_opened, subuser_opened
from tests.harness.waiting import soon
from tests.tui.desk import open_desk
from tui_reseller.domain.operation import Outcome
from tui_reseller.services.policy import READ_SECONDS
from tui_reseller.wiring import services

MAIL = "lost@x.example"


@pytest.fixture
def sandbox(sandboxes):
    shared = sandboxes("lost on screen", customers=12)
    shared.start_anew()
    shared.advance(600)
    return shared


@pytest.fixture
def opened(sandbox, tmp_path, monkeypatch):
    monkeypatch.setattr(services, "SystemClock", lambda: ClockOfBoth(sandbox, least=1))

    def made(provider):
        ready = sandbox.ready | {"base_url": sandbox.v3_base_url, "api_key": sandbox.v3_api_key}
        seen = SimpleNamespace(ready=ready, log=sandbox.log, applied=sandbox.applied)
        return open_desk(seen, tmp_path, provider=provider, size=(120, 50))

    return made


async def lose(desk, sandbox, fault, title, **fields):
    """Create a customer whose answer is lost."""
    sandbox.fault(fault, operation="create", times=1)
    await desk.press("n")
    await desk.opened(title)
    for field, text in fields.items():
        desk.field(field).value = text
    await desk.read_then()
    await desk.opened(f"Review {title.lower()}")
    await desk.read_then("ctrl+s")
    await desk.told("! says what is safe")
    sandbox.clear()


async def checked(desk):
    """Check the one open outcome by the page that says what is safe."""
    await soon("it needs somebody", lambda: desk.state.needs_you_count == 1)
    await soon("nothing is asked", lambda: desk.dialog is None)
    await desk.press("exclamation_mark")
    await desk.opened("Needs you")
    await desk.press("enter")
    await desk.opened("UNKNOWN - create")
    await desk.press("c", "escape", "escape")


async def test_a_lost_account_is_found_again(opened, sandbox):
    async with opened("accounts-v3") as desk:
        await lose(desk, sandbox, "drop-after", "New account", package=PRO, email=MAIL)
        ((_, account),) = sandbox.applied()
        await checked(desk)
        await desk.told("Applied (verified): create")
        await soon("nothing needs you", lambda: desk.state.needs_you_count == 0)
        (entry,) = await desk.entries()
        assert (entry.outcome, entry.given) == (Outcome.VERIFIED_APPLIED, account)
        await soon("it is in the list", lambda: desk.row_of(account) is not None)
        assert len(sandbox.applied()) == 1


async def test_among_five_of_the_same_minute_nobody_is_guessed(opened, sandbox):
    async with opened("accounts-v3") as desk:
        for _ in range(2):
            account_opened(sandbox, MAIL)
        await lose(desk, sandbox, "drop-after", "New account", package=PRO, email=MAIL)
        for _ in range(2):
            account_opened(sandbox, MAIL)
        await checked(desk)
        await desk.told("Cannot be checked: create")
        (entry,) = await desk.entries()
        assert entry.outcome is Outcome.UNVERIFIABLE
        assert not any(text.count("annot be checked") > 1 for _, text in desk.main.context.log)
        assert all(account in entry.message for _, account in sandbox.applied())
        assert desk.state.needs_you_count == 1


async def test_an_account_of_somebody_else_is_not_taken_for_ours(opened, sandbox):
    async with opened("accounts-v3") as desk:
        await lose(desk, sandbox, "drop-before", "New account", package=PRO, email=MAIL)
        theirs = account_opened(sandbox, "other@x.example")
        await checked(desk)
        await desk.told("Cannot be checked: create")
        (entry,) = await desk.entries()
        assert (entry.outcome, theirs in entry.message) == (Outcome.UNVERIFIABLE, True)


async def test_a_lost_subuser_is_found_again_among_those_of_others(opened, sandbox):
    name = sandbox.fresh_name()
    async with opened("subusers-v3") as desk:
        subuser_opened(sandbox, f"{name}0", f"{name}@x.example")
        await lose(desk, sandbox, "drop-after", "New customer", username=name, email=f"{name}@x.example")
        await desk.opened("New password of")
        await desk.pilot.pause(READ_SECONDS + 0.1)
        await desk.press("shift+tab", "enter", "escape")
        await checked(desk)
        await desk.told("Applied (verified): create")
        await soon("nothing needs you", lambda: desk.state.needs_you_count == 0)
        assert sandbox.applied().count(("create", name)) == 1
