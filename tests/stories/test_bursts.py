"""Keys as a slow line delivers them: in bursts, and torn apart. They go to the right place and send nothing."""

import pytest

from tests.harness.terminal import CTRL_Z, ENTER, ESCAPE, F2, environment, program

pytestmark = pytest.mark.terminal


def test_bursts_go_to_the_right_place_and_send_nothing(demo):
    terminal, sandbox = demo()
    terminal.type("/user1")
    terminal.sees("user1", "1 of 40")
    terminal.press(ESCAPE)
    terminal.sees("40 of 40")
    terminal.type("xd")
    terminal.sees("Delete customer - cannot be undone")
    terminal.press(ESCAPE)
    terminal.loses("Delete customer")
    terminal.type("dd")
    terminal.sees("Disable sending ", "Reason")
    terminal.press(ESCAPE)
    terminal.loses("Reason")
    terminal.type("xdd")
    terminal.sees("Delete customer - cannot be undone")
    terminal.press(ESCAPE)
    terminal.loses("Delete customer")
    terminal.press("p", ENTER)
    terminal.sees("Reset password - cannot be undone")
    terminal.press(ESCAPE)
    terminal.loses("Reset password")
    terminal.type("d" + "\x13" * 5)
    terminal.sees("Disable sending ", "Reason")
    terminal.press(ESCAPE)
    terminal.loses("Reason")
    terminal.type("/dav")
    terminal.sees(" dav ", "1 of 40")
    terminal.press(ESCAPE)
    terminal.sees("40 of 40")
    assert sandbox.log() == []
    terminal.press("q")
    assert terminal.ends() == 0


def test_a_password_typed_in_one_burst_never_lands_in_a_field_that_shows_it(demo):
    terminal, sandbox = demo()
    terminal.press("p")
    terminal.sees("Reset password")
    terminal.type("\x1b[Z\x1b[Z\x1b[C\tcAnary-1\rcAnary-1\rticket 9\ruser1")
    terminal.sees("  ticket 9", "  user1")
    assert b"cAnary" not in terminal.raw
    terminal.commit()
    terminal.sees("faster than fingers type")
    assert sandbox.log() == []
    terminal.by_hand("user1")
    terminal.commit()
    terminal.sees("Applied")
    assert sandbox.applied() == [("password", "user1")]


def test_escape_sequences_that_arrive_in_pieces_send_nothing(demo):
    terminal, sandbox = demo()
    for keys in ((b"\x1b", b"[", b"D"), (b"\x1b", b"O", b"P"), (b"\x1b", b"[", b"B"), (b"\x1b", b"OQ"), (b"\x1bd",)):
        for part in keys:
            terminal.press(part)
            terminal.waits(0.12)
        terminal.press(ESCAPE, ESCAPE)
        terminal.waits(0.2)
    terminal.press(F2, ENTER, ESCAPE)
    terminal.sees("40 of 40")
    assert sandbox.log() == []


def test_a_paste_is_text_and_never_a_command(demo):
    terminal, sandbox = demo()
    terminal.type("\x1b[200~user1\nuser2\nnobody\nd\n\x13\x1b[201~")
    terminal.sees("2 of 5 names marked", "2 marked")
    terminal.press("x", "d")
    terminal.sees("One customer at a time")
    assert sandbox.log() == []


def test_ctrl_z_gives_the_shell_back_and_fg_paints_everything_again(home, opened):
    terminal = opened(["/bin/sh", "-i"], environment(home, PS1="shell> "))
    terminal.sees("shell>")
    terminal.type(" ".join(program("demo", "--port", "0", "--customers", "40")) + "\n")
    terminal.sees("complete", "user1", "Enter Edit")
    terminal.press(CTRL_Z)
    terminal.sees("shell>", "Stopped")
    terminal.screen.reset()
    terminal.type("fg\n")
    terminal.sees("complete", "USERNAME", "user1", "-- user1 ", "Enter Edit")
    terminal.press("q")
    terminal.sees("shell>")
    terminal.type("stty -a\n")
    terminal.sees("isig icanon", " echo ")
