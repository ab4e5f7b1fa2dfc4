"""The ledger of a team on a real PostgreSQL, as the contract wants every ledger."""

import pytest

from tests.storage.ledger_contract import LedgerContract
from tests.storage.operations import done
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.team import Team
from tui_reseller.storage.ledger.postgresql.ledger import TeamLedger

reader = pytest.importorskip("tui_reseller.storage.ledger.postgresql.reader", exc_type=ImportError)


class TestOnPostgresql(LedgerContract):
    role = "ann"

    @pytest.fixture
    async def open_ledger(self, team_cluster):
        opened = []

        def open_one(**_given):
            opened.append(TeamLedger(Team(team_cluster.address("ann"))))
            return opened[-1]

        yield open_one
        for ledger in opened:
            await ledger.aclose()

    async def test_a_page_that_shows_too_few_is_followed_by_others(self, ledger, intent, monkeypatch):
        monkeypatch.setattr(reader, "_MANY", 3)
        ids = [
            await done(ledger, intent(username=f"u{number}"), Outcome.UNKNOWN if number < 2 else Outcome.APPLIED)
            for number in range(8)
        ]
        for limit in (0, 1, 2, 5):
            unknown = [entry.id for entry in await ledger.entries(AuditQuery(outcome=Outcome.UNKNOWN, limit=limit))]
            assert unknown == [ids[1], ids[0]][: limit or None]
            every = [entry.id for entry in await ledger.entries(AuditQuery(limit=limit))]
            assert every == ids[::-1][: limit or None]
