"""Looking at the list: order, columns and views that are remembered, what a refresh brought, thin lines."""

import pytest
from textual.events import CursorPosition
from textual.widgets import Static

from tests.harness.waiting import soon


@pytest.fixture
def few(sandbox):
    """Three customers of known values."""
    for name, city in (("aa-one", "Zagreb"), ("aa-two", "Oslo"), ("aa-three", "Madrid")):
        sandbox.plant(name, email=f"{name}@example.com", city=city, country="ES")
    yield sandbox
    for name in ("aa-one", "aa-two", "aa-three", "aa-four", "aa-trap"):
        sandbox.bury(name)


def titles(desk):
    return desk.screen_text()[2]


async def test_a_refresh_says_what_it_brought_and_lists_it(at_desk, few):
    async with at_desk() as desk:
        few.plant("aa-four", city="Rome")
        few.plant("aa-two", email="aa-two@example.com", city="Bergen", country="ES")
        few.bury("aa-three")
        await desk.press("r")
        await desk.told("1 new, 1 gone, 1 changed since the list before")
        await desk.press("2")
        await soon("the changed one only", lambda: desk.state.shown == 1)
        assert "~aa-two" in "\n".join(desk.screen_text())
        await desk.press("f")
        await desk.opened("1 new, 1 gone, 1 changed")
        found = desk.lines()
        assert any(line.startswith("- gone") and "aa-three" in line for line in found)
        assert any(line.startswith("+ new") and "aa-four" in line for line in found)
        assert any("aa-two" in line and 'city "Oslo" -> "Bergen"' in line for line in found)
        await desk.press(*["down"] * found.index(next(line for line in found if "aa-four" in line)), "enter")
        await soon("its row", lambda: desk.main.list.username == "aa-four")
        assert desk.state.filter_text == ""


async def test_order_is_remembered_for_the_next_start(at_desk, few):
    async with at_desk() as desk:
        await desk.press("s")
        await desk.opened("Sort by")
        await desk.press("c")
        await soon("sorted", lambda: desk.state.sort == "city")
        await desk.press("s", "c")
        await soon("reversed", lambda: desk.state.descending)
        names = desk.main.context.session.customers.usernames()
        await desk.press("comma")
        await soon("turned round", lambda: not desk.state.descending)
        assert desk.main.context.session.customers.usernames() != names
        await desk.press("comma")
        await soon("and back", lambda: desk.state.descending)
        assert desk.main.context.session.customers.usernames() == names
        await soon("remembered", lambda: desk.services.views.layout("acme").descending)
    async with at_desk() as desk:
        assert (desk.state.sort, desk.state.descending) == ("city", True)
        await soon("the same order", lambda: desk.main.context.session.customers.usernames() == names)
        assert desk.main.list.cursor == 0
        await desk.press("s")
        await desk.opened("Sort by")
        row = [option.value for option in desk.dialog.options].index("")
        await desk.pilot.click("#menu-options", offset=(3, row))
        await soon("the service's order", lambda: desk.dialog is None and desk.state.sort == "")
        names = desk.main.context.session.customers.usernames()
        await desk.press("comma")
        await soon("the last one first", lambda: desk.state.descending)
        assert desk.main.context.session.customers.usernames() == names[::-1]
        assert "the service's order reversed" in desk.main.query_one("#counts").render_line(0).text


async def test_arrows_and_enter_choose_in_a_menu_and_enter_alone_does_not(at_desk):
    async with at_desk() as desk:
        await desk.press("s", "enter")
        await desk.opened("Sort by")
        options = desk.app.screen.query_one("#menu-options", Static)
        first, second, *_ = str(options.content).splitlines()
        await desk.press("down", "down", "down", "up")
        lines = str(options.content).splitlines()
        assert lines[:2] == [first, f">{second[1:]}"]
        await desk.press("enter")
        await soon("sorted by the second one", lambda: desk.dialog is None and desk.state.sort == "email")


