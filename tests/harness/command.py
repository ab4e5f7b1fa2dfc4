"""The command in this process: the real entry points, its streams caught, a person's answers played.

Where the process itself is what a test is about (signals, closed streams, another program's pipe), it is started as a
child; everywhere else a call in this process does the same for a tenth of the time.
"""

import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tui_reseller.cli import console
from tui_reseller.cli.entry_points import EntryPoints
from tui_reseller.cli.main import run
from tui_reseller.domain.secret import Secret
from tui_reseller.wiring import entry_points


@dataclass
class Ran:
    """What a command left: its exit code and both streams."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The objects of its output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def row(self) -> dict[str, Any]:
        """The one object of its output."""
        assert len(self.rows) == 1, self.out + self.err
        return self.rows[0]


class Terminal:
    """Streams of one run: what is piped in, or a person with answers. Every answer must be asked for."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.capsys, self.monkeypatch = capsys, monkeypatch

    def run(
        self,
        argv: Sequence[str],
        points: EntryPoints,
        stdin: bytes | str = "",
        answers: Sequence[str] | None = None,
    ) -> Ran:
        """Run a command; with *answers*, even none, a person sits at the terminal."""
        left = list(answers or ())
        data = stdin.encode() if isinstance(stdin, str) else stdin
        real = console.Console
        with self.monkeypatch.context() as patched:
            patched.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
            patched.setattr(real, "can_ask", property(lambda _console: answers is not None))
            patched.setattr(real, "ask", lambda on, asked: on.warn(asked) or left.pop(0))
            patched.setattr(real, "ask_hidden", lambda on, asked: on.warn(asked) or Secret(left.pop(0)))
            self.capsys.readouterr()
            code = run(argv, points)
        assert not left, "a question was not asked"
        captured = self.capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    def run_in(self, environment: Mapping[str, str], *argv: str, stdin: bytes | str = "") -> Ran:
        """Run the whole program as a child with this environment would: its folders, its account."""
        with self.monkeypatch.context() as patched:
            for name in [name for name in os.environ if name.startswith(("TUI_RESELLER_", "XDG_"))]:
                patched.delenv(name)
            for name, value in environment.items():
                patched.setenv(name, value)
            return self.run(argv, entry_points(dict(environment)), stdin)
