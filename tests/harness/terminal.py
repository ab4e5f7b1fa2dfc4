"""The real program in a real pseudo-terminal.

A Terminal starts a command in a pty of its own, feeds everything that comes to a screen emulator (pyte), and keeps
the raw stream, so that a test can ask both "what does the operator see" and "what was sent to the terminal". Nothing
here sleeps: a test waits for words on the screen (`sees`), for their absence (`loses`), or for the end (`ends`).
Keys are bytes, as a keyboard sends them; `commit` waits as long as the program wants a form to be readable and then
presses F2. `processes_with` finds what a run has left behind.
"""

import os
import re
import signal
import sys
import time
from codecs import getincrementaldecoder
from collections.abc import Mapping, Sequence
from pathlib import Path

import pexpect
import pyte

ROOT = Path(__file__).parents[2]
PATIENCE = 15.0
READING = 1.3
"""Half a second is asked for, from the moment the program has painted; a busy machine paints late."""
UP, DOWN, RIGHT, LEFT = b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D"
ENTER, ESCAPE, TAB, BACK_TAB, F2, END = b"\r", b"\x1b", b"\t", b"\x1b[Z", b"\x1bOQ", b"\x1b[F"
CTRL_O, CTRL_Q, CTRL_S, CTRL_Z = b"\x0f", b"\x11", b"\x13", b"\x1a"
LEFT_ON = ("\x1b[?1049h", "\x1b[?1000h", "\x1b[?1003h", "\x1b[?1006h", "\x1b[?2004h", "\x1b[?1004h")
"""Modes that must be off again at the end."""
_NOT_KNOWN_TO_PYTE = re.compile(r"\x1b\[[<>=?][0-9;]*[pu]|\x1b\[[0-9;]*t|\x1b\[\?[0-9;]*\$p|\x1b[P_^][^\x1b]*\x1b\\")


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return an environment of a test's own: no profile, no key, no folder of the person who runs it."""
    kept = {
        name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "COVERAGE_PROCESS_START") if name in os.environ
    }
    return {
        **kept, "HOME": str(home), "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "XDG_RUNTIME_DIR": str(home),
        "XDG_CONFIG_HOME": str(home / "config"), "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"), "TMPDIR": str(home),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", **more,
    }  # fmt: skip


def program(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tui_reseller", *arguments]


class Terminal:
    """A command in a pseudo-terminal."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], size: tuple[int, int] = (80, 24)) -> None:
        self.columns, self.lines = size
        self.screen = pyte.Screen(*size)
        self._emulator = pyte.Stream(self.screen)
        self.raw = b""
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._seen = ""
        self._is_seen = False
        self._is_cut = False
        self.child = pexpect.spawn(
            command[0], list(command[1:]), env=dict(env), dimensions=(self.lines, self.columns), cwd=env["HOME"]
        )
        self.child.delaybeforesend = None

    def read(self, seconds: float = 0.02) -> None:
        """Take in what has come."""
        try:
            while True:
                found = self.child.read_nonblocking(65536, seconds)
                self.raw += found
                self._feed(self._decoder.decode(found))  # a character may come in two pieces
                seconds = 0
        except (pexpect.TIMEOUT, pexpect.EOF):
            pass

    def _feed(self, text: str) -> None:
        self._is_seen = False
        text = self._rest + text
        cut = text.rfind("\x1b")
        self._rest = text[cut:] if cut >= 0 and len(text) - cut < 24 and text[-1] != "m" else ""
        if self._rest:
            text = text[:cut]
        self._emulator.feed(_NOT_KNOWN_TO_PYTE.sub("", text))

    @property
    def text(self) -> str:
        """What the operator sees now."""
        self.read()
        if self._rest:
            rest, self._rest = self._rest, ""
            self._emulator.feed(_NOT_KNOWN_TO_PYTE.sub("", rest))
        if not self._is_seen:  # the emulator takes long to say what it shows
            self._seen, self._is_seen = "\n".join(self.screen.display), True
        return self._seen

    def press(self, *keys: bytes | str) -> None:
        """Send keys, each as a write of its own."""
        for key in keys:
            self.child.send(key)
            self.read(0.01)

    def type(self, text: str) -> None:
        """Send a text in one write."""
        self.child.send(text)

    def by_hand(self, text: str) -> None:
        """Type a text letter by letter, each when the one before it was drawn: what confirms must come from fingers."""
        for letter in text:
            drawn = len(self.raw)
            self.child.send(letter)
            deadline = time.monotonic() + PATIENCE
            while len(self.raw) == drawn:
                assert time.monotonic() < deadline, f"nothing was drawn of {letter!r}\n{self.text}"
                self.read()
            self.waits(0.02)

    def sees(self, *words: str, seconds: float = PATIENCE) -> None:
        """Wait until all these words are on the screen."""
        deadline = time.monotonic() + seconds
        while not all(word in self.text for word in words):
            absent = [word for word in words if word not in self.text]
            assert time.monotonic() < deadline, f"not seen: {absent}\n{self.text}"
            assert self.child.isalive() or all(word in self.text for word in words), f"ended:\n{self.text}"

    def loses(self, word: str, seconds: float = PATIENCE) -> None:
        """Wait until a word has gone from the screen."""
        deadline = time.monotonic() + seconds
        while word in self.text:
            assert time.monotonic() < deadline, f"still there: {word}\n{self.text}"

    def waits(self, seconds: float) -> None:
        """Read for some time: the reading time of a form, nothing else."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.read(0.05)

    def commit(self, key: bytes = F2) -> None:
        """Read the form, then press the key that commits."""
        self.waits(READING)
        self.press(key)

    def ends(self, seconds: float = PATIENCE) -> int:
        """Wait for the end; return the exit code as a shell counts it."""
        deadline = time.monotonic() + seconds
        while self.child.isalive():
            assert time.monotonic() < deadline, f"it does not end\n{self.text}"
            self.read(0.05)
        self.read(0.2)
        self.child.close()
        code = self.child.exitstatus
        return code if code is not None else 128 + int(self.child.signalstatus or 0)

    def resize(self, columns: int, lines: int) -> None:
        """Let the terminal have another size."""
        self.columns, self.lines = columns, lines
        self.screen.resize(lines, columns)
        self.child.setwinsize(lines, columns)

    def hang_up(self) -> None:
        """Close the line, as a broken connection does."""
        self._is_cut = True
        os.close(self.child.child_fd)

    def kill(self) -> None:
        """End what is left of it."""
        if self._is_cut:
            return
        if self.child.isalive():
            self.child.kill(signal.SIGKILL)
        self.child.close(force=True)

    def stuck_modes(self) -> list[str]:
        """Return the modes that were switched on and not off again."""
        sent = self.raw.decode("utf-8", "replace")
        return [mode for mode in LEFT_ON if sent.rfind(mode) > sent.rfind(mode[:-1] + "l")]


def processes_with(word: str) -> list[tuple[int, str]]:
    """Return pid and command line of the processes in whose environment or arguments a word stands."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            around = (folder / "environ").read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        if int(folder.name) != os.getpid() and (word in line or word in around):
            found.append((int(folder.name), line))
    return found
