"""A letter typed into the filter: until the right count and the right first row are on the screen; against fzf."""

from functools import partial

import programs
from bench import Bench
from prepared import WORD, Prepared
from rounds import Contestants, Found, Line, Sample, ms, times, within

REST = 0.4
"""Seconds of quiet before each key: the detail has followed, and fzf has drawn."""


def contestants(bench: Bench) -> Contestants:
    against = [one for one in (bench.middle, bench.big) if one]
    return {
        **{f"{one.size}": partial(_typed, one) for one in bench.all},
        **{f"fzf {one.size}": partial(_typed_in_fzf, one) for one in against},
    }


def _typed(one: Prepared) -> Sample:
    found = {}
    with programs.loaded(one) as program:
        program.press("/")
        for number, letter in enumerate(WORD):
            program.settles(REST)
            count, first = one.facts.counts[number], one.facts.firsts[number]
            right = programs.both(programs.counted(count, one.size), programs.first_row(first))
            what = f"{count:,} customers with {WORD[: number + 1]}, {first} first"
            found[f"key {number + 1}"] = program.timed(letter, what, right, within=programs.PATIENCE)
    return found


def _typed_in_fzf(one: Prepared) -> Sample:
    found = {}
    with programs.fzf(one) as program:
        everything = programs.fzf_shows(one.size, one.size)
        program.sees("all rows", everything, within=programs.PATIENCE)
        for number, letter in enumerate(WORD):
            program.settles(REST)
            count, first = one.facts.exact_counts[number], one.facts.exact_firsts[number]
            right = programs.fzf_shows(count, one.size, first)
            what = f"{count} rows with {WORD[: number + 1]}, {first} first"
            found[f"key {number + 1}"] = program.timed(letter, what, right, within=programs.PATIENCE)
    return found


def lines(bench: Bench, found: Found) -> list[Line]:
    big = _line(bench, found, bench.big, {1: 0.3, 2: 0.3, 3: 0.5}, 1.5)
    if bench.middle is None:
        return [big]
    return [big, _line(bench, found, bench.middle, {1: 1.2, 2: 1.2}, 1.2)]


def _line(bench: Bench, found: Found, one: Prepared, limits: dict[int, float], later: float) -> Line:
    """Say the ratio of each key: to fzf for those with a limit, to our own at the smallest size for the others."""
    ours, small = f"{one.size}", f"{bench.small.size}"
    parts, pairs = [], []
    for key in range(1, len(WORD) + 1):
        name = f"key {key}"
        over_fzf, over_small = found.ratio(ours, name, f"fzf {one.size}"), found.ratio(ours, name, small)
        pairs.append((over_fzf, limits[key]) if key in limits else (over_small, later))
        ratio = f"{times(over_fzf)} fzf" if key in limits else f"{times(over_small)} 1k, {times(over_fzf)} fzf"
        spent = f"{ms(found.median(ours, name))} : fzf {ms(found.median(f'fzf {one.size}', name))}"
        parts.append(f"`{WORD[:key]}` {ratio} ({spent})")
    goals = "keys 1-2 <= 0.3 x fzf, key 3 <= 0.5 x" if 3 in limits else "keys 1-2 <= 1.2 x fzf"
    return Line(
        f"key in the filter to right rows and right count on screen, {one.size:,}",
        "; ".join(parts),
        f"{goals}, later <= {later} x own at 1k",
        within(*pairs),
    )
