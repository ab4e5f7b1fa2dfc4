"""What every ledger tells of what was written: by account, customer, operator, time, and since when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.storage.operations import NEEDING, OneLedger, done
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import TouchedSince
from tui_reseller.domain.operation import Operation, Outcome


class ReadingContract(OneLedger):
    """What is found."""

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
        operator = replace(intent().operator, role=self.role)  # all are one role's
        kim = await done(ledger, intent())
        ana = intent(username="user2")
        object.__setattr__(ana, "operator", replace(ana.operator, user="ana"))
        ana = await done(ledger, ana, Outcome.UNKNOWN)
        now = datetime.now(UTC)
        found = {
            "user": (AuditQuery(user="kim"), [kim]),
            "operator": (AuditQuery(operator=operator), [ana, kim] if self.role else [kim]),
            "another line": (
                AuditQuery(operator=replace(operator, host="elsewhere", ssh_from=None)),
                [ana, kim] if self.role else [kim],
            ),
            "another person": (AuditQuery(operator=replace(intent().operator, user="eve")), []),
            "until": (AuditQuery(until=now + timedelta(hours=1)), [ana, kim]),
            "until before": (AuditQuery(until=now - timedelta(hours=1)), []),
            "both": (AuditQuery(user="ana", outcome=Outcome.UNKNOWN), [ana]),
        }
        for name, (query, expected) in found.items():
            assert [entry.id for entry in await ledger.entries(query)] == expected, name
            assert await ledger.count(replace(query, limit=1)) == len(expected), name

    async def test_what_was_written_behind_a_row(self, ledger, intent, account):
        assert await ledger.newest_id(account) == ""
        first = await ledger.begin(intent(username="one"))
        assert await ledger.newest_id(account) == first
        row, stamp = await ledger.newest(account), ledger.stamp()
        assert await ledger.written_since(account, row, 10) == []
        second = await done(ledger, intent(username="two"), Outcome.APPLIED)
        assert ledger.stamp() != stamp
        assert [entry.id for entry in await ledger.written_since(account, row, 10)] == [second]
        await ledger.finish(first, Outcome.UNKNOWN, "lost")
        found = await ledger.written_since(account, row, 10)
        assert [(entry.id, entry.outcome) for entry in found] == [(first, Outcome.UNKNOWN), (second, Outcome.APPLIED)]
        assert [entry.id for entry in await ledger.written_since(account, row, 1)] == [second]
        assert await ledger.written_since("other", 0, 10) == []

    async def test_whether_a_customer_was_touched_since_a_moment(self, ledger, intent, account):
        found = await ledger.get(await done(ledger, intent(Operation.RENAME, "old", new="new")))
        for name, expected in {"old": True, "new": True, "other": False}.items():
            for moment in (found.time, found.settled_at):
                assert await ledger.is_touched_since(account, name, moment) is expected, name
            assert not await ledger.is_touched_since(account, name, found.settled_at + timedelta(milliseconds=1))
        assert not await ledger.is_touched_since("other", "old", found.time)

    async def test_whether_a_customer_was_touched_behind_a_row_whatever_the_clock_says(
        self, open_ledger, intent, account
    ):
        now = [datetime(2026, 1, 1, 12, tzinfo=UTC)]
        ledger = open_ledger(now=lambda: now[0])
        before = await ledger.newest(account)
        entry = await ledger.begin(intent(Operation.RENAME, "old", new="new"))
        begun = await ledger.newest(account)
        now[0] -= timedelta(hours=1)
        await ledger.finish(entry, Outcome.APPLIED, "success")
        finished = await ledger.newest(account)
        assert before < begun < finished
        for name, expected in {"old": True, "new": True, "other": False}.items():
            assert await ledger.is_touched_since(account, name, before) is expected, name
            assert await ledger.is_touched_since(account, name, begun) is expected, "carried out after it was begun"
            assert not await ledger.is_touched_since(account, name, finished)

    async def test_nothing_is_begun_on_a_customer_who_was_touched_since_a_row_or_a_moment(
        self, ledger, intent, account
    ):
        before = await ledger.newest(account)
        found = await ledger.get(await done(ledger, intent(Operation.RENAME, "old", new="new")))
        behind, later = await ledger.newest(account), found.settled_at + timedelta(milliseconds=1)
        for name in ("old", "new"):
            for since in ((before,), (found.settled_at,), (behind, found.time), (later, before), (behind - 1, later)):
                with pytest.raises(TouchedSince, match="since the list was read"):
                    await ledger.begin(intent(username=name), untouched_since=since)
        assert await ledger.newest(account) == behind, "nothing was written"
        await ledger.begin(intent(username="old"), untouched_since=(behind, later))
        with pytest.raises(TouchedSince):
            await ledger.begin(intent(username="old"), untouched_since=(behind,))
        await ledger.begin(intent(username="other"), untouched_since=(before, found.time))
