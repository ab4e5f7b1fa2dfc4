"""A PgBouncer before the ledger of a team: one that lends sessions is as good as none, one that lends less is told."""

import asyncio
import contextlib
from functools import partial

import pytest

from tests.harness.pooler import pooled
from tests.harness.waiting import soon
from tests.storage.operations import done
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import LedgerUnavailable, RefusedHere
from tui_reseller.domain.team import Place, Team

pooled_module = pytest.importorskip("tui_reseller.storage.ledger.postgresql.pooled", exc_type=ImportError)
colleagues = pytest.importorskip("tui_reseller.storage.ledger.postgresql.colleagues", exc_type=ImportError)
ledger_module = pytest.importorskip("tui_reseller.storage.ledger.postgresql.ledger", exc_type=ImportError)


@pytest.fixture
async def of():
    opened = []

    def open_at(address):
        opened.append(ledger_module.TeamLedger(Team(address)))
        return opened[-1]

    yield open_at
    for ledger in opened:
        await ledger.aclose()


@pytest.fixture
def lends(team_cluster):
    return partial(pooled, team_cluster)


async def test_one_that_lends_sessions_is_as_good_as_none(team_cluster, of, intent, lends):
    with lends("session") as pooler:
        ann, bob = of(pooler.address("ann")), of(team_cluster.address("bob"))
        for number in range(20):  # the driver prepares what it sends often
            await done(ann, intent(username=f"u{number}"))
        entry = await ann.begin(intent())
        with pytest.raises(RefusedHere):
            await bob.begin(intent())
        assert (await bob.get(entry)).operator.role == "ann"
        assert (await ann.check()).rows == 41
        await ann.aclose()
        assert len(await ann.entries(AuditQuery(limit=0))) == 21
        await ann.aclose()


async def test_signs_are_heard_through_it_and_ours_are_told_from_others(team_cluster, of, intent, account, lends):
    with lends("session") as pooler:
        ann, bob = of(pooler.address("ann")), of(team_cluster.address("bob"))
        others = colleagues.TeamColleagues(ann)
        others.at(Place(account))
        await done(ann, intent(username="first"))
        async with _listening(others):
            await soon("signs are heard", lambda: ann.signs is not None)
            await asyncio.sleep(0.3)
            heard = ann.signs
            await done(ann, intent(username="mine"))
            await asyncio.sleep(0.3)
            assert ann.signs == heard
            await done(bob, intent(username="theirs"))
            await soon("theirs is heard", lambda: ann.signs > heard)
        await ann.aclose()


@contextlib.asynccontextmanager
async def _listening(others):
    waiting = asyncio.create_task(others.sign())
    yield
    waiting.cancel()


@pytest.mark.parametrize("mode", ["transaction", "statement"])
async def test_one_that_lends_less_is_refused_with_what_to_do(team_cluster, of, intent, lends, mode):
    with lends(mode) as pooler:
        ann = of(pooler.address("ann"))
        for asked in (lambda: ann.begin(intent()), lambda: ann.entries(AuditQuery())):
            with pytest.raises(LedgerUnavailable, match="lends a connection for one transaction only") as refused:
                await asked()
            assert "pool_mode = session" in refused.value.hint
    assert team_cluster.ask("SELECT count(*) FROM reseller.rows") == [(0,)]


async def test_one_that_has_too_few_is_named(of, intent, lends, monkeypatch):
    monkeypatch.setattr(pooled_module, "LONGEST_SECONDS", 0.5)
    with (
        lends("session", size=1) as pooler,
        pytest.raises(LedgerUnavailable, match="has no further connection to lend"),
    ):
        await of(pooler.address("ann")).begin(intent())
