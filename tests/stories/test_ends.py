"""How it ends: signals, kills, no terminal. Nothing stays behind."""

import signal
import subprocess

import pytest

from tests.harness.terminal import environment, processes_with, program
from tests.harness.waiting import until

pytestmark = pytest.mark.terminal


@pytest.mark.in_turn(2)
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_a_signal_ends_it_in_order_and_gives_the_terminal_back(demo, home, number, code):
    terminal, sandbox = demo()
    terminal.press("d")
    terminal.sees("Disable sending")
    terminal.child.kill(number)
    assert terminal.ends(8) == code
    assert terminal.stuck_modes() == []
    assert sandbox.port
    until("nothing is left", lambda: not processes_with(str(home)))
    assert list(home.glob("tui-reseller-demo-*")) == []


def test_a_kill_leaves_no_sandbox(demo, home):
    terminal, sandbox = demo()
    assert len(processes_with(str(home))) == 2
    terminal.child.kill(signal.SIGKILL)
    until("nothing is left", lambda: not processes_with(str(home)))
    assert not sandbox.is_there()


def test_a_terminal_that_goes_away_ends_it_even_where_hang_up_is_ignored(home, opened):
    shell = ["/bin/sh", "-c", 'trap "" HUP; "$@"', "sh", *program("demo", "--port", "0", "--customers", "10")]
    terminal = opened(shell, environment(home))
    terminal.sees("complete")
    terminal.hang_up()
    until("nothing is left", lambda: not processes_with(str(home)), 12)


@pytest.mark.parametrize(("name", "value"), [("TERM", "dumb"), ("TERM", "")])
def test_a_terminal_that_can_show_nothing_is_refused_at_once(home, opened, name, value):
    terminal = opened(program("demo", "--customers", "10"), environment(home, **{name: value}))
    assert terminal.ends() == 2
    assert b"\x1b" not in terminal.raw
    assert b"TERM=" in terminal.raw


def test_without_a_terminal_it_is_refused_at_once(home):
    done = subprocess.run(
        program("demo", "--customers", "10"), stdin=subprocess.DEVNULL, capture_output=True, env=environment(home),
        timeout=10, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"needs a terminal" in done.stderr
    assert b"\x1b" not in done.stderr
    assert done.stdout == b""
