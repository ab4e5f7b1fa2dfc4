"""What became of a write whose answer was lost: by evidence only, per operation."""

import asyncio
import itertools
from datetime import timedelta

import pytest

from tests.harness.clock import NOON
from tests.harness.consent import carry_out
from tests.harness.v2 import ACTIONS, a_customer, changed, frame_from
from tests.services.fakes import ANA, CALLS, LUZ, put_list
from tui_reseller.domain.audit import Intent
from tui_reseller.domain.errors import AnswerLost, BadConfig, InvalidInput, LedgerUnavailable
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.switch import Switch
from tui_reseller.services.reconciliation import reconcile as settle_by_list
from tui_reseller.services.verify import resolve, verify

UNKNOWN, APPLIED, NOT_APPLIED = Outcome.UNKNOWN, Outcome.VERIFIED_APPLIED, Outcome.VERIFIED_NOT_APPLIED
CREATE, DELETE, RENAME = CALLS[Operation.CREATE], CALLS[Operation.DELETE], CALLS[Operation.RENAME]
SET, EMAIL = CALLS[Operation.SET], CALLS[Operation.EMAIL]
TWO = Call(Operation.SET, "luz", {"city": "Oslo", "phone": "9"})


@pytest.fixture
def lose(session, service, ledger):
    """Send a call whose answer is lost, and return its entry."""

    async def lost(call, *, applied):
        (service.after if applied else service.before).append(AnswerLost("cut"))
        result = await carry_out(session, call)
        assert result.outcome is UNKNOWN
        service.asked.clear()
        return await ledger.get(result.id)

    return lost


async def standing(ledger, entry):
    return (await ledger.get(entry.id)).outcome


VERIFIABLE = [CREATE, CALLS[Operation.ENABLE], CALLS[Operation.DISABLE], SET, EMAIL, RENAME]


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


@pytest.mark.parametrize("call", [CREATE, DELETE, SET], ids=lambda call: call.operation.value)
@pytest.mark.parametrize("knows_others", [True, False])
async def test_absence_proves_nothing_if_no_other_customer_is_found_either(
    session, service, ledger, lose, call, knows_others
):
    entry = await lose(call, applied=False)
    service.kept.clear()
    if not knows_others:
        await put_list(session, [a_customer(call.username), a_customer("")])
    outcome, words = await verify(session, entry)
    assert (outcome, await standing(ledger, entry)) == (UNKNOWN, UNKNOWN)
    assert "no other customer is found either" in words


@pytest.mark.parametrize(
    ("call", "verdict"), [(CREATE, Outcome.VERIFIED_NOT_APPLIED), (DELETE, APPLIED)], ids=["create", "delete"]
)
async def test_where_no_other_customer_is_known_a_whole_list_decides(session, service, lose, call, verdict):
    entry = await lose(call, applied=False)
    service.kept.pop(call.username, None)
    await put_list(session, [])
    assert (await verify(session, entry))[0] is verdict


async def test_a_list_that_has_the_customer_after_all_proves_no_absence(session, service, lose, monkeypatch):
    entry = await lose(DELETE, applied=False)
    await put_list(session, [])

    async def hidden(*_asked):
        return None

    monkeypatch.setattr(service, "find", hidden)
    assert (await verify(session, entry))[0] is UNKNOWN


@pytest.mark.parametrize(
    ("pieces", "words"),
    [
        ([[ANA], [a_customer("x"), LUZ]], "absent, but in the whole list of 3 customers"),
        ([[]], "no other customer is found either"),
        ([[ANA], AnswerLost("cut again")], "cut again"),
    ],
    ids=["in a later piece", "an empty list", "a list that breaks off"],
)
async def test_only_a_whole_list_with_others_in_it_proves_absence(session, service, lose, monkeypatch, pieces, words):
    entry = await lose(DELETE, applied=True)
    await put_list(session, [])
    service.pieces = [pieces] * 9
    outcome, said = await verify(session, entry)
    assert outcome is UNKNOWN
    assert words in said


async def test_a_changed_customer_that_is_no_longer_listed_was_taken_by_somebody_else(session, service, clock, lose):
    entry = await lose(SET, applied=False)
    del service.kept["luz"]
    assert (await verify(session, entry))[0] is Outcome.CONFLICT
    assert clock.passed == 60.0


async def test_a_delete_is_verified_by_absence_after_the_settle_window(session, ledger, clock, lose):
    entry = await lose(DELETE, applied=True)
    assert (await verify(session, entry))[0] is APPLIED
    assert (clock.passed, await standing(ledger, entry)) == (60.0, APPLIED)


async def test_a_customer_that_is_still_listed_does_not_prove_that_the_delete_was_not_carried_out(
    session, ledger, lose
):
    entry = await lose(DELETE, applied=False)
    outcome, words = await verify(session, entry)
    assert (outcome, await standing(ledger, entry)) == (UNKNOWN, UNKNOWN)
    assert "no proof" in words


