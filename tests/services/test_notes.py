"""Labels and notes as a use case: ours alone, on whom they were meant, and the same in every window."""

import json
from dataclasses import replace

import pytest

from tests.harness.consent import carry_out
from tests.harness.v2 import a_customer, changed, parse_filter
from tests.services.fakes import ANA, CALLS, KIM, LUZ, put_list
from tui_reseller.domain.audit import Operator
from tui_reseller.domain.errors import AnswerLost, Conflict, InvalidInput, LedgerUnavailable, RefusedHere
from tui_reseller.domain.listing import ListQuery
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Profile
from tui_reseller.services import other_windows, plans, verify
from tui_reseller.services.export import export
from tui_reseller.services.files.reading import read_file
from tui_reseller.services.listing import marks_for
from tui_reseller.services.notes import draft_note, open_note, write_note

BEN = Operator("ben", "bastion")


async def noted(session, customer, label="", text=""):
    """Write about a customer, as one who has just looked."""
    return await write_note(session, await open_note(session, customer), label, text)


async def said(session, customer):
    opened = await open_note(session, customer)
    return opened.label, opened.text


@pytest.fixture
async def elsewhere(services, session):
    """A second window of the same ledger, with a colleague at it."""
    other = replace(services, operator=BEN).open(session.profile)
    await put_list(other, [LUZ, ANA])
    return other


async def test_what_was_written_is_read_again_with_who_and_when_and_nothing_is_sent(session, service, clock):
    written = await noted(session, LUZ, " vip ", "pays late\r\ncall first\n")
    assert (written.label, written.text, written.operator, written.time) == (
        "vip", "pays late\ncall first", KIM, clock.now(),
    )  # fmt: skip
    assert await said(session, LUZ) == ("vip", "pays late\ncall first")
    assert await said(session, ANA) == ("", "")
    assert (service.sent, service.asked, service.reading) == ([], [], 0)
    assert len(session.notes.present) == 1


async def test_clearing_leaves_nothing_to_show_and_what_was_there_in_the_ledger(session, ledger):
    await noted(session, LUZ, "vip", "pays late")
    await noted(session, LUZ)
    assert await said(session, LUZ) == ("", "")
    assert (session.notes.present.of(LUZ), len(session.notes.present)) == (None, 0)
    history = await ledger.note_history(session.account, "luz")
    assert [(note.label, note.text) for note in history] == [("", ""), ("vip", "pays late")]


async def test_what_is_so_already_is_not_written_again(session, ledger):
    await noted(session, LUZ, "vip", "a")
    before = await ledger.newest(session.account)
    assert await noted(session, LUZ, "vip ", "a\n") is None
    assert await noted(session, ANA) is None
    assert await ledger.newest(session.account) == before


@pytest.mark.parametrize("rules", [{"read_only": True}, {"protected": True}, {"max_rows": 1}])
async def test_a_profile_under_which_nothing_may_be_written_can_be_annotated(open_session, service, rules):
    session = await open_session(Profile("acme", "acme-api", **rules), read_only=True)
    await noted(session, LUZ, "vip")
    assert await said(session, LUZ) == ("vip", "")
    assert service.sent == []


@pytest.mark.parametrize(
    ("label", "text"), [("a\x1b[2J", ""), ("", "a\x07"), ("a\nb", ""), ("x" * 41, ""), ("", "\ud800")]
)
async def test_what_may_not_be_written_is_refused_and_nothing_is_written(session, ledger, label, text):
    with pytest.raises(InvalidInput, match="nothing was written"):
        await noted(session, LUZ, label, text)
    with pytest.raises(InvalidInput):
        draft_note(session, await open_note(session, LUZ), label, text)
    assert await ledger.newest(session.account) == 0


async def test_a_customer_who_cannot_be_told_from_another_one_has_no_note(session):
    await put_list(session, [LUZ, LUZ, a_customer("")])
    with pytest.raises(RefusedHere, match="more than once; nothing was written"):
        await open_note(session, LUZ)
    with pytest.raises(RefusedHere, match="no username"):
        await open_note(session, a_customer(""))


