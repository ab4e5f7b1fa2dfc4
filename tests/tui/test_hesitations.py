"""What made operators hesitate: where a form begins, what it says, what stays under the cursor, what a page has."""

import pytest
from textual.widgets import OptionList

from tests.harness.waiting import soon
from tui_reseller.tui.panes.detail_pane import MORE
from tui_reseller.tui.speaking import SpokenLine


@pytest.mark.parametrize(
    ("keys", "first"),
    [(("d",), "reason"), (("p",), "typed"), (("x", "r"), "username"), (("x", "e"), "email"), (("n",), "username")],
    ids="".join,
)
async def test_a_form_begins_where_something_is_to_be_typed(at_desk, someone, keys, first):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press(*keys)
        await soon("the form", lambda: desk.dialog is not None and bool(desk.app.screen.query(f"#field-{first}")))
        await desk.pilot.pause()
        assert desk.app.screen.focused is desk.field(first)


@pytest.mark.parametrize(("keys", "field"), [(("x", "r"), "username"), (("x", "e"), "email")], ids="".join)
async def test_the_present_value_stands_there_and_is_written_over(at_desk, someone, keys, field):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press(*keys)
        await soon("the form", lambda: bool(desk.app.screen.query(f"#field-{field}")))
        await desk.pilot.pause()
        assert desk.field(field).value == {"username": name, "email": f"{name}@example.com"}[field]
        await desk.write("neu")
        assert desk.field(field).value == "neu"
        await desk.press("ctrl+r", "end")
        await desk.write("2")
        assert desk.field(field).value.endswith("2")
        assert desk.field(field).value.startswith(name[:5])


async def test_all_that_is_missing_or_wrong_is_said_at_once(at_desk):
    async with at_desk() as desk:
        await desk.press("n")
        await desk.opened("New customer")
        notes = {note.id: str(note.content) for note in desk.app.screen.query(".form-note")}
        assert "required" in notes["note-username"]
        await desk.press("tab")
        await desk.write("no-address")
        await desk.press("tab")
        await desk.write("Ana")
        await desk.read_then()
        assert desk.problem.startswith("required: Username, Last name,")
        assert "e-mail" in desk.problem.lower()
        assert desk.app.screen.focused is desk.field("username")
        bad = {row.id for row in desk.app.screen.query(".form-note.-bad")}
        assert {"note-username", "note-email", "note-last_name"} <= bad
        assert "note-first_name" not in bad


