"""Statistics of subusers: what is told of whom, and that the numbers belong together."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from tests.sandbox.v3_calls import every_page, make
from tui_reseller.sandbox.v3 import trouble
from tui_reseller.sandbox.v3.metrics import METRICS
from tui_reseller.sandbox.v3.mix import draw
from tui_reseller.sandbox.v3.volume import Volume

TODAY = datetime.now(UTC).date()
ALWAYS = 1 << 40
BEGIN = (TODAY - timedelta(days=89)).isoformat()


def series(sandbox: Any, names: list[str], **params: Any) -> list[dict[str, Any]]:
    answer = sandbox.v3("GET", "subusers/stats", params={"subusers": names, "start_date": BEGIN, **params})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def of(rows: list[dict[str, Any]], name: str) -> dict[str, dict[str, int]]:
    return {day["date"]: each["metrics"] for day in rows for each in day["stats"] if each["name"] == name}


def total(days: dict[str, dict[str, int]], metric: str) -> int:
    return sum(metrics[metric] for metrics in days.values())


@pytest.fixture(scope="module")
def some(sandbox_process: Any) -> list[str]:
    found = every_page(sandbox_process, region="global")
    return [each["username"] for each in found if not each["disabled"]][:10]


def test_the_numbers_belong_together(sandbox: Any, some: list[str]) -> None:
    rows = series(sandbox, some)
    assert [each["date"] for each in rows] == sorted({each["date"] for each in rows})
    for metrics in (each["metrics"] for day in rows for each in day["stats"]):
        assert set(metrics) == set(METRICS)
        assert all(isinstance(number, int) and number >= 0 for number in metrics.values())
        dropped = ("invalid_emails", "bounce_drops", "spam_report_drops", "unsubscribe_drops")
        assert metrics["requests"] == metrics["processed"] + sum(metrics[name] for name in dropped)
        assert metrics["processed"] == metrics["delivered"] + metrics["bounces"] + metrics["blocks"]
        assert metrics["unique_opens"] <= min(metrics["opens"], metrics["delivered"])
        assert metrics["unique_clicks"] <= min(metrics["clicks"], metrics["unique_opens"])
    assert sum(total(of(rows, name), "delivered") for name in some) > 0


def test_some_days_are_missing_and_some_are_zero(sandbox: Any) -> None:
    names = [each["username"] for each in every_page(sandbox, region="global") if not each["disabled"]][:30]
    days = [of(series(sandbox, [name]), name) for name in names]
    assert any(len(each) < 90 for each in days)
    assert all(len(each) > 60 for each in days)
    zero = [name for name, each in zip(names, days, strict=True) if any(not day["requests"] for day in each.values())]
    assert 0 < len(zero) < 30


def test_the_same_days_are_the_same_whenever_and_together_with_whomever(sandbox: Any, some: list[str]) -> None:
    together = series(sandbox, some)
    for name in some[:3]:
        alone = series(sandbox, [name], end_date=(TODAY - timedelta(days=30)).isoformat())
        assert of(alone, name) == {day: each for day, each in of(together, name).items() if day in of(alone, name)}
        behalf = sandbox.v3("GET", "stats", params={"start_date": BEGIN}, behalf=name).json()
        assert {day["date"]: day["stats"][0]["metrics"] for day in behalf} == of(together, name)


@pytest.mark.parametrize("by", ["week", "month"])
def test_weeks_and_months_are_the_sums_of_their_days(sandbox: Any, some: list[str], by: str) -> None:
    days, longer = series(sandbox, some), series(sandbox, some, aggregated_by=by)
    for name in some:
        assert total(of(days, name), "requests") == total(of(longer, name), "requests")
    for each in longer:
        begin = date.fromisoformat(each["date"])
        assert begin.weekday() == 0 if by == "week" else begin.day == 1
    assert len(longer) < len(days) / 6


def test_sums_rank_everybody_outside_the_eu(sandbox: Any) -> None:
    params = {"start_date": BEGIN, "limit": 500}
    found = sandbox.v3("GET", "subusers/stats/sums", params=params).json()
    assert found["date"] == BEGIN
    delivered = [each["metrics"]["delivered"] for each in found["stats"]]
    assert delivered == sorted(delivered, reverse=True)
    names = [each["name"] for each in found["stats"]]
    outside = {each["username"] for each in every_page(sandbox, region="global")}
    assert len(names) == len(set(names))
    assert set(names) <= outside
    assert len(names) > 250
    first = series(sandbox, names[:10])
    for each in found["stats"][:10]:
        days = of(first, each["name"])
        assert each["metrics"] == {name: total(days, name) for name in METRICS}
    page = sandbox.v3("GET", "subusers/stats/sums", params={"start_date": BEGIN, "offset": 2}).json()
    assert [each["name"] for each in page["stats"]] == names[2:7]
    falling = sandbox.v3("GET", "subusers/stats/sums", params={**params, "sort_by_metric": "spam_reports"}).json()
    reports = [each["metrics"]["spam_reports"] for each in falling["stats"]]
    assert reports == sorted(reports, reverse=True)
    rising = {**params, "sort_by_direction": "asc"}
    told = sandbox.v3("GET", "subusers/stats/sums", params=rising).json()["stats"]
    assert [each["metrics"]["delivered"] for each in told] == delivered[::-1]


def test_a_month_tells_first_and_last_names(sandbox: Any) -> None:
    day = (TODAY.replace(day=1) - timedelta(days=1)).isoformat()
    found = sandbox.v3("GET", "subusers/stats/monthly", params={"date": day, "limit": 500}).json()
    assert found["date"] == date.fromisoformat(day).replace(day=1).isoformat()
    people = {each["username"]: (each["first_name"], each["last_name"]) for each in sandbox.customers()}
    assert all(people[each["name"]] == (each["first_name"], each["last_name"]) for each in found["stats"])
    one = found["stats"][3]
    params = {"date": day, "subuser": one["name"].upper()}
    assert one in sandbox.v3("GET", "subusers/stats/monthly", params=params).json()["stats"]
    path = f"subusers/{one['name'].replace('/', '%2F')}/stats/monthly"
    assert sandbox.v3("GET", path, params={"date": day}).json() == {"date": found["date"], "stats": [one]}
    assert sandbox.v3("GET", "subusers/nobody/stats/monthly", params={"date": day}).status_code == 404
    unsortable = {"date": day, "sort_by_metric": "spam_reports"}
    assert sandbox.v3("GET", "subusers/stats/monthly", params=unsortable).status_code == 400


def test_the_eu_is_told_on_its_behalf_only(sandbox: Any) -> None:
    inside = [each["username"] for each in every_page(sandbox, region="eu") if not each["disabled"]]
    assert series(sandbox, inside[:10]) == []
    params = {"start_date": BEGIN}
    assert sandbox.v3("GET", "stats", params=params, behalf=inside[0], eu=True).json()
    assert sandbox.v3("GET", "stats", params=params, behalf=inside[0]).status_code == 403
    path = f"subusers/{inside[0].replace('/', '%2F')}/stats/monthly"
    assert sandbox.v3("GET", path, params={"date": BEGIN}).json()["stats"] == []


def test_nothing_is_told_of_new_customers_of_long_ago_or_of_tomorrow(sandbox: Any, some: list[str]) -> None:
    make(sandbox, "sent-nothing-yet")
    assert series(sandbox, ["sent-nothing-yet", "nobody"]) == []
    old = (TODAY - timedelta(days=900)).isoformat()
    dates = [each["date"] for each in series(sandbox, some, start_date=old, end_date="2999-12-31")]
    assert dates[-1] <= TODAY.isoformat()
    assert timedelta(390) < TODAY - date.fromisoformat(dates[0]) < timedelta(days=400)
    assert sandbox.v3("GET", "stats", params={"start_date": BEGIN}).json() == [], "the reseller itself sends nothing"


def test_who_is_stopped_sends_no_more(start_sandbox: Any) -> None:
    running = start_sandbox("--customers", "20")
    before = of(series(running, ["user1"]), "user1")
    running.v3("PATCH", "subusers/user1", {"disabled": True})
    running.advance(40 * 86400)
    later = (TODAY + timedelta(days=40)).isoformat()
    after = of(series(running, ["user1"], end_date=later), "user1")
    assert after == before, "nothing came after the day of the stop, and what was before stays"
    stopped = of(series(running, ["user2"], start_date=(TODAY - timedelta(days=300)).isoformat()), "user2")
    assert stopped
    assert max(stopped) < TODAY.isoformat(), "an invented one was stopped some time ago"


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"subusers": "user1"},
        {"start_date": BEGIN},
        {"subusers": "user1", "start_date": "yesterday"},
        {"subusers": "user1", "start_date": "20260101"},
        {"subusers": "user1", "start_date": BEGIN, "end_date": "2001-01-01"},
        {"subusers": "user1", "start_date": BEGIN, "aggregated_by": "year"},
        {"subusers": [f"name{number}" for number in range(11)], "start_date": BEGIN},
    ],
)
def test_what_is_refused(sandbox: Any, params: dict[str, Any]) -> None:
    assert sandbox.v3("GET", "subusers/stats", params=params).status_code == 400


def test_pages_of_days(sandbox: Any, some: list[str]) -> None:
    rows = series(sandbox, some)
    assert series(sandbox, some, limit=5, offset=3) == rows[3:8]


def test_one_at_a_time_and_many_at_once_draw_the_same() -> None:
    idents = np.arange(1001, 3001, dtype=np.int64)
    for seed in (0, 1, 77, 2**40):
        drawn = Volume(seed)._draw(idents, trouble.KIND, 1000)
        assert drawn.tolist() == [draw(seed, int(ident), trouble.KIND, 1000) for ident in idents]


def test_trouble_shows_in_the_numbers() -> None:
    seed, last = 1, date(2026, 6, 30).toordinal()
    idents = np.arange(1001, 9001, dtype=np.int64)
    found, _ = Volume(seed).days(idents, np.full(len(idents), ALWAYS), last, last)
    now = np.array([trouble.now_of(seed, int(ident), last) for ident in idents])
    metric = {name: found[place][:, 0] for place, name in enumerate(METRICS)}
    busy = metric["processed"] > 200
    bouncing, reported = (now == trouble.BOUNCES) & busy, (now == trouble.SPAM) & busy
    usual = (now == trouble.NONE) & busy
    assert min(bouncing.sum(), reported.sum(), usual.sum()) > 5
    assert (metric["requests"][now == trouble.SILENCE] == 0).all()
    bounces = metric["bounces"][busy] / metric["processed"][busy]
    assert bounces[bouncing[busy]].min() > 0.1 > bounces[usual[busy]].max()
    reports = metric["spam_reports"][busy] / metric["delivered"][busy]
    assert reports[reported[busy]].min() > 0.005 > reports[usual[busy]].max()


def test_the_numbers_are_written_down() -> None:
    """So that a change of what is invented is noticed: other machines must agree."""
    day = date(2026, 3, 4).toordinal()
    found, present = Volume(1).days(np.array([1001, 1500], dtype=np.int64), np.array([ALWAYS, ALWAYS]), day, day + 1)
    assert present.all()
    assert found[METRICS.index("delivered")].tolist() == [[25658, 22777], [110, 322]]
