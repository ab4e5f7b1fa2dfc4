"""The embedded sandbox of the demo: a child process that ends with us, however we end."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tui_reseller.cli.doors import SandboxOptions
from tui_reseller.domain.errors import InvalidInput

ENDS_WITHIN = 5.0


@contextmanager
def started(options: SandboxOptions) -> Iterator[dict[str, str]]:
    """Start a sandbox and yield its ready line. Raises InvalidInput with what it said if it does not start.

    Its standard input is a pipe of ours: when we are gone, even by kill -9, it reads the end and stops.
    """
    command = [
        sys.executable, "-m", "tui_reseller.sandbox", "--host", options.host, "--port", str(options.port),
        "--customers", str(options.customers), "--seed", str(options.seed), "--dialect", options.dialect,
        *(["--faults", options.faults] if options.faults else []), *(["--db", options.db] if options.db else []),
    ]  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TUI_RESELLER_")}
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment | {"TUI_RESELLER_SANDBOX_PARENT_PIPE": "1"}, start_new_session=True,
    )  # fmt: skip
    try:
        yield _ready(child)
    finally:
        _end(child)


def _ready(child: subprocess.Popen[str]) -> dict[str, str]:
    assert child.stdout is not None and child.stderr is not None  # noqa: S101, PT018 - both are pipes
    line = child.stdout.readline()
    try:
        found: dict[str, str] = json.loads(line)
    except ValueError:
        child.wait(ENDS_WITHIN)
        said = child.stderr.read().strip().splitlines()
        raise InvalidInput(f"the sandbox did not start: {said[-1] if said else 'no reason given'}") from None
    return found


def _end(child: subprocess.Popen[str]) -> None:
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    try:
        child.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
