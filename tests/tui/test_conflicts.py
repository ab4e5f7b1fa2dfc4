"""Two people on one customer: what only one changed stands, what both changed is asked field by field, and only when
the operator comes back to it.
"""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from tests.harness.consent import carry_out
from tests.harness.waiting import soon
from tests.tui.desk import Desk, folders, open_desk
from tui_reseller.domain.audit import Operator
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.tui.widgets.inputs import Choice
from tui_reseller.wiring.services import build

BEN = Operator("ben", "bastion", "10.1.2.3")


async def edited(desk: Desk, name: str, **typed: str) -> None:
    """Open the editor, type behind what is there, and stop before the review."""
    await desk.go_to(name)
    await desk.press("enter")
    await desk.opened("Edit")
    for field, text in typed.items():
        desk.field(field).focus()
        await desk.pilot.pause()
        await desk.press("end")
        await desk.write(text)


async def sent_into_a_conflict(desk: Desk) -> None:
    """Send the edit; wait until it is told that nothing was sent."""
    await desk.read_then()
    await desk.opened("Review")
    await desk.read_then()
    await desk.told("Enter decides: keep mine, take theirs")
    assert desk.dialog is None, "an answer of the service opens no dialog"


def choices(desk: Desk) -> dict[str, str]:
    return {str(each.id).removeprefix("field-"): each.value for each in desk.app.screen.query(Choice)}


@pytest.mark.in_turn(2)
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_three_values_for_every_field_that_both_changed_and_nothing_chosen(at_desk, sandbox, someone, size):
    name = someone()
    async with at_desk(size=size) as desk:
        await edited(desk, name, city=" Sur", phone="5", email="x")
        sandbox.plant(name, city="Toledo", email="theirs@example.com", zip="45001")
        await sent_into_a_conflict(desk)
        assert sandbox.log() == []
        await desk.press("enter")
        await desk.opened("Changed meanwhile")
        assert choices(desk) == {"city": "", "email": ""}
        said = desk.words()
        for value in ('"Madrid"', '"Toledo"', '"Madrid Sur"', f'"{name[:40]}@example.com"', '"theirs@example.com"'):
            assert value in said
        await desk.read_then()
        assert "City: choose keep mine or take theirs" in desk.problem
        await desk.press("right", "enter", "right", "right")
        assert choices(desk) == {"city": "mine", "email": "theirs"}
        await desk.read_then()
        await desk.opened("Review")
        assert '"Toledo"' in desk.words()
        assert "Call 1 of 1" in desk.words()
        await desk.read_then()
        await desk.applied(("set", name))
        held = sandbox.held(name)
        assert (held["city"], held["phone"], held["zip"]) == ("Madrid Sur", "15", "45001")
        assert held["email"] == "theirs@example.com"
        assert set(sandbox.log()[0]["changes"]) == {"city", "phone"}


async def test_what_was_typed_waits_until_it_is_decided(at_desk, sandbox, someone):
    name, other = someone(), someone()
    async with at_desk() as desk:
        await edited(desk, name, city=" Sur")
        sandbox.plant(name, city="Toledo")
        await sent_into_a_conflict(desk)
        await desk.press("enter")
        await desk.opened("Changed meanwhile")
        await desk.press("escape")
        await desk.told("What you typed is kept: Enter asks again.")
        await desk.go_to(other)
        await desk.press("enter")
        await desk.opened(f'Edit "{other}"')
        await desk.press("escape")
        await desk.go_to(name)
        await desk.press("enter")
        await desk.opened("Changed meanwhile")
        assert '"Madrid Sur"' in desk.words()
        assert sandbox.log() == []


