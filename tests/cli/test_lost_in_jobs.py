"""Every operation that a job may do, its answer lost there: `job resume`, and `--verify` of the plan, end alike."""

import csv

import pytest

from tests.cli.test_lost_matrix import at, sandbox  # noqa: F401 - fixtures
from tests.harness.lost_answers import IN_JOBS, IN_SECOND_CALLS
from tests.harness.samples import sample
from tui_reseller.domain.action import Effect
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.provider import KEY

COUNT = 3
OPEN = {Outcome.UNKNOWN, Outcome.UNVERIFIABLE}
LAST = ("resume", "verify", "resume-verify")
"""What settles it: the job is resumed, it settles itself, or both."""


@pytest.fixture
def job(at, sandbox, tmp_path):  # noqa: F811 - the fixtures from above
    """Return what makes a plan of a case for some customers, and runs it: the console, how it ended, the customers."""

    def made(lost, *options, details=False):
        console, action = at(lost.provider), lost.provider.action(lost.operation)
        if details:
            keys = [sandbox.fresh_name() for _ in range(COUNT)]
            rows = [_new(lost.provider, key) for key in keys]
        else:
            keys = [lost.planted(sandbox) for _ in range(COUNT)]
            rows = [_row(lost.call(key), action.effect) for key in keys]
        sandbox.advance(60)
        file = tmp_path / "rows.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        word = "create" if details else lost.operation.value
        plan = console("plan", "new", "--from", str(file), "--action", word)
        assert plan.code == 0, plan.err
        lost.spoils(sandbox)
        given = ["--passwords-to", str(tmp_path / "made.csv")] if details or action.needs_password else []
        agreed = ["--yes", "--confirm", f"{COUNT} env"]
        ran = console("plan", "apply", plan.row["plan"], *given, *agreed, *options)
        return console, ran, keys

    return made


def _row(call, effect):
    named = {"new_username": call.fields[KEY]} if effect is Effect.RENAMES else call.fields
    return {"username": call.username, **named}


def _new(provider, key):
    wanted = {name: sample(provider, name, "new") for name in (*provider.create_fields, *provider.set_after_create)}
    return {**wanted, "username": key, "email": f"{key}@x.example"}


def sent_to(sandbox, operation):  # noqa: F811
    """Return how often an operation was received, and how often it was carried out."""
    received = [row["operation"] for row in sandbox.requests()].count(operation.value)
    return received, [name for name, _ in sandbox.applied()].count(operation.value)


def settled(console, how):
    """Settle the job in a way; return how that ended."""
    return console("job", "resume", "1", "--yes", *(["--verify"] if how == "resume-verify" else []))


@pytest.mark.in_turn(11)
@pytest.mark.parametrize("how", LAST)
@pytest.mark.parametrize("lost", IN_JOBS, ids=str)
def test_what_a_job_lost_is_settled_and_nothing_is_sent_on_a_guess(job, sandbox, lost, how):  # noqa: F811
    console, ran, keys = job(lost, *(["--verify"] if how == "verify" else []))
    if how != "verify":
        assert ran.code == 10, ran.err
        assert sent_to(sandbox, lost.operation) == (COUNT, COUNT - (not lost.is_applied))
        ran = settled(console, how)
    first = console("job", "results", "1").rows[0]
    assert first["username"] in {keys[0], f"{keys[0]}.new"}
    outcomes = console("job", "show", "1").row["outcomes"]
    if lost.is_sent_again and how == "verify":  # it certainly was not carried out; who resumes sends it
        assert (ran.code, outcomes) == (9, {"applied": COUNT - 1}), ran.err
        ran = settled(console, how)
        outcomes = console("job", "show", "1").row["outcomes"]
    known = "applied" if lost.is_sent_again else lost.due.value
    others = COUNT - (known != "applied")
    assert outcomes == ({"applied": others} if known == "applied" else {"applied": others, known: 1}), ran.err
    assert ran.code == (10 if lost.due in OPEN else 0), ran.err
    done = COUNT if lost.is_applied or lost.is_sent_again else COUNT - 1
    assert sent_to(sandbox, lost.operation) == (COUNT + lost.is_sent_again, done)
    again = settled(console, "resume")
    assert again.code == (10 if lost.due in OPEN else 0), again.err
    assert sent_to(sandbox, lost.operation) == (COUNT + lost.is_sent_again, done), "nothing is sent twice"


@pytest.mark.in_turn(5)
@pytest.mark.parametrize("how", LAST)
@pytest.mark.parametrize("lost", IN_SECOND_CALLS, ids=str)
def test_new_customers_are_whole_in_the_end_whichever_call_was_lost(job, sandbox, lost, how):  # noqa: F811
    console, ran, keys = job(lost, *(["--verify"] if how == "verify" else []), details=True)
    if how != "verify" or ran.code != 0:
        assert ran.code in {9, 10}, ran.err
        ran = settled(console, how)
    assert ran.code == 0, ran.err
    assert sorted(sandbox.applied()) == sorted((one, key) for key in keys for one in ("create", "set"))
    city = sample(lost.provider, "city", "new")
    assert {sandbox.held(key)["city"] for key in keys} == {city}
    extra = int(not lost.is_applied)
    received = [row["operation"] for row in sandbox.requests()]
    for each in ("create", "set"):
        assert received.count(each) == COUNT + (extra if lost.operation.value == each else 0)
    assert console("job", "show", "1").row["outcomes"].keys() <= {"applied", "verified_applied"}
