"""A program on a pseudo-terminal, timed as the person at the keyboard sees it.

Every read is stamped at once; parsing for the screen waits until the program has gone quiet, so that the slowness of
the screen emulator is not counted. What a terminal would be asked, is answered.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from emulator import Emulator

COLUMNS, LINES = 120, 40
QUIET = 0.06
"""A burst of output is over after so many seconds without any."""
LAST_SCREEN = "; last screen:"
KEYS = {
    "up": b"\x1b[A", "down": b"\x1b[B", "home": b"\x1b[H", "end": b"\x1b[F", "pagedown": b"\x1b[6~", "escape": b"\x1b",
    "backspace": b"\x7f",
}  # fmt: skip
_QUERY = re.compile(
    rb"\x1b\[(?:0?c|>0?c|>0?q|5n|\??6n|\?u|\?(\d+)\$p|1[468]t)|\x1b\](1[012]);\?(?:\x07|\x1b\\)|\x1bP\+q[^\x1b]*\x1b\\"
)


class NotSeenError(Exception):
    """What was awaited did not come. Says what it was, and the last screen."""


class TerminalProgram:
    """A command on a terminal of 120x40 and 256 colours. Times are seconds since exec, or since a key."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        folder: Path | None = None,
        stdin: Path | None = None,
    ) -> None:
        self.name = name
        self.total = 0
        self.is_alive = True
        self._emulator = Emulator(COLUMNS, LINES)
        self._chunks: list[tuple[float, bytes]] = []
        self._seen = b""
        self._stamp = 0.0
        self._pid, self._terminal = pty.fork()
        if not self._pid:
            _become(command, environment, folder, stdin)
        self.began = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None):
        self._end()

    # What is on the screen

    @property
    def lines(self) -> list[str]:
        """The lines of the screen, as far as they have been parsed."""
        return self._emulator.lines

    def sees(self, what: str, holds: Callable[[list[str]], bool], *, within: float, since: float = 0) -> float:
        """Wait for something on the screen; return when it was there, not before a moment. Raises NotSeenError."""
        found: list[float] = []

        def check(at: float) -> bool:
            if not found and at >= since and holds(self.lines):
                found.append(at)
            return bool(found)

        deadline = time.monotonic() + within
        while not self._parse(check) and time.monotonic() < deadline and self.is_alive:
            self._burst(QUIET, min(deadline, time.monotonic() + 0.25))
        if not found:
            raise NotSeenError(self._complaint(f"not within {within:g} s: {what}"))
        return found[0] - self.began

    def settles(self, quiet: float = 0.5, within: float = 15) -> None:
        """Wait until nothing has been written for a while."""
        deadline = time.monotonic() + within
        while self._read(quiet):
            if time.monotonic() > deadline:
                raise NotSeenError(self._complaint(f"not quiet for {quiet:g} s within {within:g} s"))
        self._parse()

    # Keys

    def press(self, key: str) -> float:
        """Send a key, named or as text; return the moment."""
        while self._read(0):
            pass
        self._parse()
        at = time.monotonic()
        os.write(self._terminal, self._emulator.cursor_key(KEYS.get(key, key.encode())))
        return at

    def timed(self, key: str, what: str, holds: Callable[[list[str]], bool], within: float = 20) -> float:
        """Press a key; return how long it took until something was on the screen, and stayed while it drew on."""
        at = self.press(key)
        seen = self.sees(what, holds, within=within, since=at) + self.began - at
        self.settles(QUIET)
        if not holds(self.lines):
            raise NotSeenError(self._complaint(f"did not stay: {what}"))
        return seen

    def burst(self, key: str, *, quiet: float = QUIET, within: float = 20) -> dict[str, float]:
        """Press a key; return seconds to the last byte, CPU seconds and bytes of what it made the program do."""
        before, cpu = self.total, self.cpu()
        at = self.press(key)
        last = self._burst(quiet, at + within)
        if last is None:
            raise NotSeenError(self._complaint(f"no output within {within:g} s of the key {key}"))
        found = {"wall": last - at, "cpu": self.cpu() - cpu, "bytes": float(self.total - before)}
        self._parse()
        return found

    def until_bytes(self, key: str, sign: bytes, within: float = 20) -> float:
        """Press a key; return how long until a sign was written. Nothing is parsed: for many keys in a row."""
        while self._read(0):
            pass
        held = len(self._chunks)
        at = time.monotonic()
        os.write(self._terminal, self._emulator.cursor_key(KEYS.get(key, key.encode())))
        while self._read(max(at + within - time.monotonic(), 0)):
            if sign in b"".join(data for _, data in self._chunks[held:]):
                return self._stamp - at
        raise NotSeenError(self._complaint(f"no answer to the key {key} within {within:g} s"))

    def listen(self, until: float) -> None:
        """Take what comes until a moment; nothing is parsed."""
        while (left := until - time.monotonic()) > 0:
            self._read(left)

    def parse(self) -> list[str]:
        """Parse what has come; return the screen."""
        self._parse()
        return self.lines

    # What it uses

    def memory(self, field: str) -> int:
        """Return VmRSS or VmHWM in bytes, over the process and its children."""
        found = (re.search(rf"{field}:\s+(\d+)", text) for text in self._read_each("status"))
        return sum(int(match[1]) * 1024 for match in found if match)

    def cpu(self) -> float:
        """Return CPU seconds, over the process and its children."""
        total = 0.0
        for pid in self._processes(self._pid):
            with suppress(OSError):
                total += time.clock_gettime((~pid << 3) | 2)
        for text in self._read_each("stat"):
            ended = text.rpartition(")")[2].split()[13:15]
            total += sum(map(int, ended)) / os.sysconf("SC_CLK_TCK")
        return total

    def _read_each(self, name: str) -> Iterator[str]:
        for pid in self._processes(self._pid):
            with suppress(OSError):
                yield Path(f"/proc/{pid}/{name}").read_text()

    def _processes(self, pid: int) -> Iterator[int]:
        yield pid
        with suppress(OSError):
            for task in Path(f"/proc/{pid}/task").iterdir():
                for child in (task / "children").read_text().split():
                    yield from self._processes(int(child))

    # The terminal's side

    def _read(self, wait: float) -> bool:
        if not self.is_alive or not select.select([self._terminal], [], [], max(wait, 0))[0]:
            return False
        try:
            data = os.read(self._terminal, 65536)
        except OSError:
            data = b""
        if not data:
            self.is_alive = False
            return False
        self._stamp = time.monotonic()
        self._chunks.append((self._stamp, data))
        self.total += len(data)
        self._answer(data)
        return True

    def _burst(self, quiet: float, deadline: float) -> float | None:
        """Read until output has come and has stopped; return the moment of the last byte."""
        last = None
        while (now := time.monotonic()) < deadline:
            if self._read(quiet if last else deadline - now):
                last = self._stamp
            else:
                break
        return last

    def _parse(self, check: Callable[[float], bool] = lambda _at: False) -> bool:
        """Feed what has come to the screen, chunk by chunk; what comes meanwhile is stamped in time."""
        while self._chunks:
            at, data = self._chunks.pop(0)
            for start in range(0, len(data), 1024):
                self._emulator.feed(data[start : start + 1024])
                while self._read(0):
                    pass
            if check(at):
                return True
        return check(self._stamp)  # what a query of the cursor has parsed is looked at, too

    def _answer(self, data: bytes) -> None:
        old = len(self._seen)
        for match in _QUERY.finditer(self._seen + data):
            if match.end() > old:
                os.write(self._terminal, self._reply(match))
        self._seen = (self._seen + data)[-32:]

    def _reply(self, asked: re.Match[bytes]) -> bytes:
        query = asked[0]
        if query.endswith(b"6n"):
            self._parse()
            line, column = self._emulator.cursor
            return f"\x1b[{'?' if b'?' in query else ''}{line + 1};{column + 1}R".encode()
        if asked[1]:  # a mode: only synchronised output is known
            return b"\x1b[?%s;%d$y" % (asked[1], 2 if asked[1] == b"2026" else 0)
        if asked[2]:
            return b"\x1b]%s;rgb:%s\x1b\\" % (asked[2], b"0000/0000/0000" if asked[2] == b"11" else b"ffff/ffff/ffff")
        fixed = {
            b"5n": b"\x1b[0n", b"?u": b"\x1b[?0u", b">q": b"\x1bP>|bench\x1b\\", b"0q": b"\x1bP>|bench\x1b\\",
            b"4t": b"\x1b[4;%d;%dt" % (LINES * 20, COLUMNS * 10), b"6t": b"\x1b[6;20;10t",
            b"8t": b"\x1b[8;%d;%dt" % (LINES, COLUMNS),
        }  # fmt: skip
        device = b"\x1b[>0;276;0c" if b">" in query else b"\x1bP0+r\x1b\\" if b"+q" in query else b"\x1b[?62;22c"
        return fixed.get(query[-2:], device)

    def _complaint(self, what: str) -> str:
        self._parse()
        screen = "\n".join(f"  | {line.rstrip()}" for line in self.lines if line.strip())
        return f"{self.name}: {what}{'' if self.is_alive else ' (it has ended)'}{LAST_SCREEN}\n{screen}"

    def _end(self) -> None:
        """End every process that was started here, by its number."""
        pids = list(self._processes(self._pid))
        for number, patience in ((signal.SIGTERM, 2.0), (signal.SIGKILL, 10.0)):
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            until = time.monotonic() + patience
            while time.monotonic() < until:
                while self._read(0):
                    pass
                if os.waitpid(self._pid, os.WNOHANG)[0]:
                    os.close(self._terminal)
                    return
                time.sleep(0.01)


def _become(
    command: Sequence[str], environment: Mapping[str, str], folder: Path | None, stdin: Path | None
) -> None:  # pragma: no cover - in the child
    try:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", LINES, COLUMNS, 0, 0))
        if folder is not None:
            os.chdir(folder)
        if stdin is not None:
            os.dup2(os.open(stdin, os.O_RDONLY), 0)
        os.execvpe(command[0], list(command), {**environment, "TERM": "xterm-256color"})
    except OSError as error:
        os.write(2, f"{command[0]}: {error}".encode())
    os._exit(127)
