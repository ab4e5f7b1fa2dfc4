"""Commands in processes of their own, whose output nobody reads, or reads slowly."""

import fcntl
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

NEW = [
    "email=neu@x.example", "first_name=Zoë", "last_name=E", "address=A 1", "city=Łódź", "state=S", "zip=1",
    "country=ES", "phone=1", "website=x.example", "company=C", "package=1", "whitelabel=x.example",
]  # fmt: skip
PIPE = 4096
"""The smallest that the kernel gives."""
_numbers = itertools.count(1)


@dataclass
class Ended:
    """How a process ended, and what it left on both streams."""

    code: int
    out: str
    err: str


def end_of(command: Sequence[str], environment: dict[str, str], stdout: int | None) -> Ended:
    """Run a command on an output; None is a closed one. A server is ended when it says that it serves."""
    closing = {"preexec_fn": lambda: os.close(1)} if stdout is None else {"stdout": stdout}
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment, **closing
    )
    _, err = child.communicate(timeout=60)
    return Ended(child.returncode, "", err)


def read_slowly(command: Sequence[str], environment: dict[str, str]) -> Ended:
    """Run a command on a small pipe that is non-blocking, as programs leave it that share it, and full all the time."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE)
    os.set_blocking(writing, False)
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.PIPE, text=True, env=environment
    )
    os.close(writing)
    found: list[bytes] = []

    def read() -> None:
        while piece := os.read(reading, 512):
            found.append(piece)
            if b'{"ready": true' in piece:
                child.terminate()
            time.sleep(0.001)  # the slowness

    reader = threading.Thread(target=read)
    reader.start()
    _, err = child.communicate(timeout=60)
    reader.join()
    os.close(reading)
    return Ended(child.returncode, b"".join(found).decode(), err)


class Place:
    """A console, and the same command as processes of its own; customers that are new for each run."""

    def __init__(self, console, folder) -> None:
        self.console, self.folder = console, folder
        self.environment = {**os.environ, **console.environment}
        self.touched: list[str] = []

    def command(self, argv: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "tui_reseller", *argv]

    def new(self, count: int = 1, **values: object) -> list[str]:
        """Plant customers, whom the next run is to touch."""
        self.touched = [f"out-{next(_numbers)}" for _ in range(count)]
        for name in self.touched:
            self.console.sandbox.plant(name, **{"active": True, "email": f"{name}@x.example", "city": "Vigo"} | values)
        return self.touched

    def of_v3(self, provider: str) -> list[str]:
        """Plant a customer of a service of today, whom the next run is to touch; return the key."""
        ready = self.console.sandbox.ready
        self.environment |= {
            "TUI_RESELLER_PROVIDER": provider, "TUI_RESELLER_BASE_URL": ready["v3_base_url"],
            "TUI_RESELLER_API_KEY": ready["v3_api_key"],
        }  # fmt: skip
        held = {"type": "nonrecurring", "reset_frequency": None, "remain": 40, "total": None, "used": None}
        (name,) = self.new(credits=json.dumps(held), ip='["203.0.113.1"]')
        if provider == "accounts-v3":
            self.touched = [self.console.sandbox.held(name)["account_id"]]
        return self.touched

    def file(self, ending: str = "") -> str:
        return str(self.folder / f"{next(_numbers)}{ending}")

    def backup(self) -> str:
        """Make a backup of the ledger."""
        path = self.file()
        assert self.console("ledger", "backup", path).code == 0
        return path

    def plan(self, count: int = 3) -> str:
        """Make a plan that stops new customers."""
        path, names = self.file(".plan"), "|".join(self.new(count))
        assert self.console("list", "--limit", "1").code == 0
        ran = self.console("plan", "new", "--filter", f"username~^({names})$", "--action", "disable", "--out", path)
        assert ran.code == 0, ran.err
        return path

    def job(self, fault: dict[str, object] | None = None) -> str:
        """Apply a plan; with a fault it does not come to its end."""
        plan = self.plan()
        if fault:
            self.console.sandbox.fault("status", operation="disable", times=1, **fault)
        before = len(self.console.sandbox.log())
        ran = self.console("plan", "apply", plan, "--confirm", "3 env")
        assert ran.code == (9 if fault else 0), ran
        done = {entry["username"] for entry in self.console.sandbox.log()[before:]}
        self.touched = [name for name in self.touched if name not in done] if fault else []
        return str(self.console("job", "list").rows[0]["job"])

    def stopped(self, *more: str) -> str:
        """Stop a customer; return the operation."""
        return self.console("disable", *self.new(), "--yes", *more).row["id"]

    def lost(self) -> str:
        """Lose the answer of a write; return the operation."""
        self.console.sandbox.fault("drop-after", operation="disable", times=1)
        lost = self.stopped()
        self.touched = []
        return lost

    def ended_suspension(self) -> list[str]:
        self.stopped("--until", "1s")
        deadline = time.monotonic() + 20
        while not self.console("due").rows:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        return ["--run", "--yes"]

    def profile(self) -> str:
        name = f"p{next(_numbers)}"
        base_url = self.console.sandbox.base_url
        added = self.console(
            "profile",
            "add",
            name,
            "--provider",
            "reseller-v2",
            "--base-url",
            base_url,
            "--api-user",
            name,
            "--store",
            "none",
        )
        assert added.code == 0, added.err
        return name