async def test_of_two_who_write_at_once_the_second_hears_of_the_first(session, elsewhere):
    mine, theirs = await open_note(session, LUZ), await open_note(elsewhere, LUZ)
    await write_note(elsewhere, theirs, "vip", "of Ben")
    with pytest.raises(Conflict, match='"luz" was changed by ben meanwhile; nothing was written'):
        await write_note(session, mine, "vip", "of Kim")
    assert await said(session, LUZ) == ("vip", "of Ben")
    await noted(session, LUZ, "vip", "of both")
    assert await said(elsewhere, LUZ) == ("vip", "of both")


async def test_a_rename_takes_the_note_along_and_a_delete_ends_it(session, ledger):
    await noted(session, LUZ, "vip")
    await carry_out(session, CALLS[Operation.RENAME])
    lux = session.customers.get("lux")
    for _ in ("as this session knows it", "as the ledger has it"):
        assert session.notes.present.of(lux).label == "vip"
        assert session.notes.present.of(LUZ) is None
        await session.notes.learn()
    await carry_out(session, Call(Operation.DELETE, "lux"))
    for _ in ("as this session knows it", "as the ledger has it"):
        assert len(session.notes.present) == 0
        await session.notes.learn()
    again = Call(Operation.CREATE, "lux", CALLS[Operation.CREATE].fields, CALLS[Operation.CREATE].password)
    assert (await carry_out(session, again)).outcome.is_applied
    assert await said(session, session.customers.get("lux")) == ("", "")
    assert [note.label for note in await ledger.note_history(session.account, "lux")] == ["vip"]


async def test_a_rename_whose_answer_was_lost_takes_the_note_along_when_it_is_found(session, service, ledger):
    await noted(session, LUZ, "vip")
    service.after = [AnswerLost("cut")]
    result = await carry_out(session, CALLS[Operation.RENAME])
    assert await said(session, LUZ) == ("vip", "")
    await verify.verify(session, await ledger.get(result.id))
    await session.notes.learn()
    assert session.notes.present.of(changed(LUZ, username="lux")).label == "vip"


async def test_who_bears_the_name_later_has_no_note_and_who_was_changed_by_us_has(session):
    await noted(session, LUZ, "vip")
    another = a_customer("luz", "other@x.example", first_name="Eva", last_name="Moss")
    assert await said(session, another) == ("", "")
    for call in (
        Call(Operation.EMAIL, "luz", {"email": "other@x.example"}),
        Call(Operation.SET, "luz", {"first_name": "Eva", "last_name": "Moss"}),
    ):
        assert (await carry_out(session, call)).outcome.is_applied
    assert await said(session, session.customers.get("luz")) == ("vip", "")


async def test_another_window_learns_what_was_written_renamed_and_deleted(session, elsewhere):
    seen = await other_windows.all_seen(elsewhere)
    await noted(session, LUZ, "vip")
    await noted(session, ANA, "new")
    seen = await other_windows.take_in(elsewhere, seen)
    assert {name: note.label for name, note in elsewhere.notes.present.by_name.items()} == {"luz": "vip", "ana": "new"}
    await carry_out(session, CALLS[Operation.RENAME])
    await noted(session, session.customers.get("lux"), "gold")
    await carry_out(session, Call(Operation.DELETE, "ana"))
    seen = await other_windows.take_in(elsewhere, seen)
    assert {name: note.label for name, note in elsewhere.notes.present.by_name.items()} == {"lux": "gold"}
    assert elsewhere.notes.present.of(elsewhere.customers.get("lux")).operator == KIM
    for call in (
        Call(Operation.EMAIL, "lux", {"email": "other@x.example"}),
        Call(Operation.SET, "lux", {"first_name": "Eva", "last_name": "Moss"}),
    ):
        assert (await carry_out(session, call)).outcome.is_applied
    seen = await other_windows.take_in(elsewhere, seen)
    assert elsewhere.notes.present.of(elsewhere.customers.get("lux")).label == "gold"
    before = elsewhere.notes.present
    for call in (Call(Operation.DISABLE, "lux"), CALLS[Operation.CREATE]):
        assert (await carry_out(session, call)).outcome.is_applied
    seen = await other_windows.take_in(elsewhere, seen)
    assert elsewhere.notes.present is before, "nothing was read that does not bear on notes"
    for old, new in (("lux", "lex"), ("lex", "lix")):
        assert (await carry_out(session, Call(Operation.RENAME, old, {"username": new}))).outcome.is_applied
    await other_windows.take_in(elsewhere, seen)
    assert [*elsewhere.notes.present.by_name] == ["lix"], "through two names at once"


