"""With --plain: what a screen reader hears of a short session, and that a move writes one line and nothing else.

A reader that speaks by itself says the lines that are new on the screen; one that follows the cursor says its line. The
transcript is both: each key, then the new lines from the top, then the line of the cursor.
"""

import re
import shutil
import subprocess

import pytest

from tests.harness.sandbox import free_port
from tests.harness.terminal import DOWN, ENTER, ESCAPE, TAB, Terminal, environment, program
from tests.harness.waiting import missing

pytestmark = pytest.mark.terminal


class Reader:
    """Somebody who hears the terminal."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.transcript: list[str] = []
        self._known: list[str] = []

    def hears(self, key: str, *keys: bytes | str) -> list[str]:
        """Press keys; return what is new on the screen when it rests."""
        self.terminal.press(*keys)
        before = None
        while before != self.terminal.text:
            before = self.terminal.text
            self.terminal.waits(0.6)
        lines = [" ".join(line.split()) for line in self.terminal.text.splitlines()]
        new = [line for line in lines if line and line not in self._known]
        self._known = lines
        self.transcript += [f"[{key}]", *new]
        return new

    @property
    def at_cursor(self) -> str:
        """The line that the cursor is on."""
        sent = re.findall(rb"\x1b\[(\d+);(\d+)H", self.terminal.raw)
        return " ".join(self.terminal.text.splitlines()[int(sent[-1][0]) - 1].split())


@pytest.fixture
def reader(home):
    command = program("demo", "--plain", "--port", str(free_port()), "--customers", "12", "--seed", "1")
    terminal = Terminal(command, environment(home, LANG="C.UTF-8"), (100, 30))
    terminal.sees("complete", "1 of 12", seconds=60)
    yield Reader(terminal)
    terminal.kill()


def test_a_session_can_be_followed_by_ear(reader):
    first = reader.hears("start")
    assert first[-1] == "user1, sending on, login unknown, 1 of 12"
    assert reader.hears("Down", DOWN) == ["user2, sending off, login unknown, 2 of 12"]
    assert reader.at_cursor == "user2, sending off, login unknown"
    assert reader.hears("Up", b"k") == ["user1, sending on, login unknown, 1 of 12"]
    details = reader.hears("Tab", TAB)
    assert details[-1] == "details of user1; Esc goes back"
    assert "E-mail example1@example.com" in details
    assert reader.hears("Esc", ESCAPE)[-1] == "user1, sending on, login unknown, 1 of 12"
    dialog = reader.hears("d", b"d")
    assert dialog[0].startswith("Disable sending")
    assert any(line.startswith("Sending on -> off") for line in dialog)
    assert dialog[-1] == "Reason, field, empty"
    assert reader.at_cursor.startswith("Reason")
    assert reader.hears("Tab", TAB) == ["Until, field, empty"]
    assert reader.hears("Tab", TAB) == ["button Cancel"]
    assert "[Cancel]" in reader.at_cursor
    assert reader.hears("Tab", TAB) == ["button Disable sending ^S"]
    back = reader.hears("Esc", ESCAPE)
    assert back[-1] == "user1, sending on, login unknown, 1 of 12"
    assert not any("off ->" in line for line in back)
    editor = reader.hears("Enter", ENTER)
    assert editor[-1] == "First name, field, john"
    reader.hears("Esc", ESCAPE)
    filtered = reader.hears("/", b"/")
    assert filtered == ["filter, field, empty"]
    spoken(reader.transcript)


def test_a_move_writes_the_spoken_line_alone(reader):
    reader.hears("start")
    before = len(reader.terminal.raw)
    reader.hears("Down", DOWN)
    written = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"|", reader.terminal.raw[before:])
    assert {line.strip() for line in written.split(b"|") if line.strip()} == {
        b"user2, sending off, login unknown, 2 of 12"
    }
    before = len(reader.terminal.raw)
    reader.terminal.waits(2)
    assert reader.terminal.raw[before:] == b""


def spoken(transcript: list[str]) -> None:
    """Let a synthesizer say all of it."""
    if shutil.which("espeak-ng") is None:
        missing("espeak-ng")
    said = subprocess.run(
        ["espeak-ng", "-q", "-x", "--stdin"], input="\n".join(transcript), capture_output=True, text=True, check=True,
        timeout=60,
    )  # fmt: skip
    assert len(said.stdout.split()) > len(transcript)
