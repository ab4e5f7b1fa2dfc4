"""What the machine spends on a run besides the tests: a plugin of pytest (`-p tests.harness.machine`), loaded first.

* Folders of tests lie in memory where the system offers that. The ledger syncs every row, and on a disk most of a run
  would be waiting for it (five times the time, measured). `TUI_RESELLER_TESTS_ON=/var/tmp` puts them on a disk.
* Compiled code is kept, whatever PYTHONDONTWRITEBYTECODE says: hundreds of children start the program, and each would
  compile it anew; so would every worker compile all tests.
* Garbage is collected more rarely (a tenth of the time of screen tests, measured).
* Files that take long begin first: those of terminals and screens have few cases, and the workers of pytest begin with
  the files that have many, so that at the end one of them was left with minutes of work (measured).
* There are five workers for two processors: many tests wait for a child, a signal or a deadline, and use about a third
  of a processor (measured).
"""

import gc
import os
import shutil
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")
ENOUGH = 2_000_000_000
"""Bytes that must be free there."""
BY_MARKER = {"slow": 4.0, "terminal": 2.0}
BY_FIXTURE = {"at_desk": 0.9, "new_sandbox": 0.9, "console": 0.3, "consoles": 0.3, "team_cluster": 0.3}
USUAL = 0.01
"""Seconds that a test takes, roughly, by a marker or a fixture of it (measured)."""


def _folder() -> str | None:
    if given := os.environ.get("TUI_RESELLER_TESTS_ON"):
        return given
    is_there = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH
    return str(MEMORY) if is_there else None


sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
if folder := _folder():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)  # where pytest makes its folders
    os.environ["TMPDIR"] = folder
    tempfile.tempdir = None
gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(tryfirst=True)  # this plugin is loaded before that of the workers, which would answer first
def pytest_xdist_auto_num_workers() -> int:
    """Return how many workers `--numprocesses=auto` starts."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(2, processors * 5 // 2)


@pytest.hookimpl(trylast=True)  # when it is known which are left out
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the files that take long first, for workers that share them (`--no-loadscope-reorder`)."""
    if not hasattr(config, "workerinput"):
        return
    takes: defaultdict[Path, float] = defaultdict(float)
    for item in items:
        takes[item.path] += _seconds(item)
    items.sort(key=lambda item: -takes[item.path])


def _seconds(item: pytest.Item) -> float:
    names = getattr(item, "fixturenames", ())
    by_marker = [BY_MARKER.get(mark.name, USUAL) for mark in item.iter_markers()]
    return max([USUAL, *by_marker, *(BY_FIXTURE.get(name, USUAL) for name in names)])
