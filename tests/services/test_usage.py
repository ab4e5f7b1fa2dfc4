"""Usage as a use case: what is read again and what is not, who is looked up by name, what is kept of each day."""

from datetime import timedelta

import pytest

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import InvalidInput, NotPermitted, RefusedHere
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.providers.subusers_v3 import SUBUSERS_V3
from tui_reseller.domain.usage import Credits, Sample
from tui_reseller.services import rankings, usage
from tui_reseller.services.known_usage import FRESH, MOST, Kept

LUZ = Customer.of(SUBUSERS_V3, "luz", {"id": "7", "region": "global"})
EVA = Customer.of(SUBUSERS_V3, "eva", {"id": "8", "region": "eu"})
METRICS = {"delivered": 90, "processed": 100, "bounces": 10, "spam_reports": 9}


class Statistics:
    """A service's statistics, which notes what it is asked for."""

    def __init__(self):
        self.asked = []
        self.refused = {}
        self.pages = {}  # of a metric and the first day of a period: names with sums, in order
        self.told = {}  # of a name: days with metrics
        self.reputations = {"luz": 97.5}
        self.left = Credits("recurring", 400, 1000)

    def _ask(self, what, *more):
        self.asked.append((what, *more))
        if what in self.refused:
            raise self.refused[what]

    async def series(self, customer, period, *, background=False):
        self._ask("series", customer.username, period.first, period.last, background)
        return dict.fromkeys(period.points, METRICS)

    async def days(self, usernames, period):  # noqa: ARG002 - the port's
        self._ask("days", *usernames)
        return {name: self.told[name] for name in usernames if name in self.told}

    async def ranking(self, metric, period, limit, offset):
        self._ask("ranking", metric, period.first, limit, offset)
        return self.pages.get((metric, period.first), [])[offset : offset + min(limit, 500)]

    async def reputation(self, username, *, background=False):  # noqa: ARG002 - the port's
        self._ask("reputation", username)
        return self.reputations.get(username)

    async def credits(self, username, *, background=False):  # noqa: ARG002 - the port's
        self._ask("credits", username)
        return self.left


@pytest.fixture
def statistics():
    return Statistics()


@pytest.fixture
def session(services, service, statistics):
    service.usage = lambda: statistics
    return services.open(Profile("acme", "boss", "https://api.example.com/v3", provider=SUBUSERS_V3.id))


async def test_a_period_and_the_one_before_are_one_call(session, statistics):
    week = usage.days(session, 7)
    found = await usage.usage_of(session, LUZ, week)
    assert statistics.asked == [("series", "luz", week.before.first, week.last, False)]
    assert found.now.totals.get("delivered") == found.before.totals.get("delivered") == 7 * 90
    assert week.last == session.clock.now().date() - timedelta(days=1)


async def test_what_was_read_is_not_read_again_for_ten_minutes(session, statistics, services, clock):
    week = usage.days(session, 7)
    first = await usage.usage_of(session, LUZ, week)
    await usage.standing_of(session, services.samples, LUZ)
    count = len(statistics.asked)
    assert await usage.usage_of(session, LUZ, week) is first
    await usage.standing_of(session, services.samples, LUZ)
    assert len(statistics.asked) == count
    await usage.usage_of(session, LUZ, week, anew=True)
    assert len(statistics.asked) == count + 1
    await clock.sleep(FRESH.total_seconds())
    assert (await usage.usage_of(session, LUZ, week)).read_at - first.read_at == FRESH
    assert len(statistics.asked) == count + 2


async def test_who_wants_to_know_is_served_before_the_cursor(session, statistics):
    await usage.usage_of(session, LUZ, usage.recent(session), background=True)
    assert statistics.asked[-1][-1] is True


async def test_what_the_key_may_not_is_asked_for_once_by_the_cursor_and_again_by_a_person(session, statistics):
    statistics.refused["series"] = NotPermitted("no", scope="subusers.stats.read")
    for _ in range(3):
        with pytest.raises(NotPermitted):
            await usage.usage_of(session, LUZ, usage.recent(session), background=True)
    assert len(statistics.asked) == 1
    with pytest.raises(NotPermitted):
        await usage.usage_of(session, LUZ, usage.recent(session))
    with pytest.raises(NotPermitted):  # of the EU another permission is needed
        await usage.usage_of(session, EVA, usage.recent(session), background=True)
    assert [what[1] for what in statistics.asked] == ["luz", "luz", "eva"]


async def test_the_standing_is_what_may_be_read(session, statistics, services):
    statistics.refused["reputation"] = NotPermitted("no", scope="subusers.reputations.read")
    found = await usage.standing_of(session, services.samples, LUZ)
    assert (found.reputation, found.credits) == (None, statistics.left)
    assert [error.scope for error in found.refused] == ["subusers.reputations.read"]


