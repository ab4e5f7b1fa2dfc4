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
from tests.harness.waiting import missing, until

pytestmark = pytest.mark.terminal


class Reader:
    """Somebody who hears the terminal."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.transcript: list[str] = []
        self._known: list[str] = []

    def hears(self, key: str, *keys: bytes | str, last: str) -> list[str]:
        """Press keys; wait until what has the keys is said, and return what is new on the screen when it rests."""
        self.terminal.press(*keys)
        until(last, lambda: self._lines()[-1:] == [last], seconds=60)
        before = None
        while before != self.terminal.text:
            before = self.terminal.text
            self.terminal.waits(0.4)
        lines = self._lines()
        new = [line for line in lines if line not in self._known]
        self._known = lines
        self.transcript += [f"[{key}]", *new]
        return new

    def _lines(self) -> list[str]:
        return [said for line in self.terminal.text.splitlines() if (said := " ".join(line.split()))]

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


USER1 = "user1, sending on, login unknown, 1 of 12"
USER2 = "user2, sending off, login unknown, 2 of 12"


def test_a_session_can_be_followed_by_ear(reader):
    assert reader.hears("start", last=USER1)[-1] == USER1
    assert reader.hears("Down", DOWN, last=USER2) == [USER2]
    assert reader.at_cursor == "user2, sending off, login unknown"
    assert reader.hears("Up", b"k", last=USER1) == [USER1]
    assert "E-mail example1@example.com" in reader.hears("Tab", TAB, last="details of user1; Esc goes back")
    reader.hears("Esc", ESCAPE, last=USER1)
    dialog = reader.hears("d", b"d", last="Reason, field, empty")
    assert dialog[0].startswith("Disable sending")
    assert any(line.startswith("Sending on to off") for line in dialog), "no synthesizer says an arrow"
    assert reader.at_cursor.startswith("Reason")
    for said in ("Until, field, empty", "button Cancel", "button Disable sending, ctrl+s"):
        assert reader.hears("Tab", TAB, last=said) == [said]
        assert (said.partition(",")[0].removeprefix("button ")) in reader.at_cursor
    back = reader.hears("Esc", ESCAPE, last=USER1)
    assert reader.at_cursor == "user1, sending on, login unknown", "the cursor comes back, too"
    assert not any("on to off" in line for line in back)
    assert not any(re.search(r"(?<!\S)->", line) for line in reader.transcript)
    editor = reader.hears("Enter", ENTER, last="First name, field, john")
    assert any(line.startswith("E-mail example1@example.com") for line in editor)
    reader.hears("Esc", ESCAPE, last=USER1)
    assert reader.hears("b", b"b", last="No job yet: mark several customers, then a verb.")[0] == "Plans and jobs"
    reader.hears("Esc", ESCAPE, last=USER1)
    menu = reader.hears("s", b"s", last="Sort by, menu of 27; a letter chooses, Esc goes back")
    assert "e E-mail p Phone" in menu
    assert reader.at_cursor == "Sort by"
    assert reader.hears("Down", DOWN, last="u, Username, 1 of 27")[-1] == "u, Username, 1 of 27"
    assert reader.at_cursor == ">u Username o Country"
    reader.hears("Esc", ESCAPE, last=USER1)
    keys = reader.hears("?", b"?", last="type to filter, field, empty")
    assert "u Undo" not in keys, "that is further down: one thing a line"
    assert "d Disable sending !" in keys
    reader.hears("Esc", ESCAPE, last=USER1)
    assert len(reader.hears("/", b"/", last="filter, field, empty")) == 2  # and the keys of the filter
    spoken(reader.transcript)


def test_a_move_writes_the_spoken_line_alone(reader):
    reader.hears("start", last=USER1)
    assert reader.at_cursor == "user1, sending on, login unknown"
    before = len(reader.terminal.raw)
    reader.hears("Down", DOWN, last=USER2)
    written = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"|", reader.terminal.raw[before:])
    assert {line.strip() for line in written.split(b"|") if line.strip()} == {USER2.encode()}
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
