"""What list and snapshot show after a write, by its outcome."""

import pytest

from tests.harness.consent import carry_out
from tests.harness.v2 import after_call, changed, frame_from
from tests.services.fakes import ANA, CALLS, LUZ, customers_in
from tests.services.writes import DISABLE, SET, WRITES
from tui_reseller.domain.errors import (
    AnswerLost,
    BadConfig,
)
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.switch import Switch


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        (CALLS[Operation.CREATE], {"neu": after_call(CALLS[Operation.CREATE], None), "luz": LUZ}),
        (CALLS[Operation.DELETE], {"luz": None}),
        (DISABLE, {"luz": changed(LUZ, sending=Switch.OFF)}),
        (CALLS[Operation.ENABLE], {"ana": changed(ANA, sending=Switch.ON)}),
        (CALLS[Operation.WEBSITE_ENABLE], {"luz": changed(LUZ, website_access=Switch.ON)}),
        (CALLS[Operation.WEBSITE_DISABLE], {"luz": changed(LUZ, website_access=Switch.OFF)}),
        (SET, {"luz": changed(LUZ, city="Oslo")}),
        (CALLS[Operation.PASSWORD], {"luz": LUZ}),
        (CALLS[Operation.RENAME], {"luz": None, "lux": changed(LUZ, username="lux")}),
        (CALLS[Operation.EMAIL], {"luz": changed(LUZ, email="new@bodega.es")}),
    ],
    ids=[operation.value for operation in (
        Operation.CREATE, Operation.DELETE, Operation.DISABLE, Operation.ENABLE, Operation.WEBSITE_ENABLE,
        Operation.WEBSITE_DISABLE, Operation.SET, Operation.PASSWORD, Operation.RENAME, Operation.EMAIL,
    )],
)  # fmt: skip
async def test_list_and_snapshot_show_what_was_applied(session, snapshot, call, shown):
    await snapshot.save(session.account, session.clock.now(), frame_from([LUZ, ANA]))
    await carry_out(session, call)
    kept = await customers_in(await snapshot.load(session.account))
    for username, customer in shown.items():
        assert session.customers.get(username) == customer
        assert next((c for c in kept if c.username == username), None) == customer


def test_a_new_customer_sends_and_its_website_access_is_not_known():
    new = after_call(CALLS[Operation.CREATE], None)
    assert (new.username, new.value("email"), new.switch("sending"), new.switch("website_access")) == (
        "neu", "neu@bodega.es", Switch.ON, Switch.UNKNOWN,
    )  # fmt: skip
    assert after_call(DISABLE, None) is None


async def test_a_disk_that_refuses_the_snapshot_does_not_make_an_applied_write_look_not_sent(
    session, service, monkeypatch
):
    async def refuse(*_arguments):
        raise BadConfig("the disk is full")

    monkeypatch.setattr(session.snapshot, "note", refuse)
    result = await carry_out(session, DISABLE)
    assert (result.outcome, result.error) == (Outcome.APPLIED, None)
    assert session.customers.get("luz").switch("sending") is Switch.OFF


@pytest.mark.parametrize(
    "call", [c for c in WRITES if c.id in {"enable", "disable", "website_enable", "website_disable"}]
)
async def test_a_switch_whose_change_is_unknown_is_shown_as_unknown(session, service, call):
    name = "website_access" if "website" in call.operation.value else "sending"
    session.last_set.values = {name: {"website_access": True} for name in ("luz", "ana")}
    service.before = [AnswerLost("cut")]
    await carry_out(session, call)
    assert session.customers.get(call.username).switch(name) is Switch.UNKNOWN


async def test_an_unknown_change_of_website_access_stays_unknown_after_the_next_reading(session, service):
    session.last_set.values = {"luz": {"website_access": True}}
    service.before = [AnswerLost("cut")]
    await carry_out(session, CALLS[Operation.WEBSITE_DISABLE])
    assert (await session.find("luz")).switch("website_access") is Switch.UNKNOWN


async def test_what_is_known_of_website_access_follows_a_rename_and_ends_with_a_delete(session):
    await carry_out(session, CALLS[Operation.WEBSITE_DISABLE])
    await carry_out(session, CALLS[Operation.RENAME])
    assert session.last_set.values == {"lux": {"website_access": False}}
    assert (await session.find("lux")).switch("website_access") is Switch.OFF
    await session.last_set.learn()
    assert session.last_set.values == {"lux": {"website_access": False}}
    await carry_out(session, Call(Operation.DELETE, "lux"))
    assert session.last_set.values == {}
