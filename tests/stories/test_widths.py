"""Columns under their titles whatever stands in them: measured in a real tmux, which has its own idea of widths."""

import os
import shlex
import shutil
import subprocess

import pytest

from tests.harness.sandbox import Sandbox, free_port
from tests.harness.terminal import environment, processes_with, program
from tests.harness.waiting import missing, until
from tui_reseller.domain.cells import is_disputed, most_cells
from tui_reseller.domain.text import clean

pytestmark = pytest.mark.terminal
ODD = {
    "tamil": "தமிழ்நாடு மின்னஞ்சல்",
    "hindi": "हिन्दी समाचार",
    "hearts": "❤️❤️❤️ love",
    "families": "👨‍👩‍👧 👩‍👩‍👦 👨‍👩‍👧 home",
    "flags": "🇪🇸🇫🇷 shop",
    "keycaps": "1️⃣2️⃣3️⃣",
    "thumbs": "👍🏽👍🏿 good",
    "khmer": "ខ្មែរ",
    "sinhala": "ශ්‍රී ලංකා",
    "thai": "ก็ดี",
    "hebrew": "שָׁלוֹם",
    "new": "🫨🪿 fresh",
    "plain": "Müller & 東京 한글 Łódź Ωmega",
}


class Pane:
    """A tmux server with a window of a program and one in which texts are measured."""

    def __init__(self, home, width: int) -> None:
        self.env = environment(home, LANG="C.UTF-8", LC_ALL="C.UTF-8", TERM="xterm-256color")
        self.base = ["tmux", "-u", "-S", str(home / "tmux.sock"), "-f", "/dev/null"]
        self.width = width
        self.run("new-session", "-d", "-s", "m", "-x", "400", "-y", "5", "cat > /dev/null")
        self.run("set", "-g", "status", "off", ";", "set", "-g", "remain-on-exit", "on")
        self._tty = os.open(self.run("display", "-p", "-t", "m", "#{pane_tty}").strip(), os.O_WRONLY | os.O_NOCTTY)
        self._known: dict[str, int] = {"": 0}

    def run(self, *arguments: str) -> str:
        done = subprocess.run([*self.base, *arguments], env=self.env, capture_output=True, timeout=10, check=True)
        return done.stdout.decode()

    def start(self, *command: str, **told: str) -> None:
        """Run a program in the window "t", with what its environment tells it."""
        names = [part for name, value in told.items() for part in ("-e", f"{name}={value}")]
        self.run("new-session", "-d", "-s", "t", "-x", str(self.width), "-y", "40", *names, shlex.join(command))

    @property
    def lines(self) -> list[str]:
        return self.run("capture-pane", "-p", "-t", "t").splitlines()

    def cells(self, text: str) -> int:
        """Return how many cells tmux gives a text."""
        if text not in self._known:
            os.write(self._tty, f"\r\x1b[K{text}\x1b]2;{len(self._known)}\x07".encode())
            title = ("display", "-p", "-t", "m", "#{pane_title}")
            until("it has it", lambda: self.run(*title).strip() == str(len(self._known)))
            self._known[text] = int(self.run("display", "-p", "-t", "m", "#{cursor_x}"))
        return self._known[text]

    def column_of(self, line: str, words: str) -> int:
        """Return the cell at which words begin in a line that was captured."""
        return self.cells(line[: line.index(words)])

    def close(self) -> None:
        os.close(self._tty)
        subprocess.run([*self.base, "kill-server"], env=self.env, capture_output=True, check=False)


@pytest.fixture
def pane(home):
    if not shutil.which("tmux"):
        missing("tmux")
    opened = []

    def start(width: int) -> Pane:
        opened.append(Pane(home, width))
        return opened[-1]

    yield start
    for each in opened:
        each.close()
    until("nothing is left", lambda: not processes_with(str(home)))


