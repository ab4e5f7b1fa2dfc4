"""The questions as a person meets them, on a real pseudo-terminal."""

import os
import sys
import time

import pexpect
import pytest

from tui_reseller.services.policy import READ_SECONDS

pytestmark = pytest.mark.terminal
PRESS_CTRL_C = "\x03"
PRESS_CTRL_D = "\x04"


@pytest.fixture
def at(consoles):
    """Start the program at a terminal, against a sandbox."""
    console = consoles()
    children = []

    def start(*argv: str) -> pexpect.spawn:
        environment = {**os.environ, **console.environment, "TERM": "xterm"}
        child = pexpect.spawn(
            sys.executable, ["-m", "tui_reseller", *argv], env=environment, timeout=60, encoding="utf-8"
        )
        children.append(child)
        return child

    start.console = console
    yield start
    for child in children:
        child.close(force=True)


def answer(child: pexpect.spawn, keys: str) -> None:
    """Type as a person does, who has read what is asked."""
    time.sleep(READ_SECONDS + 0.2)
    child.send(keys)


def ended(child: pexpect.spawn) -> tuple[int | None, str]:
    child.expect(pexpect.EOF)
    child.wait()
    return child.exitstatus, child.before


def test_yes_sends(at):
    child = at("website-enable", "user1")
    child.expect("Type yes")
    answer(child, "yes\n")
    code, said = ended(child)
    assert code == 0
    assert "Applied" in said


@pytest.mark.in_turn(3)
@pytest.mark.parametrize(("keys", "code"), [("no\n", 11), ("\n", 11), (PRESS_CTRL_D, 11), (PRESS_CTRL_C, 130)])
def test_anything_else_does_not(at, keys, code):
    def applied():
        # Of this operation only: a request that an earlier test gave up may be carried out late.
        log = at.console.sandbox.log()
        return [found for found in log if (found["operation"], found["username"]) == ("website_disable", "user1")]

    before = applied()
    child = at("website-disable", "user1")
    child.expect("Type yes")
    answer(child, keys)
    found, said = ended(child)
    assert found == code
    assert "Traceback" not in said
    assert applied() == before


def test_the_username_is_typed_and_a_password_is_not_seen(at):
    child = at("password", "user1")
    for question in ("New password", "The same again"):
        child.expect(question)
        child.waitnoecho()
        child.sendline("canary-Pass-1")
    child.expect('Type "user1"')
    assert "canary" not in child.before
    answer(child, "user1\n")
    code, said = ended(child)
    assert code == 0
    assert "canary" not in said


def test_ctrl_c_at_a_hidden_question(at):
    child = at("password", "user1")
    child.expect("New password")
    child.waitnoecho()
    child.send(PRESS_CTRL_C)
    assert ended(child)[0] == 130


def test_a_table_fits_the_terminal(at):
    code, said = ended(at("list"))
    lines = said.split("\r\n")
    assert code == 0
    assert lines[0].split()[:4] == ["username", "email", "sending", "website_access"]
    assert max(len(line) for line in lines) <= 80


def test_data_stays_alone_on_stdout_while_a_question_is_asked(at, tmp_path):
    file = tmp_path / "out.jsonl"
    command = f"{sys.executable} -m tui_reseller website-enable user1 > {file}"
    environment = {**os.environ, **at.console.environment, "TERM": "xterm"}
    child = pexpect.spawn("/bin/sh", ["-c", command], env=environment, timeout=60, encoding="utf-8")
    child.expect("Type yes")
    answer(child, "yes\n")
    assert ended(child)[0] == 0
    child.close()
    assert file.read_text().startswith('{"username": "user1"')