async def test_both_names_listed_after_a_rename_is_a_conflict(session, service, lose):
    entry = await lose(RENAME, applied=True)
    service.kept["luz"] = LUZ
    outcome, words = await verify(session, entry)
    assert outcome is Outcome.CONFLICT
    assert "both names are listed" in words


@pytest.mark.parametrize("name", ["email", "first_name", "last_name"])
async def test_the_new_name_with_other_details_is_a_conflict(session, service, lose, name):
    entry = await lose(RENAME, applied=True)
    service.change("lux", **{name: "other"})
    assert (await verify(session, entry))[0] is Outcome.CONFLICT


async def test_neither_name_listed_after_a_rename_stays_unknown(session, service, ledger, lose):
    entry = await lose(RENAME, applied=False)
    service.kept.clear()
    outcome, words = await verify(session, entry)
    assert (outcome, await standing(ledger, entry)) == (UNKNOWN, UNKNOWN)
    assert "neither name" in words


async def test_a_verified_rename_moves_the_row(session, lose):
    entry = await lose(RENAME, applied=True)
    await verify(session, entry)
    assert session.customers.get("luz") is None
    assert session.customers.get("lux") == changed(LUZ, username="lux")


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


async def test_an_open_outcome_is_settled_with_a_note_and_never_counts_as_success(session, ledger, lose):
    entry = await lose(DELETE, applied=False)
    await resolve(session, entry, "  support says it is scheduled ")
    found = await ledger.get(entry.id)
    assert (found.outcome, found.message) == (Outcome.RESOLVED, "kim: support says it is scheduled")
    assert not found.outcome.is_applied
    assert await ledger.needs_you() == []


@pytest.mark.parametrize("note", ["", "  \n"])
async def test_settling_needs_a_note(session, ledger, lose, note):
    entry = await lose(DELETE, applied=False)
    with pytest.raises(InvalidInput) as caught:
        await resolve(session, entry, note)
    assert caught.value.field == "note"
    assert await standing(ledger, entry) is UNKNOWN


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


async def test_where_the_known_customer_is_gone_a_whole_list_is_read(session, service, ledger, lose):
    """R3 (c): otherwise one full list is read. The control may have been deleted by somebody else."""
    entry = await lose(CREATE, applied=False)
    del service.kept["luz"]
    service.kept |= {"kim": changed(ANA, username="kim")}
    outcome, words = await verify(session, entry)
    assert outcome is NOT_APPLIED
    assert "not in the whole list of 2 customers" in words


async def test_a_list_that_lost_many_customers_proves_no_absence(session, service, lose):
    """N54: no conclusion that somebody is missing from a list that is suspiciously small."""
    await put_list(session, [LUZ, ANA, *(changed(ANA, username=f"u{n}") for n in range(8))])
    entry = await lose(CREATE, applied=False)
    del service.kept["luz"]
    outcome, words = await verify(session, entry)
    assert outcome is UNKNOWN
    assert "no other customer is found either" in words


async def test_neither_name_is_looked_for_by_its_email_address_in_the_whole_list(session, service, clock, lose):
    entry = await lose(RENAME, applied=False)
    service.kept["else"] = changed(service.kept.pop("luz"), username="else", email="LUZ@bodega.es")
    outcome, words = await verify(session, entry)
    assert (outcome, clock.passed) == (UNKNOWN, 60.0)
    assert 'its e-mail address is, under "else"' in words
    del service.kept["else"]
    assert "its e-mail address is nowhere in the whole list of 1 customers" in (await verify(session, entry))[1]


async def test_a_verified_delete_takes_the_row_away_and_a_verified_rename_moves_what_is_known(session, ledger, lose):
    await carry_out(session, CALLS[Operation.WEBSITE_DISABLE])
    await verify(session, await lose(RENAME, applied=True))
    assert session.last_set.values == {"lux": {"website_access": False}}
    entry = await lose(Call(Operation.DELETE, "lux"), applied=True)
    assert session.customers.get("lux") is not None
    assert (await verify(session, entry))[0] is APPLIED
    assert session.customers.get("lux") is None
    assert session.last_set.values == {}


async def test_a_switch_that_was_not_turned_is_shown_again_as_it_is(session, lose):
    entry = await lose(CALLS[Operation.DISABLE], applied=False)
    assert session.customers.get("luz").switch("sending") is Switch.UNKNOWN
    await verify(session, entry)
    assert session.customers.get("luz").switch("sending") is Switch.ON


