"""A team on three machines with a line between them: two screens and a worker, a PostgreSQL and a service elsewhere.

What is said goes ten milliseconds each way; see tests/harness/team_hosts.py.
"""

import json
import signal

import pytest

from tests.harness.team_hosts import Place, team_net
from tests.harness.terminal import CTRL_S, END, ENTER, ESCAPE, LEFT, TAB
from tests.harness.waiting import until

pytestmark = [pytest.mark.terminal, pytest.mark.long]


@pytest.fixture
def team(tmp_path):
    with team_net(tmp_path, customers=160, delay=0.01) as made:
        yield made


def confirmed(terminal, typed):
    terminal.press(TAB)
    terminal.by_hand(typed)
    terminal.sees(f"  {typed}")
    terminal.commit()


def test_two_screens_and_a_worker(team, tmp_path):
    sandbox, cluster, third = team.sandbox, team.cluster, team.net.host("third")
    ann, bob = (Place(team, team.net.host(role), role, tmp_path) for role in ("ann", "bob"))
    sam, amy = (Place(team, third, role, tmp_path) for role in ("sam", "amy"))
    amy.run("ledger", "member", "add", "sam", "--may", "write")
    mine, theirs = ann.screen(), bob.screen()
    try:
        for screen in (mine, theirs):
            screen.sees("complete", "user1", "2 here", seconds=60)
        _edit_at_once(mine, theirs, sandbox)
        _job(mine, theirs, sam, sandbox, cluster)
        _four_eyes(mine, theirs, ann, amy, sandbox)
    finally:
        for screen in (mine, theirs):
            screen.kill()
    assert ann.rows("audit", "verify")[0]["whole"] is True


def _edit_at_once(mine, theirs, sandbox):
    """Both edit one customer: each is told of the other, and who is second is told by whom it was changed."""
    mine.press(ENTER)
    mine.sees('Edit "user1"')
    theirs.press(ENTER)
    theirs.sees('Edit "user1"', "ann edits this since ")
    mine.sees("bob edits this since ")
    theirs.press(END)
    theirs.type("ny")
    theirs.sees("~First name")
    mine.press(END)
    mine.type("son")
    mine.sees("~First name")
    mine.commit()
    mine.sees('Review changes of "user1"')
    mine.commit(CTRL_S)
    until("it is sent", lambda: sandbox.applied() == [("set", "user1")])
    mine.sees("Applied")
    theirs.commit()
    theirs.sees('Review changes of "user1"')
    theirs.commit(CTRL_S)
    theirs.sees("was changed by ann on ", "Enter decides: keep mine, take theirs")
    theirs.press(ENTER)
    theirs.sees("Changed meanwhile", '"john"', '"johnson"', '"johnny"')
    theirs.press(LEFT)
    theirs.commit()
    theirs.sees("Nothing is left to change, nothing was sent.")
    assert sandbox.applied() == [("set", "user1")]


def _job(mine, theirs, sam, sandbox, cluster):
    """One runs a job, a worker on a third machine helps; the other one watches it, and pauses it for both."""
    sandbox.start_anew()
    sandbox.fault("latency", ms=900, operation="disable", times=10_000)
    mine.type("/sending:on")
    mine.press(ENTER)
    mine.sees(" of 160")
    mine.press("*")
    mine.sees(" marked")
    count = int(mine.text.split(" marked")[0].split()[-1])
    mine.press("d")
    mine.sees(f"Plan: disable sending for {count}")
    confirmed(mine, f"{count} acme")
    with sam.started("worker") as worker:
        helped = "SELECT count(*) FROM reseller.rows WHERE kind = 'outcome' AND role = 'sam'"
        until("the worker helps", lambda: cluster.ask(helped)[0][0] > 0)
        theirs.press("b")
        theirs.sees("running")
        theirs.press(ENTER)
        theirs.sees("Job 1", "running", f"/{count}")
        theirs.press(" ")
        for screen in (mine, theirs):
            screen.sees("paused")
        worker.send_signal(signal.SIGINT)
        said, told = worker.communicate(timeout=60)
    (row,) = [json.loads(line) for line in said.splitlines()]
    assert row["sent"] > 0, told
    sent = len(sandbox.applied())
    assert sent < count
    for screen in (mine, theirs):
        screen.sees(f"{sent}/{count}", f"{sent} applied")
        screen.loses("In flight")
    sandbox.clear()
    mine.press(" ")
    for screen in (mine, theirs):
        screen.sees("finished", f"{count}/{count}", seconds=60)
        screen.press(ESCAPE)
    applied = sandbox.applied()
    assert len(applied) == len(set(applied)) == count


def _four_eyes(mine, theirs, ann, amy, sandbox):
    """What one proposes another one reads and approves; without, only who may break the glass writes, with a reason."""
    amy.run("ledger", "account", "set", "acme", "--approvals", "1")
    amy.run("ledger", "member", "add", "bob", "--may", "approve")
    sandbox.start_anew()
    mine.press(ESCAPE)
    mine.sees("user2", "160")
    mine.press("-")
    mine.loses(" marked")
    mine.type("/user1")
    mine.press(ENTER)
    mine.sees("1 of 160")
    mine.press("e")
    mine.sees("Enable sending", "Another person must approve first")
    mine.type("ticket 4711")
    mine.commit(CTRL_S)
    mine.sees("Proposed as 1: nothing was sent.")
    theirs.press(ESCAPE)
    theirs.loses("Plans and jobs")
    _approvals(theirs)
    theirs.sees("Proposal 1", "user1", "ticket 4711")
    theirs.press("a")
    theirs.sees("Approve of proposal 1")
    theirs.type("read it")
    theirs.commit(CTRL_S)
    theirs.sees("Proposal 1: approved.")
    assert sandbox.log() == []
    _approvals(mine)
    mine.sees("Proposal 1")
    mine.press("s")
    mine.sees("Plan: enable sending for 1 customer")
    mine.commit(CTRL_S)
    until("it is sent", lambda: sandbox.applied() == [("enable", "user1")])
    in_fire = ("disable", "user1", "--yes", "--break-glass", "fire")
    assert "may not" in ann.run(*in_fire, code=3).stderr
    assert sandbox.applied() == [("enable", "user1")]
    amy.run("ledger", "member", "add", "ann", "--may", "break-glass")
    ann.run(*in_fire)
    until("it is sent", lambda: sandbox.applied()[1:] == [("disable", "user1")])


def _approvals(terminal):
    terminal.press(":")
    terminal.sees("Commands")
    terminal.type("Approvals")
    terminal.sees("Approvals")
    terminal.press(ENTER)
    terminal.sees("Enter opens")
    terminal.press(ENTER)
