"""Four eyes on the command line: what one proposes another approves, and only then it is sent."""

import shlex

import pytest


@pytest.fixture
def someone(ann):
    return lambda name: ann.sandbox.plant(name, active=True, email=f"{name}@x.example")


@pytest.fixture
def ann(consoles, team_cluster):
    return consoles(ledger=team_cluster.address("ann"))


@pytest.fixture
def sam(consoles, team_cluster):
    """Who may approve, and nothing else."""
    amy = consoles(ledger=team_cluster.address("amy"))
    assert amy("ledger", "member", "add", "sam", "--may", "approve").code == 0
    yield consoles(ledger=team_cluster.address("sam"))
    assert amy("ledger", "member", "remove", "sam").code == 0


@pytest.fixture
def guarded(consoles, ann, someone, team_cluster):
    """Let the account ask for an approval; return who may say so."""
    someone("eyes-0")
    assert ann("disable", "eyes-0", "--yes").code == 0
    amy = consoles(ledger=team_cluster.address("amy"))
    ((key,),) = team_cluster.ask("SELECT name FROM reseller.accounts")
    assert amy("ledger", "account", "set", key, "--approvals", "1").row["approvals"] == 1
    return amy


def printed(ran):
    """Return the words of the command that a message ends with."""
    return shlex.split(ran.err.rpartition("tui-reseller ")[2].splitlines()[0])


@pytest.mark.parametrize(
    "words", [["disable", "eyes-1"], ["disable", "eyes-1", "eyes-2"], ["set", "eyes-1", "city=Vigo"]]
)
def test_a_write_becomes_a_plan_that_another_one_approves(ann, sam, guarded, someone, words):
    for name in ("eyes-1", "eyes-2"):
        someone(name)
    before = len(ann.sandbox.log())
    refused = ann(*words, "--yes", "--reason", "t")
    assert (refused.code, "another person must approve first; nothing was sent; a plan was made" in refused.err) == (
        11, True,
    ), refused.err  # fmt: skip
    asks = printed(refused)
    assert asks[:2] == ["plan", "propose"]
    plan = asks[2]
    again = ann("plan", "apply", plan, "--yes", "--confirm", "2 env")
    assert (again.code, printed(again)[:3]) == (11, ["plan", "propose", plan])
    proposed = ann("plan", "propose", plan, "--reason", "ticket 4711")
    assert (proposed.code, proposed.row["state"], proposed.row["plan"]) == (0, "open", plan), proposed.err
    number = str(proposed.row["proposal"])
    assert "has 0 of 1 approvals" in ann("plan", "apply", plan, "--yes").err
    assert ann("approval", "approve", number, "--digest", plan, "--reason", "mine").code in {3, 11}
    assert [row["username"] for row in sam("approval", "show", number).rows] == [w for w in words if w[:5] == "eyes-"]
    assert sam("approval", "approve", number, "--digest", "0" * 12, "--reason", "x").code == 11
    assert sam("approval", "approve", number, "--reason", "x").code == 11  # nobody was asked
    voted = sam("approval", "approve", number, "--digest", plan, "--reason", "read it")
    assert (voted.code, voted.row["state"], voted.row["approvals"]) == (0, "approved", "1 of 1"), voted.err
    assert len(ann.sandbox.log()) == before
    consent = ["--confirm", "2 env"] if "eyes-2" in words else ["--yes"]
    done = ann("plan", "apply", plan, *consent)
    assert done.code == 0, done.err
    assert len(ann.sandbox.log()) > before
    assert sam("approval", "list").row["state"] == "applied"
    assert ann("plan", "apply", plan, "--yes").code == 11
    assert ann("audit", "verify").row["whole"] is True


def test_a_no_is_for_good(ann, sam, guarded, someone):
    someone("eyes-3")
    plan = printed(ann("disable", "eyes-3", "--yes"))[2]
    number = str(ann("plan", "propose", plan, "--reason", "t").row["proposal"])
    assert sam("approval", "deny", number, "--digest", plan, "--reason", "wrong one").row["state"] == "denied"
    refused = ann("plan", "apply", plan, "--yes")
    assert (refused.code, "is denied; nothing was sent" in refused.err) == (11, True), refused.err
    assert ann("approval", "list").row["reviews"][0]["reason"] == "wrong one"


def test_who_may_break_the_glass_says_why(ann, sam, guarded, someone, team_cluster):
    someone("eyes-4")
    refused = ann("disable", "eyes-4", "--yes", "--break-glass", "fire")
    assert (refused.code, "may not" in refused.err) == (3, True), refused.err
    assert guarded("ledger", "member", "add", "ann", "--may", "break-glass").code == 0
    try:
        done = ann("disable", "eyes-4", "--yes", "--break-glass", "fire")
        assert (done.code, done.row["outcome"]) == (0, "applied"), done.err
        assert ann("enable", "eyes-4", "--yes").code == 11
    finally:
        assert guarded("ledger", "member", "remove", "ann").code == 0
        assert guarded("ledger", "member", "add", "ann", "--may", "write").code == 0
    assert team_cluster.ask("SELECT role FROM reseller.rows WHERE kind = 'break-glass'") == [("ann",)]


def test_a_job_from_before_is_not_gone_on_with(ann, sam, someone, team_cluster, consoles):
    for number in range(3):
        someone(f"eyes-before-{number}")
    ann.sandbox.fault("status", operation="disable", code=401, shape="E3", times=9)
    names = [f"eyes-before-{number}" for number in range(3)]
    assert ann("disable", *names, "--confirm", "3 env").code != 0
    ann.sandbox.clear()
    job = str(ann("job", "list").row["job"])
    ((key,),) = team_cluster.ask("SELECT name FROM reseller.accounts")
    amy = consoles(ledger=team_cluster.address("amy"))
    assert amy("ledger", "account", "set", key, "--approvals", "1").code == 0
    before = len(ann.sandbox.log())
    refused = ann("job", "resume", job, "--yes")
    assert (refused.code, "was made before others had to approve" in refused.err) == (11, True), refused.err
    assert len(ann.sandbox.log()) == before


def test_without_a_team_nobody_approves(consoles):
    own = consoles()
    assert (own("approval", "list").code, "that of a team" in own("approval", "list").err) == (2, True)
