"""The command that a script would call: list, offline and filtered, beside a short polars script, grep and rg."""

import shutil
import subprocess
import tempfile
import time
from functools import partial

import children
from bench import Bench
from prepared import LISTED, SEARCHED, Prepared
from rounds import Contestants, Found, Line, Sample, ms, times, within


def contestants(bench: Bench) -> Contestants:
    big = bench.big
    ours = children.python("-m", "tui_reseller", "list", "--offline", "--filter", LISTED, "--output", "jsonl")
    peers = {
        "polars": lambda: children.peer("filter_rows.py", str(big.parquet), LISTED, *SEARCHED),
        "grep": lambda: ["grep", "-i", LISTED, str(big.rows)],
        "rg": lambda: ["rg", "-i", LISTED, str(big.rows)],
    }
    there = {name: command for name, command in peers.items() if name == "polars" or shutil.which(name)}
    return {
        "list": partial(_listed, big, lambda: ours, big.facts.listed),
        **{name: partial(_listed, big, command, big.facts.exact_listed) for name, command in there.items()},
    }


def _listed(one: Prepared, command, right: int) -> Sample:
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        done = subprocess.run(
            command(), env=one.environment(one.quiet), stdout=out, stderr=subprocess.PIPE, cwd=children.ROOT,
            timeout=children.LONGEST, check=False,
        )  # fmt: skip
        spent = time.perf_counter() - began
        out.seek(0)
        count = sum(1 for _ in out)
    if done.returncode or count != right:
        said = done.stderr.decode(errors="replace").strip()[-500:]
        raise children.ChildError(f"{command()[0]} gave {count} rows, not {right}: {said}")
    return {"wall": spent}


def lines(bench: Bench, found: Found) -> list[Line]:
    ratio = found.ratio("list", "wall", "polars")
    beside = ", ".join(f"{name} {ms(found.median(name, 'wall'))}" for name in ("grep", "rg"))
    return [
        Line(
            f"`list --offline --filter {LISTED} --output jsonl`, {bench.big.size:,}",
            f"{times(ratio)} a polars script ({ms(found.median('list', 'wall'))} : "
            f"{ms(found.median('polars', 'wall'))}); {beside}",
            "<= 2 x a script that imports polars, reads the file and filters",
            within((ratio, 2)),
        )
    ]
