"""Suspensions with an end: what is open, and giving sending back by the same way as every write."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.harness.consent import carry_out, lift
from tests.services.fakes import LUZ
from tui_reseller.domain.audit import Intent
from tui_reseller.domain.errors import AnswerLost, InvalidInput, Rejected
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.plan import Item
from tui_reseller.domain.switch import Switch
from tui_reseller.services.suspensions import open_suspensions
from tui_reseller.services.time_input import LONGEST_AHEAD, local_text, read_end, start_of_day
from tui_reseller.services.write import ALREADY, TAKES_END

NAME = LUZ.username


@pytest.fixture
def stop(session, clock):
    """Disable sending for a customer, until so many hours from now or without an end."""

    async def stopped(hours=1, name=NAME):
        until = clock.now() + timedelta(hours=hours) if hours else None
        return await carry_out(session, Call(Operation.DISABLE, name, until=until), reason="unpaid")

    return stopped


async def found(session):
    return await open_suspensions(session.ledger, session.account)


async def test_an_end_stands_in_the_ledger_and_is_waiting_then_due(session, clock, stop):
    done = await stop()
    (one,) = await found(session)
    assert (one.entry.id, one.username, one.until) == (done.id, NAME, clock.now() + timedelta(hours=1))
    assert one.state(clock.now()) == "waiting"
    assert one.state(one.until) == "due"
    told = one.as_dict(one.until)
    assert (told["state"], told["reason"], told["replaced_by"]) == ("due", "unpaid", None)


async def test_without_an_end_nothing_is_open(session, stop):
    assert await found(session) == []
    await stop(hours=0)
    assert await found(session) == []


async def test_it_is_lifted_once(session, service, stop, written):
    await stop()
    (one,) = await found(session)
    result = await lift(session, one, "batch")
    assert result.outcome is Outcome.APPLIED
    assert service.sent[-1] == Call(Operation.ENABLE, NAME)
    entry = (await written())[0]
    assert (entry.reason, entry.batch) == (f"end of suspension {one.entry.id}", "batch")
    assert await found(session) == []


async def test_sending_that_is_on_already_is_settled_and_nothing_is_sent(session, service, stop, written):
    await stop()
    (one,) = await found(session)
    sent = len(service.sent)
    service.change(NAME, sending=LUZ.switch("sending"))
    result = await lift(session, one, "batch")
    assert (result.outcome, result.message, len(service.sent)) == (Outcome.ALREADY_SO, ALREADY, sent)
    assert [change.before for change in (await written())[0].changes] == [True]
    assert await found(session) == []


async def test_a_stop_that_came_after_the_list_was_made_is_left_alone(session, service, stop):
    await stop()
    (one,) = await found(session)
    again = await stop(hours=0)
    sent = len(service.sent)
    result = await lift(session, one, "batch")
    assert (result.outcome, result.id, len(service.sent)) == (Outcome.NOT_SENT, None, sent)
    assert again.id in result.message
    (still,) = await found(session)
    assert (still.state(still.until), still.replaced_by.id) == ("replaced", again.id)


async def test_a_refused_repeat_does_not_replace_it(session, service, stop):
    await stop()
    service.change(NAME, sending=LUZ.switch("sending"))
    service.before.append(Rejected("no"))
    await stop(hours=0)
    (one,) = await found(session)
    assert one.replaced_by is None
    service.change(NAME, sending=Switch.OFF)
    assert (await lift(session, one, "batch")).outcome is Outcome.APPLIED


async def test_a_rename_carries_it_on_and_a_delete_ends_it(session, stop):
    await stop()
    await carry_out(session, Call(Operation.RENAME, NAME, {"username": "luz.nueva"}))
    (one,) = await found(session)
    assert one.username == "luz.nueva"
    await carry_out(session, Call(Operation.DELETE, "luz.nueva"))
    assert await found(session) == []


async def test_a_stop_that_is_not_known_needs_a_person(session, service, stop, clock):
    service.after.append(AnswerLost("no answer"))
    await stop()
    (one,) = await found(session)
    assert one.state(one.until) == "needs_you"


async def test_what_stops_a_lift_stands_in_its_result(session, service, stop):
    await stop()
    (one,) = await found(session)
    session.policy.read_only = True
    assert "read-only" in (await lift(session, one, "b")).message
    session.policy.read_only = False
    del service.kept[NAME]
    result = await lift(session, one, "b")
    assert (result.outcome, "no customer" in result.message) == (Outcome.NOT_SENT, True)


def test_an_item_of_a_plan_keeps_its_end():
    until = datetime(2026, 12, 1, 8, tzinfo=UTC)
    item = Item(Operation.DISABLE, NAME, until=until)
    assert Item.from_dict(item.as_dict()) == item
    assert item.call.until == until
    assert "until" not in Item(Operation.DISABLE, NAME).as_dict()


class TestMoments:
    NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)

    @pytest.fixture(autouse=True)
    def _zone(self, monkeypatch):
        monkeypatch.setenv("TZ", "Europe/Madrid")
        time.tzset()
        yield
        monkeypatch.undo()
        time.tzset()

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("3d", NOW + timedelta(days=3)),
            (" 12H ", NOW + timedelta(hours=12)),
            ("2026-07-01", datetime(2026, 6, 30, 22, tzinfo=UTC)),
            ("2026-07-01T09:00", datetime(2026, 7, 1, 7, tzinfo=UTC)),
            ("2026-12-01 09:00", datetime(2026, 12, 1, 8, tzinfo=UTC)),
            ("2026-07-01T09:00Z", datetime(2026, 7, 1, 9, tzinfo=UTC)),
        ],
    )
    def test_an_end_is_local_unless_it_says_otherwise(self, text, expected):
        assert read_end(text, self.NOW) == expected

    @pytest.mark.parametrize("text", ["", "soon", "2026-06-30", "0s", "2026-13-01", "3651d", "9999-12-31"])
    def test_what_is_none_or_past_or_far_is_refused(self, text):
        with pytest.raises(InvalidInput, match="an end is"):
            read_end(text, self.NOW)
        assert read_end("3650d", self.NOW) == self.NOW + LONGEST_AHEAD

    def test_days_and_texts_are_of_the_clock_on_the_wall(self):
        assert start_of_day(self.NOW) == datetime(2026, 6, 29, 22, tzinfo=UTC)
        assert local_text(self.NOW) == "2026-06-30 14:00"


async def test_a_customer_who_was_off_before_gets_no_end_at_which_sending_would_start(session, service, stop):
    service.change(NAME, sending=Switch.OFF)
    result = await stop()
    assert (result.outcome, service.sent) == (Outcome.NOT_SENT, [])
    assert "is off already" in result.message
    assert await found(session) == []


async def test_another_end_of_an_open_suspension_is_written_down_and_holds(session, service, stop):
    await stop()
    (first,) = await found(session)
    sent = len(service.sent)
    longer = await stop(hours=9)
    assert (longer.outcome, len(service.sent)) == (Outcome.ALREADY_SO, sent)
    (now,) = await found(session)
    assert (now.entry.id, now.until > first.until) == (first.entry.id, True)
    assert (await lift(session, now, "b")).outcome is Outcome.APPLIED


async def test_an_older_ledgers_end_of_a_customer_who_was_off_before_starts_nothing(session, service, ledger):
    service.change(NAME, sending=Switch.OFF)
    until = session.clock.now() - timedelta(hours=1)
    intent = Intent("acme", session.account, Operation.DISABLE, NAME, (), session.operator, until=until)
    await ledger.finish(await ledger.begin(intent), Outcome.APPLIED, "success")
    (one,) = await found(session)
    result = await lift(session, one, "b")
    assert (result.outcome, service.sent) == (Outcome.NOT_SENT, [])
    assert "was not on before" in result.message


async def test_the_end_of_a_suspension_meets_another_customer_and_leaves_it_alone(session, service, stop):
    await stop()
    (one,) = await found(session)
    service.change(NAME, email="eve@x.es", first_name="Eve", last_name="Lin")
    sent = len(service.sent)
    result = await lift(session, one, "b")
    assert (result.outcome, len(service.sent)) == (Outcome.CONFLICT, sent)


async def test_a_stop_of_ours_without_an_end_may_get_one_afterwards(session, service, stop, clock):
    first = await stop(hours=0)
    sent = len(service.sent)
    again = await stop(hours=2)
    assert (again.outcome, again.message) == (Outcome.ALREADY_SO, TAKES_END)
    for hours in (5, 9):
        assert (await stop(hours=hours)).outcome is Outcome.ALREADY_SO
    (one,) = await found(session)
    assert (one.entry.id, one.until, len(service.sent)) == (first.id, clock.now() + timedelta(hours=9), sent)
    assert (await lift(session, one, "b")).outcome is Outcome.APPLIED
    assert await found(session) == []


@pytest.mark.parametrize("hours", [0, 1])
async def test_a_stop_that_was_settled_with_a_note_proves_nothing(session, service, stop, clock, ledger, hours):
    service.before.append(AnswerLost("no answer"))
    lost = await stop(hours=hours)
    await ledger.finish(lost.id, Outcome.RESOLVED, "never arrived")
    service.change(NAME, sending=Switch.OFF)
    sent = len(service.sent)
    again = await stop(hours=2)
    assert (again.outcome, len(service.sent)) == (Outcome.NOT_SENT, sent)
    for one in await found(session):
        assert one.state(clock.now() + timedelta(hours=9)) == "noted"
        result = await lift(session, one, "b")
        assert (result.outcome, len(service.sent)) == (Outcome.NOT_SENT, sent)
        assert "resolved with a note" in result.message
    assert len(await found(session)) == hours


async def test_a_note_on_a_later_stop_keeps_the_first_from_being_lifted(session, service, stop, ledger):
    await stop()
    service.change(NAME, sending=Switch.ON)
    service.before.append(AnswerLost("no answer"))
    lost = await stop(hours=0)
    await ledger.finish(lost.id, Outcome.RESOLVED, "looked at the website: it is off")
    (one,) = await found(session)
    assert one.replaced_by.id == lost.id
