"""Sorting by a column, from the letter in the menu to the right rows: the first time, and again."""

import re
import statistics

import children
import programs
from bench import Bench
from prepared import SORTED_BY, Prepared
from rounds import Contestants, Found, Line, Sample, ms, times, within
from terminal_program import LINES, NotSeenError, TerminalProgram

_REST = 0.4


_TITLE = "E-mail"
"""How the menu calls what is sorted by."""


def contestants(bench: Bench) -> Contestants:
    big = bench.big
    return {
        "small": lambda: _sorted(bench.small),
        "big": lambda: _sorted(big),
        "polars": lambda: children.told(children.peer("arg_sort.py", str(big.parquet), SORTED_BY), big.folder),
    }


def _sorted(one: Prepared) -> Sample:
    with programs.loaded(one) as program:
        customer, second = one.facts.first, one.facts.second
        by_column = programs.either(
            programs.cursor_between(customer, *one.facts.sorted_around), programs.first_row(one.facts.sorted_first)
        )
        first = _by(program, _TITLE, by_column)
        _by(program, "none", programs.cursor_between(customer, "", second))
        again = _by(program, _TITLE, by_column)
        turned = programs.cursor_between(customer, *reversed(one.facts.sorted_around))
        back = [_turn(program, right) for right in (turned, by_column) * 3]
        program.press("home")
        program.settles(_REST)
        arrows = programs.scrolling([program.burst("down", quiet=0.03) for _ in range(3 * LINES)])
    arrow = statistics.median(one["wall"] for one in arrows)
    return {"first": first, "again": again, "turned": statistics.median(back), "arrow": arrow}


def _turn(program: TerminalProgram, right: programs.Check) -> float:
    """Turn the order round by its key."""
    seen = program.timed(",", "the order turned round", right)
    program.settles(_REST)
    return seen


def _by(program: TerminalProgram, title: str, right: programs.Check) -> float:
    """Choose from the menu; return how long it took from the letter to the right rows around the cursor."""
    program.press("s")
    option = re.compile(rf"(?<!\w)(\w) {{1,4}}{title}\b", re.IGNORECASE)
    program.sees(f"{title} in the menu", lambda lines: option.search("\n".join(lines)) is not None, within=20)
    program.settles(_REST)
    found = option.search("\n".join(program.lines))
    if found is None:
        raise NotSeenError(f"{program.name}: the menu went away")
    seen = program.timed(found[1], f"the order by {title}", right, within=programs.PATIENCE)
    program.settles(_REST)
    return seen


def lines(bench: Bench, found: Found) -> list[Line]:
    first, menu = found.ratio("big", "first", "polars", "arg_sort"), found.ratio("big", "again", "big", "arrow")
    turned, over_small = found.ratio("big", "turned", "big", "arrow"), found.ratio("big", "again", "small")
    what = f"sort by {SORTED_BY}, {bench.big.size:,}"
    return [
        Line(
            f"{what}, first time / again by one key",
            f"{times(first)} polars' arg_sort ({ms(found.median('big', 'first'))} : "
            f"{ms(found.median('polars', 'arg_sort'))}) / {times(turned)} a scrolling arrow "
            f"({ms(found.median('big', 'turned'))} : {ms(found.median('big', 'arrow'))})",
            "<= 1.3 x polars' own arg_sort / <= 1.2 x an arrow key",
            within((first, 1.3), (turned, 1.2)),
        ),
        Line(
            f"{what}, again by the menu",
            f"{times(menu)} a scrolling arrow ({ms(found.median('big', 'again'))} : "
            f"{ms(found.median('big', 'arrow'))}), {times(over_small)} the same at {bench.small.size:,}",
            "<= 1.2 x an arrow key",
            within((menu, 1.2)),
        ),
    ]
