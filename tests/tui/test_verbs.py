"""The verbs on the screen, each from its key to what the sandbox received."""

import re

import pytest
from textual.widgets import Button, Static

from tests.harness.waiting import soon
from tui_reseller.domain.operation import Outcome
from tui_reseller.services.policy import READ_SECONDS

FIELDS = ("email", "first_name", "last_name", "address", "city", "state", "zip", "country", "phone", "website")
NEW = ("mail@neu.example", "Ana", "Ibarra", "Calle 12", "Bilbao", "PV", "48001", "ES", "+34 9", "n.example")
FORMATS = pytest.mark.parametrize("wire", ["json", "xml"])


@pytest.mark.in_turn(2)
@FORMATS
async def test_d_stops_sending_and_e_starts_it_again(at_desk, someone, wire):
    name = someone()
    async with at_desk(wire=wire) as desk:
        await desk.go_to(name)
        await desk.press("d")
        await desk.opened("Disable sending")
        await desk.write("ticket 4711")
        await desk.read_then("ctrl+s")
        await desk.applied(("disable", name))
        await desk.told("w login is still unknown")
        await desk.press("e")
        await desk.opened("Enable sending")
        assert desk.field("reason").value == ""
        await desk.press("up")
        assert desk.field("reason").value == "ticket 4711"
        await desk.read_then()
        await desk.applied(("disable", name), ("enable", name))
        await desk.told("sending off -> on")
        entries = await desk.entries()
        assert [entry.outcome for entry in entries] == [Outcome.APPLIED] * 2
        assert {entry.reason for entry in entries} == {"ticket 4711"}


