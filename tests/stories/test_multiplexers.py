"""Inside tmux and GNU screen at 80x24, under the terminal names that they give."""

import shlex
import shutil
import subprocess
import time

import pytest

from tests.harness.sandbox import Sandbox, free_port
from tests.harness.terminal import F2, READING, environment, processes_with, program
from tests.harness.waiting import missing, until

pytestmark = pytest.mark.terminal


class Tmux:
    """A tmux server of a test's own."""

    def __init__(self, env, folder, term):
        self.env = env
        self.socket = str(folder / "tmux.sock")
        config = folder / "tmux.conf"
        config.write_text(
            f"set -g default-terminal {term}\nset -s escape-time 0\nset -g status off\nset -g set-titles on\n"
        )
        self.base = ["tmux", "-S", self.socket, "-f", str(config)]

    def run(self, *arguments):
        done = subprocess.run([*self.base, *arguments], env=self.env, capture_output=True, timeout=10, check=True)
        return done.stdout.decode()

    def keys(self, *keys):
        self.run("send-keys", "-t", "t", *keys)

    def commit(self, key):
        time.sleep(READING)
        self.keys(key)

    @property
    def text(self):
        return self.run("capture-pane", "-p", "-t", "t")

    def sees(self, *words):
        until(f"{words}", lambda: all(word in self.text for word in words))


@pytest.fixture
def tmux(home):
    if not shutil.which("tmux"):
        missing("tmux")
    servers = []

    def start(term):
        server = Tmux(environment(home), home, term)
        server.run("new-session", "-d", "-s", "t", "-x", "80", "-y", "24", "/bin/sh")
        servers.append(server)
        return server

    yield start
    for server in servers:
        subprocess.run([*server.base, "kill-server"], env=server.env, capture_output=True, check=False)
    until("nothing is left", lambda: not processes_with(str(home)))


@pytest.mark.in_turn(3)
@pytest.mark.parametrize("term", ["linux", "screen-256color", "xterm-256color"])
def test_it_works_inside_tmux_at_80x24(tmux, term):
    port = free_port()
    server = tmux(term)
    server.keys(shlex.join(program("demo", "--port", str(port), "--customers", "40")), "Enter")
    server.sees("complete", "user1", "-- user1 ", "? Help")
    assert server.run("display-message", "-p", "-t", "t", "#{pane_title}").strip() == "DEMO demo"
    server.keys("Down")
    server.sees("-- user2 ")
    server.keys("-l", "/esposito")
    server.sees("1 of 40")
    server.keys("Enter", "e")
    server.sees("Enable sending", "off -> on")
    server.commit("F2")
    server.sees("Applied")
    assert Sandbox.at(port).applied() == [("enable", "esposito_music")]
    server.keys("d")
    server.sees("Disable sending ")
    server.commit("C-s")
    server.sees("Applied", "sending on -> off")
    server.keys("C-z")
    server.sees("Stopped")
    server.run("resize-window", "-t", "t", "-x", "100", "-y", "30")
    server.keys("fg", "Enter")
    server.sees("complete", "esposito_music", "Enter Edit")
    server.run("resize-window", "-t", "t", "-x", "50", "-y", "10")
    server.sees("too small")
    server.run("resize-window", "-t", "t", "-x", "80", "-y", "24")
    server.sees("complete", "esposito_music", "Enter Edit")
    server.keys("q")
    until("it has ended", lambda: "USERNAME" not in server.text)
    server.keys("stty -a; echo END", "Enter")
    server.sees("END", "isig icanon")
    assert server.run("display-message", "-p", "-t", "t", "#{mouse_any_flag}#{alternate_on}").strip() == "00"


def test_f2_commits_under_a_screen_that_does_flow_control(home, opened):
    if not shutil.which("screen"):
        missing("screen")
    (home / "screens").mkdir(mode=0o700)
    port = free_port()
    env = environment(home, SCREENDIR=str(home / "screens"))
    command = ["screen", "-c", "/dev/null", "-f", *program("demo", "--port", str(port), "--customers", "40")]
    terminal = opened(command, env)
    terminal.sees("complete", "user1", "user2")
    terminal.press("d")
    terminal.sees("Disable sending ")
    terminal.commit(F2)
    terminal.sees("Applied")
    assert Sandbox.at(port).applied() == [("disable", "user1")]
    terminal.press("q")
    terminal.ends()
    until("nothing is left", lambda: not processes_with(str(home)))


def test_no_customer_stays_on_a_terminal_without_a_second_screen(home, opened):
    """GNU screen as it comes has none, and neither has the console of Linux."""
    if not shutil.which("screen"):
        missing("screen")
    (home / "screens").mkdir(mode=0o700)
    env = environment(home, SCREENDIR=str(home / "screens"), PS1="PROMPT> ")
    terminal = opened(["screen", "-c", "/dev/null", "/bin/sh"], env)
    terminal.sees("PROMPT>")
    terminal.type(shlex.join(program("demo", "--port", str(free_port()), "--customers", "40")) + "\r")
    terminal.sees("complete", "user1", "user2")
    terminal.press("q")
    terminal.loses("user2")
    terminal.sees("PROMPT>")
    terminal.type("echo E''ND\r")
    terminal.sees("END")
    assert terminal.text.split()[0] == "PROMPT>"
    assert "user1" not in terminal.text
    terminal.type("exit\r")
    terminal.ends()
    until("nothing is left", lambda: not processes_with(str(home)))
