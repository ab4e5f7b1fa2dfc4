"""A working day at a real terminal: every verb by its keys, each seen at the service."""

import pytest

from tests.harness.terminal import DOWN, END, ENTER, ESCAPE, UP
from tests.harness.waiting import until

pytestmark = pytest.mark.terminal
NEW = (
    "neu.example",
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


@pytest.mark.in_turn(2)
@pytest.mark.parametrize("wire", ["json", "xml"])
def test_a_working_day(demo, wire):
    terminal, sandbox = demo("--format", wire)
    done = []

    def applied(operation, username):
        done.append((operation, username))
        until(f"{operation} of {username}\n{terminal.text}", lambda: len(sandbox.log()) >= len(done))
        terminal.loses("on its way")
        terminal.sees("Applied")
        assert sandbox.applied() == done

    terminal.press(DOWN)
    terminal.sees("-- user2 ")
    terminal.press(UP)
    terminal.sees("-- user1 ")
    terminal.type("/user1")
    terminal.sees("1 of 40")
    terminal.press(ENTER)

    terminal.press(ENTER)
    terminal.sees('Edit "user1"')
    terminal.press(END)
    terminal.type("ny")
    terminal.sees("~First name", "johnny")
    terminal.commit()
    terminal.sees('Review changes of "user1"', '-> "johnny"')
    assert sandbox.log() == []
    terminal.commit(b"\x13")
    applied("set", "user1")

    terminal.press("d")
    terminal.sees("Disable sending", "on -> off")
    terminal.type("ticket 4711")
    terminal.commit()
    applied("disable", "user1")
    terminal.press("e")
    terminal.sees("Enable sending", "off -> on")
    terminal.commit()
    applied("enable", "user1")

    terminal.type("wd")
    terminal.sees("Disable login", "unknown -> off")
    terminal.commit()
    applied("website_disable", "user1")
    terminal.type("we")
    terminal.sees("Enable login", "off -> on")
    terminal.commit()
    applied("website_enable", "user1")

    terminal.press("p")
    terminal.sees("Reset password - cannot be undone")
    terminal.by_hand("user1")
    terminal.commit()
    terminal.sees("New password of", "********")
    applied("password", "user1")
    terminal.press(ESCAPE)
    terminal.sees("not seen it yet")
    terminal.waits(0.6)
    terminal.press(ESCAPE)
    terminal.loses("New password of")

    terminal.press("n")
    terminal.sees("New customer")
    for value in NEW:
        terminal.type(value)
        terminal.press(ENTER)
    terminal.commit()
    terminal.sees("Review new customer", "neu.example")
    terminal.commit(b"\x13")
    terminal.sees("New password of")
    applied("create", "neu.example")
    terminal.press(ESCAPE)
    terminal.sees("not seen it yet")
    terminal.waits(0.6)
    terminal.press(ESCAPE)
    terminal.loses("New password of")

    terminal.type("xr")
    terminal.sees("Rename", "New username")
    terminal.type("user1-new")
    terminal.press(ENTER)
    terminal.by_hand("user1")
    terminal.commit()
    applied("rename", "user1")
    terminal.sees("user1-new")

    terminal.type("xd")
    terminal.sees("Delete customer - cannot be undone")
    terminal.press(ENTER)
    terminal.by_hand("user1-new")
    terminal.commit()
    applied("delete", "user1-new")
    terminal.sees("0 of 40")

    terminal.press("q")
    assert terminal.ends() == 0
    assert terminal.stuck_modes() == []
    assert 'Applied: delete "user1-new"' in terminal.raw.decode()
    until("the sandbox has gone", lambda: not sandbox.is_there())
