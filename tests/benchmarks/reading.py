"""A list body until a filter on all of it is answered: the program's own services, HTTP over loopback included."""

import children
from bench import Bench
from prepared import WORD
from rounds import Contestants, Found, Line, Sample, ms, times, within


def contestants(bench: Bench) -> Contestants:
    big = bench.big
    return {
        "json": lambda: _read(bench, "json"),
        "xml": lambda: _read(bench, "xml"),
        "loads": lambda: children.told(children.peer("loads.py", str(big.json_body)), big.folder),
        "expat": lambda: children.told(children.peer("expat_text.py", str(big.xml_body)), big.folder),
    }


def _read(bench: Bench, kind: str) -> Sample:
    big = bench.big
    found = children.told(children.peer("read_list.py", bench.small.url(), big.url(), kind, WORD), big.folder)
    if (found["customers"], found["matches"]) != (big.size, big.facts.counts[-1]):
        raise children.ChildError(f"reading {kind} gave {found}, not {big.facts.counts[-1]} of {big.size}")
    return found


def lines(bench: Bench, found: Found) -> list[Line]:
    whole, first = found.ratio("json", "whole", "loads", "loads"), found.ratio("json", "first", "loads", "loads")
    xml = found.ratio("xml", "whole", "expat", "expat")
    facts, size = bench.big.facts, f"{bench.big.size:,}"
    return [
        Line(
            f"JSON body of {size} to queryable, with HTTP over loopback",
            f"{times(whole)} `orjson.loads` ({ms(found.median('json', 'whole'))} : "
            f"{ms(found.median('loads', 'loads'))}); first rows {times(first)} ({ms(found.median('json', 'first'))}); "
            f"the sandbox sends {facts.json_rate / 1e6:.0f} MB/s",
            "<= 1.0 x; first rows <= 0.05 x",
            within((whole, 1.0), (first, 0.05)),
        ),
        Line(
            f"XML body of {size} to queryable, with HTTP over loopback",
            f"{times(xml)} bare expat ({ms(found.median('xml', 'whole'))} : {ms(found.median('expat', 'expat'))}); "
            f"the sandbox sends {facts.xml_rate / 1e6:.0f} MB/s",
            "<= 1.3 x",
            within((xml, 1.3)),
        ),
    ]
