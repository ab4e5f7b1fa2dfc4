"""A screen that nobody touches, beside a bare Textual application over the same seconds."""

import time

import programs
from bench import Bench
from rounds import Contestants, Found, Line, Sample, times, within

MOST_RUNS = 3
"""Rounds of a minute; the two programs idle side by side, so that more would add little."""


def contestants(bench: Bench) -> Contestants:
    return {"side by side": lambda: _idle(bench)}


def _idle(bench: Bench) -> Sample:
    with programs.loaded(bench.big, bench.big.live) as ours, programs.bare() as bare:
        bare.sees("its text", lambda lines: programs.BARE_TEXT in "".join(lines), within=30)
        for program in (ours, bare):
            program.settles(2.0)
        before = [(program.total, program.cpu()) for program in (ours, bare)]
        time.sleep(bench.idle)
        spent = [program.cpu() - cpu for program, (_, cpu) in zip((ours, bare), before, strict=True)]
        ours.settles(0.1)
        return {"bytes": float(ours.total - before[0][0]), "cpu": spent[0], "bare cpu": spent[1]}


def lines(bench: Bench, found: Found) -> list[Line]:
    name = "side by side"
    written, cpu = found.median(name, "bytes"), found.ratio(name, "cpu", name, "bare cpu")
    each = [found.median(name, figure) for figure in ("cpu", "bare cpu")]
    spent = " : ".join("-" if value is None else f"{value / bench.idle * 1000:.2f} ms/s" for value in each)
    return [
        Line(
            f"idle {bench.idle:g} s (no job, unlock or notice open)",
            f"{'-' if written is None else f'{written:,.0f} B'}; {times(cpu)} the CPU of bare Textual ({spent})",
            "0 B; CPU <= 2 x bare Textual",
            within((written, 0), (cpu, 2)),
        )
    ]
