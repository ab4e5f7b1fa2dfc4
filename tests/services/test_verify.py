"""What a lost answer has become: by readings that are evidence, and those that are none."""

from datetime import timedelta

import pytest

from tests.harness.consent import carry_out
from tests.harness.v2 import ACTIONS, a_customer
from tests.services.fakes import ANA, CALLS, LUZ, put_list
from tests.services.lost import APPLIED, CREATE, DELETE, EMAIL, NOT_APPLIED, SET, TWO, UNKNOWN, VERIFIABLE, standing
from tui_reseller.domain.errors import AnswerLost, BadConfig, LedgerUnavailable
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.switch import Switch
from tui_reseller.services.verify import verify


@pytest.mark.parametrize("call", VERIFIABLE, ids=lambda call: call.operation.value)
async def test_presence_as_wanted_is_evidence_at_once(session, service, ledger, clock, lose, call):
    entry = await lose(call, applied=True)
    outcome, _words = await verify(session, entry)
    assert (outcome, await standing(ledger, entry)) == (APPLIED, APPLIED)
    assert clock.passed == 0
    after = service.kept.get(call.fields.get("username", call.username))
    assert session.customers.get(after.username) == after


@pytest.mark.parametrize("call", VERIFIABLE, ids=lambda call: call.operation.value)
async def test_what_is_as_before_is_evidence_only_after_the_settle_window(session, ledger, clock, lose, call):
    entry = await lose(call, applied=False)
    outcome, _words = await verify(session, entry)
    assert (outcome, await standing(ledger, entry)) == (NOT_APPLIED, NOT_APPLIED)
    assert clock.passed == 60.0


async def test_who_was_created_before_proves_nothing_of_a_second_create(session, ledger, lose):
    first = await carry_out(session, CREATE)
    assert first.outcome is Outcome.APPLIED
    entry = await lose(CREATE, applied=False)
    outcome, words = await verify(session, entry)
    assert (outcome, "it was there before" in words) == (Outcome.CONFLICT, True)


async def test_who_was_deleted_and_created_again_is_evidence(session, ledger, lose):
    assert (await carry_out(session, CREATE)).outcome is Outcome.APPLIED
    assert (await carry_out(session, Call(Operation.DELETE, CREATE.username))).outcome is Outcome.APPLIED
    entry = await lose(CREATE, applied=True)
    assert (await verify(session, entry))[0] is APPLIED


async def test_the_readings_are_at_0_2_10_and_60_seconds(session, service, clock, lose):
    entry = await lose(SET, applied=False)
    moments = []
    service.when_asked = lambda _name: moments.append(clock.passed)
    await verify(session, entry)
    assert moments == [0.0, 2.0, 10.0, 60.0]


@pytest.mark.parametrize("jump", [70, 365 * 86400, -365 * 86400])
async def test_all_four_readings_are_made_whatever_the_clock_on_the_wall_says(session, clock, lose, monkeypatch, jump):
    entry = await lose(SET, applied=False)
    now = clock.now
    monkeypatch.setattr(clock, "now", lambda: now() + timedelta(seconds=jump))
    outcome, words = await verify(session, entry)
    assert (outcome, clock.passed) == (NOT_APPLIED, 60.0)
    assert words.startswith("read back 4 times, ")


async def test_a_write_that_is_carried_out_late_is_seen_in_a_later_reading(session, service, clock, lose):
    entry = await lose(CALLS[Operation.DISABLE], applied=False)
    service.when_asked = lambda _name: clock.passed >= 10 and service.change("luz", sending=Switch.OFF)
    assert (await verify(session, entry))[0] is APPLIED
    assert clock.passed == 10.0


async def test_readings_that_disagree_prove_nothing(session, service, ledger, clock, lose):
    entry = await lose(SET, applied=False)
    service.when_asked = lambda _name: clock.passed >= 10 and service.change("luz", city="Lisboa")
    outcome, words = await verify(session, entry)
    assert (outcome, await standing(ledger, entry)) == (UNKNOWN, UNKNOWN)
    assert "disagree" in words
    assert clock.passed == 10.0


@pytest.mark.parametrize("at", [0, 1, 3])
async def test_a_reading_that_fails_proves_nothing(session, service, ledger, lose, at):
    entry = await lose(SET, applied=False)
    service.reads = [None] * at + [AnswerLost("cut again")] * 4
    outcome, words = await verify(session, entry)
    assert (outcome, await standing(ledger, entry)) == (UNKNOWN, UNKNOWN)
    assert words == "still unknown: the reading failed (cut again)"


