"""Writes whose answer was lost."""

from tests.services.fakes import CALLS
from tui_reseller.domain.operation import Call, Operation, Outcome

UNKNOWN, APPLIED, NOT_APPLIED = Outcome.UNKNOWN, Outcome.VERIFIED_APPLIED, Outcome.VERIFIED_NOT_APPLIED
CREATE, DELETE, RENAME = CALLS[Operation.CREATE], CALLS[Operation.DELETE], CALLS[Operation.RENAME]
SET, EMAIL = CALLS[Operation.SET], CALLS[Operation.EMAIL]
TWO = Call(Operation.SET, "luz", {"city": "Oslo", "phone": "9"})


async def standing(ledger, entry):
    return (await ledger.get(entry.id)).outcome


VERIFIABLE = [CREATE, CALLS[Operation.ENABLE], CALLS[Operation.DISABLE], SET, EMAIL, RENAME]