async def test_a_window_that_missed_much_reads_all_notes_again(session, elsewhere, monkeypatch):
    monkeypatch.setattr(other_windows, "MOST", 1)
    seen = await other_windows.all_seen(elsewhere)
    await noted(session, LUZ, "vip")
    await carry_out(session, CALLS[Operation.RENAME])
    await carry_out(session, Call(Operation.ENABLE, "ana"))
    await other_windows.take_in(elsewhere, seen)
    assert {name: note.label for name, note in elsewhere.notes.present.by_name.items()} == {"lux": "vip"}


async def test_a_filter_asks_the_ledger_for_notes_only_if_it_is_about_them(session, ledger, monkeypatch):
    await noted(session, LUZ, "vip", "pays late")
    session.notes.forget("luz")
    for text in ("luz", "is:marked", "city:oslo"):
        assert len((await marks_for(session, parse_filter(text))).notes) == 0
    for text, found in {"note:VIP": ["luz"], "note:late": ["luz"], "label:late": [], "-is:noted": ["ana"]}.items():
        filter_ = parse_filter(text)
        await session.customers.query(ListQuery(filter_, context=await marks_for(session, filter_)))
        assert session.customers.usernames() == found, text

    async def refuse(*_asked):
        raise LedgerUnavailable("gone")

    monkeypatch.setattr(ledger, "customer_notes", refuse)
    await marks_for(session, parse_filter("luz"))
    for filter_, columns in ((parse_filter("note:x"), ()), (parse_filter(""), ("username", "label"))):
        with pytest.raises(LedgerUnavailable):
            await marks_for(session, filter_, columns)


async def test_an_export_has_label_and_note_where_they_are_asked_for(session, services, tmp_path):
    await noted(session, LUZ, "=vip", "two\nlines")
    whole, asked = tmp_path / "whole.jsonl", tmp_path / "asked.csv"
    await export(services.exporter, session, whole)
    assert "label" not in whole.read_text()
    await export(services.exporter, session, whole, overwrite=True, with_notes=True)
    rows = [json.loads(line) for line in whole.read_text().splitlines()]
    assert rows == [
        {**LUZ.as_dict(), "label": "=vip", "note": "two\nlines"},
        {**ANA.as_dict(), "label": None, "note": None},
    ]
    await export(services.exporter, session, asked, columns=("note", "username", "label"))
    assert asked.read_text() == "note,username,label\ntwo\\nlines,luz,'=vip\n,ana,\n"
    await export(services.exporter, session, tmp_path / "all.parquet", with_notes=True)
    with pytest.raises(InvalidInput, match="no column"):
        await export(services.exporter, session, tmp_path / "x.csv", columns=("labels",))


@pytest.mark.parametrize("form", ["csv", "jsonl"])
async def test_an_export_with_notes_is_handed_in_again_and_changes_nothing(session, services, tmp_path, form):
    await noted(session, LUZ, "=vip", "two\nlines, \\n \u202e")
    path = tmp_path / f"all.{form}"
    await export(services.exporter, session, path, with_notes=True)
    read = read_file(session.provider, path.read_bytes(), Operation.SET)
    drafted = await plans.draft(session, read.wanted, origin="file", refusals=read.refusals)
    assert (drafted.plan.items, drafted.refusals, drafted.plan.already) == ((), [], 2)
    edited = path.read_text().replace("vip", "gold").replace("Madrid", "Oslo")
    read = read_file(session.provider, edited.encode(), Operation.SET)
    drafted = await plans.draft(session, read.wanted, origin="file", refusals=read.refusals)
    (refusal,) = drafted.refusals
    assert refusal.column == "label"
    assert 'which is ours: there is "=vip"; note changes it' in refusal.message
