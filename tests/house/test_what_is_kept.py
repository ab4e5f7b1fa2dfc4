"""The key: who else could see it, while we run, when we have ended, and in the processes that we start."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

from tests.harness.sandbox import running
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.environment import NAME
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.secret import Secret
from tui_reseller.system import detached_job

PROGRAM = [sys.executable, "-m", "tui_reseller"]
KEY = "canary-7c1f-key"
_PR_GET_DUMPABLE = 3


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "TERM": "xterm-256color"}
    return kept | more


@pytest.fixture
def slow_service(tmp_path):
    with running("--faults", "latency:ms=4000", customers=3) as sandbox:
        yield sandbox


def test_nobody_reads_the_environment_or_the_memory_of_a_process_that_has_a_key(tmp_path, slow_service) -> None:
    given = environment(
        tmp_path, TUI_RESELLER_BASE_URL=slow_service.base_url, TUI_RESELLER_API_USER="reseller",
        TUI_RESELLER_API_KEY=slow_service.api_key,
    )  # fmt: skip
    # Both are programs of one account: without what lets root look into everything.
    without = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all"] if os.getuid() == 0 else []
    look = "import sys; print(len(open(f'/proc/{sys.argv[1]}/' + sys.argv[2], 'rb').read(1)))"
    child = subprocess.Popen([*without, *PROGRAM, "list"], env=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        while not slow_service.requests():
            assert child.poll() is None
            time.sleep(0.05)
        for name in ("environ", "maps", "auxv"):
            seen = subprocess.run(
                [*without, sys.executable, "-I", "-c", look, str(child.pid), name], check=False, capture_output=True,
                text=True, timeout=30,
            )  # fmt: skip
            assert "PermissionError" in seen.stderr, (name, seen.stdout)
    finally:
        child.kill()
        child.communicate(timeout=10)


def test_the_key_is_taken_out_of_the_environment(tmp_path) -> None:
    code = (
        "import ctypes, os; from tui_reseller.wiring import entry_points; before = dict(os.environ)\n"
        "entry_points(os.environ).services(None, False)\n"
        f"print([n for n in os.environ if n.startswith('TUI_')], ctypes.CDLL(None).prctl({_PR_GET_DUMPABLE}))"
    )
    given = environment(tmp_path, TUI_RESELLER_API_USER="bob", TUI_RESELLER_API_KEY=KEY)
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, env=given, check=True, capture_output=True, text=True, timeout=30)
    assert said.stdout.split() == ["[]", "0"]


@pytest.mark.parametrize("name", [NAME, "acme"])
def test_a_job_of_its_own_gets_the_key_through_a_pipe(tmp_path, monkeypatch, name) -> None:
    started = []
    start = detached_job.child_process.start

    def watched(module, arguments, *, environment, **pipes):
        started.append((list(arguments), dict(environment)))
        return start(module, ["--version"], environment=environment, **pipes)

    monkeypatch.setattr(detached_job.child_process, "start", watched)
    monkeypatch.setenv("TUI_RESELLER_API_KEY", KEY)
    profile = Profile(name, "bob", base_url="http://127.0.0.1:1/apiv2")
    detached_job.detach(tmp_path / "log", 7, profile, Credential(Secret(KEY)))
    ((arguments, given),) = started
    assert KEY not in json.dumps([arguments, given])
    assert "--key-stdin" in arguments
    child = detached_job._children[-1]
    child.wait(20)
    assert ("TUI_RESELLER_KEY_FOLLOWS" in given) == (name == NAME)


@pytest.mark.parametrize("value", ["1", "x"])
def test_no_prompt_of_an_interpreter_follows(tmp_path, value) -> None:
    given = environment(tmp_path, PYTHONINSPECT=value, PYTHONOPTIMIZE="2")
    argv = [*PROGRAM[1:], "profile", "add", "--help"]
    child = pexpect.spawn(PROGRAM[0], argv, env=given, timeout=30, encoding="utf-8")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert ">>>" not in child.before
    assert "The password of a proxy is a secret" in child.before, "help texts are there all the same"
