"""Finding and marking: the filter while it is typed, its history, marks that stay with their usernames."""

from textual.events import Paste

from tests.harness.waiting import soon
from tui_reseller.tui.flows import filtering


async def test_an_unfinished_filter_keeps_the_result_and_is_an_error_only_on_enter(at_desk):
    async with at_desk() as desk:
        await desk.press("slash")
        await desk.write("user")
        await soon("filtered", lambda: desk.state.filter_text == "user")
        shown = desk.state.shown
        await desk.write(" -sending:o")
        await soon("not finished", lambda: desk.state.filter_note == "not finished")
        assert desk.state.shown == shown
        await desk.press("enter")
        await soon("an error with its place", lambda: "(at " in desk.state.filter_note)
        assert desk.app.focused is desk.main.query_one("#filter")
        await desk.write("ff")
        await desk.press("enter")
        await soon("kept", lambda: desk.app.focused is desk.main.list)
        assert desk.state.filter_text == "user -sending:off"
        assert desk.state.filter_valid


async def test_mark_all_is_refused_while_the_filter_is_not_finished(at_desk):
    async with at_desk() as desk:
        await desk.press("slash")
        await desk.write("sending:o")
        await soon("not finished", lambda: not desk.state.filter_valid)
        desk.main.set_focus(desk.main.list)
        await desk.press("asterisk")
        assert "the filter is not finished" in desk.note
        assert not desk.state.marked


async def test_nothing_shown_says_what_one_term_less_would_show(at_desk):
    async with at_desk() as desk:
        await desk.press("slash")
        await desk.write("user1 nobody-has-this")
        await soon("a way out", lambda: "without nobody-has-this: " in desk.state.filter_note)


async def test_a_filter_that_is_none_over_an_empty_list_is_not_said_to_match_nobody(at_desk):
    async with at_desk() as desk:
        await desk.press("slash")
        await desk.write("zqx")
        await soon("nobody", lambda: desk.state.filter_text == "zqx" and not desk.state.shown)
        await soon("said", lambda: desk.main.list.nothing[:1] == ("No customer matches   zqx",))
        await desk.write(":")
        await soon("not finished", lambda: desk.main.list.nothing[:1] == ("The filter is not finished",))
        await desk.write("x")
        await soon("said whole", lambda: desk.main.list.nothing[:1] == ("The filter is not understood",))
        assert desk.main.list.nothing[1] == 'no field "zqx": username or email? Or put the text in quotes (at 1)'


async def test_escape_puts_the_former_filter_back_and_up_brings_earlier_ones(at_desk):
    async with at_desk() as desk:
        for text in ("user1", "user2"):
            await desk.press("slash")
            desk.main.query_one("#filter").clear()
            await desk.write(text)
            await desk.press("enter")
            await soon("kept", lambda text=text: desk.main.context.memory(filtering._Filters).kept[-1:] == [text])
        await desk.press("slash")
        await desk.write("zzz")
        await desk.press("escape")
        await soon("the former one", lambda: desk.state.filter_text == "user2")
        assert desk.app.focused is desk.main.list
        await desk.press("slash", "up", "up")
        await soon("an earlier one", lambda: desk.state.filter_text == "user1")
        await desk.press("escape", "escape")
        await soon("all again", lambda: desk.state.filter_text == "")


async def test_enter_with_a_command_right_behind_it_is_a_command(at_desk, sandbox):
    async with at_desk() as desk:
        await desk.write("/user1\rd")
        await desk.opened("Disable sending")
        assert desk.state.filter_text == "user1"
        assert '"user1"' in desk.words()
        assert sandbox.log() == []


async def test_marks_stay_with_their_usernames_through_sort_and_filter(at_desk, someone):
    names = {someone("mark-a"), someone("mark-z")}
    async with at_desk() as desk:
        for name in names:
            await desk.go_to(name)
            await desk.press("space")
        assert desk.state.marked == names
        await desk.go_to("mark-a")
        await desk.press("s", "u")
        await soon("sorted", lambda: desk.state.sort == "username")
        assert desk.main.list.customer.username == "mark-a"
        await desk.press("s", "u")
        await soon("reversed", lambda: desk.state.descending)
        assert desk.main.list.customer.username == "mark-a"
        await desk.write("/mark-z\r")
        await soon("one is hidden", lambda: desk.state.hidden == 1)
        assert "2 marked, 1 hidden" in "\n".join(desk.screen_text())
        await desk.press("minus")
        assert not desk.state.marked
        await desk.press("minus")
        assert desk.state.marked == names


async def test_a_row_that_is_not_marked_makes_the_dialog_ask_which_is_meant(at_desk, sandbox, someone):
    first, second, other = someone(), someone(), someone()
    async with at_desk() as desk:
        await soon("they are listed", lambda: desk.row_of(other) is not None)
        desk.app.post_message(Paste(f"{first}\n{second}\n"))
        await soon("marked", lambda: len(desk.state.marked) == 2)
        await desk.go_to(other)
        await desk.press("d")
        await desk.opened("Which is meant?")
        await desk.press("enter", "space")
        assert desk.title == "Which is meant?"
        await desk.press("1")
        await desk.opened("Disable sending")
        assert other in desk.words()
        assert sandbox.log() == []


async def test_a_range_is_marked_from_here_to_there_and_escape_drops_it(at_desk):
    async with at_desk() as desk:
        await desk.press("v", "j", "j", "v")
        assert len(desk.state.marked) == 3
        await desk.press("v", "j", "escape")
        assert len(desk.state.marked) == 3
        assert not desk.state.ranging


async def test_pasted_usernames_are_marked_and_those_that_are_not_there_are_named(at_desk, someone):
    name = someone()
    async with at_desk() as desk:
        await soon("it is listed", lambda: desk.row_of(name) is not None)
        desk.app.post_message(Paste(f"{name}\nuser1\r\n\nnobody\x1b]52;c;eA==\x07\n{name}\n"))
        await desk.told("2 of 3 names marked, 1 not found: nobody␛]52;c;eA==␇")
        assert desk.state.marked == {name, "user1"}


async def test_zoom_keeps_keys_commands(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("z")
        await soon("zoomed", lambda: desk.state.zoomed)
        await desk.press("d")
        await desk.opened("Disable sending")
        await desk.press("escape", "escape")
        assert not desk.state.zoomed
        assert desk.app.focused is desk.main.list
        assert desk.state.filter_text == ""


async def test_a_terminal_that_was_too_small_for_a_while_has_its_keys_back(at_desk):
    async with at_desk() as desk:
        await desk.pilot.resize_terminal(50, 10)
        await soon("it is said", lambda: "too small" in "\n".join(desk.screen_text()))
        await desk.pilot.resize_terminal(80, 24)
        await soon("the list has the keys", lambda: desk.app.focused is desk.main.list)
        await desk.press("j")
        assert desk.main.list.cursor == 1
