"""Start to first customers on screen, as a ratio to a bare Textual application in the same interleaved run.

Run from a checkout: python tests/benchmarks/start.py [--runs 9]
Customers come from the snapshot; the service is a closed port, as on a bad day. No figure here is a test.
"""

import argparse
import asyncio
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from datetime import UTC, datetime
from pathlib import Path

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.profile import Profile, Store
from tui_reseller.domain.switch import Switch
from tui_reseller.storage.config import ConfigFile
from tui_reseller.storage.snapshot import Snapshots

BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("customer0000000")
Bare().run()
"""
SIGN = b"customer0000000"
CLOSED = "http://127.0.0.1:9/apiv2"


def customers(count: int) -> list[Customer]:
    return [
        Customer(
            f"customer{n:07}", f"customer{n:07}@example.com", Switch.ON, Switch.UNKNOWN, "Ann", f"Lee {n % 997}",
            f"{n} Main St", "Denver", "CO", "80202", "US", "555-0100", "example.com",
        )
        for n in range(count)
    ]  # fmt: skip


def prepare(root: Path, count: int) -> dict[str, str]:
    folders = {name: root / name for name in ("config", "state", "cache")}
    for folder in folders.values():
        (folder / "tui-reseller").mkdir(parents=True, mode=0o700)
    profile = Profile("acme", "acme", base_url=CLOSED, store=Store.NONE)
    ConfigFile(folders["config"] / "tui-reseller").put(profile)
    store = Snapshots(folders["cache"] / "tui-reseller")
    asyncio.run(store.save(f"{profile.origin}|{profile.api_user}", datetime.now(UTC), customers(count)))
    return {f"XDG_{name.upper()}_HOME": str(folder) for name, folder in folders.items()}


def measure(command: list[str], environment: dict[str, str]) -> float:
    """Seconds from exec to the sign on the terminal, at 120x40 and 256 colours."""
    begin = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(command[0], command, os.environ | environment | {"TERM": "xterm-256color", "COLORTERM": ""})
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    seen = b""
    try:
        while SIGN not in seen:
            if not select.select([terminal], [], [], 20)[0]:
                raise SystemExit(f"{command}: nothing on the screen\n{seen[-2000:]!r}")
            seen += os.read(terminal, 65536)
        return time.perf_counter() - begin
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    program = [sys.executable, "-m", "tui_reseller"]
    with tempfile.TemporaryDirectory() as folder:
        scripts: dict[str, tuple[list[str], dict[str, str]]] = {"bare Textual": ([sys.executable, "-c", BARE], {})}
        for count in (1_000, 100_000):
            scripts[f"{count:,} customers"] = (program, prepare(Path(folder) / str(count), count))
        times: dict[str, list[float]] = {name: [] for name in scripts}
        for number in range(-1, runs):
            names = list(scripts)
            for name in names[number % len(names) :] + names[: number % len(names)]:
                taken = measure(*scripts[name])
                if number >= 0:
                    times[name].append(taken)
    floor = statistics.median(times["bare Textual"])
    for name, found in times.items():
        middle, low, high = (1000 * value for value in (statistics.median(found), min(found), max(found)))
        print(f"{name:<20} {middle:6.0f} ms ({low:.0f}-{high:.0f})  {middle / 1000 / floor:.2f} x")


if __name__ == "__main__":
    main()
