"""A new customer of Subusers v3 with names and address on the screen: two calls, each with its outcome."""

from types import SimpleNamespace

import pytest

from tests.harness.waiting import soon
from tests.tui.desk import open_desk
from tui_reseller.domain.operation import Outcome
from tui_reseller.services.policy import READ_SECONDS


@pytest.fixture
def sandbox(sandboxes):
    shared = sandboxes("creating on screen", customers=12)
    shared.start_anew()
    return shared


@pytest.fixture
def opened(sandbox, tmp_path):
    ready = sandbox.ready | {"base_url": sandbox.ready["v3_base_url"], "api_key": sandbox.ready["v3_api_key"]}
    seen = SimpleNamespace(ready=ready, log=sandbox.log, applied=sandbox.applied)
    eu = sandbox.ready["v3_eu_base_url"]
    return lambda: open_desk(seen, tmp_path, provider="subusers-v3", eu_base_url=eu, size=(120, 50))


async def reviewed(desk, name):
    """Fill in a new customer, and open the review."""
    await desk.press("n")
    await desk.opened("New customer")
    for field, text in {"username": name, "email": f"{name}@x.example", "first_name": "Luz", "city": "Vigo"}.items():
        desk.field(field).value = text
    await desk.read_then()
    await desk.opened("Review new customer")
    for words in ("Luz", "Vigo", "second call"):
        assert words in desk.words()


async def test_names_are_set_by_a_second_call_of_one_batch(opened, sandbox):
    name = sandbox.fresh_name()
    async with opened() as desk:
        await reviewed(desk, name)
        assert sandbox.log() == []
        await desk.read_then("ctrl+s")
        await desk.applied(("create", name), ("set", name))
        await desk.opened("New password of")
        assert (sandbox.held(name)["first_name"], sandbox.held(name)["city"]) == ("Luz", "Vigo")
        entries = await desk.entries()
        assert [entry.operation.value for entry in entries] == ["set", "create"]
        assert len({entry.batch for entry in entries}) == 1


async def test_if_the_second_call_is_refused_both_are_said_and_the_password_is_shown(opened, sandbox):
    name = sandbox.fresh_name()
    async with opened() as desk:
        sandbox.fault("status", shape="no-scope", operation="set", times=1)
        await reviewed(desk, name)
        await desk.read_then("ctrl+s")
        await desk.opened("New password of")
        assert sandbox.applied() == [("create", name)]
        assert {entry.operation.value: entry.outcome for entry in await desk.entries()} == {
            "create": Outcome.APPLIED, "set": Outcome.REJECTED,
        }  # fmt: skip
        await desk.told("Rejected")
        await desk.pilot.pause(READ_SECONDS + 0.1)
        await desk.press("shift+tab", "enter", "escape")
        await soon("it is closed", lambda: desk.dialog is None)


async def test_if_it_is_not_created_the_second_call_is_not_made(opened, sandbox):
    name = sandbox.fresh_name()
    async with opened() as desk:
        sandbox.fault("status", shape="no-plan", operation="create", times=1)
        await reviewed(desk, name)
        await desk.read_then("ctrl+s")
        await desk.told("n brings back what you typed")
        assert sandbox.applied() == []
        (entry,) = await desk.entries()
        assert entry.operation.value == "create"
