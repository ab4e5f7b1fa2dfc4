"""Record half a minute of the application as an asciicast: the demo on a terminal of its own, at a pace to be followed.

Run from a checkout: python screenshots/record.py; play it with: asciinema play screenshots/demo.cast
Needs Linux.
"""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from pathlib import Path

COLUMNS, LINES = 100, 30
HERE = Path(__file__).parent
ESCAPE, DOWN, COMMIT = "\x1b", "\x1b[B", "\x13"
PACE = 0.09
"""Seconds between two letters."""
KEYS: tuple[tuple[str, float], ...] = (
    ("", 6.0), (DOWN, 0.4), (DOWN, 0.4), (DOWN, 1.2),
    ("/", 0.6), *((letter, PACE) for letter in "sending:on city=paris"), ("\r", 1.5),
    ("d", 1.5), *((letter, PACE) for letter in "ticket 4711"), ("", 0.8), (COMMIT, 2.5),
    ("u", 1.5), ("", 0.6), (COMMIT, 2.5),
    (ESCAPE, 1.2), ("h", 3.0), (ESCAPE, 1.0), ("?", 2.5), (ESCAPE, 1.0), ("q", 1.0),
)  # fmt: skip
"""What is pressed, and how long is waited then."""


def started() -> tuple[int, int]:
    """Start the demo on a terminal of its own; return its process and our end of the terminal."""
    child, terminal = pty.fork()
    if child == 0:
        home = tempfile.mkdtemp()
        environment = {"HOME": home, "TERM": "xterm-256color", "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        os.execve(sys.executable, [sys.executable, "-m", "tui_reseller", "demo"], environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    return child, terminal


def painted(terminal: int, seconds: float) -> Iterator[bytes]:
    """Yield what the application paints within a time."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if select.select([terminal], [], [], left)[0]:
            try:
                yield os.read(terminal, 65536)
            except OSError:  # it has ended
                return


def main() -> None:
    """Press the keys, and write what came to demo.cast."""
    child, terminal = started()
    began, rest = time.monotonic(), b""
    events: list[tuple[float, str, str]] = []
    for keys, seconds in KEYS:
        if keys:
            os.write(terminal, keys.encode())
        for data in painted(terminal, seconds):
            text = (rest + data).decode("utf-8", "ignore")
            rest = (rest + data)[len(text.encode()) :]
            events.append((round(time.monotonic() - began, 3), "o", text))
    os.close(terminal)
    os.waitpid(child, 0)
    head = {"version": 2, "width": COLUMNS, "height": LINES, "title": "tui-reseller demo", "idle_time_limit": 2}
    lines = [json.dumps(head), *(json.dumps(event) for event in events)]
    (HERE / "demo.cast").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
