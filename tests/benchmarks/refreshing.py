"""The worst of many arrows while the list is being read again, against the median arrow of a quiet list."""

import statistics
import time
from itertools import islice

import programs
from bench import Bench
from prepared import Prepared
from rounds import Contestants, Found, Line, Sample, ms, times, within
from terminal_program import LINES, NotSeenError, TerminalProgram

KEYS = 500
_QUIET_KEYS = 3 * LINES
_PACE = 1 / 30
"""Seconds from key to key: as a held key repeats."""
_BATCH = 10
_MOST_REFRESHES = 60
_SIGN = b">"
"""Stands before the row of the cursor, and in nothing else that is written meanwhile."""


def contestants(bench: Bench) -> Contestants:
    return {"app": lambda: _worst(bench.big)}


def _worst(one: Prepared) -> Sample:
    with programs.loaded(one, one.live) as program:
        quiet = [one["wall"] for one in programs.scrolling(_arrows(program, _QUIET_KEYS))]
        busy, pressed = _while_refreshing(program)
        _check_place(program, one, _QUIET_KEYS + pressed)
    busy.sort()
    return {
        "median": statistics.median(quiet), "worst": busy[-1], "worst quiet": max(quiet), "keys": float(len(busy)),
        "p99": busy[len(busy) * 99 // 100],
    }  # fmt: skip


def _arrows(program: TerminalProgram, count: int) -> list[Sample]:
    found = []
    for _ in range(count):
        began, before = time.monotonic(), program.total
        wall = program.until_bytes("down", _SIGN)
        program.listen(began + _PACE)
        found.append({"wall": wall, "bytes": float(program.total - before)})
    return found


def _while_refreshing(program: TerminalProgram) -> tuple[list[float], int]:
    """Press arrows in batches, and count those at whose end the header says that the list is being read."""
    busy: list[float] = []
    pressed = 0
    for _ in range(_MOST_REFRESHES):
        program.press("r")
        for batch in range(KEYS):
            found = _arrows(program, _BATCH)
            pressed += _BATCH
            if not programs.complete(program.parse()):
                busy += [one["wall"] for one in found]
            elif batch:
                break
            if len(busy) >= KEYS:
                return busy, pressed
    if not busy:
        raise NotSeenError(f"{program.name}: no key met a running refresh")
    return busy, pressed


def _check_place(program: TerminalProgram, one: Prepared, row: int) -> None:
    """Every arrow must have moved the cursor."""
    with one.rows.open(encoding="utf-8") as rows:
        username = next(islice(rows, min(row, one.size - 1), None)).partition("\t")[0]
    head = username[: programs.HEAD]
    program.sees(
        f"the cursor on row {row + 1}, {username}",
        lambda lines: any(line.startswith(">") and head in line for line in lines[programs.FIRST_LINE :]),
        within=programs.PATIENCE,
    )


def lines(bench: Bench, found: Found) -> list[Line]:
    worst = found.ratio("app", "worst", "app", "median")
    p99 = found.ratio("app", "p99", "app", "median")
    keys = found.median("app", "keys")
    return [
        Line(
            f"worst of {keys or KEYS:.0f} keys while a refresh of {bench.big.size:,} is running",
            f"{times(worst)} the median scrolling arrow ({ms(found.median('app', 'worst'))} : "
            f"{ms(found.median('app', 'median'))}); 99 of 100 within {times(p99)}",
            "<= 5 x the median scrolling arrow",
            within((worst, 5)),
        )
    ]
