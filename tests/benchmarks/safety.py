"""What the safety of a job costs: ledger, stages, brakes, list, against the same calls by httpx alone."""

import children
from bench import Bench
from rounds import Contestants, Found, Line, Sample, ms, times, within

MOST_RUNS = 3
"""Each takes a minute."""
COUNT = 10_000
LATENCY_MS = 20


def contestants(bench: Bench) -> Contestants:
    def both() -> Sample:
        return children.told(children.peer("safety.py", str(COUNT), str(LATENCY_MS)), bench.big.folder)

    return {"both": both}


def lines(_bench: Bench, found: Found) -> list[Line]:
    ratio = found.ratio("both", "job", "both", "bare")
    spent = f"{ms(found.median('both', 'job'))} : {ms(found.median('both', 'bare'))} a call"
    return [
        Line(
            f"a job over {COUNT:,} customers at {LATENCY_MS} ms latency, 8 in flight, with its ledger",
            f"{times(ratio)} the same calls by bare httpx ({spent})",
            "<= 1.15 x",
            within((ratio, 1.15)),
        )
    ]
