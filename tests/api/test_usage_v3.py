"""Statistics of Subusers v3: what is asked of whom and where, and what is made of answers that are none."""

import json
from datetime import date

import pytest

from tests.harness.openapi import judge_request, operation_at
from tui_reseller.api import json_codec
from tui_reseller.api.subusers_v3.statistics import Statistics
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import CustomerNotFound, NotPermitted, UnusableAnswer
from tui_reseller.domain.providers.subusers_v3 import SUBUSERS_V3
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.usage import METRICS, Credits, Period, Step

WEEK = Period(date(2026, 3, 1), date(2026, 3, 7))
LUZ = Customer.of(SUBUSERS_V3, "luz/a b&c", {"region": "global"})
EVA = Customer.of(SUBUSERS_V3, "eva", {"region": "eu"})
ZERO = dict.fromkeys(METRICS, 0)


class Wire:
    """What a client sends through; it gives one answer, parsed as any other."""

    def __init__(self, answer):
        self.answer = answer
        self.calls = []

    async def ask(self, connection, request, *, scope, cap, background):  # noqa: ARG002 - the caller's
        self.calls.append((connection, request, scope, background))
        if isinstance(self.answer, Exception):
            raise self.answer
        return json_codec.decode(json.dumps(self.answer).encode())


def statistics(wire):
    async def place(_username, region):
        return ("the EU" if region == "eu" else "everywhere"), region

    async def explain(_request, refusal):
        return CustomerNotFound(f"explained: {refusal.message}")

    return Statistics(wire, "everywhere", Secret("SG.canary"), place, explain)


def day(text, name="luz/a b&c", **metrics):
    return {"date": text, "stats": [{"type": "subuser", "name": name, "metrics": {**ZERO, **metrics}}]}


def judged(request):
    found = judge_request("GET", f"https://api.sendgrid.com/v3/{request.target()}", "", b"")
    assert not found.wrong, found.wrong
    assert operation_at("GET", f"/v3/{request.target().partition('?')[0]}") is not None


async def test_who_is_outside_the_eu_is_asked_for_by_name():
    wire = Wire([day("2026-03-01", delivered=5), day("2026-03-03", "another"), {"date": "2026-03-04", "stats": []}])
    found = await statistics(wire).series(LUZ, WEEK, background=True)
    assert found == {date(2026, 3, 1): {**ZERO, "delivered": 5}}
    ((connection, request, scope, background),) = wire.calls
    assert (connection, scope, background, request.on_behalf_of) == ("everywhere", "subusers.stats.read", True, "")
    assert "subusers=luz%2Fa%20b%26c" in request.target()
    judged(request)


async def test_who_is_in_the_eu_is_asked_for_at_its_host():
    wire = Wire([day("2026-03-01", "", delivered=5)])
    found = await statistics(wire).series(EVA, WEEK)
    assert found[date(2026, 3, 1)]["delivered"] == 5
    ((connection, request, scope, _),) = wire.calls
    assert (connection, scope, request.on_behalf_of) == ("the EU", "stats.read", "eva")
    judged(request)


async def test_a_refusal_on_behalf_is_explained_and_another_is_itself():
    wire = Wire(NotPermitted("no", scope="x"))
    with pytest.raises(CustomerNotFound):
        await statistics(wire).series(EVA, WEEK)
    with pytest.raises(NotPermitted):
        await statistics(wire).series(LUZ, WEEK)


async def test_a_month_is_known_by_its_first_day():
    wire = Wire([day("2026-03-02", delivered=5)])
    found = await statistics(wire).series(LUZ, Period(date(2026, 3, 1), date(2026, 3, 9), Step.MONTH))
    assert list(found) == [date(2026, 3, 1)]
    assert "aggregated_by=month" in wire.calls[0][1].target()
    judged(wire.calls[0][1])


async def test_days_of_several():
    stats = [*day("2026-03-01", "a", opens=1)["stats"], *day("2026-03-01", "b", opens=2)["stats"]]
    wire = Wire([{"date": "2026-03-01", "stats": stats}])
    found = await statistics(wire).days([f"n{at}" for at in range(12)], WEEK)
    assert {name: days[date(2026, 3, 1)]["opens"] for name, days in found.items()} == {"a": 1, "b": 2}
    assert wire.calls[0][1].target().count("subusers=") == 10


