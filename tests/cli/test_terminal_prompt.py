"""Questions under job control, after a paste and at a signal: in real shells, on a real terminal."""

import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator

import pexpect
import pytest

from tui_reseller.cli.terminal_prompt import MOST_TOO_FAST, TOO_FAST
from tui_reseller.services.policy import READ_SECONDS

pytestmark = pytest.mark.terminal
SHELLS = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"], "dash": ["-i"]}
CANARY = "canary-Pass-1"
PROGRAM = f"{sys.executable} -m tui_reseller"
CTRL_Z, CTRL_C, CTRL_BACKSLASH, CTRL_D = "\x1a", "\x03", "\x1c", "\x04"


class Shell:
    """An interactive shell in which a person works."""

    def __init__(self, name: str, console, folder) -> None:
        if shutil.which(name) is None:
            assert not os.environ.get("CI"), f"{name} is not installed"
            pytest.skip(f"{name} is not installed")
        environment = {**os.environ, **console.environment, "TERM": "dumb", "PS1": "$ "}
        self.child = pexpect.spawn(
            name, SHELLS[name], env=environment, encoding="utf-8", timeout=60, dimensions=(40, 200)
        )
        self.log = (folder / "terminal").open("w+", encoding="utf-8")
        self.child.logfile_read = self.log
        self._marks = 0

    def does(self, command: str) -> None:
        self.child.sendline(command)

    def asks(self, question: str, *, hidden: bool = False) -> None:
        self.child.expect(re.escape(question))
        if hidden:
            self.child.waitnoecho()

    def answers(self, text: str) -> None:
        """Answer as a person who has read the question."""
        time.sleep(READ_SECONDS + 0.2)
        self.child.sendline(text)

    def tells(self, command: str) -> str:
        """Run a command at the prompt; return what it writes."""
        self._marks += 1
        self.child.sendline(f"echo b''egin{self._marks}; {command}; echo en''d{self._marks}")
        self.child.expect(f"begin{self._marks}\r\n(.*)end{self._marks}")
        return self.child.match.group(1)

    def echoes(self) -> bool:
        return " -echo " not in self.tells("stty -a")

    @property
    def seen(self) -> str:
        self.log.flush()
        self.log.seek(0)
        return self.log.read()


@pytest.fixture
def shell(consoles, tmp_path) -> Iterator[Callable[..., Shell]]:
    console = consoles()
    opened = []

    def start(name: str = "bash") -> Shell:
        made = Shell(name, console, tmp_path)
        opened.append(made)
        return made

    start.console = console
    yield start
    for made in opened:
        made.child.close(force=True)
        made.log.close()


@pytest.mark.in_turn(3)
@pytest.mark.parametrize("name", SHELLS)
def test_after_ctrl_z_the_shell_echoes_and_the_question_is_hidden_again(shell, name):
    at = shell(name)
    at.does(f"{PROGRAM} password user1")
    for question in ("New password: ", "The same again: "):
        at.asks(question, hidden=True)
        at.child.send("what is given up")
        at.child.send(CTRL_Z)
        at.child.expect("(?i)stopped|suspended")
        assert at.echoes()
        at.does("fg")
        at.asks(question, hidden=True)
        at.child.sendline(CANARY)
    at.asks('Type "user1"')
    at.answers("user1")
    at.child.expect("Applied|applied")
    assert at.echoes()
    assert "canary" not in at.seen
    assert "given up" not in at.seen


@pytest.mark.parametrize("way", ["begun", "put"])
def test_in_the_background_it_waits_and_leaves_the_terminal_to_the_shell(shell, way):
    at = shell()
    if way == "begun":
        at.does(f"{PROGRAM} password user1 &")
    else:
        at.does(f"{PROGRAM} password user1")
        at.asks("New password: ", hidden=True)
        at.child.send(CTRL_Z)
        at.child.expect("Stopped")
        at.does("bg")
    deadline = time.monotonic() + 20
    while "Stopped" not in at.tells("jobs"):
        assert time.monotonic() < deadline
    assert at.echoes()
    at.does("fg")
    at.asks("New password: ", hidden=True)
    at.child.sendline(CANARY)
    at.asks("The same again: ", hidden=True)
    at.child.sendline("another")
    at.child.expect("the two passwords differ; nothing was sent")
    assert at.echoes()
    assert "canary" not in at.seen


def test_a_stop_that_cannot_be_caught(shell):
    at = shell()
    at.does(f"{PROGRAM} password user1")
    at.asks("New password: ", hidden=True)
    os.killpg(os.tcgetpgrp(at.child.child_fd), signal.SIGSTOP)
    at.child.expect("Stopped")
    at.does("fg")
    at.asks("New password: ", hidden=True)
    at.child.sendline(CANARY)
    at.asks("The same again: ", hidden=True)
    at.child.send(CTRL_C)
    assert at.echoes()
    assert "canary" not in at.seen


