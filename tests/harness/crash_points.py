"""A run of the real program with canaries for secrets, and the ways in which it is made to end.

A Yard is a folder with a home in it, a sandbox whose API key is a canary, and a scanner. It gives the program its key
as an operator would (a private file outside of the home, or a credential command of a profile), passwords on stdin, and
lets it log at DEBUG. Whatever the program leaves is looked through by `scan()`: stdout and stderr of each command, all
files of the home, and, through a ProcessWatch, command line and environment of each process.

The ways to end (`POINTS` by name; each takes a Yard and an operation):

* kill -9, SIGTERM, SIGHUP and SIGINT when the intent is written and the answer is awaited;
* the connection cut after the service applied it, an answer cut short, garbage;
* a disk that is full from the beginning, or after some KiB (RLIMIT_FSIZE: the system refuses to write more);
* an exception in the middle of a call, with the secret in its text, its notes and the locals around;
* a service that sends back what it got: as an error, as a success, as HTML, in a redirect, with any status.

The service that sends back is tests/harness/echo.py.
"""

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.harness.canary import Canaries, Scanner
from tests.harness.echo import ECHOES, echo
from tests.harness.sandbox import Sandbox
from tests.harness.waiting import until

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
SANDBOX = """
import sys
from tui_reseller.sandbox import operations, serve
operations.API_KEY = serve.API_KEY = sys.stdin.readline().rstrip("\\n")
sys.exit(serve.serve(host="127.0.0.1", port=0, customers=40, seed=1, db=None, dialect=sys.argv[1], faults=""))
"""
BREAKING = """
import sys
from tui_reseller.api.reseller_v2 import client
from tui_reseller.__main__ import main

def break_here(reply, wanted, request, **_more):
    key = [value.reveal() for _, value in request.body.pairs if hasattr(value, "reveal")]
    error = RuntimeError("broken with %s" % key)
    error.add_note("File %s" % key)
    raise error

client.verdict = break_here
sys.exit(main())
"""


class Yard:
    """Home, sandbox, scanner. Close it: the sandbox ends."""

    def __init__(self, folder: Path, canaries: Canaries, dialect: str = "seed", wire: str = "json") -> None:
        self.canaries = canaries
        self.scanner = Scanner(canaries)
        self.home = folder / "home"
        self.home.mkdir(mode=0o700)
        self.outside = folder / "outside"
        self.outside.mkdir(mode=0o700)
        self._wire = wire
        for name in ("key", "password"):
            file = self.outside / name
            file.touch(0o600)
            file.write_text(canaries[name])
        self._process = subprocess.Popen(
            [sys.executable, "-c", SANDBOX, dialect], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=self._bare(self.outside), text=True, cwd=self.outside,
        )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(canaries["key"] + "\n")
        self._process.stdin.flush()
        self.sandbox = Sandbox(json.loads(self._process.stdout.readline()))
        assert self.sandbox.api_key == canaries["key"]
        self.base_url = self.sandbox.base_url
        self.passwords = 0

    def close(self) -> None:
        """End the sandbox."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with contextlib.suppress(OSError):
                pipe.close()

    def _bare(self, home: Path) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        folders = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "STATE", "CACHE", "DATA")}
        return {**kept, **folders, "HOME": str(home), "TMPDIR": str(home), "PYTHONPATH": str(ROOT), "TERM": "xterm",
                "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}  # fmt: skip

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a command: the key in a private file outside of the home."""
        return {
            **self._bare(self.home), "TUI_RESELLER_BASE_URL": self.base_url, "TUI_RESELLER_FORMAT": self._wire,
            "TUI_RESELLER_API_USER": self.sandbox.api_user, "TUI_RESELLER_CREDENTIAL_FILE": str(self.outside / "key"),
            **more,
        }  # fmt: skip

    def plant(self, username: str, **values: object) -> None:
        """Put a customer there, with the old password among what the service knows."""
        self.sandbox.plant(username, **{**values, "password": self.canaries["old"]})

    def start(
        self, *argv: str, stdin: str = "", limit: int | None = None, code: str = "", **env: str
    ) -> "subprocess.Popen[bytes]":
        """Start a command. *limit* is the largest file in bytes that it may write; *code* runs in its place."""

        def hold() -> None:
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        command = [sys.executable, *(["-c", code] if code else ["-m", "tui_reseller"]), *argv]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.home,
            env=self.environment(**env), preexec_fn=hold,  # noqa: PLW1509 - one thread, and nothing but a system call
        )  # fmt: skip
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(stdin.encode())
            process.stdin.close()
        process.stdin = None
        return process

    def finish(self, process: "subprocess.Popen[bytes]", but: Sequence[str] = ()) -> int:
        """Wait for a command to end, look through what it said, and return its exit code."""
        out, err = process.communicate(timeout=PATIENCE)
        self.scanner.stream("stdout", str(process.args[-4:]), out, but)
        self.scanner.stream("stderr", str(process.args[-4:]), err)
        self.said = out.decode() + err.decode()
        return process.returncode

    def run(self, *argv: str, but: Sequence[str] = (), **more: object) -> int:
        """Run a command to its end."""
        return self.finish(self.start(*argv, **more), but)  # type: ignore[arg-type]

    def is_written(self, username: str) -> bool:
        """Whether an intent on a customer is in the ledger."""
        return any(
            username.encode() in file.read_bytes() for file in (self.home / "state").rglob("ledger*") if file.is_file()
        )

    def scan(self) -> None:
        """Look through all that is left."""
        self.scanner.folder(self.home)


