from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.harness.sandbox import Sandbox, free_port
from tests.harness.terminal import Terminal, environment, processes_with, program
from tests.harness.waiting import until


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def opened() -> Iterator[Callable[..., Terminal]]:
    """Open terminals that are closed at the end of the test; with them all that ran there ends."""
    homes = set()
    with ExitStack() as stack:

        def open_one(command, env, size=(80, 24)):
            terminal = Terminal(command, env, size)
            homes.add(env["HOME"])
            stack.callback(terminal.kill)
            return terminal

        yield open_one
    until("nothing is left", lambda: not any(processes_with(home) for home in homes))


@pytest.fixture
def demo(home, opened):
    """Start the demo in a terminal; return it with its sandbox."""

    def start(*arguments, size=(80, 24), waits=True, **env):
        port = free_port()
        command = program("demo", "--port", str(port), "--provider", "reseller-v2", "--customers", "40", *arguments)
        terminal = opened(command, environment(home, **env), size)
        if waits:
            terminal.sees("complete", "user1", "user2")
        return terminal, Sandbox.at(port)

    return start