async def test_a_letter_typed_right_behind_a_menus_key_arrives_in_the_menu(at_desk, few):
    async with at_desk() as desk:
        for keys, seen in (
            (("s", "e"), lambda: desk.state.sort == "email"),
            (("t", "1"), lambda: desk.state.filter_text == "sending:off"),
            (("y", "e"), lambda: "sent to your terminal" in desk.note),
        ):
            for key in keys:
                desk.send(key)
            await soon(keys, seen)
            await soon("the menu is closed", lambda: desk.dialog is None)
            await soon("its conversation is over", lambda: not desk.app.opening)


async def test_another_order_keeps_the_cursor_where_it_is_seen(at_desk, few):
    async with at_desk() as desk:
        first = desk.main.list.customer
        await desk.press("slash")
        await desk.write("-" + first.username)
        await desk.press("enter")
        await soon("another one is under the cursor", lambda: desk.main.list.customer not in (None, first))
        seen = desk.main.list.customer
        await desk.press("comma")
        await soon("turned round", lambda: desk.state.descending and desk.main.list.cursor > 0)
        assert desk.main.list.customer == seen
        await desk.press("slash")
        await desk.press(*["backspace"] * len("-" + first.username), "enter")
        await soon("the filter is gone", lambda: desk.main.list.customer == first)


async def test_columns_are_chosen_and_remembered(at_desk, few):
    async with at_desk() as desk:
        await desk.press("t", "c")
        await desk.opened("Columns")
        await desk.write("citty")
        await desk.read_then()
        assert 'no column "citty" - did you mean city?' in desk.words() + desk.problem
        desk.field("columns").clear()
        await desk.write("city country")
        await desk.read_then()
        await soon("its title", lambda: "CITY" in titles(desk))
        assert titles(desk).index("CITY") < titles(desk).index("COUNTRY") < titles(desk).index("SENDING")
        assert "E-MAIL" not in titles(desk)
    async with at_desk() as desk:
        assert desk.state.columns == ("city", "country")
        assert "CITY" in titles(desk)


async def test_a_view_is_saved_opened_and_forgotten(at_desk, few):
    async with at_desk() as desk:
        await desk.press("slash")
        await desk.write("aa- country:es")
        await desk.press("enter")
        await soon("filtered", lambda: desk.state.shown == 3)
        await desk.press("s", "c", "t", "s")
        await desk.opened("Save a view")
        await desk.write("in Spain")
        await desk.read_then()
        await desk.told('View 9 is "in Spain".')
        await desk.press("0", "s", "n")
        await soon("all", lambda: desk.state.sort == "" and not desk.state.filter_text)
        await desk.press("9")
        await soon("as it was saved", lambda: (desk.state.filter_text, desk.state.sort) == ("aa- country:es", "city"))
        names = desk.main.context.session.customers.usernames()
        assert names == ["aa-three", "aa-two", "aa-one"]
        await desk.press("t", "s")
        await desk.opened("Save a view")
        assert desk.field("key").value == "8", "not the one that was saved"
        await desk.press("escape")
    async with at_desk() as desk:
        await desk.press("t", "x")
        await desk.opened("Forget which view?")
        await desk.press("9")
        await desk.told("View 9 is forgotten.")
        await desk.press("9")
        await desk.told("No view 9.")


async def test_backspace_drops_the_term_that_hides_all(at_desk, few):
    async with at_desk() as desk:
        await desk.press("slash")
        await desk.write("aa- nobody-has-this")
        await desk.press("enter")
        await soon("a way out", lambda: "without nobody-has-this: 3 (Backspace)" in desk.state.filter_note)
        await desk.press("backspace")
        await soon("wider", lambda: (desk.state.filter_text, desk.state.shown) == ("aa-", 3))
        assert desk.main.query_one("#filter").value == "aa-"


async def test_keys_that_edit_keep_their_place_in_a_burst(at_desk):
    async with at_desk() as desk:
        await desk.press("slash")
        for key in ("a", "b", "backspace", "c", "home", "x", "ctrl+u", "z", "end", "y"):
            desk.send(key, key if len(key) == 1 else None)
        await soon("all of it", lambda: desk.state.filter_text == "zacy")
        assert desk.main.query_one("#filter").value == "zacy"