async def test_what_was_settled_while_somebody_looked_stays_settled(session, service, ledger, lose):
    entry = await lose(DELETE, applied=False)
    notes = []

    def note(_name):
        if not notes:
            notes.append(asyncio.ensure_future(resolve(session, entry, "support says it is scheduled")))

    service.when_asked = note
    outcome, words = await verify(session, entry)
    assert (outcome, words) == (Outcome.RESOLVED, "kim: support says it is scheduled")
    assert await standing(ledger, entry) is Outcome.RESOLVED


async def test_what_is_closed_is_neither_checked_nor_settled_again(session, service, ledger, lose):
    entry = await lose(SET, applied=True)
    await verify(session, entry)
    service.asked.clear()
    assert (await verify(session, entry))[0] is APPLIED
    assert service.asked == []
    with pytest.raises(InvalidInput, match="nothing to resolve"):
        await resolve(session, entry, "I know better")
    assert await standing(ledger, entry) is APPLIED


@pytest.mark.parametrize("knows", [[], [LUZ]])
async def test_a_whole_list_with_damaged_records_proves_no_absence(session, service, lose, knows):
    entry = await lose(DELETE, applied=True)
    await put_list(session, knows)
    service.kept[""] = a_customer("", email="luz@bodega.es")
    outcome, words = await verify(session, entry)
    assert outcome is UNKNOWN
    assert "records without a usable username, maybe this one" in words


@pytest.mark.parametrize("others", [0, 1, 2])
async def test_in_a_small_account_a_delete_is_verified_by_a_shorter_list(session, service, lose, others, monkeypatch):
    """Also by a whole list alone, where the question for one finds nobody; an empty one if nobody else was there."""
    entry = await lose(DELETE, applied=True)
    rest = [changed(ANA, username=f"u{n}") for n in range(others)]
    service.kept = {customer.username: customer for customer in rest}
    await put_list(session, [LUZ, *rest])

    async def nobody(*_asked):
        return None

    monkeypatch.setattr(service, "find", nobody)
    assert (await verify(session, entry))[0] is APPLIED


async def test_how_many_are_enough_is_told_by_the_last_list_on_disk_too(session, services):
    await put_list(session, [])
    incoming = session.customers.incoming()
    await incoming.add(frame_from(changed(ANA, username=f"u{n}") for n in range(11)))
    await session.snapshot.save(session.account, session.clock.now(), incoming)
    assert services.open(session.profile).held.enough_for(["u1"]) == 8.0


@pytest.mark.parametrize("others", [2, 9])
@pytest.mark.parametrize("damaged", [False, True])
@pytest.mark.parametrize("call", [CREATE, DELETE, RENAME], ids=lambda call: call.operation.value)
async def test_a_list_settles_an_absence_only_if_it_is_a_proof(session, service, ledger, lose, call, others, damaged):
    """The whole list that a job reads is asked the same: it lost many (of 12), or has damaged records."""
    rest = [changed(ANA, username=f"u{n}") for n in range(10)]
    await put_list(session, [LUZ, ANA, *rest])
    entry = await lose(call, applied=call is DELETE)
    service.kept |= {customer.username: customer for customer in rest[:others]}
    if damaged:
        service.kept[""] = a_customer("")
    found = await settle_by_list(session, [entry], lambda _words: None)
    proven = APPLIED if call is DELETE else NOT_APPLIED
    assert found == ({entry.id: proven} if others == 9 and not damaged else {})
    assert await standing(ledger, entry) is (proven if found else UNKNOWN)


@pytest.mark.parametrize(
    ("call", "applied"),
    [*itertools.product(VERIFIABLE, [True, False]), (DELETE, True)],
    ids=lambda value: value.operation.value if isinstance(value, Call) else str(value),
)
async def test_what_a_list_settles_is_in_the_list_that_is_shown(session, service, ledger, lose, call, applied):
    await put_list(session, [LUZ, ANA])
    entry = await lose(call, applied=applied)
    await settle_by_list(session, [entry], lambda _words: None)
    assert await standing(ledger, entry) is (APPLIED if applied else NOT_APPLIED)
    if call is not RENAME:
        assert session.customers.get(call.username) == service.kept.get(call.username)


async def test_only_force_closes_what_is_on_its_way_and_only_after_two_minutes(session, clock, ledger):
    intent = Intent("acme", session.account, Operation.DISABLE, "luz", (), session.operator)
    entry = await ledger.get(await ledger.begin(intent))
    clock.jumped = entry.time - NOON
    with pytest.raises(InvalidInput, match="still on its way") as refused:
        await resolve(session, entry, "the host is gone")
    assert "--force" in refused.value.hint
    clock.passed = 119
    with pytest.raises(InvalidInput, match="may be sent at any moment"):
        await resolve(session, entry, "the host is gone", is_forced=True)
    clock.passed = 120
    await resolve(session, entry, "the host is gone", is_forced=True)
    assert await standing(ledger, entry) is Outcome.RESOLVED
