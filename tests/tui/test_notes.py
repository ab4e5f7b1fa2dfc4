"""Labels and notes on the screen: one form, a mark in the list, all of it in the detail, the same in every window."""

import pytest
from textual.events import Paste

from tests.harness.hostile import SIXTY, is_harmless
from tests.harness.waiting import soon
from tests.jobs.office import Office
from tui_reseller.domain.note import check_note
from tui_reseller.services.notes import open_note, write_note


@pytest.fixture
async def elsewhere(tmp_path, sandbox):
    """A command of the same account, on the same folders."""
    office = Office(tmp_path, sandbox)
    yield office
    await office.aclose()


async def noted(office, desk, name, label="", text=""):
    """Let somebody else write about a customer."""
    customer = desk.main.context.session.customers.get(name)
    await write_note(office.session, await open_note(office.session, customer), label, text)


def note_of(desk, name):
    return desk.state.notes.of(desk.main.context.session.customers.get(name))


def lines(desk):
    return "\n".join(desk.screen_text())


def note_field(desk):
    return desk.app.screen.query_one("#field-note")


async def keep(desk, name, label="", text=""):
    """Write a label and a note by the keys of the screen."""
    await desk.go_to(name)
    await desk.press("x", "b")
    await desk.opened("Label and note")
    await desk.write(label)
    if text:
        await desk.press("tab")
        for at, line in enumerate(text.split("\n")):
            if at:
                await desk.press("enter")
            await desk.write(line)
    await desk.read_then()
    await desk.told("Kept: label and note")


async def test_label_and_note_are_written_shown_found_and_cleared(at_desk, someone, sandbox):
    name, other = someone(), someone()
    async with at_desk() as desk:
        await keep(desk, name, "vip", "pays late\ncall Ana first")
        assert desk.title == ""
        found = note_of(desk, name)
        assert (found.label, found.text) == ("vip", "pays late\ncall Ana first")
        title, row = (
            next(line for line in desk.screen_text() if part in line) for part in (f"-- {name}", f">   {name}")
        )
        assert "vip: pays late call Ana first" in title
        assert row.split()[:3] == [">", name, "+"]
        await desk.go_to(other)
        await desk.press("slash")
        await desk.write("note:ana")
        await desk.press("enter")
        await soon("only who has it", lambda: desk.state.shown == 1)
        assert desk.main.list.customer.username == name
        await desk.press("x", "n")
        await desk.opened("Label and note")
        assert desk.app.focused is note_field(desk)
        assert desk.field("label").value == "vip"
        assert "Written" in desk.words()
        note_field(desk).value = ""
        desk.field("label").value = ""
        await desk.read_then("ctrl+s")
        await desk.told("Kept")
        await soon("nobody is found any more", lambda: desk.state.shown == 0)
        assert note_of(desk, name) is None
        assert sandbox.log() == []
        assert {row["operation"] for row in sandbox.requests()} <= {"list", "profile"}


async def test_a_wide_screen_shows_the_label_as_a_column_and_every_line_of_the_note(at_desk, someone):
    name = someone()
    async with at_desk(size=(200, 40)) as desk:
        assert "LABEL" not in lines(desk)
        await keep(desk, name, "gold", "one\n\nthree")
        shown = lines(desk)
        assert "LABEL" in shown
        assert next(line for line in desk.screen_text() if f">   {name}" in line).split().count("gold") == 1
        for line in ("Label     gold", "Note      one", "          three", "written "):
            assert line in shown
        await desk.press("t", "c")
        await desk.opened("Columns")
        assert "label, note" in desk.words()
        await desk.write("note city")
        await desk.read_then()
        await soon("they are shown", lambda: desk.state.columns == ("note", "city"))
        assert "one  three" in lines(desk)


async def test_a_customer_with_a_note_alone_is_marked_also_where_there_is_a_column_for_labels(at_desk, someone):
    name = someone()
    async with at_desk(size=(200, 40)) as desk:
        await keep(desk, name, "", "pays late")
        row = next(line for line in desk.screen_text() if f">   {name}" in line)
        assert " + " in row


async def test_a_reader_speaks_the_label(at_desk, someone):
    name = someone()
    async with at_desk(config="[settings]\nplain = true\n") as desk:
        desk.app.plain = desk.main.list.plain = True
        await keep(desk, name, "vip")
        assert any("label vip" in line for line in desk.screen_text())


@pytest.mark.parametrize("more", [{"read_only": True}, {"protected": True}, {"run_read_only": True}])
async def test_under_a_profile_that_may_not_be_written_notes_may(at_desk, someone, sandbox, more):
    name = someone()
    async with at_desk(**more) as desk:
        assert desk.state.read_only
        await keep(desk, name, "vip")
        assert note_of(desk, name).label == "vip"
        assert sandbox.log() == []


