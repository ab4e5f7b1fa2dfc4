"""What is changed while a list is on its way, held, saved or loaded stands."""

import pytest

from tests.harness.consent import carry_out
from tests.harness.v2 import changed, frame_from
from tests.services.fakes import ANA, CALLS, LUZ, customers_in, put_list, shown
from tests.services.lists import MANY
from tui_reseller.domain.listing import ListQuery
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.switch import Switch
from tui_reseller.services import listing
from tui_reseller.services.listing import Arrived

NEW = CALLS[Operation.CREATE]
MEANWHILE = {
    "enable": ([CALLS[Operation.ENABLE]], {"ana": {"sending": True}}),
    "rename": ([CALLS[Operation.RENAME]], {"luz": None, "lux": {"city": "Madrid"}}),
    "rename and change": (
        [CALLS[Operation.RENAME], Call(Operation.SET, "lux", {"city": "Oslo"})],
        {"luz": None, "lux": {"city": "Oslo"}},
    ),
    "delete": ([CALLS[Operation.DELETE]], {"luz": None}),
    "create": ([NEW], {"neu": {"email": "neu@bodega.es", "sending": True}}),
    "create and delete": ([NEW, Call(Operation.DELETE, "neu")], {"neu": None}),
    "website": ([CALLS[Operation.WEBSITE_DISABLE]], {"luz": {"website_access": False}}),
}


def stands(customers, expected):
    found = {customer.username: customer for customer in customers}
    assert len(found) == len(customers)
    for username, values in expected.items():
        if values is None:
            assert username not in found
        else:
            assert {name: found[username].value(name) for name in values} == values


@pytest.mark.parametrize(("calls", "expected"), MEANWHILE.values(), ids=MEANWHILE)
@pytest.mark.parametrize("held", [False, True])
async def test_what_is_changed_while_a_list_is_on_its_way_stands(session, service, snapshot, calls, expected, held):
    """The list was read before the change, and would take it back."""
    if held:
        await put_list(session, [LUZ, ANA, *MANY])
    await snapshot.save(session.account, session.held.read_at, frame_from([LUZ, ANA]))
    service.pieces = [[[LUZ], [ANA]]]
    done = None
    async for event in listing.refresh(session):
        if isinstance(event, Arrived) and event.rows == 1:
            for call in calls:
                assert (await carry_out(session, call)).outcome.is_applied
        done = event
    assert done.held is held
    if held:
        done = await listing.accept(session, done)
    await session.customers.query(ListQuery())
    stands(shown(session), expected)
    stands(await customers_in(await snapshot.load(session.account)), expected)


async def test_what_is_changed_while_a_list_is_held_stands_when_it_is_accepted(session, service):
    await put_list(session, [LUZ, ANA, *MANY])
    service.pieces = [[[LUZ, ANA]]]
    done = await listing.read_all(session)
    await carry_out(session, CALLS[Operation.DISABLE])
    await listing.accept(session, done)
    assert session.customers.get("luz").switch("sending") is Switch.OFF


async def test_what_is_changed_while_a_list_is_saved_stands_on_disk_too(session, snapshot, monkeypatch):
    save = snapshot.save

    async def slow(*arguments):
        await session.held.keep(("luz", changed(LUZ, city="Lugo")))
        await save(*arguments)
        await session.held.keep(("luz", changed(LUZ, city="Oslo")))

    monkeypatch.setattr(snapshot, "save", slow)
    await listing.read_all(session)
    assert session.customers.get("luz").value("city") == "Oslo"
    found = await customers_in(await snapshot.load(session.account))
    assert [(customer.username, customer.value("city")) for customer in found] == [("luz", "Oslo"), ("ana", "Porto")]


async def test_what_is_changed_while_the_snapshot_is_loaded_stands(stored, snapshot, monkeypatch):
    load = snapshot.load

    async def slow(account):
        found = await load(account)
        await stored.held.keep(("luz", changed(LUZ, city="Oslo")))
        return found

    monkeypatch.setattr(snapshot, "load", slow)
    await listing.load(stored)
    assert stored.customers.get("luz").value("city") == "Oslo"


async def test_what_was_changed_before_a_list_was_asked_for_is_not_put_over_it(session, service):
    await carry_out(session, CALLS[Operation.DISABLE])
    service.change("luz", sending=Switch.ON, city="Lugo")
    await listing.read_all(session)
    assert session.customers.get("luz") == changed(LUZ, city="Lugo")


async def test_changes_come_back_with_the_snapshot(fresh, services):
    await listing.read_all(fresh)
    await carry_out(fresh, CALLS[Operation.RENAME])
    await carry_out(fresh, Call(Operation.WEBSITE_DISABLE, "lux"))
    later = services.open(fresh.profile)
    await listing.load(later)
    assert later.customers.get("luz") is None
    assert later.customers.get("lux") == changed(LUZ, username="lux", website_access=Switch.OFF)
