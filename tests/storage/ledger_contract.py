"""What every ledger does, on whatever database: what is written, what is refused while something is open, what stands
afterwards. A class for an adapter inherits LedgerContract and gives `open_ledger`.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.storage.ledger_contract_locks import LocksContract
from tests.storage.ledger_contract_notes import NotesContract
from tests.storage.ledger_contract_reading import ReadingContract
from tests.storage.operations import OneLedger, done
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.changes import Change
from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.storage.ledger.rules import WITHDRAWN


class WritingContract(OneLedger):
    """What is written."""

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
        assert (found.changes, found.operator, found.before) == (
            wanted.changes,
            replace(wanted.operator, role=self.role),
            before,
        )
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

    async def test_an_end_of_a_suspension_is_kept_and_an_old_row_has_none(self, ledger, intent):
        until = datetime(2026, 12, 1, 8, tzinfo=UTC)
        entry = await done(ledger, intent(Operation.DISABLE, until=until))
        assert (await ledger.get(entry)).until == until
        assert (await ledger.get(await done(ledger, intent(username="other")))).until is None
        assert (await ledger.check()).is_whole

    async def test_what_is_so_already_is_written_down_unless_something_is_open(self, ledger, intent):
        entry = await ledger.already(intent(), "it is so")
        assert ((await ledger.get(entry)).outcome, (await ledger.get(entry)).message) == (
            Outcome.ALREADY_SO, "it is so",
        )  # fmt: skip
        await done(ledger, intent(Operation.DISABLE), Outcome.UNKNOWN)
        assert await ledger.already(intent(Operation.DISABLE), "it is so") is None
        assert len(await ledger.entries(AuditQuery())) == 2

    async def test_rows_of_other_kinds_are_in_the_chain_and_told_newest_first(self, ledger, account):
        for number in (1, 2):
            await ledger.note(account, "rules", "acme", {"number": number, "text": "\ud800 \u202e"})
        await ledger.note(account, "rules", "beta", {})
        assert [body["number"] for _time, body in await ledger.notes("rules", "acme")] == [2, 1]
        assert await ledger.notes("rules", "gamma") == []
        found = await ledger.check()
        assert (found.rows, found.is_whole) == (3, True)


class LedgerContract(WritingContract, LocksContract, ReadingContract, NotesContract):
    """All of it. Open_ledger(now=...) returns a new, empty ledger; what it has opened is closed after the test."""