async def test_a_ranking_keeps_the_order_of_the_service():
    wire = Wire({"date": "2026-03-01", "stats": [*day("", "b", opens=2)["stats"], *day("", "a", opens=1)["stats"]]})
    found = await statistics(wire).ranking("opens", WEEK, 2, 4)
    assert [(name, sums["opens"]) for name, sums in found] == [("b", 2), ("a", 1)]
    target = wire.calls[0][1].target()
    assert "sort_by_metric=opens&sort_by_direction=desc&limit=2&offset=4" in target
    judged(wire.calls[0][1])


@pytest.mark.parametrize(
    ("answer", "reputation"),
    [
        ([{"username": "ann", "reputation": 95.2}], 95.2),
        ([{"username": "ann", "reputation": 99}], 99),
        ([{"username": "Ann", "reputation": 1}], None),
        ([{"username": "ann", "reputation": None}], None),
        ([], None),
    ],
)
async def test_a_reputation_is_that_of_exactly_this_name(answer, reputation):
    wire = Wire(answer)
    assert await statistics(wire).reputation("ann") == reputation
    judged(wire.calls[0][1])


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"type": "unlimited", "remain": None, "total": None}, Credits("unlimited", None, None)),
        ({"type": "recurring", "remain": 5, "total": 9}, Credits("recurring", 5, 9)),
        ({"type": "recurring", "remain": -5, "total": 9}, Credits("recurring", -5, 9)),
        (CustomerNotFound("none"), None),
    ],
)
async def test_credits(answer, found):
    wire = Wire(answer)
    assert await statistics(wire).credits("a/b") == found
    assert wire.calls[0][1].target() == "subusers/a%2Fb/credits"


NO_SERIES = [
    {}, None, "text", [None], [{"date": "2026-03-01"}], [{"date": "2026-03-01", "stats": {}}],
    [{"date": "yesterday", "stats": [{"name": "luz", "metrics": {}}]}], [{"date": None, "stats": [{"metrics": {}}]}],
    [{"date": "2026-03-01", "stats": [None]}], [{"date": "2026-03-01", "stats": [{"name": "luz"}]}],
    [{"date": "2026-03-01", "stats": [{"metrics": {"opens": "7"}}]}],
    [{"date": "2026-03-01", "stats": [{"metrics": {"opens": 7.5}}]}],
    [{"date": "2026-03-01", "stats": [{"metrics": {"opens": True}}]}],
    [{"date": "2026-03-01", "stats": [{"metrics": {"opens": 10**30}}]}],
]  # fmt: skip


@pytest.mark.parametrize("answer", NO_SERIES)
async def test_what_is_no_series_is_never_taken_for_none(answer):
    with pytest.raises(UnusableAnswer):
        await statistics(Wire(answer)).series(LUZ, WEEK)


@pytest.mark.parametrize("answer", [[], None, {"stats": {}}, {"stats": [{"name": "a", "metrics": []}]}])
async def test_what_is_no_ranking_is_never_taken_for_an_empty_one(answer):
    with pytest.raises(UnusableAnswer):
        await statistics(Wire(answer)).ranking("opens", WEEK, 5, 0)


@pytest.mark.parametrize("answer", [{}, None, {"type": None}, {"type": "recurring", "remain": "7"}])
async def test_what_says_nothing_of_credits(answer):
    with pytest.raises(UnusableAnswer):
        await statistics(Wire(answer)).credits("ann")


async def test_what_is_no_list_of_reputations():
    with pytest.raises(UnusableAnswer):
        await statistics(Wire({"reputation": 5})).reputation("ann")


async def test_a_metric_that_nobody_knows_is_left_out_and_one_that_is_missing_is_not_told():
    wire = Wire([{"date": "2026-03-01", "stats": [{"name": LUZ.username, "metrics": {"opens": 3, "likes": 9}}]}])
    assert await statistics(wire).series(LUZ, WEEK) == {date(2026, 3, 1): {"opens": 3}}