async def test_what_is_wrong_and_cut_beside_its_field_stands_whole_below(at_desk, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("enter")
        await desk.opened("Edit")
        await desk.press(*["tab"] * 6)
        said = desk.app.screen.focused
        assert said is desk.field("country")
        await desk.press("ctrl+u")
        await desk.write("Spanien und Portugal")
        note = str(desk.app.screen.query_one("#note-country").content)
        assert note
        assert len(note) <= 38 or note in desk.problem
        await desk.press("ctrl+r")
        assert desk.problem == ""


async def test_what_is_wrong_leaves_the_field_its_room(at_desk):
    async with at_desk(size=(80, 24)) as desk:
        await desk.press("o")
        await desk.opened("Export")
        await desk.press("end")
        await desk.write("x")
        await soon("refused", lambda: desk.problem.startswith("the ending of the file says its form: "))
        assert desk.problem.endswith(".parquet")
        await desk.pilot.pause()
        assert desk.field("file").size.width >= 27, "more than a third of the form"


async def test_a_new_customer_is_under_the_cursor_and_among_the_new_ones(at_desk, sandbox):
    name = "zz-made-here"
    sandbox.bury(name)
    values = (name, "neu@x.example", "N", "E", "A", "C", "S", "1", "ES", "1", "x.example")
    try:
        async with at_desk() as desk:
            await desk.press("n")
            await desk.opened("New customer")
            for value in values:
                await desk.write(value)
                await desk.press("enter")
            await desk.read_then()
            await desk.opened("Review new customer")
            assert name in desk.title, "also where the lines of the review have gone up"
            await desk.read_then()
            await desk.opened("New password of")
            await desk.press("escape")
            await desk.pilot.pause(0.6)
            await desk.press("escape")
            await soon("closed", lambda: desk.dialog is None)
            await soon("its row", lambda: desk.main.list.username == name)
            await desk.press("7")
            await soon("the new one", lambda: desk.state.filter_text == "is:new")
            assert name in desk.main.context.session.customers.usernames()
    finally:
        sandbox.bury(name)


async def test_who_was_found_stays_under_the_cursor_when_the_filter_goes(at_desk, someone):
    names = [someone(), someone()]
    async with at_desk() as desk:
        await desk.is_quiet()
        for name, leaving in zip(names, (("escape",), ("enter", "escape")), strict=True):
            await desk.press("slash")
            await desk.write(name)
            await soon("found", lambda: desk.state.shown == 1)
            await desk.press(*leaving)
            await soon("all are shown", lambda: desk.state.filter_text == "")
            await soon("the found one", lambda name=name: desk.main.list.username == name)
            assert desk.main.list.customer.username == name


async def test_f1_in_the_filter_says_what_can_be_typed(at_desk):
    async with at_desk() as desk:
        await desk.press("slash")
        assert "F1" in desk.screen_text()[-1]
        await desk.press("f1")
        await desk.opened("Help")
        await desk.press("escape")
        await soon("back", lambda: desk.dialog is None)
        assert desk.main.focused is desk.main.filter


async def test_pages_move_by_pages_also_from_the_filter(at_desk):
    async with at_desk() as desk:
        await desk.press("colon")
        await desk.opened("Commands")
        rows = desk.app.screen.query_one(OptionList)
        await desk.press("pagedown")
        first = rows.highlighted
        assert first is not None
        assert 0 < first < rows.option_count - 1
        await desk.press("pageup")
        assert rows.highlighted == 0


async def test_what_could_not_be_done_is_forgotten_when_it_can(at_desk):
    async with at_desk() as desk:
        await desk.press("slash")
        await desk.write("nobody-at-all")
        await desk.press("enter")
        await soon("nobody", lambda: desk.state.shown == 0)
        await desk.press("e")
        assert "no customer under the cursor" in desk.note
        await desk.press("escape")
        await soon("all", lambda: desk.state.shown > 0)
        await soon("forgotten", lambda: desk.note == "")


@pytest.mark.parametrize("width", [59, 40, 24, 12])
async def test_what_a_small_terminal_says_fits_and_nothing_opens_there(at_desk, someone, width):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.pilot.resize_terminal(width, 10)
        await desk.pilot.pause()
        said = desk.screen_text()[0].rstrip()
        assert "60" in said
        assert len(said) < width
        await desk.press("d", "n", "question_mark")
        assert desk.dialog is None
        await desk.pilot.resize_terminal(80, 24)
        await desk.press("d")
        await desk.opened("Disable sending")


async def test_the_last_key_of_the_footer_is_there_at_60_columns(at_desk, someone):
    name = someone()
    async with at_desk(size=(60, 15)) as desk:
        await desk.go_to(name)
        assert desk.screen_text()[-1].rstrip().endswith("? Help")
        await desk.press("space")
        assert desk.screen_text()[-1].rstrip().endswith("? Help")


async def test_one_mark_is_called_one(at_desk, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("space", "minus")
        await desk.told("1 mark dropped; - again restores it.")


async def test_a_plan_that_was_left_is_not_said_to_be_made(at_desk, someone):
    names = [someone(), someone()]
    async with at_desk() as desk:
        for name in names:
            await desk.go_to(name)
            await desk.press("space")
        await desk.go_to(names[0])
        await desk.press("d")
        await desk.opened("Plan: ")
        await desk.press("escape")
        await desk.told("Nothing was started.")


async def test_behind_the_last_of_several_marks_nothing_is_asked_and_elsewhere_it_is(at_desk, someone):
    names = [someone(f"mm-{number}") for number in range(4)]
    async with at_desk() as desk:
        await desk.go_to(names[0])
        await desk.press("space", "space")
        assert desk.main.list.username == names[2]
        await desk.press("d")
        await desk.opened("Plan: disable sending for 2 customers")
        await desk.press("escape")
        await soon("left", lambda: desk.dialog is None)
        await desk.press("down", "up", "d")
        await desk.opened("Which is meant?")
        await desk.press("escape")
        await soon("left", lambda: desk.dialog is None)
        await desk.press("minus")
        await desk.go_to(names[0])
        await desk.press("space", "d")
        await desk.opened("Which is meant?")


async def test_esc_goes_from_the_detail_to_the_list_before_it_drops_the_filter(at_desk, someone):
    name = someone()
    async with at_desk(size=(120, 40)) as desk:
        await desk.press("slash")
        await desk.write(name)
        await desk.press("enter", "tab")
        assert desk.main.focused is desk.main.detail
        await desk.press("escape")
        assert desk.main.focused is desk.main.list
        assert desk.state.filter_text == name
        await desk.press("escape")
        await soon("all are shown", lambda: desk.state.filter_text == "")


async def test_what_no_filter_hides_is_not_called_hidden(at_desk, someone):
    names = [someone() for _ in range(3)]
    async with at_desk() as desk:
        for name in names[:2]:
            await desk.go_to(name)
            await desk.press("space")
        await desk.go_to(names[2])
        await desk.press("d")
        await desk.opened("Which is meant?")
        assert "the 2 marked" in desk.words()
        assert "hidden" not in desk.words()


async def test_a_page_without_lines_has_no_titles_and_offers_only_what_can_be_done(at_desk):
    async with at_desk() as desk:
        await desk.press("b")
        await desk.opened("Plans and jobs")
        assert "No job yet" in desk.lines()[0]
        assert not desk.app.screen.query("#page-heads")
        assert desk.screen_text()[-1].split() == ["Esc", "back"]


async def test_a_tall_screen_shows_all_of_a_review(at_desk):
    values = ("zz-tall", "t@x.example", "N", "E", "A", "C", "S", "1", "ES", "1", "x.example")
    async with at_desk(size=(120, 40)) as desk:
        await desk.press("n")
        await desk.opened("New customer")
        for value in values:
            await desk.write(value)
            await desk.press("enter")
        await desk.read_then()
        await desk.opened("Review new customer")
        assert desk.app.screen.query_one("#form-body").max_scroll_y == 0


async def test_suspend_means_a_customer_before_the_program(at_desk, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("colon")
        await desk.opened("Commands")
        await desk.write("suspend")
        assert "Disable sending" in desk.lines()[0]
        assert "To the shell" in desk.lines()[1]


@pytest.mark.parametrize("keys", [("d",), ("s",), ("b",), ("question_mark",)], ids="".join)
async def test_ctrl_q_in_a_dialog_says_why_nothing_happens(at_desk, someone, keys):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press(*keys)
        await soon("a dialog", lambda: desk.dialog is not None)
        desk.send("ctrl+q", "\x11")
        await soon("why", lambda: "A dialog is open: Esc leaves it" in desk.words())


async def test_a_detail_that_goes_on_below_the_screen_says_so(at_desk, someone):
    name = someone()
    async with at_desk(size=(80, 18)) as desk:
        await desk.go_to(name)
        assert not any(MORE in line for line in desk.screen_text())
        await desk.press("z")
        await soon("zoomed", lambda: desk.state.zoomed and any(MORE in line for line in desk.screen_text()))
        for _ in range(5):
            await desk.press("pagedown")
        await soon("the end is seen", lambda: not any(MORE in line for line in desk.screen_text()))


def test_the_spoken_line_of_a_dialog_that_was_closed_says_nothing():
    SpokenLine().say()  # what was to be said after the next painting may come behind the end of its dialog
