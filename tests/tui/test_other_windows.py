"""What a second window or a command does is on this screen within seconds, without a refresh."""

import pytest

from tests.harness.consent import carry_out
from tests.harness.waiting import soon
from tests.jobs.office import Office
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.switch import Switch


@pytest.fixture
async def elsewhere(tmp_path, sandbox):
    """A command of the same account, on the same folders."""
    office = Office(tmp_path, sandbox)
    yield office
    await office.aclose()


def shown(desk, name):
    return desk.main.context.session.customers.get(name)


async def test_what_a_command_did_is_in_the_list(at_desk, someone, elsewhere):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        calls = [
            Call(Operation.DISABLE, name), Call(Operation.SET, name, {"city": "Vigo"}),
            Call(Operation.WEBSITE_DISABLE, name),
        ]  # fmt: skip
        for call in calls:
            assert (await carry_out(elsewhere.session, call)).outcome is Outcome.APPLIED
        await soon("it is there", lambda: shown(desk, name).switch("website_access") is Switch.OFF)
        assert (shown(desk, name).switch("sending"), shown(desk, name).value("city")) == (Switch.OFF, "Vigo")
        await carry_out(elsewhere.session, Call(Operation.RENAME, name, {"username": f"{name}-new"}))
        await soon("it has its new name", lambda: shown(desk, f"{name}-new") is not None)
        await carry_out(elsewhere.session, Call(Operation.DELETE, f"{name}-new"))
        await soon("it is gone", lambda: shown(desk, f"{name}-new") is None)


async def test_what_is_unknown_elsewhere_is_unknown_here_until_it_is_checked(at_desk, someone, sandbox, elsewhere):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        sandbox.fault("drop-after", operation="disable", times=1)
        assert (await carry_out(elsewhere.session, Call(Operation.DISABLE, name))).outcome is Outcome.UNKNOWN
        await soon("it is unknown", lambda: shown(desk, name).switch("sending") is Switch.UNKNOWN)
        await soon("it needs the operator", lambda: name in desk.state.needs_you)
        assert (await carry_out(elsewhere.session, Call(Operation.DISABLE, name))).outcome is Outcome.APPLIED
        await soon("it is off", lambda: shown(desk, name).switch("sending") is Switch.OFF)
        await soon("nothing is open", lambda: name not in desk.state.needs_you)
