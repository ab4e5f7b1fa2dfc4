"""What every ledger does, on whatever database: what is written, what is refused while something is open, what stands
afterwards. A class for an adapter inherits it and gives `open_ledger`.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.harness.v2 import ACTIONS, REPEATABLE
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.changes import Change
from tui_reseller.domain.errors import Conflict, LedgerUnavailable, RefusedHere
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.storage.ledger.rules import WITHDRAWN

NEEDING = [outcome for outcome in Outcome if outcome.needs_you]
CLOSED = [outcome for outcome in Outcome if not outcome.needs_you]


async def done(ledger, wanted, outcome=Outcome.APPLIED, message="said"):
    entry = await ledger.begin(wanted)
    await ledger.finish(entry, outcome, message)
    return entry


class LedgerContract:
    """Open_ledger(now=...) returns a new, empty ledger; what it has opened is closed after the test."""

    @pytest.fixture
    def ledger(self, open_ledger):
        return open_ledger()

    async def test_an_entry_tells_everything_that_was_written(self, ledger, intent):
        before = {"username": "user1", "sending": True, "extra": {"id": "7"}}
        wanted = intent(before=before, reason="moved", batch="b1")
        entry = await ledger.begin(wanted)
        in_flight = await ledger.get(entry)
        assert in_flight.outcome is None
        assert in_flight.settled_at is None
        await ledger.finish(entry, Outcome.UNKNOWN, "no answer")
        await ledger.finish(entry, Outcome.VERIFIED_APPLIED, "seen in the list")
        found = await ledger.get(entry)
        assert (found.username, found.account, found.operation) == (wanted.username, wanted.account, wanted.operation)
        assert (found.changes, found.operator, found.before) == (wanted.changes, wanted.operator, before)
        assert (found.reason, found.batch, found.profile) == ("moved", "b1", "acme")
        assert (found.outcome, found.message) == (Outcome.VERIFIED_APPLIED, "seen in the list")
        assert found.settled_at >= found.time
        assert abs(datetime.now(UTC) - found.time) < timedelta(minutes=1)

    async def test_a_customer_is_found_under_the_key_that_the_service_gave(self, ledger, intent):
        account = "accounts-v3|https://api.example.com/v3|boss"
        opened = await ledger.begin(intent(Operation.CREATE, username="new:1", account=account))
        other = await ledger.begin(intent(Operation.CREATE, username="new:2", account=account))
        await ledger.finish(opened, Outcome.APPLIED, "opened", target="acc|7é", is_answer=True)
        await ledger.finish(other, Outcome.REJECTED, "no")
        stopped = await done(ledger, intent(Operation.DISABLE, username="acc|7é", account=account))
        for query in (AuditQuery(username="acc|7é"), AuditQuery(account=account, username="acc|7é")):
            assert [entry.id for entry in await ledger.entries(query)] == [stopped, opened]
        assert [entry.id for entry in await ledger.entries(AuditQuery(username="new:2"))] == [other]
        assert await ledger.entries(AuditQuery(account="other", username="acc|7é")) == []
        found = await ledger.get(opened)
        assert (found.username, found.given, found.customer) == ("new:1", "acc|7é", "acc|7é")
        assert found.as_dict()["username"] == "acc|7é"
        assert (await ledger.get(other)).customer == "new:2"
        assert (await ledger.check()).is_whole

    async def test_ids_are_short_unique_and_sort_by_time_even_if_the_clock_goes_back(self, open_ledger, intent):
        moments = iter([datetime(2026, 1, 1, tzinfo=UTC), datetime(2025, 6, 1, tzinfo=UTC)])
        now = [datetime(2026, 1, 1, tzinfo=UTC)]
        ledger = open_ledger(now=lambda: now[0])
        ids = []
        for number in range(40):
            now[0] = next(moments, now[0])
            ids.append(await ledger.begin(intent(username=f"u{number}")))
        assert ids == sorted(set(ids))
        assert all(len(entry) == 10 and entry.isalnum() for entry in ids)

    async def test_an_id_may_be_typed_as_it_is_read_aloud(self, ledger, intent):
        entry = await ledger.begin(intent())
        spoken = f" {entry.upper().replace('0', 'O').replace('1', 'l')} "
        assert (await ledger.get(spoken)).id == entry
        assert await ledger.get("nothing") is None
        with pytest.raises(LedgerUnavailable, match="no operation"):
            await ledger.finish("nothing", Outcome.APPLIED, "")

    @pytest.mark.parametrize("name", ["half \ud800", "\udcff", "nul \0", 'quote " \\ %_', "日本", "", "\x1b]0;x\x07"])
    async def test_any_name_survives(self, ledger, intent, name):
        wanted = intent(username=name, before={"username": name}, reason=name, batch=name, account=name)
        entry = await done(ledger, wanted, message=name)
        found = await ledger.get(entry)
        assert (found.username, found.reason, found.batch, found.account, found.message) == (name,) * 5
        assert found.before == {"username": name}
        assert [e.id for e in await ledger.entries(AuditQuery(username=name, account=name, batch=name))] == [entry]
        assert (await ledger.check()).is_whole

    @pytest.mark.parametrize("field", ["password", "Password_confirmation"])
    async def test_a_password_is_never_written(self, ledger, intent, field):
        wanted = intent(Operation.PASSWORD)
        object.__setattr__(wanted, "changes", (Change(field, None, "canary-hunter2"),))
        with pytest.raises(ValueError, match="password"):
            await ledger.begin(wanted)
        with pytest.raises(ValueError, match="password"):
            await ledger.begin(intent(before={"password": "canary-hunter2"}))
        assert await ledger.entries(AuditQuery()) == []

    @pytest.mark.parametrize("outcome", NEEDING)
    async def test_an_open_outcome_locks_the_customer_and_says_which(self, ledger, intent, outcome):
        entry = await done(ledger, intent(), outcome)
        with pytest.raises(RefusedHere) as caught:
            await ledger.begin(intent(Operation.DELETE))
        for word in ("set", '"user1"', "kim", "must be settled first", outcome.word.lower()):
            assert word in caught.value.message
        assert entry in caught.value.hint
        await ledger.begin(intent(Operation.DELETE, username="user2"))
        await ledger.begin(intent(Operation.DELETE, account="https://elsewhere|acme"))

    @pytest.mark.parametrize("outcome", CLOSED)
    async def test_a_closed_outcome_locks_nothing(self, ledger, intent, outcome):
        await done(ledger, intent(), outcome)
        await ledger.begin(intent(Operation.DELETE))

    @pytest.mark.parametrize("outcome", CLOSED)
    @pytest.mark.parametrize("later", [Outcome.UNKNOWN, Outcome.VERIFIED_APPLIED])
    async def test_what_is_closed_stays_closed(self, ledger, intent, outcome, later):
        entry = await done(ledger, intent(), outcome, "the first word")
        await ledger.finish(entry, later, "a check that began before")
        found = await ledger.get(entry)
        assert (found.outcome, found.message) == (outcome, "the first word")
        assert (await ledger.check()).rows == 2

    @pytest.mark.parametrize("answer", [Outcome.APPLIED, Outcome.REJECTED, Outcome.NOT_SENT])
    async def test_an_answer_after_a_note_says_what_the_note_left_open(self, ledger, intent, answer):
        entry = await done(ledger, intent(), Outcome.RESOLVED, "kim: the host is gone")
        await ledger.finish(entry, answer, "said", is_answer=True)
        found = await ledger.get(entry)
        assert (found.outcome, "after it was resolved" in found.message) == (answer, True)

    @pytest.mark.parametrize("answer", Outcome)
    @pytest.mark.parametrize("closed", [Outcome.VERIFIED_APPLIED, Outcome.VERIFIED_NOT_APPLIED])
    async def test_an_answer_that_contradicts_what_was_read_needs_a_person(self, ledger, intent, closed, answer):
        entry = await done(ledger, intent(), closed, "read")
        await ledger.finish(entry, answer, "said", is_answer=True)
        found = await ledger.get(entry)
        is_certain = answer.is_applied or answer.is_certainly_not
        if is_certain and answer.is_applied != closed.is_applied:
            assert found.outcome is Outcome.UNVERIFIABLE
            assert answer.word.lower() in found.message
            assert closed.word.lower() in found.message
            assert [entry.id for entry in await ledger.needs_you()] == [found.id]
        else:
            assert (found.outcome, found.message) == (closed, "read")

    async def test_what_is_in_flight_locks_even_its_own_repeat(self, ledger, intent):
        await ledger.begin(intent(Operation.ENABLE))
        with pytest.raises(RefusedHere, match="being sent just now"):
            await ledger.begin(intent(Operation.ENABLE))

    async def test_a_rename_is_locked_by_both_names_and_locks_both(self, ledger, intent):
        await done(ledger, intent(username="taken"), Outcome.UNKNOWN)
        with pytest.raises(RefusedHere, match="taken"):
            await ledger.begin(intent(Operation.RENAME, "old", new="taken"))
        await done(ledger, intent(Operation.RENAME, "old", new="new"), Outcome.UNKNOWN)
        for name in ("old", "new"):
            with pytest.raises(RefusedHere, match="rename"):
                await ledger.begin(intent(username=name))

    @pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.UNVERIFIABLE])
    @pytest.mark.parametrize("operation", [operation for operation, action in ACTIONS.items() if action.is_repeatable])
    async def test_a_harmless_repeat_is_let_through_and_supersedes(self, ledger, intent, operation, outcome):
        first = await done(ledger, intent(operation), outcome)
        second = await done(ledger, intent(operation), Outcome.UNKNOWN)
        assert {entry.id for entry in await ledger.needs_you()} == {first, second}
        third = await done(ledger, intent(operation))
        for older in (first, second):
            found = await ledger.get(older)
            assert (found.outcome, found.message) == (Outcome.RESOLVED, f"superseded by {third}, applied")
        assert await ledger.needs_you() == []

    @pytest.mark.parametrize("later", [Outcome.VERIFIED_APPLIED, Outcome.VERIFIED_NOT_APPLIED])
    async def test_of_two_open_repeats_one_reading_does_not_prove_both(self, ledger, intent, later):
        first = await done(ledger, intent(Operation.DISABLE), Outcome.UNKNOWN)
        second = await done(ledger, intent(Operation.DISABLE), Outcome.UNKNOWN)
        await ledger.finish(first, Outcome.VERIFIED_APPLIED, "it is off", is_observed=True)
        found = await ledger.get(first)
        assert (found.outcome, second in found.message) == (Outcome.UNKNOWN, True)
        await ledger.finish(second, later, "it was read again", is_observed=True)
        await ledger.finish(first, Outcome.VERIFIED_APPLIED, "it is off", is_observed=True)
        applied = {entry.id for entry in await ledger.entries(AuditQuery()) if entry.outcome.is_applied}
        assert applied == {second if later is Outcome.VERIFIED_APPLIED else first}
        assert await ledger.needs_you() == []

    @pytest.mark.parametrize("outcome", [Outcome.CONFLICT, Outcome.PARTIAL])
    async def test_a_repeat_is_refused_where_somebody_else_may_have_changed_it(self, ledger, intent, outcome):
        await done(ledger, intent(Operation.ENABLE), outcome)
        with pytest.raises(RefusedHere):
            await ledger.begin(intent(Operation.ENABLE))

    async def test_the_opposite_switch_and_a_harmful_repeat_are_refused(self, ledger, intent):
        await done(ledger, intent(Operation.ENABLE), Outcome.UNKNOWN)
        with pytest.raises(RefusedHere):
            await ledger.begin(intent(Operation.DISABLE))
        await done(ledger, intent(Operation.CREATE, "newcomer"), Outcome.UNKNOWN)
        with pytest.raises(RefusedHere):
            await ledger.begin(intent(Operation.CREATE, "newcomer"))

    async def test_a_rejected_repeat_closes_nothing(self, ledger, intent):
        first = await done(ledger, intent(Operation.PASSWORD), Outcome.UNKNOWN)
        await done(ledger, intent(Operation.PASSWORD), Outcome.REJECTED)
        assert [entry.id for entry in await ledger.needs_you()] == [first]

    async def test_entries_are_newest_first_and_filtered(self, ledger, intent, account):
        first = await done(ledger, intent(batch="b"))
        renamed = await done(ledger, intent(Operation.RENAME, "user1", new="user9"), Outcome.REJECTED)
        other = await done(ledger, intent(account="other"), Outcome.UNKNOWN)
        found = {
            "all": (AuditQuery(), [other, renamed, first]),
            "limit": (AuditQuery(limit=2), [other, renamed]),
            "account": (AuditQuery(account=account), [renamed, first]),
            "new name": (AuditQuery(username="user9"), [renamed]),
            "operation": (AuditQuery(operation=Operation.RENAME), [renamed]),
            "outcome": (AuditQuery(outcome=Outcome.UNKNOWN), [other]),
            "batch": (AuditQuery(batch="b"), [first]),
            "profile": (AuditQuery(profile="nobody"), []),
            "since": (AuditQuery(since=datetime.now(UTC) + timedelta(hours=1)), []),
            "since before": (AuditQuery(since=datetime.now(UTC) - timedelta(hours=1)), [other, renamed, first]),
            "wildcards": (AuditQuery(username="user%"), []),
        }
        for name, (query, expected) in found.items():
            assert [entry.id for entry in await ledger.entries(query)] == expected, name

    async def test_needs_you_is_oldest_first_by_account(self, ledger, intent, account):
        ids = [await done(ledger, intent(username=f"u{n}"), outcome) for n, outcome in enumerate(NEEDING)]
        elsewhere = await done(ledger, intent(account="other"), Outcome.CONFLICT)
        await ledger.begin(intent(username="in flight"))
        assert [entry.id for entry in await ledger.needs_you(account)] == ids
        assert [entry.id for entry in await ledger.needs_you()] == [*ids, elsewhere]
        await ledger.finish(ids[0], Outcome.RESOLVED, "seen in the provider's own screen")
        assert [entry.id for entry in await ledger.needs_you(account)] == ids[1:]

    async def test_website_access_is_what_was_last_certainly_set(self, ledger, intent, account):
        on, off = Operation.WEBSITE_ENABLE, Operation.WEBSITE_DISABLE
        await done(ledger, intent(on, "a"))
        await done(ledger, intent(off, "a"))
        await done(ledger, intent(on, "b"), Outcome.REJECTED)
        await done(ledger, intent(on, "c"))
        await done(ledger, intent(off, "c"), Outcome.UNKNOWN)
        await done(ledger, intent(on, "d"))
        await done(ledger, intent(Operation.RENAME, "d", new="e"))
        await done(ledger, intent(on, "f"))
        await done(ledger, intent(Operation.DELETE, "f"))
        await done(ledger, intent(on, "g"))
        await done(ledger, intent(Operation.RENAME, "g", new="h"), Outcome.REJECTED)
        await done(ledger, intent(on, "i"))
        await ledger.begin(intent(off, "i"))
        await done(ledger, intent(on, "elsewhere", account="other"))
        await done(ledger, intent(off, "j"), Outcome.UNKNOWN)
        await done(ledger, intent(off, "j"))
        await done(ledger, intent(Operation.ENABLE, "k"))
        assert {n: values["website_access"] for n, values in (await ledger.last_set(account)).items()} == {
            "a": False,
            "c": None,
            "e": True,
            "g": True,
            "i": None,
            "j": False,
        }

    async def test_what_was_done_to_customers_with_an_end_is_found_under_all_their_names(self, ledger, intent, account):
        until = datetime(2026, 12, 1, tzinfo=UTC)
        first = await done(ledger, intent(Operation.DISABLE, "old"))
        renamed = await done(ledger, intent(Operation.RENAME, "old", new="mid"))
        ended = await done(ledger, intent(Operation.DISABLE, "mid", until=until))
        again = await done(ledger, intent(Operation.RENAME, "mid", new="new"), Outcome.UNKNOWN)
        quoting = intent(username="other", reason='"until":"2026"', batch='"until":"', before={"a": '"until":"'})
        others = [await done(ledger, quoting), await done(ledger, intent(Operation.DISABLE, "other"))]
        elsewhere = await done(ledger, intent(Operation.DISABLE, "mid", account="elsewhere", until=until))

        async def around(*asked):
            return [entry.id for entry in await ledger.around_ends(*asked)]

        chain = [first, renamed, ended, again]
        assert await around(account) == chain
        assert await around(account, ["new"]) == await around(account, ["old"]) == chain
        assert await around(account, ["other"]) == others
        assert await around("elsewhere") == [elsewhere]
        assert await around(None) == [*chain, elsewhere]
        assert await around(account, []) == await around("nowhere") == []

    async def test_a_begin_that_is_cancelled_leaves_no_lock(self, ledger, intent):
        await ledger.check()
        asking = asyncio.create_task(ledger.begin(intent()))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        for entry in await ledger.entries(AuditQuery()):
            assert (entry.outcome, entry.message) == (Outcome.NOT_SENT, WITHDRAWN)
        await ledger.begin(intent())

    async def test_a_finish_that_is_cancelled_is_written_all_the_same(self, ledger, intent):
        entry = await ledger.begin(intent())
        telling = asyncio.create_task(ledger.finish(entry, Outcome.APPLIED, "ok"))
        await asyncio.sleep(0)
        telling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await telling
        assert (await ledger.get(entry)).outcome is Outcome.APPLIED

    async def test_it_opens_again_after_closing(self, ledger, intent):
        entry = await done(ledger, intent())
        await ledger.aclose()
        await ledger.aclose()
        assert (await ledger.get(entry)).outcome is Outcome.APPLIED

    async def test_a_customer_is_found_under_its_earlier_and_later_names(self, ledger, intent, account):
        first = await done(ledger, intent(username="old"))
        renamed = await done(ledger, intent(Operation.RENAME, "old", new="mid"))
        second = await done(ledger, intent(username="mid"))
        again = await done(ledger, intent(Operation.RENAME, "mid", new="new"))
        third = await done(ledger, intent(username="new"))
        gone = await done(ledger, intent(Operation.DELETE, "new"))
        refused = await done(ledger, intent(Operation.RENAME, "other", new="new"), Outcome.REJECTED)
        other = await done(ledger, intent(username="other"))
        stranger = await done(ledger, intent(username="old"))  # somebody else took the name that became free
        elsewhere = await done(ledger, intent(username="old", account="other"))
        whole = [gone, third, again, second, renamed, first]
        for name, expected in {
            "new": [refused, *whole],
            "mid": [refused, *whole],
            "old": [stranger, refused, *whole],
        }.items():
            for limit in (0, 3):
                query = AuditQuery(account=account, username=name, limit=limit)
                assert [e.id for e in await ledger.entries(query)] == expected[: limit or None], name
                assert await ledger.count(query) == len(expected)
        anywhere = [entry.id for entry in await ledger.entries(AuditQuery(username="old"))]
        assert anywhere == [elsewhere, stranger, refused, *whole]
        assert [entry.id for entry in await ledger.entries(AuditQuery(username="other"))] == [other, refused]

    async def test_a_name_that_was_given_twice_is_followed_from_the_last_giving(self, ledger, intent, account):
        await done(ledger, intent(username="a"))
        await done(ledger, intent(Operation.RENAME, "a", new="x"))
        away = await done(ledger, intent(Operation.RENAME, "x", new="a"))
        mine = await done(ledger, intent(username="b"))
        given = await done(ledger, intent(Operation.RENAME, "b", new="x"))
        found = [entry.id for entry in await ledger.entries(AuditQuery(account=account, username="x"))]
        assert found[:3] == [given, mine, away]
        assert len(found) == 4

    async def test_entries_are_filtered_by_operator_and_time(self, ledger, intent):
        kim = await done(ledger, intent())
        ana = intent(username="user2")
        object.__setattr__(ana, "operator", replace(ana.operator, user="ana"))
        ana = await done(ledger, ana, Outcome.UNKNOWN)
        now = datetime.now(UTC)
        found = {
            "user": (AuditQuery(user="kim"), [kim]),
            "operator": (AuditQuery(operator=intent().operator), [kim]),
            "another line": (AuditQuery(operator=replace(intent().operator, host="elsewhere", ssh_from=None)), [kim]),
            "another person": (AuditQuery(operator=replace(intent().operator, user="eve")), []),
            "until": (AuditQuery(until=now + timedelta(hours=1)), [ana, kim]),
            "until before": (AuditQuery(until=now - timedelta(hours=1)), []),
            "both": (AuditQuery(user="ana", outcome=Outcome.UNKNOWN), [ana]),
        }
        for name, (query, expected) in found.items():
            assert [entry.id for entry in await ledger.entries(query)] == expected, name
            assert await ledger.count(replace(query, limit=1)) == len(expected), name

    async def test_an_end_of_a_suspension_is_kept_and_an_old_row_has_none(self, ledger, intent):
        until = datetime(2026, 12, 1, 8, tzinfo=UTC)
        entry = await done(ledger, intent(Operation.DISABLE, until=until))
        assert (await ledger.get(entry)).until == until
        assert (await ledger.get(await done(ledger, intent(username="other")))).until is None
        assert (await ledger.check()).is_whole

    async def test_every_operation_after_every_outcome_of_every_other_is_let_through_or_refused(self, ledger, intent):
        """The lock as one table: earlier operation, what became of it (None: in flight), later operation."""
        cases = [(earlier, outcome, later) for earlier in ACTIONS for outcome in (None, *Outcome) for later in ACTIONS]
        names = {case: f"u{number}" for number, case in enumerate(cases)}
        first = await asyncio.gather(*(ledger.begin(intent(case[0], names[case])) for case in cases))
        await asyncio.gather(
            *(ledger.finish(entry, case[1], "") for case, entry in zip(cases, first, strict=True) if case[1])
        )

        async def is_let_through(case):
            try:
                await ledger.begin(intent(case[2], names[case]))
            except RefusedHere:
                return False
            return True

        found = await asyncio.gather(*map(is_let_through, cases))
        for case, let_through in zip(cases, found, strict=True):
            earlier, outcome, later = case
            repeats = earlier is later and earlier in REPEATABLE and outcome in {Outcome.UNKNOWN, Outcome.UNVERIFIABLE}
            assert let_through == (outcome in CLOSED or repeats), case
        assert (await ledger.check()).is_whole

    async def test_what_is_so_already_is_written_down_unless_something_is_open(self, ledger, intent):
        entry = await ledger.already(intent(), "it is so")
        assert ((await ledger.get(entry)).outcome, (await ledger.get(entry)).message) == (
            Outcome.ALREADY_SO, "it is so",
        )  # fmt: skip
        await done(ledger, intent(Operation.DISABLE), Outcome.UNKNOWN)
        assert await ledger.already(intent(Operation.DISABLE), "it is so") is None
        assert len(await ledger.entries(AuditQuery())) == 2

    async def test_rows_of_other_kinds_are_in_the_chain_and_told_newest_first(self, ledger):
        for number in (1, 2):
            await ledger.note("rules", "acme", {"number": number, "text": "\ud800 \u202e"})
        await ledger.note("rules", "beta", {})
        assert [body["number"] for _time, body in await ledger.notes("rules", "acme")] == [2, 1]
        assert await ledger.notes("rules", "gamma") == []
        found = await ledger.check()
        assert (found.rows, found.is_whole) == (3, True)

    async def test_what_was_written_behind_a_row(self, ledger, intent, account):
        assert await ledger.newest_id() == ""
        first = await ledger.begin(intent(username="one"))
        assert await ledger.newest_id() == first
        row, stamp = await ledger.newest(), ledger.stamp()
        assert await ledger.written_since(account, row, 10) == []
        second = await done(ledger, intent(username="two"), Outcome.APPLIED)
        assert ledger.stamp() != stamp
        assert [entry.id for entry in await ledger.written_since(account, row, 10)] == [second]
        await ledger.finish(first, Outcome.UNKNOWN, "lost")
        found = await ledger.written_since(account, row, 10)
        assert [(entry.id, entry.outcome) for entry in found] == [(first, Outcome.UNKNOWN), (second, Outcome.APPLIED)]
        assert [entry.id for entry in await ledger.written_since(account, row, 1)] == [second]
        assert await ledger.written_since("other", 0, 10) == []

    async def test_whether_a_customer_was_touched_since_a_moment(self, open_ledger, intent, account):
        now = [datetime(2026, 1, 1, tzinfo=UTC)]
        ledger = open_ledger(now=lambda: now[0])
        await done(ledger, intent(Operation.RENAME, "old", new="new"))
        for name, expected in {"old": True, "new": True, "other": False}.items():
            assert await ledger.is_touched_since(account, name, now[0]) is expected, name
            assert not await ledger.is_touched_since(account, name, now[0] + timedelta(seconds=1))
        assert not await ledger.is_touched_since("other", "old", now[0])

    async def test_whether_a_customer_was_touched_behind_a_row_whatever_the_clock_says(
        self, open_ledger, intent, account
    ):
        now = [datetime(2026, 1, 1, 12, tzinfo=UTC)]
        ledger = open_ledger(now=lambda: now[0])
        before = await ledger.newest()
        entry = await ledger.begin(intent(Operation.RENAME, "old", new="new"))
        begun = await ledger.newest()
        now[0] -= timedelta(hours=1)
        await ledger.finish(entry, Outcome.APPLIED, "success")
        finished = await ledger.newest()
        assert before < begun < finished
        for name, expected in {"old": True, "new": True, "other": False}.items():
            assert await ledger.is_touched_since(account, name, before) is expected, name
            assert await ledger.is_touched_since(account, name, begun) is expected, "carried out after it was begun"
            assert not await ledger.is_touched_since(account, name, finished)

    async def test_a_note_tells_everything_that_was_written(self, ledger, a_note, account):
        written = await ledger.write_note("acme", account, a_note("ana", "vip", "pays late\ncall first"), 0)
        assert written.number == await ledger.newest() == 1
        assert abs(datetime.now(UTC) - written.time) < timedelta(minutes=1)
        (found,) = await ledger.customer_notes(account)
        assert found == replace(written, time=found.time)
        assert (found.label, found.text) == ("vip", "pays late\ncall first")
        assert found.operator == a_note("ana").operator
        assert found.fingerprint == a_note("ana").fingerprint
        assert await ledger.noted_since(account, 0) == ["ana"]
        assert await ledger.noted_since(account, written.number) == []
        assert await ledger.customer_notes("other") == []
        assert await ledger.entries(AuditQuery()) == []
        assert (await ledger.check()).is_whole

    @pytest.mark.parametrize("name", ["half \ud800", "nul \0", 'quote " \\ %_', "日本", "\x1b]0;x\x07"])
    async def test_a_note_on_any_name_survives(self, ledger, a_note, account, name):
        await ledger.write_note(name, account, a_note(name, "Zoë", "日本\n\u202e"), 0)
        for wanted in (None, [name]):
            (found,) = await ledger.customer_notes(account, wanted)
            assert (found.username, found.label, found.text) == (name, "Zoë", "日本\n\u202e")
        assert await ledger.noted_since(account, 0) == [name]
        assert (await ledger.check()).is_whole

    async def test_the_newest_note_of_each_customer_stands(self, ledger, a_note, account):
        for seen, (name, label) in enumerate([("a", "one"), ("b", "two"), ("a", "three"), ("c", "four")]):
            await ledger.write_note("acme", account, a_note(name, label), seen)
        await ledger.write_note("acme", account, a_note("c"), 4)
        await ledger.write_note("acme", "other", a_note("a", "elsewhere"), 0)
        found = {note.username: note.label for note in await ledger.customer_notes(account)}
        assert found == {"a": "three", "b": "two", "c": ""}
        assert [note.label for note in await ledger.customer_notes(account, ["a", "nobody"])] == ["three"]
        assert [note.label for note in await ledger.note_history(account, "a")] == ["three", "one"]
        assert [note.is_empty for note in await ledger.note_history(account, "c")] == [True, False]

    async def test_a_note_follows_renames_and_ends_with_the_customer(self, ledger, intent, a_note, account):
        steps = [
            ("a", (Operation.RENAME, "a", "b"), Outcome.APPLIED, ["b"]),
            ("c", (Operation.RENAME, "c", "d"), Outcome.REJECTED, ["c"]),
            ("e", (Operation.RENAME, "e", "f"), Outcome.UNKNOWN, ["e"]),
            ("g", (Operation.RENAME, "g", "h"), Outcome.VERIFIED_APPLIED, ["h"]),
            ("i", (Operation.DELETE, "i", None), Outcome.APPLIED, []),
            ("j", (Operation.DELETE, "j", None), Outcome.UNKNOWN, ["j"]),
            ("k", (Operation.CREATE, "k", None), Outcome.APPLIED, []),
            ("l", (Operation.RENAME, "unnoted", "l"), Outcome.APPLIED, []),
            ("m", (Operation.DISABLE, "m", None), Outcome.APPLIED, ["m"]),
        ]
        standing = []
        for name, (operation, username, new), outcome, names in steps:
            await ledger.write_note("acme", account, a_note(name, f"of {name}"), await ledger.newest())
            await done(ledger, intent(operation, username, new=new), outcome)
            standing += [(one, f"of {name}") for one in names]
            found = [(note.username, note.label) for note in await ledger.customer_notes(account)]
            assert sorted(found) == sorted(standing), name
            among = {*names, name, username, new} - {None}
            found = [(note.username, note.label) for note in await ledger.customer_notes(account, among)]
            assert sorted(found) == [(one, f"of {name}") for one in names], name

    async def test_a_note_goes_through_a_chain_of_renames_and_back(self, ledger, intent, a_note, account):
        await ledger.write_note("acme", account, a_note("a", "first"), 0)
        for old, new in (("a", "b"), ("b", "c"), ("c", "a"), ("a", "z")):
            await done(ledger, intent(Operation.RENAME, old, new=new))
        await ledger.write_note("acme", account, a_note("a", "another customer"), await ledger.newest())
        for names in (None, ["a", "z", "b", "c"]):
            found = {note.username: note.label for note in await ledger.customer_notes(account, names)}
            assert found == {"a": "another customer", "z": "first"}
        assert [note.label for note in await ledger.note_history(account, "z")] == ["first"]

    async def test_a_note_under_the_new_name_before_the_rename_is_known_is_the_same_customers(
        self, ledger, intent, a_note, account
    ):
        await ledger.write_note("acme", account, a_note("new", "who had the name before"), 0)
        await ledger.write_note("acme", account, a_note("old", "before"), 1)
        entry = await ledger.begin(intent(Operation.RENAME, "old", new="new"))
        await ledger.finish(entry, Outcome.UNKNOWN, "lost")
        await ledger.write_note("acme", account, a_note("new", "seen in the list"), await ledger.newest())
        await ledger.finish(entry, Outcome.VERIFIED_APPLIED, "read back")
        found = {note.username: note.label for note in await ledger.customer_notes(account)}
        assert found == {"new": "seen in the list"}

    async def test_a_note_that_was_written_while_a_rename_was_open_follows_it(self, ledger, intent, a_note, account):
        entry = await ledger.begin(intent(Operation.RENAME, "old", new="new"))
        await ledger.write_note("acme", account, a_note("old", "meanwhile"), await ledger.newest())
        await ledger.finish(entry, Outcome.UNKNOWN, "lost")
        assert [note.username for note in await ledger.customer_notes(account)] == ["old"]
        await ledger.finish(entry, Outcome.VERIFIED_APPLIED, "read back")
        for names in (None, ["old", "new"]):
            assert [note.username for note in await ledger.customer_notes(account, names)] == ["new"]

    async def test_what_we_changed_ourselves_makes_no_other_customer(self, ledger, intent, a_note, account):
        await ledger.write_note("acme", account, a_note("a", "vip"), 0)
        changes = {"email": "new@x.example", "first_name": "New", "last_name": None, "city": "Oslo"}
        for outcome in (Outcome.REJECTED, Outcome.APPLIED):
            wanted = intent(username="a")
            changed = tuple(Change(name, "old", f"{value} {outcome.value}") for name, value in changes.items())
            object.__setattr__(wanted, "changes", changed)
            await done(ledger, wanted, outcome)
        for names in (None, ["a"]):
            (found,) = await ledger.customer_notes(account, names)
            assert found.fingerprint == {
                "email": "new@x.example applied", "first_name": "New applied", "last_name": "None applied",
            }  # fmt: skip

    async def test_a_note_that_was_overtaken_is_not_written(self, ledger, intent, a_note, account):
        seen = await ledger.newest()
        await ledger.write_note("acme", account, a_note("a", "theirs"), seen)
        with pytest.raises(Conflict, match='"a" was changed by kim meanwhile; nothing was written'):
            await ledger.write_note("acme", account, a_note("a", "mine"), seen)
        await ledger.write_note("acme", account, a_note("b", "of another customer"), seen)
        for operation, outcome in ((Operation.RENAME, Outcome.REJECTED), (Operation.DISABLE, Outcome.APPLIED)):
            seen = await ledger.newest()
            await done(ledger, intent(operation, "a"), outcome)
            await ledger.write_note("acme", account, a_note("a", "mine"), seen)
        for operation, outcome in ((Operation.RENAME, Outcome.APPLIED), (Operation.DELETE, Outcome.VERIFIED_APPLIED)):
            seen = await ledger.newest()
            await done(ledger, intent(operation, "a"), outcome)
            with pytest.raises(Conflict, match=f"another customer since .{operation.value}.; nothing was written"):
                await ledger.write_note("acme", account, a_note("a", "mine"), seen)