async def test_taking_theirs_everywhere_sends_nothing(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        await edited(desk, name, city=" Sur")
        sandbox.plant(name, city="Toledo")
        await sent_into_a_conflict(desk)
        await desk.press("enter")
        await desk.opened("Changed meanwhile")
        await desk.press("left")
        assert choices(desk) == {"city": "theirs"}
        await desk.read_then()
        await desk.told("Nothing is left to change, nothing was sent.")
        await desk.press("enter")
        await desk.opened("Edit")
        assert desk.field("city").value == "Toledo"
        assert sandbox.log() == []


async def test_what_changed_again_meanwhile_is_asked_again(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        await edited(desk, name, city=" Sur")
        sandbox.plant(name, city="Toledo")
        await sent_into_a_conflict(desk)
        await desk.press("enter")
        await desk.opened("Changed meanwhile")
        await desk.press("right")
        sandbox.plant(name, city="Segovia")
        await desk.read_then()
        await desk.opened("Review")
        before = len(desk.main.context.log)
        await desk.read_then()
        await soon("told again", lambda: len(desk.main.context.log) > before and "Enter decides" in desk.note)
        await desk.press("enter")
        await desk.opened("Changed meanwhile")
        assert all(value in desk.words() for value in ('"Toledo"', '"Segovia"', '"Madrid Sur"'))
        assert sandbox.log() == []


async def test_what_was_taken_back_meanwhile_needs_no_asking(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        await edited(desk, name, city=" Sur")
        sandbox.plant(name, city="Toledo")
        await sent_into_a_conflict(desk)
        sandbox.plant(name, city="Madrid")
        await desk.press("r")
        await soon("it is read again", lambda: desk.main.context.session.customers.get(name).value("city") == "Madrid")
        await desk.is_quiet()
        await desk.press("enter")
        await desk.opened("Edit")
        assert desk.field("city").value == "Madrid Sur"


async def test_an_edit_that_a_kill_left_behind_is_asked_about_if_it_was_overtaken(sandbox, tmp_path, someone):
    name = someone()
    drafts = tmp_path / "state" / "drafts"
    async with open_desk(sandbox, tmp_path) as desk:
        await edited(desk, name, city=" Sur")
        await soon("the draft is kept", lambda: drafts.is_dir() and list(drafts.iterdir()))
    sandbox.plant(name, city="Toledo", phone="999")
    async with open_desk(sandbox, tmp_path) as desk:
        await desk.told(f'An edit of "{name}" was not sent')
        await soon("it is read again", lambda: desk.main.context.session.customers.get(name).value("city") == "Toledo")
        await desk.go_to(name)
        await desk.press("enter")
        await desk.opened("Changed meanwhile")
        assert choices(desk) == {"city": ""}
        assert all(value in desk.words() for value in ('"Madrid"', '"Toledo"', '"Madrid Sur"'))
        assert sandbox.log() == []


@asynccontextmanager
async def colleague(desk: Desk, root):
    """Ben, at work in the same account of the operating system."""
    services = replace(build(folders(root), desk.services.credentials), operator=BEN)
    session = services.open(desk.main.context.session.profile)
    try:
        yield session
    finally:
        await session.aclose()
        await services.aclose()


async def test_a_colleague_of_this_machine_is_named_in_the_message_and_in_the_dialog(
    at_desk, sandbox, someone, tmp_path
):
    name = someone()
    async with at_desk(size=(120, 40)) as desk, colleague(desk, tmp_path) as bens:
        await edited(desk, name, city=" Sur")
        done = await carry_out(bens, Call(Operation.SET, name, {"city": "Toledo"}), reason="ticket 4711")
        await sent_into_a_conflict(desk)
        assert "was changed by ben from 10.1.2.3 at " in desk.note
        assert f'operation {done.id}, "ticket 4711"' in desk.note
        await desk.press("enter")
        await desk.opened("Changed meanwhile")
        assert "was changed by ben from 10.1.2.3 at " in desk.words()
        assert sandbox.applied() == [("set", name)], "Ben's"


async def test_a_change_of_address_that_met_another_can_be_made_again_once_it_was_seen(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        sandbox.plant(name, email="theirs@example.com")
        for said in ("was changed by someone else (email)", "Applied"):
            await desk.press("x", "e")
            await desk.opened("Change e-mail")
            await desk.write("mine@example.com")
            await desk.read_then()
            await desk.told(said)
        await desk.applied(("email", name))