async def test_some_fields_as_wanted_and_some_as_before_is_partly_applied(session, service, ledger, lose):
    entry = await lose(TWO, applied=False)
    service.change("luz", city="Oslo")
    assert (await verify(session, entry))[0] is Outcome.PARTIAL
    assert await standing(ledger, entry) is Outcome.PARTIAL


async def test_neither_as_before_nor_as_wanted_is_somebody_else(session, service, ledger, lose):
    entry = await lose(TWO, applied=False)
    service.change("luz", city="Lisboa", phone="9")
    assert (await verify(session, entry))[0] is Outcome.CONFLICT
    assert await standing(ledger, entry) is Outcome.CONFLICT


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("shown", [Switch.ON, Switch.OFF])
@pytest.mark.parametrize("call", VERIFIABLE[1:], ids=lambda call: call.operation.value)
async def test_another_customer_of_that_name_proves_nothing_of_this_one(
    session, service, ledger, lose, call, shown, applied
):
    """Whatever it shows: it was opened after the one that was meant had gone."""
    entry = await lose(call, applied=applied)
    service.kept.clear()
    service.kept[call.username] = a_customer(
        call.username, email="eve@x.example", first_name="Eve", last_name="Lin", sending=shown
    )
    outcome, words = await verify(session, entry)
    assert outcome is Outcome.CONFLICT
    assert "another customer bears the name by now" in words
    assert await standing(ledger, entry) is Outcome.CONFLICT


async def test_what_others_did_to_fields_that_were_not_sent_is_no_conflict(session, service, lose):
    entry = await lose(SET, applied=True)
    service.change("luz", phone="9")
    assert (await verify(session, entry))[0] is APPLIED


async def test_a_change_without_a_visible_difference_cannot_be_checked(session, clock, lose):
    entry = await lose(Call(Operation.SET, "ana", {"city": "Porto "}), applied=False)
    outcome, words = await verify(session, entry)
    assert outcome is Outcome.UNVERIFIABLE
    assert "no visible difference" in words


@pytest.mark.parametrize("before", [Switch.OFF, Switch.UNKNOWN])
@pytest.mark.parametrize("applied", [True, False])
async def test_a_switch_that_shows_neither_on_nor_off_cannot_be_checked(session, service, lose, before, applied):
    service.change("ana", sending=before)
    entry = await lose(CALLS[Operation.ENABLE], applied=applied)
    service.change("ana", sending=Switch.UNKNOWN)
    assert (await verify(session, entry))[0] is Outcome.UNVERIFIABLE


@pytest.mark.parametrize(
    ("shown", "outcome"),
    [("new@BODEGA.es", APPLIED), ("New@bodega.es", Outcome.CONFLICT), ("luz@Bodega.ES", NOT_APPLIED),
     (None, Outcome.CONFLICT)],
)  # fmt: skip
async def test_an_email_is_compared_without_the_case_of_its_domain_only(session, service, lose, shown, outcome):
    entry = await lose(EMAIL, applied=False)
    service.change("luz", email=shown)
    assert (await verify(session, entry))[0] is outcome


@pytest.mark.parametrize("name", ["email", "first_name", "last_name"])
async def test_a_new_name_that_is_listed_with_another_identity_may_not_be_ours(session, service, clock, lose, name):
    entry = await lose(CREATE, applied=True)
    service.change("neu", **{name: "other"})
    outcome, words = await verify(session, entry)
    assert (outcome, clock.passed) == (Outcome.CONFLICT, 0)
    assert "maybe not by us" in words


async def test_a_new_customer_is_ours_also_if_the_service_stores_an_address_in_another_form(session, service, lose):
    entry = await lose(CREATE, applied=True)
    service.change("neu", phone="+34 1", country="Spain")
    assert (await verify(session, entry))[0] is APPLIED


async def test_absence_is_asked_together_with_a_customer_that_must_be_there(session, service, lose):
    entry = await lose(CREATE, applied=False)
    await verify(session, entry)
    assert service.asked == ["neu", "luz"] * 4


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize(
    "operation",
    [Operation.PASSWORD, Operation.WEBSITE_ENABLE, Operation.WEBSITE_DISABLE],
    ids=lambda operation: operation.value,
)
async def test_what_the_service_never_tells_cannot_be_checked(
    session, service, ledger, clock, lose, operation, applied
):
    entry = await lose(CALLS[operation], applied=applied)
    outcome, words = await verify(session, entry)
    assert (outcome, await standing(ledger, entry)) == (Outcome.UNVERIFIABLE, Outcome.UNVERIFIABLE)
    assert (service.asked, clock.slept) == ([], [])
    assert ("old and new password" in words) == (operation is Operation.PASSWORD)