async def test_w_closes_the_website_and_opens_it_again(at_desk, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("w", "d")
        await desk.opened("Disable login")
        assert "unknown -> off" in desk.words()
        await desk.read_then()
        await desk.applied(("website_disable", name))
        await desk.press("w", "e")
        await desk.opened("Enable login")
        assert "off -> on     (as last set here)" in desk.words()
        await desk.read_then()
        await desk.applied(("website_disable", name), ("website_enable", name))


async def test_p_sets_a_generated_password_and_shows_it_only_when_asked(at_desk, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("p")
        await desk.opened("Reset password")
        assert desk.app.screen.focused is desk.field("typed")
        await desk.write(name)
        await desk.read_then()
        await desk.opened("New password of")
        await desk.applied(("password", name))
        secret = desk.app.screen.query_one("#secret", Static)
        assert set(str(secret.content)) == {"*"}
        assert not secret.allow_select
        await desk.press("enter", "enter", "escape")
        assert "not seen it yet" in desk.problem, "a key that is held or typed ahead must not close it"
        await desk.pilot.pause(READ_SECONDS)
        desk.app.screen.query_one("#reveal", Button).press()
        await soon("the password is shown", lambda: len(str(secret.content)) == 24)
        shown = str(secret.content)
        await desk.press("escape")
        await soon("closed", lambda: desk.dialog is None)
        assert all(shown not in line for line in desk.screen_text())
        assert shown not in repr([entry.as_dict() for entry in await desk.entries()])


async def test_p_takes_a_typed_password_and_refuses_two_that_differ(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("p")
        await desk.opened("Reset password")
        await desk.write(name)
        await desk.press("shift+tab", "shift+tab", "right", "tab")
        await desk.write("sOmething-new-9")
        await desk.press("enter")
        await desk.write("sOmething-else-9")
        await desk.read_then()
        assert "differ" in desk.problem
        assert sandbox.log() == []
        assert desk.app.screen.focused is desk.field("again")
        await desk.press("ctrl+u")
        await desk.write("sOmething-new-9")
        await desk.read_then()
        await desk.told("Applied")
        assert desk.dialog is None
        assert "sOmething" not in repr(sandbox.log())


@pytest.mark.in_turn(2)
@FORMATS
async def test_n_reviews_a_new_customer_before_it_is_sent(at_desk, sandbox, wire):
    name = f"neu-{wire}.example"
    values = (
        name,
        "mail@neu.example",
        "Ana",
        "Ibarra",
        "Calle 12",
        "Bilbao",
        "PV",
        "48001",
        "ES",
        "+34 9",
        "n.example",
    )
    async with at_desk(wire=wire) as desk:
        await desk.press("n")
        await desk.opened("New customer")
        await desk.write("\r".join(values))
        await desk.read_then()
        await desk.opened("Review new customer")
        assert sandbox.log() == []
        assert "never be used again" in desk.words()
        await desk.read_then("ctrl+s")
        await desk.opened("New password of")
        await desk.applied(("create", name))
        assert sandbox.held(name)["city"] == "Bilbao"
        assert desk.row_of(name) is not None


async def test_a_refused_new_customer_is_told_and_n_brings_back_what_was_typed(at_desk, sandbox, someone):
    taken = someone()
    values = (
        taken,
        "mail@neu.example",
        "Ana",
        "Ibarra",
        "Calle 12",
        "Bilbao",
        "PV",
        "48001",
        "ES",
        "+34 9",
        "n.example",
    )
    async with at_desk() as desk:
        await desk.press("n")
        await desk.opened("New customer")
        await desk.write("\r".join(values))
        await desk.read_then()
        await desk.opened("Review new customer")
        await desk.read_then("ctrl+s")
        await desk.told("n brings back what you typed")
        assert desk.dialog is None, "no answer of the service opens a dialog"
        await desk.press("n")
        await desk.opened("New customer")
        assert (desk.field("username").value, desk.field("city").value) == (taken, "Bilbao")
        assert sandbox.log() == []


@pytest.mark.in_turn(2)
@FORMATS
async def test_enter_edits_details_and_email_with_a_review_and_two_calls(at_desk, sandbox, someone, wire):
    name = someone()
    async with at_desk(wire=wire, size=(120, 40)) as desk:
        await desk.go_to(name)
        await desk.press("enter")
        await desk.opened("Edit")
        desk.field("city").focus()
        await desk.press("end")
        await desk.write(" Sur")
        desk.field("email").focus()
        await desk.press("home")
        await desk.write("new.")
        await desk.read_then()
        await desk.opened("Review changes")
        assert re.search(
            r'Call 1 of 2: change details.*"Madrid Sur".*Call 2 of 2: change e-mail', desk.words(), re.DOTALL
        )
        assert sandbox.log() == []
        await desk.read_then("ctrl+s")
        await desk.applied(("set", name), ("email", name))
        assert sandbox.held(name)["city"] == "Madrid Sur"
        assert sandbox.held(name)["email"].startswith("new.")


async def test_x_e_changes_the_email_address(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("x", "e")
        await desk.opened("Change e-mail")
        await desk.write("other@example.com")
        await desk.read_then()
        await desk.applied(("email", name))
        assert sandbox.held(name)["email"] == "other@example.com"


async def test_x_r_renames_and_the_mark_goes_with_the_name(at_desk, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("space")
        await desk.go_to(name)
        await desk.press("x", "r")
        await desk.opened("Rename")
        await desk.write(f"{name}-b")
        await desk.press("enter")
        await desk.write(name)
        await desk.read_then()
        await desk.applied(("rename", name))
        await soon("the list has the new name", lambda: desk.row_of(f"{name}-b") is not None)
        assert desk.row_of(name) is None
        await soon("the mark goes along", lambda: desk.state.marked == {f"{name}-b"})
        await desk.press("u")
        await desk.opened("Undo: rename")
        labels = [str(label.content).strip() for label in desk.app.screen.query(".form-label").results(Static)]
        assert "Type present name" in labels


async def test_x_d_deletes_after_the_username_was_typed(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("x", "d")
        await desk.opened("Delete customer - cannot be undone")
        await desk.press("enter")
        await desk.write(name)
        await desk.read_then()
        await desk.applied(("delete", name))
        assert sandbox.held(name)["deleted"]
        await soon("gone from the list", lambda: desk.row_of(name) is None)


async def test_u_names_what_it_takes_back_and_takes_it_back(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("d")
        await desk.opened("Disable sending")
        await desk.read_then()
        await desk.applied(("disable", name))
        await desk.told("u undo")
        await desk.press("u")
        await desk.opened("Undo")
        assert name in desk.words()
        assert "back: sending off -> on" in desk.words()
        await desk.read_then("ctrl+s")
        await desk.applied(("disable", name), ("enable", name))
        assert sandbox.held(name)["active"] in (True, "true")
        await desk.told("sending off -> on")
        assert "u undo" not in desk.note  # u would take back the one before, perhaps of another customer


async def test_a_dot_repeats_the_verb_on_the_next_customer_but_asks(at_desk, sandbox, someone):
    first, second = someone(), someone()
    async with at_desk() as desk:
        await desk.go_to(first)
        await desk.press("d")
        await desk.opened("Disable sending")
        await desk.write("ticket 9")
        await desk.read_then()
        await desk.applied(("disable", first))
        await desk.go_to(second)
        await desk.press("full_stop")
        await desk.opened("Disable sending")
        assert second in desk.words()
        assert desk.field("reason").value == ""
        assert len(sandbox.log()) == 1
        await desk.read_then("ctrl+s")
        await desk.applied(("disable", first), ("disable", second))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("USER1", 'it looks like the customer "user1"'),
        ("us\u0435r9", "CYRILLIC SMALL LETTER IE"),
        ("zero\u200bw", "ZERO WIDTH SPACE (U+200B)"),
        ("neu", ""),
    ],
    ids=ascii,
)
@pytest.mark.in_turn(3)
async def test_the_review_of_a_new_customer_says_first_that_its_username_is_odd(at_desk, sandbox, name, why):
    async with at_desk() as desk:
        await desk.press("n")
        await desk.opened("New customer")
        for field, value in zip(("username", *FIELDS), (name, *NEW), strict=True):
            desk.field(field).value = value
        await desk.read_then()
        await desk.opened("Review new customer")
        first = str(desk.app.screen.query(".form-line").first(Static).content)
        assert first.startswith("! odd username") == bool(why)
        assert why in first
        assert ("can never be used again" in first) == bool(why)
        await desk.press("escape", "escape")
        assert sandbox.log() == []


async def test_an_odd_new_username_is_named_before_it_is_sent(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("x", "r")
        await desk.opened("Rename")
        desk.field("username").value = "USER1"
        await desk.press("tab")
        await desk.write(name)
        await desk.read_then()
        await desk.opened("An odd username")
        assert 'it looks like the customer "user1"' in desk.words()
        await desk.press("escape")
        assert sandbox.log() == []
