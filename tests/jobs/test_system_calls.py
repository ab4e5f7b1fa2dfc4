"""kill -9 at the n-th system call of a job, for many n: the places where a kill could hurt, one after the other.

strace kills the command (tui-reseller job resume) at the n-th fdatasync, pwrite64, sendto or recvfrom; then it is
resumed without strace, and every verdict is compared with what the sandbox really applied. The small size takes 30
places; every place: `TUI_RESELLER_EVERY_CALL=1 python -m pytest tests/jobs/test_system_calls.py -n0 -s -m long`.
"""

import itertools
import os
import shutil
import subprocess
import sys
from collections import Counter

import pytest

from tests.jobs.office import Office
from tui_reseller.domain.operation import Operation

CALLS = ("fdatasync", "pwrite64", "sendto", "recvfrom")
PLACES = 30
ROWS = 20
FURTHEST = 4000

pytestmark = pytest.mark.long


def traced(folder, ready, number, *rule):
    """Run a job in a process of its own under strace; return how it ended."""
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "XDG_STATE_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder), "TUI_RESELLER_BASE_URL": ready["base_url"],
        "TUI_RESELLER_API_USER": ready["api_user"], "TUI_RESELLER_API_KEY": ready["api_key"],
    }  # fmt: skip
    command = [sys.executable, "-m", "tui_reseller", "job", "resume", str(number), "--quiet"]
    tracer = ["strace", "-f", "-qq", "-o", "/dev/null", *rule] if rule else []
    return subprocess.run(
        [*tracer, *command], env=environment, capture_output=True, timeout=120, cwd=folder, check=False
    ).returncode


def places():
    """Yield system calls and numbers, spread over the whole of a job."""
    if os.environ.get("TUI_RESELLER_EVERY_CALL"):
        yield from ((call, number) for call in CALLS for number in range(1, FURTHEST))
        return
    for call in CALLS:
        yield from ((call, 1 + at * (7 if call == "pwrite64" else 5)) for at in range(-(-PLACES // len(CALLS))))


async def test_a_kill_at_the_nth_system_call_loses_nothing(tmp_path, new_sandbox):
    if shutil.which("strace") is None:
        assert not os.environ.get("CI"), "strace is not installed"
        pytest.skip("strace is not installed")
    sandbox = new_sandbox(customers=ROWS)
    # The command finds its state in XDG folders; here the office looks into the same ones.
    folder = tmp_path / "home"
    told: Counter[str] = Counter()
    unharmed: set[str] = set()
    actions = itertools.cycle([Operation.DISABLE, Operation.ENABLE])
    for call, number in places():
        if call in unharmed:
            continue
        sandbox.start_anew()
        office = Office(folder, sandbox, in_xdg=True)
        job = await office.job("", next(actions))
        await office.aclose()
        rule = ("-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}")
        if traced(folder, sandbox.ready, job.number, *rule) >= 0:
            unharmed.add(call)  # it ends before so many of these
        office = Office(folder, sandbox, in_xdg=True)
        await office.services.ledger.recover()
        found = await office.jobs.get(job.number)
        if not found.is_finished:
            found = await office.run(found).run()
        assert found.is_finished, (call, number, found)
        counts = await office.agrees(job, all_sent=True)
        told += counts
        told["kills"] += 1
        await office.aclose()
    print(f"\n{dict(told)}")