async def test_what_may_not_be_written_is_said_beside_the_field_and_not_kept(at_desk, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("x", "b")
        await desk.opened("Label and note")
        await desk.write("x" * 41)
        await desk.read_then()
        assert "Label has 41 characters, at most 40" in desk.problem
        assert "41 characters" in desk.words()
        await desk.press("escape")
        await desk.opened("Leave and discard")
        await desk.press("f2")
        await soon("it is left", lambda: desk.dialog is None)
        assert note_of(desk, name) is None


async def test_a_paste_of_several_lines_is_harmless_and_keeps_its_lines(at_desk, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("x", "n")
        await desk.opened("Label and note")
        note_field(desk).post_message(Paste("one\x1b]0;x\x07\r\ntwo\tthree\n\nfour"))
        await desk.pilot.pause()
        assert note_field(desk).value == "one␛]0;x␇\ntwo three\n\nfour"
        desk.field("label").focus()
        await desk.pilot.pause()
        desk.field("label").post_message(Paste("first\nsecond"))
        await desk.pilot.pause()
        await desk.read_then()
        await desk.told("Kept")
        assert note_of(desk, name).label == "first"


async def test_odd_texts_are_shown_clean_and_stay_as_they_are(at_desk, someone, elsewhere):
    texts = [
        text for text in SIXTY if text == text.strip() and not (check_note("label", text) or check_note("note", text))
    ]
    names = [someone(city=f"c{at}") for at in range(len(texts))]
    assert len(texts) >= 8
    for name, text in zip(names, texts, strict=True):
        opened = await open_note(elsewhere.session, await elsewhere.session.find(name))
        await write_note(elsewhere.session, opened, text, f"{text}\n{text}")
    async with at_desk(size=(120, 40)) as desk:
        await soon("they are known", lambda: len(desk.state.notes) >= len(names))
        for name, text in zip(names, texts, strict=True):
            await desk.go_to(name)
            await soon("it is in the detail", lambda name=name: desk.main.detail.customer.username == name)
            assert all(map(is_harmless, desk.screen_text()))
            assert (note_of(desk, name).label, note_of(desk, name).text) == (text, f"{text}\n{text}")
        for name, text in list(zip(names, texts, strict=True))[::3]:
            desk.main.context.log.clear()
            await desk.go_to(name)
            await desk.press("x", "n")
            await desk.opened("Label and note")
            assert all(map(is_harmless, desk.screen_text()))
            await desk.read_then()
            await desk.told("so already")
            assert (note_of(desk, name).label, note_of(desk, name).text) == (text, f"{text}\n{text}")


async def test_what_another_window_writes_is_here_without_a_key(at_desk, someone, elsewhere):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await noted(elsewhere, desk, name, "vip", "of the other window")
        await soon("it is here", lambda: note_of(desk, name) is not None)
        await soon("it is in the detail", lambda: "vip: of the other window" in lines(desk))
        await noted(elsewhere, desk, name)
        await soon("it is gone", lambda: note_of(desk, name) is None)
        await soon("also from the detail", lambda: "of the other window" not in lines(desk))


async def test_notes_of_before_are_there_when_the_screen_opens(at_desk, someone, elsewhere):
    name = someone()
    async with at_desk() as desk:
        await keep(desk, name, "vip")
    async with at_desk() as desk:
        await soon("it is known", lambda: len(desk.state.notes) == 1)
        assert note_of(desk, name).label == "vip"


async def test_who_writes_at_once_with_somebody_else_sees_both(at_desk, someone, elsewhere):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("x", "b")
        await desk.opened("Label and note")
        await desk.write("mine")
        await noted(elsewhere, desk, name, "theirs", "and a note")
        await desk.read_then()
        await soon("it is said", lambda: "meanwhile" in desk.problem)
        assert desk.field("label").value == "mine"
        assert 'There is now: label "theirs"' in desk.words()
        assert 'note "and a note"' in desk.words()
        assert note_field(desk).value == "", "what was typed, not theirs"
        await desk.read_then()
        await desk.told("Kept")
        assert (note_of(desk, name).label, note_of(desk, name).text) == ("mine", "")


async def test_a_customer_who_is_gone_meanwhile_is_not_written_about(at_desk, someone, elsewhere):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("x", "b")
        await desk.opened("Label and note")
        await desk.write("vip")
        desk.main.context.session.customers.apply([(name, None)])
        await desk.read_then()
        await soon("it is said", lambda: "not in the list any more; nothing was written" in desk.problem)
        assert await elsewhere.session.ledger.note_history(elsewhere.session.account, name) == []


async def test_a_rename_on_the_screen_takes_the_note_along(at_desk, someone, sandbox):
    name = someone()
    async with at_desk() as desk:
        await keep(desk, name, "vip")
        await desk.press("x", "r")
        await desk.opened("Rename")
        await desk.write(f"{name}-new")
        await desk.press("tab")
        await desk.write(name)
        await desk.read_then()
        await desk.applied(("rename", name))
        await soon("it is listed anew", lambda: desk.row_of(f"{name}-new") is not None)
        assert note_of(desk, f"{name}-new").label == "vip"


async def test_one_note_is_for_one_customer(at_desk, someone):
    one, two = someone(), someone()
    async with at_desk() as desk:
        for name in (one, two):
            await desk.go_to(name)
            await desk.press("space")
        await desk.press("x", "n")
        await desk.told("One customer at a time for note")
        assert desk.dialog is None


async def test_an_export_has_notes_if_that_is_chosen(at_desk, someone, tmp_path):
    name = someone()
    async with at_desk() as desk:
        await desk.press("o")
        await desk.opened("Export")
        assert "Our own notes" not in desk.words()
        await desk.press("escape")
        await keep(desk, name, "vip")
        for choice, has_notes in ((), False), (("right",), True):
            path = tmp_path / f"{has_notes}.csv"
            await desk.press("o")
            await desk.opened("Export")
            desk.field("file").value = str(path)
            await desk.press("tab", "tab", *choice)
            await desk.read_then()
            await desk.told(f"customers to {path}")
            assert ("label" in path.read_text().splitlines()[0]) is has_notes
