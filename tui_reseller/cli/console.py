"""The only writer to stderr: notes, errors, progress, prompts. No control character of others reaches the terminal."""

import sys
from collections.abc import Callable

from tui_reseller.cli import streams
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import clean


class Console:
    """What the command says beside its data. Quiet leaves only what went wrong or is not known."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.is_asking = False
        self._is_line_open = False

    @property
    def can_ask(self) -> bool:
        """Whether a person sits there: both stdin and stderr are a terminal."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def say(self, text: str) -> None:
        """Write a note that a script may do without."""
        if not self.quiet:
            self._line(text)

    def warn(self, text: str) -> None:
        """Write what must be known, also when quiet."""
        self._line(text)

    def progress(self, text: str) -> None:
        """Put a text in the place of the last progress; only on a terminal."""
        if not self.quiet and sys.stderr.isatty():
            self._write("\r\x1b[K" + clean(text)[:78])
            self._is_line_open = True

    def ask(self, prompt: str) -> str:
        """Ask for one line. End of input is an empty answer, and so is one that nobody can have thought about."""
        from tui_reseller.cli.terminal_prompt import visible  # noqa: PLC0415 - scripts are not asked

        return self._answer(prompt, visible)

    def ask_hidden(self, prompt: str) -> Secret:
        """Ask without echo. End of input is an empty answer."""
        from tui_reseller.cli.terminal_prompt import hidden  # noqa: PLC0415

        return Secret(self._answer(prompt, hidden))

    def _answer(self, prompt: str, ask: Callable[[str, Callable[[str], None]], str]) -> str:
        self._end_progress()
        self.is_asking = True
        try:
            return ask(f"{clean(prompt)}: ", self._show)
        finally:
            self.is_asking = False

    def _show(self, text: str) -> None:
        self._write(text)
        streams.flush()

    def _line(self, text: str) -> None:
        self._end_progress()
        for line in text.split("\n"):
            self._write(clean(line) + "\n")

    def _end_progress(self) -> None:
        if self._is_line_open:
            self._write("\r\x1b[K")
            self._is_line_open = False

    @staticmethod
    def _write(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()


def size_text(count: int) -> str:
    """Return a number of bytes for a person."""
    for unit, factor in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count:,} bytes"
