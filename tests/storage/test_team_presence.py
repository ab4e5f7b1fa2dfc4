"""Who is here, and the sign that another has written: on a real PostgreSQL."""

import asyncio

import pytest

from tests.harness.waiting import soon
from tests.storage.operations import done
from tui_reseller.domain.team import Place, Team
from tui_reseller.storage.ledger.postgresql.administration import TeamAdministration
from tui_reseller.storage.ledger.postgresql.colleagues import TeamColleagues
from tui_reseller.storage.ledger.postgresql.ledger import TeamLedger


@pytest.fixture
async def of(team_cluster):
    """Open the ledger of somebody, and who is there with it."""
    opened = []

    def open_as(role):
        ledger = TeamLedger(Team(team_cluster.address(role)))
        opened.append(ledger)
        return ledger, TeamColleagues(ledger)

    yield open_as
    for ledger in opened:
        await ledger.aclose()


async def test_where_somebody_is_goes_with_the_beat_and_ends_with_the_session(of, team_cluster, account):
    (ann_ledger, ann), (bob_ledger, bob), (_eve_ledger, eve) = of("ann"), of("bob"), of("eve")
    ann.at(Place(account, "café"))
    bob.at(Place(account, "user1", is_editing=True))
    await bob_ledger.heart.once()
    await ann_ledger.heart.once()
    (seen,) = ann.here()
    assert (seen.role, seen.is_editing, seen.account) == ("bob", True, account)
    await bob_ledger.heart.once()
    assert [one.customer for one in bob.here()] == ["café"]
    eve.at(Place(account))  # who may only read sees, and is not seen
    await soon("eve sees both", lambda: [one.role for one in eve.here()] == ["ann", "bob"])
    assert [one.role for one in await TeamAdministration(Team(team_cluster.address("eve"))).here()] == ["ann", "bob"]
    since = seen.since
    bob.at(Place(account, "user1", is_editing=True))
    await bob_ledger.heart.once()
    await ann_ledger.heart.once()
    assert ann.here()[0].since == since
    bob.at(Place(account, "user2", is_editing=True))
    await bob_ledger.heart.once()
    await ann_ledger.heart.once()
    assert (ann.here()[0].customer, ann.here()[0].since > since) == ("user2", True)
    team_cluster.ask("UPDATE reseller.sessions SET until = now() WHERE role = 'bob'")  # as after two minutes
    await ann_ledger.heart.once()
    assert list(ann.here()) == []


async def test_nobody_says_where_he_is_in_an_account_that_is_not_his(of, team_cluster, account):
    ((session,),) = team_cluster.ask("SELECT reseller.hello('{}')", "ann")
    place = f'{{"account": "{account}", "customer": "x", "editing": true}}'
    for role, call in (("bob", f"beat('{session}', '{place}')"), ("sam", "here(NULL, NULL)")):
        ran = team_cluster.psql(f"SELECT reseller.{call}", role)
        assert ran.returncode != 0 or ran.stdout.split()[2] == "(1", ran.stdout
    assert team_cluster.ask("SELECT place FROM reseller.sessions") == [(None,)]
    assert "permission denied" in team_cluster.psql("SELECT place FROM reseller.sessions", "ann").stderr


async def test_a_sign_is_heard_at_once_without_a_question_before_it(of, team_cluster, intent, account):
    (ann_ledger, ann), (bob_ledger, _bob) = of("ann"), of("bob")
    team_cluster.ask("ALTER ROLE ann SET log_statement = 'all'")
    ann.at(Place(account))
    waiting = asyncio.create_task(ann.sign())
    await soon("ann hears", lambda: ann_ledger.signs is not None)
    await asyncio.wait_for(waiting, 5)
    await ann_ledger.heart.once()
    before, log = ann_ledger.stamp(), (team_cluster.folder / "log").read_text()
    ann.at(Place(account, "the cursor moves"))
    await asyncio.sleep(2.5)
    assert ann_ledger.stamp() == before, "nothing is looked for while nothing is written"
    assert "beat" in log
    assert (team_cluster.folder / "log").read_text() == log, "not a question more than the beat"
    team_cluster.ask("ALTER ROLE ann RESET log_statement")
    waiting = asyncio.create_task(ann.sign())
    await done(ann_ledger, intent(username="mine"))
    mine = ann_ledger.stamp()
    assert not waiting.done(), "what we wrote ourselves is no news"
    await done(bob_ledger, intent(username="his"))
    await asyncio.wait_for(waiting, 5)
    assert ann_ledger.stamp() != mine
    before = ann_ledger.stamp()
    for number in range(60):
        await done(bob_ledger, intent(username=f"many{number}"))
    await asyncio.sleep(0.3)
    signs = ann_ledger.stamp()[1] - before[1]
    assert 1 <= signs < 60, "several of them are one sign"
    assert await ann_ledger.newest(account) == 124


async def test_a_connection_that_is_lost_leaves_looking_and_is_made_again(of, team_cluster, monkeypatch):
    monkeypatch.setattr("tui_reseller.storage.ledger.postgresql.colleagues.AGAIN_SECONDS", 0.05)
    ann_ledger, ann = of("ann")
    waiting = asyncio.create_task(ann.sign())
    await soon("ann hears", lambda: ann_ledger.signs is not None)
    team_cluster.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
    await soon("it is noticed", lambda: ann_ledger.signs is None)
    await soon("ann hears again", lambda: ann_ledger.signs is not None)
    waiting.cancel()
