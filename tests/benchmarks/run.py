"""Measure the program against floors and peers in the same interleaved rounds; print ratios as a markdown table.

    python tests/benchmarks/run.py                                  # everything, up to a million customers
    python tests/benchmarks/run.py --sizes 1000,10000 --runs 2 --idle 5 --only starting filtering

Linux, from a checkout with the dev dependencies; `pip install orjson iterfzf` adds two of the peers. Customers are
made by the sandbox once per size and kept in the data folder. No figure here is a test: the exit code says only
whether it could be measured. Milliseconds are this machine's; the ratios are what can be compared.
"""

import argparse
import importlib
import importlib.metadata
import importlib.util
import os
import platform
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

if importlib.util.find_spec("pyte") is None:
    raise SystemExit("pyte is missing: pip install -e '.[dev]' orjson iterfzf")

import programs
import rounds
from bench import Bench
from children import ChildError
from prepared import prepared
from terminal_program import LAST_SCREEN

MEASUREMENTS = (
    "starting", "filtering", "moving", "refreshing", "reading", "sorting", "memory", "idling", "offline", "safety",
)  # fmt: skip
OPTIONAL = {"orjson": "the reference of reading and of the start", "iterfzf": "brings the fzf of the goals"}


def main() -> int:
    options = _options()
    for name, what in OPTIONAL.items():
        if importlib.util.find_spec(name) is None:
            print(f"{name} is missing ({what}): pip install orjson iterfzf", file=sys.stderr)
    with ExitStack() as stack:
        data = options.data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tui-reseller-bench-")))
        try:
            sizes = stack.enter_context(prepared(options.sizes, data.resolve()))
        except ChildError as error:
            print(error, file=sys.stderr)
            return 1
        bench = Bench(list(sizes.values()), options.idle)
        text = _table(bench, options)
    print("\n" + text)
    if options.out:
        options.out.write_text(text + "\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7, metavar="N", help="counted rounds (default %(default)s)")
    parser.add_argument("--sizes", type=_sizes, default="1000,100000,1000000", help="customers (default %(default)s)")
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, default=MEASUREMENTS, metavar="NAME",
                        help=f"some of: {', '.join(MEASUREMENTS)}")  # fmt: skip
    parser.add_argument(
        "--idle", type=float, default=60, metavar="S", help="seconds without a key (default %(default)g)"
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep bodies and rows here, and take them again")
    parser.add_argument("--out", type=Path, metavar="FILE.md", help="write the table here, too")
    return parser.parse_args()


def _sizes(text: str) -> list[int]:
    return sorted({int(part) for part in text.split(",")})


def _table(bench: Bench, options: argparse.Namespace) -> str:
    lines, failed = [], []
    for name in options.only:
        measurement = importlib.import_module(name)
        began = time.monotonic()
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        most = getattr(measurement, "MOST_RUNS", options.runs)
        found = rounds.run(measurement.contestants(bench), min(options.runs, most))
        lines += measurement.lines(bench, found)
        failed += [
            f"- {name}, {who}: {why.splitlines()[0].removesuffix(LAST_SCREEN)}" for who, why in found.failed.items()
        ]
        print(f"measured: {name}, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    table = ["| what | measured | goal | holds? |", "|---|---|---|---|", *map(str, lines)]
    notes = ["", "Not measured:", *failed] if failed else []
    return "\n".join([*table, "", _circumstances(options), *notes])


def _circumstances(options: argparse.Namespace) -> str:
    versions = ", ".join(f"{name} {_version(name)}" for name in ("textual", "polars", "orjson"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}; medians of {options.runs} interleaved rounds, 120x40, 256 colours; "
        f"Python {platform.python_version()}, {versions}, fzf {_fzf_version()}; {os.cpu_count()} cores"
    )


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def _fzf_version() -> str:
    try:
        command = [programs.fzf_path(), "--version"]
    except ChildError:
        return "missing"
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout.split()[0]


if __name__ == "__main__":
    sys.exit(main())
