"""The ledger on SQLite, and the rules alone on rows in memory, as the contract wants every ledger."""

import pytest

from tests.storage.ledger_contract import LedgerContract
from tests.storage.memory_ledger import MemoryLedger
from tui_reseller.storage.ledger.sqlite.ledger import Ledger


class TestOnSqlite(LedgerContract):
    @pytest.fixture
    async def open_ledger(self, folder):
        opened = []

        def open_one(**given):
            opened.append(Ledger(folder, **given))
            return opened[-1]

        yield open_one
        for ledger in opened:
            await ledger.aclose()


class TestInMemory(LedgerContract):
    @pytest.fixture
    def open_ledger(self):
        return MemoryLedger
