"""From exec to the first customers on the screen, and until a filter typed at that moment is answered for all."""

from functools import partial

import children
import programs
from bench import Bench
from prepared import WORD, Prepared
from rounds import Contestants, Found, Line, Sample, ms, times, within


def contestants(bench: Bench) -> Contestants:
    body = str(bench.big.json_body)
    return {
        "bare": _bare,
        **{f"{one.size}": partial(_started, one) for one in bench.all},
        "loads": lambda: children.told(children.peer("loads.py", body), bench.big.folder),
    }


def _bare() -> Sample:
    with programs.bare() as program:
        seen = program.sees("its text", lambda lines: programs.BARE_TEXT in "".join(lines), within=30)
    return {"start": seen}


def _started(one: Prepared) -> Sample:
    facts = one.facts
    with programs.application(one) as program:
        start = program.sees("the first customer", programs.first_row(facts.first), within=programs.PATIENCE)
        program.press("/" + WORD)
        right = programs.both(programs.counted(facts.counts[-1], one.size), programs.first_row(facts.firsts[-1]))
        filterable = program.sees(f"the customers with {WORD}", right, within=programs.PATIENCE)
    return {"start": start, "filterable": filterable}


def lines(bench: Bench, found: Found) -> list[Line]:
    big, small = f"{bench.big.size}", f"{bench.small.size}"
    over_bare, over_small = found.ratio(big, "start", "bare"), found.ratio(big, "start", small)
    over_loads = found.ratio(big, "filterable", "loads", "loads")
    start, bare = ms(found.median(big, "start")), ms(found.median("bare", "start"))
    ready, loads = ms(found.median(big, "filterable")), ms(found.median("loads", "loads"))
    return [
        Line(
            f"start to first customers on screen, {bench.big.size:,} in the snapshot",
            f"{times(over_bare)} bare Textual ({start} : {bare}), {times(over_small)} the same at {bench.small.size:,}",
            "<= 1.2 x bare Textual, <= 1.1 x the same at 1k",
            within((over_bare, 1.2), (over_small, 1.1)),
        ),
        Line(
            f"start to everything filterable, {bench.big.size:,}",
            f"{times(over_loads)} `orjson.loads` of the same list ({ready} : {loads})",
            "<= 0.6 x",
            within((over_loads, 0.6)),
        ),
    ]
