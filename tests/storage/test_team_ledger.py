"""The ledger of a team on a real PostgreSQL, as the contract wants every ledger."""

import pytest

from tests.storage.ledger_contract import LedgerContract
from tui_reseller.domain.team import Team
from tui_reseller.storage.ledger.postgresql.ledger import TeamLedger


class TestOnPostgresql(LedgerContract):
    @pytest.fixture
    async def open_ledger(self, team_cluster):
        opened = []

        def open_one(**_given):
            opened.append(TeamLedger(Team(team_cluster.address("ann"))))
            return opened[-1]

        yield open_one
        for ledger in opened:
            await ledger.aclose()
