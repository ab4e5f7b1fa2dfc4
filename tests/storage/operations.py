"""Operations in a ledger, as tests of it write them."""

import pytest

from tui_reseller.domain.operation import Outcome

NEEDING = [outcome for outcome in Outcome if outcome.needs_you]


CLOSED = [outcome for outcome in Outcome if not outcome.needs_you]


async def done(ledger, wanted, outcome=Outcome.APPLIED, message="said"):
    entry = await ledger.begin(wanted)
    await ledger.finish(entry, outcome, message)
    return entry


class OneLedger:
    """Open_ledger(now=...) returns a new, empty ledger; what it has opened is closed after the test.
    Role is who writes in it, where the database knows that.
    """

    role = ""

    @pytest.fixture
    def ledger(self, open_ledger):
        return open_ledger()
