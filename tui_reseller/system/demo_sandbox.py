"""The embedded sandbox of the demo: a child process that ends with us, however this process ends."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.system import child_process

ENDS_WITHIN = 5.0


@contextmanager
def started(arguments: Sequence[str]) -> Iterator[dict[str, str]]:
    """Start a sandbox and yield its ready line. Raises InvalidInput with what it said if it does not start.

    Its standard input is a pipe of ours: when we are gone, even by kill -9, it reads the end and stops.
    """
    child = child_process.start(
        "tui_reseller.sandbox", arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        environment={"TUI_RESELLER_SANDBOX_PARENT_PIPE": "1"},
    )  # fmt: skip
    try:
        yield _ready(child)
    finally:
        _end(child)


def _ready(child: subprocess.Popen[bytes]) -> dict[str, str]:
    assert child.stdout is not None and child.stderr is not None  # noqa: S101, PT018 - both are pipes
    line = child.stdout.readline()
    try:
        found: dict[str, str] = json.loads(line)
    except ValueError:
        child.wait(ENDS_WITHIN)
        said = child.stderr.read().decode(errors="replace").strip().splitlines()
        raise InvalidInput(f"the sandbox did not start: {said[-1] if said else 'no reason given'}") from None
    return found


def _end(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    try:
        child.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