def order(yard: Yard, username: str, operation: str) -> tuple[list[str], str]:
    """Return the arguments of a write that carries a new password, and what goes to its stdin. A plan is made first."""
    new = yard.canaries["new"]
    if operation == "plan":
        rows, plan = yard.outside / f"{username}.csv", yard.home / f"{username}.plan"
        rows.write_text(f"username,password\n{username},{new}\n")
        code = yard.run("plan", "new", "--from", str(rows), "--action", "password", "--out", str(plan))
        assert code == 0, yard.said
        return ["plan", "apply", str(plan), "--from", str(rows), "--confirm", username, "--debug"], ""
    if operation == "password":
        return ["password", username, "--confirm", username, "--password-stdin", "--debug"], f"{new}\n"
    values = {
        "username": username, "email": "a@x.example", "first_name": "A", "last_name": "B", "address": "C 1",
        "city": "D", "state": "E", "zip": "1", "country": "ES", "phone": "1", "website": "x.example", "company": "c",
        "package": "p", "whitelabel": "w.example", "password": new,
    }  # fmt: skip
    return ["create", "--from", "-", "--yes", "--debug"], json.dumps(values)


def called(operation: str) -> str:
    """Return what the service calls an operation."""
    return "create" if operation == "create" else "password"


@dataclass
class Point:
    """One way to end: what it is called, and how it is done on a username by an operation."""

    name: str
    do: Callable[[Yard, str, str], None]


def _signalled(number: int) -> Callable[[Yard, str, str], None]:
    def do(yard: Yard, username: str, operation: str) -> None:
        argv, stdin = order(yard, username, operation)
        yard.sandbox.fault("latency", ms=6_000, operation=called(operation))
        process = yard.start(*argv, stdin=stdin)
        until("the intent is written", lambda: process.poll() is not None or yard.is_written(username))
        process.send_signal(number)
        yard.finish(process)
        yard.sandbox.clear()

    return do


def _faulty(name: str, **params: object) -> Callable[[Yard, str, str], None]:
    def do(yard: Yard, username: str, operation: str) -> None:
        argv, stdin = order(yard, username, operation)
        yard.sandbox.fault(name, operation=called(operation), **params)
        yard.run(*argv, stdin=stdin)
        yard.sandbox.clear()

    return do


def _full(limit: int) -> Callable[[Yard, str, str], None]:
    def do(yard: Yard, username: str, operation: str) -> None:
        argv, stdin = order(yard, username, operation)
        yard.run(*argv, stdin=stdin, limit=limit)

    return do


def _broken(yard: Yard, username: str, operation: str) -> None:
    argv, stdin = order(yard, username, operation)
    assert yard.run(*argv, stdin=stdin, code=BREAKING) != 0
    assert operation == "plan" or "unexpected failure: RuntimeError" in yard.said


def _echoed(shape: str) -> Callable[[Yard, str, str], None]:
    def do(yard: Yard, username: str, operation: str) -> None:
        argv, stdin = order(yard, username, operation)
        with echo(shape) as base_url:
            yard.run(*argv, stdin=stdin, TUI_RESELLER_BASE_URL=base_url)

    return do


POINTS = {
    point.name: point
    for point in (
        Point("kill", _signalled(signal.SIGKILL)),
        Point("term", _signalled(signal.SIGTERM)),
        Point("hang-up", _signalled(signal.SIGHUP)),
        Point("interrupt", _signalled(signal.SIGINT)),
        Point("cut after", _faulty("drop-after")),
        Point("cut before", _faulty("drop-before")),
        Point("cut short", _faulty("truncate", bytes=9)),
        Point("garbage", _faulty("garbage")),
        Point("HTTP 500", _faulty("status", code=500, shape="html")),
        Point("disk full", _full(0)),
        *(Point(f"disk full at {kib} KiB", _full(kib * 1024)) for kib in (4, 16, 32, 64)),
        Point("exception", _broken),
        *(Point(f"echo: {shape}", _echoed(shape)) for shape in ECHOES),
    )
}
