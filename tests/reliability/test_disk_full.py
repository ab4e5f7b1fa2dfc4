"""T16: the disk is full, or refuses, at any moment of a job of 50 writes: nothing is sent without an intent, nothing is
claimed that is not so, and a restart is clean.

The disk is full by itself (a tmpfs with so many pages left) or refuses the n-th system call (strace): ENOSPC
from the n-th pwrite64 on, EIO at the n-th fdatasync. The service is the sandbox, over HTTP, and keeps the truth.

In the default run a few points; all of them (some minutes):
`TUI_RESELLER_FULL=1 python -m pytest tests/reliability/test_disk_full.py -n0`
"""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

import tui_reseller
from tests.harness.sandbox import Sandbox

HERE = Path(__file__).parent
FULL = bool(os.environ.get("TUI_RESELLER_FULL"))
ROWS = 50 if FULL else 12
STEP = int(os.environ.get("TUI_RESELLER_STEP", "1"))
"""In a full run, only every so manyth page or system call."""
PAGES = range(1, 251, STEP) if FULL else (2, 7, 12, 22, 45)
PAGE = 4096
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(tui_reseller.__file__).parent.parent)}


@pytest.fixture(scope="module")
def truth(sandboxes):
    return sandboxes("disk full", customers=60)


@pytest.fixture(scope="module")
def usernames(truth):
    return [truth.plant_person(f"full-{number}", active="true") for number in range(ROWS)]


def changed(truth: Sandbox) -> Counter[str]:
    """Return how often each customer was changed since the last call."""
    found = Counter(username for _operation, username in truth.applied())
    truth.start_anew()
    return found


def child(*arguments: object, before: tuple[str, ...] = (), **more) -> list[str]:
    words = [word if isinstance(word, str) else json.dumps(word) for word in arguments]
    command = [*before, sys.executable, str(HERE / "disk_child.py"), *words]
    ran = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False, timeout=3000, **more)
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr
    return ran.stdout.splitlines()


def judge(said, after: dict, applied: dict[str, int], usernames: list[str], point: object) -> None:
    """Compare what the program said, what its ledger says, and what the service did. Applied: both runs together."""
    said = [] if isinstance(said, str) else said
    ledger = dict(reversed(after["ledger"]))
    begun = {name for name, _outcome in after["ledger"]}
    again = {name: outcome for name, outcome in after["again"] if outcome != "already_so"}
    so_already = {name for name, outcome in after["again"] if outcome == "already_so"}
    for name, outcome in said:
        first = applied.get(name, 0) - (again.get(name) == "applied")
        assert first in {0, 1}, (point, name, "was sent more than once")
        assert name in begun or not first, (point, name, "was sent without an intent")
        if outcome in {"applied", "not_sent"}:
            assert first == (outcome == "applied"), (point, name, outcome)
        if ledger.get(name) in {"applied", "not_sent"}:
            assert first == (ledger[name] == "applied"), (point, name, ledger[name])
    assert set(again.values()) <= {"applied"}, (point, again)
    assert all(applied.get(name, 0) >= 1 or name in so_already for name in usernames), point
    assert (after["is_whole"], after["integrity"], after["needs_you"]) == (True, "ok", 0), point


def has_namespaces() -> bool:
    probe = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def runs_on_tmpfs(truth: Sandbox, usernames: list[str], folder: Path) -> Iterator[tuple[int, list, dict]]:
    """Run the job on disks with so many free pages; return what it said and what a restart found."""
    command = [
        "unshare", "-rm", sys.executable, str(HERE / "disk_child.py"), "sweep", str(folder),
        json.dumps(truth.ready), json.dumps(usernames), json.dumps([*PAGES]),
    ]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as process:
        for first, second in zip(process.stdout, process.stdout, strict=False):
            began = json.loads(first)
            yield began["free"], began["said"], json.loads(second)
        errors = process.stderr.read()
    assert process.returncode == 0, errors


def runs_with_a_limit(truth: Sandbox, usernames: list[str], folder: Path) -> Iterator[tuple[int, list, dict]]:
    """The same where this system gives nobody a disk of their own: no file may grow beyond so many pages."""
    for pages in PAGES:
        home = folder / "home"

        def limit(size: int = pages * PAGE) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        (said,) = child("job", str(home), truth.ready, usernames, "disable", preexec_fn=limit)
        (after,) = child("restart", str(home), truth.ready, usernames, "disable")
        yield pages, json.loads(said), json.loads(after)
        shutil.rmtree(home)


WAYS = [runs_on_tmpfs] if has_namespaces() else [runs_with_a_limit]


@pytest.mark.slow
@pytest.mark.parametrize("runs", [runs_on_tmpfs, runs_with_a_limit] if FULL else WAYS)
def test_a_disk_that_fills_up(truth, usernames, tmp_path, runs):
    changed(truth)
    stopped = 0
    for free, said, after in runs(truth, usernames, tmp_path):
        judge(said, after, changed(truth), usernames, free)
        stopped += isinstance(said, str) or len(said) < ROWS
    assert stopped >= len(PAGES) // 3, "the disk was not full often enough to prove anything"
    sys.stdout.write(f"{runs.__name__}: {len(PAGES)} disks of 1 to {max(PAGES)} pages, {stopped} full before the end\n")


def traced(folder: Path, truth: Sandbox, usernames: list[str], injection: str, trace: Path) -> list | str:
    """Run the job under strace, with one fault; return what it said."""
    call = injection.partition(":")[0]
    strace = (
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-o",
        str(trace),
        "-e",
        f"trace={call}",
        "-e",
        f"inject={injection}",
    )
    (line,) = child("job", str(folder), truth.ready, usernames, "disable", before=strace)
    return json.loads(line)


@pytest.mark.slow
@pytest.mark.in_turn(2)
@pytest.mark.parametrize(
    ("call", "fault", "points"),
    [("pwrite64", "ENOSPC", (1, 47, 131)), ("fdatasync", "EIO", (1, 11, 16))],
)
def test_a_disk_that_refuses_the_nth_call(truth, usernames, tmp_path, call, fault, points):
    """ENOSPC stays from then on, as a full disk does; EIO comes once: the ledger must be proved sound before more."""
    stopped = number = 0
    lasting = "+" if fault == "ENOSPC" else ""
    for number in count(1, STEP) if FULL else points:
        folder, trace = tmp_path / "home", tmp_path / "trace"
        changed(truth)
        said = traced(folder, truth, usernames, f"{call}:error={fault}:when={number}{lasting}", trace)
        was_hit = "INJECTED" in trace.read_text()
        (line,) = child("restart", str(folder), truth.ready, usernames, "disable")
        judge(said, json.loads(line), changed(truth), usernames, (call, number))
        stopped += len(said) < len(usernames) or any(outcome != "applied" for _name, outcome in said)
        shutil.rmtree(folder)
        if not was_hit:
            break
    assert stopped, "no point stopped the job"
    sys.stdout.write(f"{call} {fault}: points up to {number} in steps of {STEP}, {stopped} of them stopped the job\n")