async def test_of_the_eu_no_reputation_is_asked_for(session, statistics, services):
    found = await usage.standing_of(session, services.samples, EVA)
    assert found.reputation is None
    assert ("reputation", "eva") not in statistics.asked


async def test_a_history_grows_by_a_sample_a_day_and_follows_a_rename(session, statistics, services, clock):
    today = session.clock.now().date()
    await usage.standing_of(session, services.samples, LUZ)
    statistics.reputations["luz"] = 96
    await usage.standing_of(session, services.samples, LUZ, anew=True)
    await clock.sleep(timedelta(days=1).total_seconds())
    renamed = LUZ.with_values({"username": "lux"})
    statistics.reputations["lux"] = 80
    found = await usage.standing_of(session, services.samples, renamed)
    assert found.samples == (Sample(today, 96, 400), Sample(today + timedelta(days=1), 80, 400))


async def test_a_disk_that_refuses_takes_nothing_from_what_is_shown(session, services, tmp_path):
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / "samples.sqlite3").write_bytes(b"not a database" * 100)
    found = await usage.standing_of(session, services.samples, LUZ)
    assert (found.reputation, found.samples) == (97.5, ())


def people(count, delivered=1000, begin=0):
    return [(f"c{at}", {"delivered": delivered, "processed": delivered}) for at in range(begin, begin + count)]


async def test_a_metric_of_the_service_is_one_page(session, statistics):
    week = usage.days(session, 7)
    statistics.pages["bounces", week.first] = people(30)
    found = await rankings.ranking(session, "bounces", week, 20)
    assert [one.username for one in found.rows] == [f"c{at}" for at in range(20)]
    assert statistics.asked == [("ranking", "bounces", week.first, 20, 0)]
    assert await rankings.ranking(session, "bounces", week, 20) is found


async def test_who_fell_out_of_reach_is_asked_for_by_name(session, statistics, monkeypatch):
    monkeypatch.setattr(rankings, "REACH", 1000)
    week = usage.days(session, 7)
    statistics.pages["delivered", week.first] = people(2000)
    statistics.pages["delivered", week.before.first] = [
        ("gone", {"delivered": 5000}),
        ("low", {"delivered": 4000}),
        *people(1998),
    ]
    statistics.told = {
        "gone": {week.before.points[0]: {"delivered": 5000}, week.first: {"delivered": 0}},
        "low": {week.first: {"delivered": 1}},
    }
    found = await rankings.ranking(session, "silence", week, 10)
    assert [(one.username, one.last) for one in found.rows] == [("gone", week.before.first)]
    assert (found.reach, found.is_whole) == (1000, False)
    assert statistics.asked[-2:] == [("days", "gone", "low"), ("days", "gone")]


async def test_at_most_two_hundred_are_asked_for_by_name(session, statistics, monkeypatch):
    monkeypatch.setattr(rankings, "REACH", 500)
    week = usage.days(session, 7)
    statistics.pages["delivered", week.first] = people(600)
    statistics.pages["delivered", week.before.first] = people(600, begin=5000)
    found = await rankings.ranking(session, "silence", week, 500)
    named = [name for what in statistics.asked if what[0] == "days" for name in what[1:]]
    assert len(found.rows) == rankings.LOOKED_UP
    assert len(set(named)) == rankings.LOOKED_UP


async def test_who_is_in_a_whole_list_no_more_needs_no_asking(session, statistics):
    week = usage.days(session, 7)
    statistics.pages["delivered", week.first] = people(3)
    statistics.pages["delivered", week.before.first] = [*people(3), ("gone", {"delivered": 7})]
    found = await rankings.ranking(session, "silence", week, 10)
    assert ([one.username for one in found.rows], found.is_whole) == (["gone"], True)


async def test_nothing_is_ranked_by_what_nobody_knows(session):
    with pytest.raises(InvalidInput) as caught:
        await rankings.ranking(session, "fame", usage.days(session, 7), 10)
    assert "growth" in caught.value.hint


async def test_a_service_without_statistics_is_refused_before_it_is_asked(services, service):
    session = services.open(Profile("old", "boss"))
    service.usage = None
    for work in (
        usage.usage_of(session, LUZ, usage.days(session, 7)),
        usage.standing_of(session, services.samples, LUZ),
        rankings.ranking(session, "delivered", usage.days(session, 7), 10),
    ):
        with pytest.raises(RefusedHere) as caught:
            await work
        assert caught.value.hint == "the statistics of a customer are at the vendor's website"


def test_the_oldest_answers_go_first():
    kept = Kept()
    for at in range(MOST + 5):
        kept.keep(at, at)
    kept.keep(7, "again")
    assert (len(kept), next(iter(kept)), kept[7]) == (MOST, 5, "again")
