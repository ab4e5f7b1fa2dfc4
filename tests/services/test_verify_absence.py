"""Absence as evidence: only beside a customer that must be there, or by a whole list that is a proof."""

import itertools

import pytest

from tests.harness.consent import carry_out
from tests.harness.v2 import a_customer, changed, frame_from
from tests.services.fakes import ANA, CALLS, LUZ, put_list
from tests.services.lost import APPLIED, CREATE, DELETE, NOT_APPLIED, RENAME, SET, UNKNOWN, VERIFIABLE, standing
from tui_reseller.domain.errors import AnswerLost
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.switch import Switch
from tui_reseller.services.reconciliation import reconcile as settle_by_list
from tui_reseller.services.verify import verify


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
