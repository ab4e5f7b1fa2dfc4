"""A day of commands at both services of today, each call and answer held against the official documents."""

import csv
from urllib.request import Request, urlopen

import pytest

from tests.cli.test_lost_matrix import at, sandbox  # noqa: F401 - fixtures
from tests.harness.judged import Judged
from tests.harness.lost_answers import Case
from tests.harness.samples import recorded_of
from tests.harness.verb_words import stdin_of, words_of
from tests.tui.test_day_by_documents import TODAY, in_jobs, rows_of

READING = (
    ["list"], ["list", "--details"], ["list", "--filter", "sending:off"], ["doctor"], ["profile", "list"],
    ["needs-you"], ["audit", "list"],
)  # fmt: skip
LAG = 60.0


@pytest.fixture
def judged(sandbox):  # noqa: F811 - the fixture from above
    with Judged.before(sandbox.v3_base_url) as proxy:
        yield proxy


@pytest.fixture
def judged_in_eu(sandbox):  # noqa: F811
    with Judged.before(sandbox.v3_eu_base_url) as proxy:
        yield proxy


@pytest.fixture
def judged_at(at, judged, judged_in_eu):  # noqa: F811
    """Hand out a console at a provider, behind the judge."""

    def made(provider):
        console = at(provider)
        console.environment["TUI_RESELLER_BASE_URL"] = judged.base_url
        console.environment["TUI_RESELLER_EU_BASE_URL"] = judged_in_eu.base_url
        return console

    return made


@pytest.mark.long
@pytest.mark.parametrize("provider", TODAY, ids=lambda each: each.id)
def test_every_verb(judged_at, judged, judged_in_eu, sandbox, provider):  # noqa: F811
    console = judged_at(provider)
    calls = [case.call(case.planted(sandbox)) for case in (Case(provider, one, "") for one in recorded_of(provider))]
    sandbox.advance(LAG)
    for call in calls:
        ran = console(*words_of(provider, call), stdin=stdin_of(call))
        assert ran.code == 0, ran.err
    assert [one for one, _ in sandbox.applied()] == [call.operation.value for call in calls]
    for words in READING:
        assert console(*words).code == 0, words
    assert judged.wrong + judged_in_eu.wrong == []
    assert len(judged.calls) > len(calls)
    assert bool(judged_in_eu.calls) is not provider.names_customers, "accounts have one host"


@pytest.mark.long
@pytest.mark.parametrize("provider", TODAY, ids=lambda each: each.id)
def test_a_plan_of_all_that_a_job_may_do_applied_and_taken_back(judged_at, judged, sandbox, tmp_path, provider):  # noqa: F811
    console, cases, path = judged_at(provider), in_jobs(provider), tmp_path / "moves.csv"
    rows = list(rows_of(cases, sandbox))
    sandbox.advance(LAG)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, dict.fromkeys(name for row in rows for name in row))
        writer.writeheader()
        writer.writerows(rows)
    plan = console("plan", "new", "--from", str(path))
    assert plan.code == 0, plan.err
    given = ["--from", str(path)] if any("password" in row for row in rows) else []
    ran = console("plan", "apply", plan.row["plan"], *given, "--yes", "--confirm", f"{len(rows)} env")
    assert ran.code == 0, ran.err
    assert sorted(one for one, _ in sandbox.applied()) == sorted(case.operation.value for case in cases)
    sandbox.advance(LAG)
    taken_back = console("undo", "job-1", "--dry-run").rows
    assert taken_back
    undone = console("undo", "job-1", "--yes", "--confirm", f"{len(taken_back)} env")
    assert {row["outcome"] for row in undone.rows} == {"applied"}, undone.err
    assert len(sandbox.applied()) == len(cases) + len(taken_back), undone.err
    assert judged.wrong == []


def test_the_judge_before_the_sandbox_says_no(judged, sandbox):  # noqa: F811
    wanted = Request(f"{judged.base_url}/subusers?page=2", headers={"Authorization": f"Bearer {sandbox.v3_api_key}"})
    with urlopen(wanted, timeout=30) as answer:
        assert answer.status == 200
    assert judged.calls == ["GET /v3/subusers"]
    assert [words.partition(": ")[2] for words in judged.wrong] == ["page is no parameter of it"]