def test_what_is_settled_is_as_wide_in_tmux_and_no_text_is_wider_than_thought(pane):
    measured = pane(80)
    for text in ODD.values():
        shown = clean(text)
        assert measured.cells(shown) <= most_cells(shown), text
        assert is_disputed(shown) or measured.cells(shown) == most_cells(shown), text
    settled = [chr(code) for code in range(0x20, 0x10000) if not 0xD800 <= code < 0xE000]
    settled = [char for char in settled if clean(char) == char and not is_disputed(f"é{char}")]
    assert len(settled) > 30_000
    for at in range(0, len(settled), 150):
        text = "".join(settled[at : at + 150])
        assert measured.cells(text) == most_cells(text), text


@pytest.mark.in_turn(2)
@pytest.mark.parametrize("width", [80, 120, 170])
def test_states_stand_under_their_titles_on_the_screen(pane, width):
    screen = pane(width)
    port = free_port()
    screen.start(*program("demo", "--port", str(port), "--provider", "reseller-v2", "--customers", "0"))
    sandbox = Sandbox.at(port)
    until("it serves", sandbox.is_there)
    for name, text in ODD.items():
        sandbox.plant(f"{name}-{text}"[:60], active="false", email=f"{name}@x.example", first_name=text, city=text)
    until("the screen is there", lambda: any("USERNAME" in line for line in screen.lines))
    screen.run("send-keys", "-t", "t", "r")
    until("all are shown", lambda: sum(" off" in line for line in screen.lines) >= len(ODD))
    lines = screen.lines
    titles = next(line for line in lines if "USERNAME" in line)
    wanted = {words: titles.index(title) for title, words in (("SENDING", " off"), ("E-MAIL", "@x.example"))}
    rows = [line for line in lines if "@x.example" in line and " off" in line]
    assert len(rows) >= len(ODD)
    for line in rows:
        assert screen.column_of(line, " off") + 1 == wanted[" off"], line
        name = line.strip("> *!~").partition("-")[0]
        assert screen.column_of(line, f"{name}@x.example") == wanted["@x.example"], line


def test_the_right_half_of_the_detail_begins_at_one_column(pane):
    screen = pane(80)
    port = free_port()
    screen.start(*program("demo", "--port", str(port), "--provider", "reseller-v2", "--customers", "0"))
    sandbox = Sandbox.at(port)
    until("it serves", sandbox.is_there)
    for name, text in ODD.items():
        sandbox.plant(name, active="false", first_name=text, last_name=text, address=text, city=text, website=text)
    until("the screen is there", lambda: any("USERNAME" in line for line in screen.lines))
    screen.run("send-keys", "-t", "t", "r")
    until("all are shown", lambda: sum(" off" in line for line in screen.lines) >= len(ODD))
    found = {}
    for name in ODD:
        until(f"the detail of {name}", lambda name=name: any(line.startswith(f"-- {name} ") for line in screen.lines))
        lines = screen.lines
        title = next(at for at, line in enumerate(lines) if line.startswith(f"-- {name} "))
        found[name] = {
            screen.column_of(line, word) for line in lines[title:] for word in ("Sending ", "Login ") if word in line
        }
        assert lines[title + 6].startswith(" Site"), "nothing wrapped"
        screen.run("send-keys", "-t", "t", "Down")
    assert {tuple(columns) for columns in found.values()} == {tuple(found["plain"])}
    assert len(found["plain"]) == 1


def test_states_stand_under_their_titles_in_a_table(pane, sandboxes):
    sandbox = sandboxes("widths")
    for name, text in ODD.items():
        sandbox.plant(f"{name}-{text}"[:60], active="false", email=f"{name}@x.example")
    screen = pane(120)
    told = {
        "TUI_RESELLER_BASE_URL": sandbox.base_url, "TUI_RESELLER_API_USER": sandbox.api_user,
        "TUI_RESELLER_API_KEY": sandbox.api_key,
    }  # fmt: skip
    screen.start(*program("list", "--columns", "username,email,sending", "--filter", "email:x.example"), **told)
    until("all are shown", lambda: sum(line.rstrip().endswith("off") for line in screen.lines) >= len(ODD))
    titles = next(line for line in screen.lines if line.startswith("username"))
    rows = [line for line in screen.lines if line.rstrip().endswith("off")]
    for line in rows:
        assert screen.column_of(line, "off") == titles.index("sending"), line
