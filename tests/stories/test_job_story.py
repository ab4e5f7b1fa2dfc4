"""A job at a real terminal: 200 marked, killed in the middle, resumed, undone; and a second window that watches."""

import json
import subprocess

import pytest

from tests.harness.terminal import ENTER, ESCAPE, TAB, environment, program
from tests.harness.waiting import until

pytestmark = [pytest.mark.terminal, pytest.mark.long]


@pytest.fixture
def served(new_sandbox):
    """A sandbox of its own process, so that it outlives the application."""
    sandbox = new_sandbox(customers=260)
    return sandbox.ready, sandbox


@pytest.fixture
def started(home, opened, served):
    """Start the application on it, as often as a test likes, always on the same state."""
    ready, _ = served
    env = environment(
        home, TUI_RESELLER_BASE_URL=ready["base_url"], TUI_RESELLER_API_USER=ready["api_user"],
        TUI_RESELLER_API_KEY=ready["api_key"],
    )  # fmt: skip

    def start():
        terminal = opened(program(), env, (100, 30))
        terminal.sees("complete", "user1")
        return terminal

    def command(*arguments):
        done = subprocess.run(
            program(*arguments), env=env, cwd=home, capture_output=True, text=True, timeout=120, check=False
        )
        return done.returncode, done.stdout, done.stderr

    return start, command


def review(terminal, keys, title, typed):
    terminal.type(keys)
    terminal.sees(title)
    terminal.press(TAB)
    for char in typed:
        terminal.press(char)
        terminal.waits(0.04)
    terminal.sees(f"  {typed}")
    terminal.commit()


def test_a_job_survives_a_kill_is_resumed_and_undone_as_a_whole(started, served):
    start, command = started
    _, sandbox = served
    terminal = start()
    terminal.type("/sending:on")
    terminal.press(ENTER)
    terminal.sees(" of 260")
    terminal.press("*")
    terminal.sees(" marked")
    count = int(terminal.text.split(" marked")[0].split()[-1])
    assert count >= 200
    sandbox.fault("latency", ms=40, operation="disable", times=10_000)
    sandbox.fault("drop-after", operation="disable", times=2)
    sandbox.fault("rate-limit", operation="disable", times=1, retry_after=1)
    review(terminal, "d", f"Plan: disable sending for {count}", f"{count} env")
    until("it is in the middle", lambda: len(sandbox.log()) >= 40)
    terminal.kill()
    sandbox.control("DELETE", "faults")
    taken_back = _ours(sandbox)[9]["username"]  # the first ones have no answer
    sandbox.fault("rival", operation="disable", username=taken_back, field="sending", value=True)

    terminal = start()
    terminal.sees("Job 1 was interrupted", "customers are left")
    terminal.press("b")
    terminal.sees("Plans and jobs", "interrupted")
    terminal.press(ENTER)
    terminal.sees("Space go on")
    done = len(sandbox.log())
    assert done < count
    terminal.press(" ")
    terminal.sees("finished", f"{count}/{count}", seconds=120)
    applied = [row["username"] for row in _ours(sandbox) if row["operation"] == "disable"]
    assert len(applied) == len(set(applied)) == count

    terminal.press("u")
    terminal.sees(f"Plan: enable sending for {count - 1}", "Undo of job 1")
    terminal.press(TAB)
    for char in f"{count - 1} env":
        terminal.press(char)
        terminal.waits(0.04)
    terminal.commit()
    terminal.sees("Job 2", "finished", seconds=60)
    terminal.press(ESCAPE)
    terminal.loses("Job 2")
    terminal.press("q")
    terminal.waits(0.3)
    terminal.press("q")
    assert terminal.ends() == 0

    code, out, _ = command("audit", "export")
    assert code == 0
    told = sorted((row["operation"], row["username"]) for row in map(json.loads, out.splitlines()) if _is_applied(row))
    truth = sorted((row["operation"], row["username"]) for row in _ours(sandbox))
    assert told == truth
    assert ("enable", taken_back) not in told  # somebody else had done it: left alone
    assert command("audit", "verify")[0] == 0


def _ours(sandbox):
    """Return what the program changed, not what somebody else did beside it."""
    return [row for row in sandbox.for_clients() if row["changes"]]


def _is_applied(row):
    return row["outcome"] in {"applied", "verified_applied"} and row["changes"]


def test_a_second_window_watches_and_is_refused_on_a_locked_customer(started, served):
    start, _command = started
    _, sandbox = served
    first, second = start(), start()
    sandbox.fault("latency", ms=300, operation="disable", times=10_000)
    first.type("/sending:on")
    first.press(ENTER, "*")
    first.sees(" marked")
    count = int(first.text.split(" marked")[0].split()[-1])
    review(first, "d", f"Plan: disable sending for {count}", f"{count} env")
    until("it runs", lambda: len(sandbox.log()) >= 3)
    second.press("b")
    second.sees("running")
    second.press(ENTER)
    second.sees("Job 1", "running", "process")
    second.sees(f"/{count}")
    second.press("x", "s")
    second.sees("stopped (stopped from another window)")
    first.sees("stopped (stopped from another window)")
    second.press(ESCAPE, ESCAPE)
    for terminal in (first, second):
        terminal.kill()
