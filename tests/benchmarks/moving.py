"""Arrow, page and end: time, CPU and bytes; bytes of dialogs. What a key makes the list do is told from the
detail that follows it.
"""

import statistics
from functools import partial

import programs
from bench import Bench
from prepared import Prepared
from rounds import Contestants, Found, Line, Sample, ms, times, within
from terminal_program import LINES, TerminalProgram

MOVES = ("arrow", "scroll", "page", "end")
OPENED = {"form": "d", "menu": "x", "help": "?"}
_AT_REST = 0.4
"""Seconds of quiet after which nothing more comes: the detail follows a cursor that rests."""


def contestants(bench: Bench) -> Contestants:
    return {
        "small": partial(_moved, bench.small),
        "big": partial(_moved, bench.big),
        "fzf": partial(_paged_in_fzf, bench.big),
    }


def _moved(one: Prepared) -> Sample:
    with programs.loaded(one) as program:
        found = _median("arrow", [_step(program, "down") for _ in range(10)])
        program.settles(_AT_REST)
        found |= _median("scroll", programs.scrolling([program.burst("down") for _ in range(3 * LINES)]))
        program.settles(_AT_REST)
        found |= _median("page", [_step(program, "pagedown") for _ in range(6)])
        ends = []
        for _ in range(4):
            ends.append(_step(program, "end"))
            _step(program, "home")
        return found | _median("end", ends) | _opened(program)


def _opened(program: TerminalProgram) -> Sample:
    """Open each and close it again: bytes that it took, without those of what is loaded with the first."""
    found: Sample = {}
    for _again in range(2):
        for name, key in OPENED.items():
            found[f"{name} opened"] = _step(program, key)["with detail"]
            found[f"{name} closed"] = _step(program, "escape")["with detail"]
    return found


def _step(program: TerminalProgram, key: str) -> Sample:
    """Press a key and let everything come to rest."""
    before = program.total
    found = program.burst(key)
    program.settles(_AT_REST)
    return {**found, "with detail": float(program.total - before)}


def _median(move: str, samples: list[Sample]) -> Sample:
    return {f"{move} {figure}": statistics.median(one[figure] for one in samples) for figure in samples[0]}


def _paged_in_fzf(one: Prepared) -> Sample:
    with programs.fzf(one) as program:
        program.sees("all rows", programs.fzf_shows(one.size, one.size), within=programs.PATIENCE)
        program.settles(_AT_REST)
        return _median("page", [_step(program, "pagedown") for _ in range(6)])


def lines(bench: Bench, found: Found) -> list[Line]:
    parts, pairs = [], []
    for move in MOVES:
        cpu, wall = (found.ratio("big", f"{move} {figure}", "small") for figure in ("cpu", "wall"))
        pairs += [(cpu, 1.1), (wall, 1.25)]
        spent = ms(found.median("big", f"{move} wall"))
        parts.append(f"{move} {times(cpu)} CPU, {times(wall)} wall ({spent})")
    in_view, rested = found.median("big", "arrow bytes"), found.median("big", "arrow with detail")
    page = found.ratio("big", "page bytes", "fzf")
    dialogs = {name: found.median("big", name) for one in OPENED for name in (f"{one} opened", f"{one} closed")}
    return [
        Line(
            f"arrow, scrolling arrow, page, end at {bench.big.size:,} against {bench.small.size:,}",
            "; ".join(parts),
            "<= 1.1 x CPU, <= 1.25 x wall",
            within(*pairs),
        ),
        Line(
            "bytes to the terminal: arrow in view, list only / with detail at rest / page",
            f"{_bytes(in_view)} / {_bytes(rested)} / {times(page)} fzf's page "
            f"({_bytes(found.median('big', 'page bytes'))} : {_bytes(found.median('fzf', 'page bytes'))})",
            "<= 500 B / 2.5 kB / 1.5 x fzf's page",
            within((in_view, 500), (rested, 2500), (page, 1.5)),
        ),
        Line(
            "bytes to the terminal: what is opened, and closed",
            "; ".join(f"{name} {_bytes(value)}" for name, value in dialogs.items()),
            "<= 12 kB",
            within(*((value, 12_000) for value in dialogs.values())),
        ),
    ]


def _bytes(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f} B"