def test_a_question_that_is_not_hidden_comes_again_too(shell):
    at = shell()
    at.does(f"{PROGRAM} website-enable user1")
    at.asks("Type yes")
    at.child.send("y")
    at.child.send(CTRL_Z)
    at.child.expect("Stopped")
    at.does("fg")
    at.asks("Type yes")
    at.answers("yes")
    at.child.expect("Applied|applied")


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, 131)],
    ids=str,
)
@pytest.mark.in_turn(3)
@pytest.mark.parametrize("where", ["before the work", "in the midst of it"])
def test_a_signal_at_a_hidden_question_leaves_a_terminal_that_echoes(shell, number, code, where):
    at = shell()
    if where == "before the work":
        at.does(f"{PROGRAM} password user1; echo ended $?")
        at.asks("New password: ", hidden=True)
    else:  # the key is asked for while the event loop runs
        sandbox, without = shell.console.sandbox, "env -u " + " -u ".join(shell.console.environment)
        box = f"box --base-url {sandbox.base_url} --api-user {sandbox.api_user} --store none"
        at.tells(f"{without} {PROGRAM} profile add {box}")
        at.does(f"{without} {PROGRAM} list; echo ended $?")
        at.asks('Key of profile "box"', hidden=True)
    os.killpg(os.tcgetpgrp(at.child.child_fd), number)
    at.child.expect(r"ended (\d+)")
    assert int(at.child.match.group(1)) == code
    assert at.echoes()
    assert "Traceback" not in at.seen


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGTSTP], ids=str
)
@pytest.mark.in_turn(4)
@pytest.mark.parametrize("name", SHELLS)
def test_what_was_half_typed_unseen_is_nothing_that_the_shell_could_read(shell, tmp_path, name, number):
    """A signal of the keyboard empties the terminal's queue, one of another process does not."""
    at = shell(name)
    at.does(f"{PROGRAM} password user1")
    at.asks("New password: ", hidden=True)
    at.child.send(f"touch {tmp_path}/canary; ")
    time.sleep(0.2)
    os.kill(os.tcgetpgrp(at.child.child_fd), number)
    if number == signal.SIGTSTP:
        at.child.expect("(?i)stopped|suspended")
    at.child.expect(r"[$%] ")
    at.child.send("\n")
    assert at.echoes()
    assert "canary" not in at.seen
    assert not (tmp_path / "canary").exists()


def test_the_end_of_input_at_a_hidden_question_is_no_password(shell):
    at = shell()
    at.does(f"{PROGRAM} password user1; echo ended $?")
    at.asks("New password: ", hidden=True)
    at.child.send(CTRL_D)
    at.child.expect("no password was typed; nothing was sent\r\nended 2")


def test_a_line_that_a_terminal_would_cut_is_no_password(shell):
    """A terminal hands on 4,095 bytes of a line and drops the rest: half a password would be set."""
    at = shell()
    at.does(f"{PROGRAM} password user1; echo ended $?")
    at.asks("New password: ", hidden=True)
    at.child.sendline("x" * 5000)
    at.child.expect("a terminal takes no line as long as this.*ended 2")


@pytest.mark.in_turn(3)
@pytest.mark.parametrize("name", SHELLS)
def test_what_was_pasted_with_the_command_is_no_answer(shell, name):
    console = shell.console
    console.sandbox.plant("gustav", active=True, email="g@x.example")
    before = len(console.sandbox.log())
    at = shell(name)
    at.child.send(f"{PROGRAM} delete gustav\ngustav\n")
    at.asks('Type "gustav"')
    time.sleep(2 * READ_SECONDS)
    assert len(console.sandbox.log()) == before
    at.child.sendline("gustav")  # a person, who has read it
    at.child.expect("Applied|applied")
    assert [entry["operation"] for entry in console.sandbox.log()[before:]] == ["delete"]


def test_an_answer_that_comes_too_fast_is_refused_and_asked_for_again(shell):
    console = shell.console
    before = len(console.sandbox.log())
    at = shell()
    at.does(f"{PROGRAM} website-enable user1")
    at.asks("Type yes")
    at.child.sendline("yes")
    at.child.expect(re.escape(TOO_FAST))
    at.asks("Type yes")
    assert len(console.sandbox.log()) == before
    at.answers("yes")
    at.child.expect("Applied|applied")


def test_a_program_that_always_answers_at_once_confirms_nothing(shell):
    console = shell.console
    before = len(console.sandbox.log())
    at = shell()
    at.does(f"{PROGRAM} website-enable user1; echo ended $?")
    for _ in range(MOST_TOO_FAST):
        at.asks("Type yes")
        at.child.sendline("yes")
    at.child.expect("refused: not confirmed; nothing was sent.*ended 11")
    assert len(console.sandbox.log()) == before


def test_a_review_that_waits_for_its_terminal_is_not_answered_before(shell):
    """Ctrl-S holds the review back; what is typed meanwhile was typed before it."""
    console = shell.console
    before = len(console.sandbox.log())
    at = shell()
    at.child.send(f"{PROGRAM} website-enable user1; echo ended $?\n\x13yes\n")
    time.sleep(3 * READ_SECONDS)
    at.child.send("\x11")
    at.asks("Type yes")
    time.sleep(2 * READ_SECONDS)
    assert len(console.sandbox.log()) == before
    at.child.sendline("no")
    at.child.expect("ended 11")
