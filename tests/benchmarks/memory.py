"""Memory over the JSON body: at rest, the peak of a first load, and the peak of a refresh over an existing list."""

import tempfile
from pathlib import Path

import programs
from bench import Bench
from rounds import Contestants, Found, Line, Sample, within


def contestants(bench: Bench) -> Contestants:
    body = bench.big.json_body.stat().st_size

    def resident() -> Sample:
        with programs.loaded(bench.big) as program:
            return {"bodies": program.memory("VmRSS") / body}

    def first_load() -> Sample:
        with tempfile.TemporaryDirectory(prefix="tui-reseller-bench-") as home:
            return peak(Path(home))

    def peak(home: Path) -> Sample:
        with programs.loaded(bench.big, home) as program:
            return {"bodies": program.memory("VmHWM") / body}

    return {"resident": resident, "first load": first_load, "refresh": lambda: peak(bench.big.live)}


def lines(bench: Bench, found: Found) -> list[Line]:
    rest, first, refresh = (found.median(name, "bodies") for name in ("resident", "first load", "refresh"))
    shown = " / ".join("-" if value is None else f"{value:.2f} x" for value in (rest, first, refresh))
    body = bench.big.json_body.stat().st_size / 1e6
    return [
        Line(
            f"resident memory at {bench.big.size:,} / peak of a first load / of a refresh over an existing list",
            f"{shown} the JSON body ({body:.1f} MB)",
            "<= 2.1 x / 3.5 x / 5 x (stretch 3.5 x)",
            within((rest, 2.1), (first, 3.5), (refresh, 5)),
        )
    ]
