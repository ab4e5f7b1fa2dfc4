"""What every ledger keeps of notes on customers: the newest stands, through renames."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.storage.operations import OneLedger, done
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.changes import Change
from tui_reseller.domain.errors import Conflict
from tui_reseller.domain.operation import Operation, Outcome


class NotesContract(OneLedger):
    """Notes."""

    async def test_a_note_tells_everything_that_was_written(self, ledger, a_note, account):
        written = await ledger.write_note("acme", account, a_note("ana", "vip", "pays late\ncall first"), 0)
        assert written.number == await ledger.newest(account) == 1
        assert abs(datetime.now(UTC) - written.time) < timedelta(minutes=1)
        (found,) = await ledger.customer_notes(account)
        operator = replace(a_note("ana").operator, role=self.role)
        assert found == replace(written, time=found.time, operator=operator)
        assert (found.label, found.text) == ("vip", "pays late\ncall first")
        assert found.fingerprint == a_note("ana").fingerprint
        assert await ledger.noted_since(account, 0) == ["ana"]
        assert await ledger.noted_since(account, written.number) == []
        assert await ledger.customer_notes("other") == []
        assert await ledger.entries(AuditQuery()) == []
        assert (await ledger.check()).is_whole

    async def test_a_row_of_another_kind_is_by_whom_the_database_says(self, ledger, account):
        said = {"user": "kim", "host": "bastion"}
        await ledger.note(account, "rules", "acme", {"operator": {**said, "role": "boss"}, "max": 5})
        ((_time, body),) = await ledger.notes("rules", "acme")
        assert body == {"operator": {**said, **({"role": self.role} if self.role else {})}, "max": 5}

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
            await ledger.write_note("acme", account, a_note(name, f"of {name}"), await ledger.newest(account))
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
        await ledger.write_note("acme", account, a_note("a", "another customer"), await ledger.newest(account))
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
        await ledger.write_note("acme", account, a_note("new", "seen in the list"), await ledger.newest(account))
        await ledger.finish(entry, Outcome.VERIFIED_APPLIED, "read back")
        found = {note.username: note.label for note in await ledger.customer_notes(account)}
        assert found == {"new": "seen in the list"}

    async def test_a_note_that_was_written_while_a_rename_was_open_follows_it(self, ledger, intent, a_note, account):
        entry = await ledger.begin(intent(Operation.RENAME, "old", new="new"))
        await ledger.write_note("acme", account, a_note("old", "meanwhile"), await ledger.newest(account))
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
        seen = await ledger.newest(account)
        await ledger.write_note("acme", account, a_note("a", "theirs"), seen)
        with pytest.raises(Conflict, match=f'"a" was changed by {self.role or "kim"} meanwhile'):
            await ledger.write_note("acme", account, a_note("a", "mine"), seen)
        await ledger.write_note("acme", account, a_note("b", "of another customer"), seen)
        for operation, outcome in ((Operation.RENAME, Outcome.REJECTED), (Operation.DISABLE, Outcome.APPLIED)):
            seen = await ledger.newest(account)
            await done(ledger, intent(operation, "a"), outcome)
            await ledger.write_note("acme", account, a_note("a", "mine"), seen)
        for operation, outcome in ((Operation.RENAME, Outcome.APPLIED), (Operation.DELETE, Outcome.VERIFIED_APPLIED)):
            seen = await ledger.newest(account)
            await done(ledger, intent(operation, "a"), outcome)
            with pytest.raises(Conflict, match=f"another customer since .{operation.value}.; nothing was written"):
                await ledger.write_note("acme", account, a_note("a", "mine"), seen)
