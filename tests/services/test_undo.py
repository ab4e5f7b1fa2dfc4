"""Taking back: the opposite call, what newer changes forbid, batches, and never twice."""

from datetime import UTC, datetime

import pytest

from tests.harness import consent
from tests.harness.consent import carry_out
from tests.harness.v2 import ACTIONS, a_customer, changed
from tests.services.fakes import ANA, CALLS, KIM, LUZ, put_list
from tui_reseller.domain.audit import Intent, Operator
from tui_reseller.domain.changes import Change
from tui_reseller.domain.errors import AnswerLost, InvalidInput, Rejected
from tui_reseller.domain.operation import RECORDED, Call, Operation, Outcome
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.domain.switch import Switch
from tui_reseller.services import undo
from tui_reseller.services.verify import verify


async def take_back(session, words=""):
    """Undo as a front door does."""
    return [await consent.take_back(session, entry, words) for entry in await undo.last_undoable(session)]


@pytest.mark.parametrize(
    ("operation", "back"),
    [
        (Operation.ENABLE, Call(Operation.DISABLE, "ana")),
        (Operation.DISABLE, Call(Operation.ENABLE, "luz")),
        (Operation.WEBSITE_ENABLE, Call(Operation.WEBSITE_DISABLE, "luz")),
        (Operation.WEBSITE_DISABLE, Call(Operation.WEBSITE_ENABLE, "luz")),
        (Operation.SET, Call(Operation.SET, "luz", {"city": "Madrid"})),
        (Operation.EMAIL, Call(Operation.EMAIL, "luz", {"email": "luz@bodega.es"})),
        (Operation.RENAME, Call(Operation.RENAME, "lux", {"username": "luz"})),
    ],
    ids=lambda value: value.value if isinstance(value, Operation) else "",
)
async def test_what_can_be_undone_is_undone_by_its_opposite(session, service, operation, back):
    await carry_out(session, CALLS[operation])
    (entry,) = await undo.last_undoable(session)
    assert undo.opposite(entry) == back
    (result,) = await take_back(session)
    assert result.outcome is Outcome.APPLIED
    kept = {name: changed(customer, website_access=Switch.UNKNOWN) for name, customer in service.kept.items()}
    assert kept == {"luz": LUZ, "ana": ANA}


@pytest.mark.parametrize("operation", [Operation.CREATE, Operation.DELETE, Operation.PASSWORD])
async def test_what_cannot_be_undone_is_said_so_and_not_offered(session, operation):
    await carry_out(session, CALLS[operation])
    assert await undo.last_undoable(session) == []
    assert "cannot be undone" in ACTIONS[operation].cannot_undo


def test_each_write_can_either_be_undone_or_has_words_why_not():
    assert {*RECORDED} == {operation for provider in PROVIDERS.values() for operation in provider.actions}
    for provider in PROVIDERS.values():
        assert all((action.undo is None) == bool(action.cannot_undo) for action in provider.actions.values())


def test_what_a_service_has_not_it_has_words_for():
    for provider in PROVIDERS.values():
        assert {*RECORDED} == {*provider.actions, *provider.lacks}, provider.id


async def test_a_switch_that_changed_nothing_has_nothing_to_take_back(session):
    await carry_out(session, Call(Operation.ENABLE, "luz"))
    assert await undo.last_undoable(session) == []


async def test_fields_that_had_no_known_value_are_left_as_they_are(session):
    await carry_out(session, Call(Operation.SET, "luz", {"city": "Oslo", "zip": "1"}))
    (entry,) = await undo.last_undoable(session)
    assert undo.opposite(entry).fields == {"city": "Madrid"}
    await carry_out(session, Call(Operation.SET, "ana", {"zip": "1"}))
    (again,) = await undo.last_undoable(session)
    assert again == entry


@pytest.mark.parametrize("error", [Rejected("no"), AnswerLost("cut")])
async def test_only_what_was_applied_is_taken_back(session, service, error):
    await carry_out(session, CALLS[Operation.SET])
    service.before = [error]
    await carry_out(session, CALLS[Operation.ENABLE])
    (entry,) = await undo.last_undoable(session)
    assert entry.operation is Operation.SET


async def test_what_was_verified_as_applied_is_taken_back(session, service, ledger):
    service.after = [AnswerLost("cut")]
    lost = await carry_out(session, CALLS[Operation.SET])
    await verify(session, await ledger.get(lost.id))
    assert [entry.id for entry in await undo.last_undoable(session)] == [lost.id]


