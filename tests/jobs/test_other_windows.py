"""What another window did since this one looked, all of it at once."""

import pytest

from tests.harness.consent import carry_out
from tests.jobs.office import Office
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.listing import ListQuery
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.switch import Switch
from tui_reseller.services import listing, other_windows, verify


@pytest.fixture
async def here(tmp_path, sandbox):
    """A window that has its list; `elsewhere` is another on the same folders."""
    opened = Office(tmp_path, sandbox)
    await listing.refresh_for_many(opened.session)
    await opened.session.customers.query(ListQuery())
    yield opened.session
    await opened.aclose()


@pytest.fixture
async def elsewhere(office, here):
    return office.session


def somebody(session):
    return next(row for row in session.customers.window(0, 60) if row.switch("sending") is Switch.ON)


async def test_operations_on_a_new_name_follow_the_customer(here, elsewhere):
    seen = await other_windows.all_seen(here)
    name = somebody(here).username
    for call in (
        Call(Operation.RENAME, name, {"username": "renamed"}),
        Call(Operation.DISABLE, "renamed"),
        Call(Operation.RENAME, "renamed", {"username": "again"}),
        Call(Operation.SET, "again", {"city": "Vigo"}),
    ):
        assert (await carry_out(elsewhere, call)).outcome is Outcome.APPLIED
    await other_windows.take_in(here, seen)
    found = here.customers.get("again")
    assert (found.switch("sending"), found.value("city")) == (Switch.OFF, "Vigo")
    assert here.customers.get(name) is here.customers.get("renamed") is None


async def test_a_name_that_another_takes_over_is_the_other(here, elsewhere):
    seen = await other_windows.all_seen(here)
    first, second, *_ = (row for row in here.customers.window(0, 60) if row.switch("sending") is Switch.ON)
    total = here.customers.total
    for call in (
        Call(Operation.RENAME, first.username, {"username": "aside"}),
        Call(Operation.RENAME, second.username, {"username": first.username}),
        Call(Operation.DELETE, "aside"),
    ):
        assert (await carry_out(elsewhere, call)).outcome is Outcome.APPLIED
    await other_windows.take_in(here, seen)
    assert here.customers.get(first.username).value("email") == second.value("email")
    assert here.customers.get(second.username) is here.customers.get("aside") is None
    assert here.customers.total == total - 1


async def test_what_certainly_was_not_done_is_as_it_was(here, elsewhere, sandbox):
    name = somebody(here).username
    seen = await other_windows.all_seen(here)
    sandbox.fault("drop-before", operation="disable", times=1)
    assert (await carry_out(elsewhere, Call(Operation.DISABLE, name))).outcome is Outcome.UNKNOWN
    seen = await other_windows.take_in(here, seen)
    assert here.customers.get(name).switch("sending") is Switch.UNKNOWN
    entry = (await elsewhere.ledger.entries(AuditQuery(account=elsewhere.account, limit=1)))[0]
    assert (await verify.verify(elsewhere, entry))[0] is Outcome.VERIFIED_NOT_APPLIED
    await other_windows.take_in(here, seen)
    assert here.customers.get(name).switch("sending") is Switch.ON