async def test_by_hand_means_that_a_start_asks_nothing(at_desk, few):
    async with at_desk():
        pass
    few.start_anew()
    async with at_desk(config='[settings]\nrefresh = "manual"\n') as desk:
        assert desk.state.total == len(desk.main.context.session.customers)
        assert not few.requests()
        await desk.press("r")
        await soon("asked", lambda: [row["operation"] for row in few.requests()] == ["list"])


async def test_nothing_is_kept_on_disk_where_the_retention_is_nothing(at_desk, tmp_path):
    async with at_desk(config='[settings]\nretention = "0d"\n'):
        pass
    assert not list((tmp_path / "cache").rglob("*.parquet"))


async def test_a_damaged_snapshot_is_said_and_read_again(at_desk, tmp_path):
    async with at_desk() as desk:
        total = desk.state.total
    (list_file,) = (tmp_path / "cache").rglob("list-*.parquet")
    list_file.write_bytes(b"?" * 100)
    async with at_desk() as desk:
        await desk.told("it is read again from the service")
        await soon("read", lambda: desk.state.total == total and not desk.state.is_partial)


@pytest.mark.parametrize("regex", ["email~(a+)+$", "email~(.*)*x", "city~.*.*.*.*.*y"])
async def test_no_regex_freezes_the_screen(at_desk, few, regex):
    few.plant("aa-trap", email="a" * 5000 + "!", city="x" * 5000)
    async with at_desk() as desk:
        await desk.press("slash")
        await desk.write(regex)
        await soon("an answer", lambda: desk.state.filter_text == regex and desk.state.filter_valid, 5)


async def test_a_held_arrow_brings_half_a_page_at_the_edge(at_desk):
    async with at_desk() as desk:
        pane = desk.main.list
        height = pane.size.height
        tops = []
        for _ in range(3 * height):
            pane.move(pane.cursor + 1)
            tops.append(pane.scroll_offset.y)
        assert len(set(tops)) <= 3 * height // (height // 2) + 1
        assert pane.scroll_offset.y <= pane.cursor < pane.scroll_offset.y + height


async def test_a_slow_line_is_measured_and_painted_less_often(at_desk):
    async with at_desk() as desk:
        app, pane = desk.app, desk.main.list
        app.line_speed._asked_at = app.key_clock() - 0.2
        app.post_message(CursorPosition(0, 0))
        await desk.told("Slow line (")
        assert app.slow
        desk.main.context.show()
        await soon("slower", lambda: pane.pace > 0)
        await desk.pilot.pause(pane.pace)
        painted = []
        pane.repaint_line = painted.append
        pane.redraw = pane.repaint = lambda: painted.append("all")
        for _ in range(10):
            pane.move(pane.cursor + 1)
        assert pane.cursor == 10
        await soon("painted", lambda: len(painted) == 3)  # the first step's two lines at once, then the rest as one


async def test_a_quick_line_is_not_slow(at_desk):
    async with at_desk() as desk:
        desk.app.line_speed._asked_at = desk.app.key_clock()
        desk.app.post_message(CursorPosition(0, 0))
        await soon("timed", lambda: desk.app.line_speed._asked_at is None)
        assert not desk.app.slow


async def test_a_terminal_that_changes_behind_a_dialog_leaves_titles_over_their_columns(at_desk):
    async with at_desk(size=(80, 24)) as desk:
        await desk.press("s")
        await desk.opened("Sort by")
        await desk.pilot.resize_terminal(120, 40)
        await desk.press("escape")
        await soon("the list", lambda: desk.dialog is None)
        await soon("the row at the new width", lambda: "example1@" in desk.screen_text()[3])
        titles, row = desk.screen_text()[2:4]
        first = desk.main.list.window(0, 1)[0]  # as it is by now: other tests change customers of this sandbox
        assert titles.index("SENDING") == row.index(f"{first.switch('sending').value}  ")
        assert titles.index("E-MAIL") == row.index(first.text("email")[:9])