async def test_a_newer_change_by_somebody_else_is_not_overwritten(session, service):
    await carry_out(session, CALLS[Operation.SET])
    service.change("luz", city="Lisboa")
    (result,) = await take_back(session)
    assert result.outcome is Outcome.CONFLICT
    assert service.kept["luz"].value("city") == "Lisboa"


async def test_a_newer_change_of_another_field_does_not_stop_an_undo(session, service):
    await carry_out(session, CALLS[Operation.SET])
    service.change("luz", phone="9")
    (result,) = await take_back(session)
    assert result.outcome is Outcome.APPLIED
    assert service.kept["luz"] == changed(LUZ, phone="9")


async def test_an_undo_is_not_undone_and_the_one_before_comes_next(session, written):
    first = await carry_out(session, CALLS[Operation.SET])
    second = await carry_out(session, CALLS[Operation.EMAIL])
    assert [entry.id for entry in await undo.last_undoable(session)] == [second.id]
    await take_back(session, " wrong customer ")
    assert ((await written())[0].undoes, (await written())[0].reason) == (second.id, "wrong customer")
    assert [entry.id for entry in await undo.last_undoable(session)] == [first.id]
    await take_back(session)
    assert await undo.last_undoable(session) == []


async def test_what_is_done_again_after_an_undo_can_be_taken_back_again(session, service):
    await carry_out(session, CALLS[Operation.SET])
    await take_back(session)
    redone = await carry_out(session, CALLS[Operation.SET])
    assert [entry.id for entry in await undo.last_undoable(session)] == [redone.id]
    await take_back(session)
    assert service.kept["luz"] == LUZ


async def test_an_undo_that_was_rejected_is_offered_again(session, service):
    first = await carry_out(session, CALLS[Operation.SET])
    service.before = [Rejected("no")]
    await take_back(session)
    assert [entry.id for entry in await undo.last_undoable(session)] == [first.id]


async def test_a_batch_is_taken_back_as_one_but_for_what_was_not_applied_or_was_undone(session, service):
    service.kept = {f"u{n}": a_customer(f"u{n}", sending=Switch.ON) for n in range(4)}
    await put_list(session, service.kept.values())
    service.before = [None, Rejected("no")]
    results = [await carry_out(session, Call(Operation.DISABLE, f"u{n}"), batch="job-1") for n in range(4)]
    await consent.take_back(session, await session.ledger.get(results[3].id))
    entries = await undo.last_undoable(session)
    assert [entry.username for entry in entries] == ["u2", "u0"]
    await take_back(session)
    assert {customer.switch("sending") for customer in service.kept.values()} == {Switch.ON}
    assert await undo.last_undoable(session) == []


async def test_a_batch_larger_than_the_look_back_is_taken_back_whole(session, monkeypatch, service):
    monkeypatch.setattr(undo, "LOOK_BACK", 3)
    service.kept = {f"u{n}": a_customer(f"u{n}", sending=Switch.ON) for n in range(6)}
    await put_list(session, service.kept.values())
    for n in range(6):
        await carry_out(session, Call(Operation.DISABLE, f"u{n}"), batch="job-1")
    assert len(await undo.last_undoable(session)) == 6


async def test_what_another_person_or_another_account_did_is_not_mine_to_take_back(session, ledger):
    for operator, account in (
        (Operator("eve", "bastion"), session.account),
        (KIM, "https://elsewhere|acme-api"),
    ):
        change = (Change("city", "a", "b"),)
        entry = await ledger.begin(Intent("acme", account, Operation.SET, "luz", change, operator))
        await ledger.finish(entry, Outcome.APPLIED, "")
    assert await undo.last_undoable(session) == []


async def test_what_i_did_over_another_line_is_mine_to_take_back(session, ledger):
    over_ssh = Operator("kim", "jump", "203.0.113.9", claims={"LOGNAME": "the.boss"})
    change = (Change("city", "a", "b"),)
    entry = await ledger.begin(Intent("acme", session.account, Operation.SET, "luz", change, over_ssh))
    await ledger.finish(entry, Outcome.APPLIED, "")
    assert [found.id for found in await undo.last_undoable(session)] == [entry]


async def test_a_customer_is_compared_with_how_the_operation_left_it(session):
    await carry_out(session, CALLS[Operation.RENAME])
    (entry,) = await undo.last_undoable(session)
    assert undo.as_left(entry, changed(LUZ, username="lux")).username == "lux"
    await carry_out(session, Call(Operation.EMAIL, "lux", {"email": "x@y.es"}))
    (entry,) = await undo.last_undoable(session)
    assert undo.as_left(entry, LUZ).value("email") == "x@y.es"


