"""The programs that are measured, and what is looked for on their screens."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import children
from prepared import Prepared
from terminal_program import TerminalProgram

PATIENCE = 120.0
BARE_TEXT = "customer0000000"
HEAD = 9
"""So many characters of a username stand in the narrowest column."""
FIRST_LINE, LAST_LINE = 3, 38
"""The list's own lines of the screen."""
Check = Callable[[list[str]], bool]


def application(one: Prepared, home: Path | None = None) -> TerminalProgram:
    """Start the application in a home, by default the quiet one."""
    home = home or one.quiet
    one.forget(home)
    name = f"TUI Reseller, {one.size:,}"
    command = children.python("-m", "tui_reseller")
    return TerminalProgram(name, command, one.environment(home), folder=children.ROOT)


@contextmanager
def loaded(one: Prepared, home: Path | None = None) -> Iterator[TerminalProgram]:
    """Start the application and wait until it is at rest with the whole list: the service answered, or did not."""
    with application(one, home) as program:
        program.sees("the first customer", first_row(one.facts.first), within=PATIENCE)
        _comes_to_rest(program, complete if home else old)
        yield program


def _comes_to_rest(program: TerminalProgram, ended: Check) -> None:
    """Wait for the end of the reading. Between the snapshot and its refresh the header may say so for a moment."""
    while True:
        program.sees("the end of the reading", ended, within=PATIENCE)
        program.settles(1.0, within=PATIENCE)
        if ended(program.lines):
            return


def bare() -> TerminalProgram:
    """Start the least Textual application."""
    home = Path(tempfile.gettempdir())
    return TerminalProgram("bare Textual", children.peer("bare.py", BARE_TEXT), children.environment(home))


def fzf(one: Prepared) -> TerminalProgram:
    """Start fzf on the same rows: exact substrings in any case, in the order of the file."""
    home = Path(tempfile.gettempdir())
    command = [fzf_path(), "--exact", "-i", "--literal", "--no-sort", "--layout=reverse", "--delimiter=\t"]
    return TerminalProgram(f"fzf, {one.size:,}", command, children.environment(home), stdin=one.rows)


def fzf_path() -> str:
    """Return fzf of the package iterfzf, which is 0.67 in the version that the goals were set with, or any other."""
    try:
        import iterfzf  # noqa: PLC0415 - optional
    except ImportError:
        found = shutil.which("fzf")
    else:
        path = Path(iterfzf.__file__).with_name("fzf")
        found = str(path) if os.access(path, os.X_OK) else shutil.which("fzf")
    if not found:
        raise children.ChildError("fzf is missing: pip install iterfzf")
    return found


def scrolling(samples: list[dict[str, float]]) -> list[dict[str, float]]:
    """Of many arrows at the edge, return those that scrolled, and so wrote the list anew."""
    most = max(one["bytes"] for one in samples)
    return [one for one in samples if one["bytes"] >= most / 2]


# What is looked for


def first_row(username: str) -> Check:
    """The list's first row is this customer's."""
    is_first = first_of(username)
    return lambda lines: is_first(lines[FIRST_LINE])


def first_of(username: str) -> Callable[[str], bool]:
    """A line of the list begins with this username, after its signs."""
    pattern = re.compile(rf"[ >*!+]{{0,4}}\s*{re.escape(username[:HEAD])}")
    return lambda line: pattern.match(line) is not None


def cursor_between(username: str, before: str, after: str) -> Check:
    """The cursor is on this customer; above it is the one before, and below it the one after, as far as in view."""
    here, above, below = (first_of(name) for name in (username, before, after))

    def holds(lines: list[str]) -> bool:
        rows = lines[FIRST_LINE:LAST_LINE]
        at = next((number for number, line in enumerate(rows) if line.startswith(">")), None)
        if at is None or not here(rows[at]):
            return False
        begins_right = above(rows[at - 1]) if before and at else not at
        return begins_right and (at == len(rows) - 1 or below(rows[at + 1]))

    return holds


def counted(number: int, total: int) -> Check:
    """The line above the list says how many are shown."""
    text = f"{number:,} of {total:,}"
    return lambda lines: re.search(rf"(?<![\d,]){text}(?![\d,])", lines[1]) is not None


def complete(lines: list[str]) -> bool:
    """The header says that the list is whole."""
    return " complete " in lines[0]


def old(lines: list[str]) -> bool:
    """The header says that a refresh failed, as it must where nobody answers."""
    return " OLD " in lines[0]


def both(*checks: Check) -> Check:
    return lambda lines: all(check(lines) for check in checks)


def either(*checks: Check) -> Check:
    return lambda lines: any(check(lines) for check in checks)


def fzf_shows(number: int, total: int, first: str = "") -> Check:
    """fzf's counter, and its first row under the prompt."""
    counter = re.compile(rf"(?<!\d){number}/{total}(?!\d)")
    return lambda lines: counter.search(lines[1]) is not None and first[:HEAD] in lines[2]