@pytest.mark.parametrize("call", [*VERIFIABLE, DELETE], ids=lambda call: call.operation.value)
async def test_verifying_sends_no_write(session, service, lose, call):
    entry = await lose(call, applied=False)
    sent = list(service.sent)
    await verify(session, entry)
    assert service.sent == sent


async def test_a_locked_profile_may_be_verified(session, lose):
    entry = await lose(SET, applied=True)
    session.policy.read_only = True
    assert (await verify(session, entry))[0] is APPLIED


async def test_after_a_verdict_the_customer_may_be_written_again(session, lose):
    entry = await lose(SET, applied=False)
    assert (await carry_out(session, SET)).outcome is Outcome.NOT_SENT
    await verify(session, entry)
    assert (await carry_out(session, SET)).outcome is Outcome.APPLIED


async def test_evidence_counts_also_if_the_snapshot_cannot_be_written(session, ledger, monkeypatch, lose):
    async def refuse(*_arguments):
        raise BadConfig("the disk is full")

    entry = await lose(SET, applied=True)
    monkeypatch.setattr(session.snapshot, "note", refuse)
    assert (await verify(session, entry))[0] is APPLIED
    assert await standing(ledger, entry) is APPLIED


async def test_evidence_that_cannot_be_written_down_is_said(session, monkeypatch, lose):
    async def refuse(*_arguments, **_named):
        raise LedgerUnavailable("the disk is full")

    entry = await lose(SET, applied=True)
    monkeypatch.setattr(session.ledger, "finish", refuse)
    with pytest.raises(LedgerUnavailable):
        await verify(session, entry)


async def test_the_list_may_show_another_customer_first(session, service, lose):
    await put_list(session, [ANA, LUZ])
    entry = await lose(CREATE, applied=False)
    await verify(session, entry)
    assert service.asked[1] == "ana"


async def test_the_verdict_names_when_was_read_and_what(session, ledger, lose):
    """R6: time, values and the row as read stand in the audit log."""
    entry = await lose(TWO, applied=False)
    _outcome, words = await verify(session, entry)
    said = (await ledger.get(entry.id)).message
    assert said == words
    assert said.startswith("read back 4 times, 2026-03-04 12:00:00Z to 2026-03-04 12:01:00Z: as before: ")
    for part in ('city "Madrid"', 'phone "1"', "(row "):
        assert part in said
    other = await lose(EMAIL, applied=True)
    assert (await verify(session, other))[1].startswith("read back at 2026-03-04 12:01:00Z: as wanted: email ")


@pytest.mark.parametrize(
    "call", [c for c in CALLS.values() if ACTIONS[c.operation].is_checkable], ids=lambda c: c.operation.value
)
@pytest.mark.parametrize("applied", [True, False])
async def test_no_evidence_holds_a_secret(session, ledger, lose, call, applied):
    entry = await lose(call, applied=applied)
    await verify(session, entry)
    assert "canary" not in (await ledger.get(entry.id)).message


async def test_what_was_seen_without_becoming_evidence_is_written_down_too(session, ledger, lose):
    entry = await lose(DELETE, applied=False)
    await verify(session, entry)
    found = await ledger.get(entry.id)
    assert (found.outcome, found.message.startswith("read back 4 times")) == (UNKNOWN, True)
    assert "still unknown, it is listed" in found.message


@pytest.mark.parametrize(
    ("wanted", "shown", "outcome", "words"),
    [
        ("Oslo ", "Oslo", APPLIED, "stored differently"),
        ("Oslo", "OSLO", APPLIED, "stored differently"),
        ("", None, APPLIED, "stored differently"),
        ("x" * 100, "x" * 100, APPLIED, "as wanted"),
        ("Madrid ", "Madrid", Outcome.UNVERIFIABLE, "no visible difference"),
        ("MADRID", "Madrid", NOT_APPLIED, "as before"),
        ("Oslo", "Bergen", Outcome.CONFLICT, "neither"),
    ],
)
async def test_details_are_compared_as_the_service_may_store_them(
    session, service, lose, wanted, shown, outcome, words
):
    """D22: blanks around may go, the case may; what then proves nothing is said to prove nothing."""
    entry = await lose(Call(Operation.SET, "luz", {"city": wanted}), applied=False)
    service.change("luz", city=shown)
    found, said = await verify(session, entry)
    assert found is outcome
    assert words in said


async def test_a_field_that_proves_nothing_does_not_spoil_one_that_does(session, service, lose):
    entry = await lose(Call(Operation.SET, "luz", {"city": "Madrid ", "phone": "9"}), applied=False)
    service.change("luz", phone="9")
    assert (await verify(session, entry))[0] is APPLIED