@pytest.mark.parametrize("prose", ["undo of the marketing stop", "undo of {}", "undo of 0000000000 wrong"])
async def test_a_reason_is_never_taken_for_what_an_operation_takes_back(session, service, prose):
    first = await carry_out(session, CALLS[Operation.SET])
    second = await carry_out(session, CALLS[Operation.DISABLE], reason=prose.format(first.id))
    assert [entry.id for entry in await undo.last_undoable(session)] == [second.id]
    assert [result.outcome for result in await take_back(session)] == [Outcome.APPLIED]
    assert [entry.id for entry in await undo.last_undoable(session)] == [first.id]


LATER = {
    "stopped again": Call(Operation.DISABLE, "luz"),
    "stopped until": Call(Operation.DISABLE, "luz", until=datetime(2027, 1, 1, tzinfo=UTC)),
}


@pytest.mark.parametrize("later", LATER)
@pytest.mark.parametrize("who", [KIM, Operator("ben", "elsewhere", uid=7)], ids=["me", "a colleague"])
async def test_what_was_set_again_since_stands_although_it_changed_nothing(session, service, later, who):
    """Somebody wanted it so: taking the older one back would start sending against that."""
    first = await carry_out(session, CALLS[Operation.DISABLE])
    session.operator = who
    again = await carry_out(session, LATER[later], reason="spam")
    session.operator = KIM
    assert again.outcome is Outcome.ALREADY_SO
    entry = await session.ledger.get(first.id)
    sent = len(service.sent)
    result = await consent.take_back(session, entry)
    assert (result.outcome, len(service.sent)) == (Outcome.CONFLICT, sent)
    for said in ("sending was set again by", who.user, again.id, "spam"):
        assert said in result.message
    drafted = await undo.draft_undo(session, [entry], "undo of it")
    assert not drafted.plan.items
    assert again.id in drafted.refusals[0].message


async def test_what_was_taken_back_in_between_stands_in_nobodys_way(session, service):
    before = service.kept["luz"].value("city")
    first = await carry_out(session, Call(Operation.SET, "luz", {"city": "Lugo"}))
    second = await carry_out(session, Call(Operation.SET, "luz", {"city": "Vigo"}))
    await consent.take_back(session, await session.ledger.get(second.id))
    result = await consent.take_back(session, await session.ledger.get(first.id))
    assert (result.outcome, service.kept["luz"].value("city")) == (Outcome.APPLIED, before)


async def test_a_stop_stands_although_it_took_an_enable_back(session, service):
    first = await carry_out(session, CALLS[Operation.DISABLE])
    second = await carry_out(session, Call(Operation.ENABLE, "luz"))
    stop = await consent.take_back(session, await session.ledger.get(second.id))
    result = await consent.take_back(session, await session.ledger.get(first.id))
    assert (result.outcome, service.kept["luz"].switch("sending")) == (Outcome.CONFLICT, Switch.OFF)
    assert f"operation {stop.id}" in result.message


async def test_of_what_was_not_applied_nothing_can_be_taken_back(session, service):
    service.change("luz", sending=Switch.OFF)
    found = await carry_out(session, CALLS[Operation.DISABLE])
    assert found.outcome is Outcome.ALREADY_SO
    with pytest.raises(InvalidInput, match="nothing of it was applied"):
        await undo.draft_undo(session, [await session.ledger.get(found.id)], "undo")


async def test_what_we_changed_ourselves_since_does_not_make_it_another_customer(session, service):
    first = await carry_out(session, CALLS[Operation.DISABLE])
    await carry_out(session, CALLS[Operation.EMAIL])
    await carry_out(session, Call(Operation.SET, "luz", {"first_name": "Lu", "last_name": "M"}))
    assert (await consent.take_back(session, await session.ledger.get(first.id))).outcome is Outcome.APPLIED


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({"email": "eve@x.es", "first_name": "Eve", "last_name": "Lin"}, "another customer bears the name"),
        ({"email": "eve@x.es"}, "it may be another customer"),
    ],
)
async def test_another_customer_of_the_same_name_is_left_alone(session, service, others, said):
    first = await carry_out(session, CALLS[Operation.DISABLE])
    service.change("luz", **others)
    sent = len(service.sent)
    result = await consent.take_back(session, await session.ledger.get(first.id))
    assert (result.outcome, len(service.sent)) == (Outcome.CONFLICT, sent)
    assert said in result.message
