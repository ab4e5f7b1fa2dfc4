"""Writes that tests of single writes send."""

import pytest

from tests.services.fakes import ANA, CALLS, LUZ
from tui_reseller.domain.errors import (
    AnswerLost,
    LedgerUnavailable,
    UnusableAnswer,
)
from tui_reseller.domain.operation import Operation

WRITES = [pytest.param(call, id=operation.value) for operation, call in CALLS.items()]
DISABLE = CALLS[Operation.DISABLE]
SET = CALLS[Operation.SET]
LOST = [AnswerLost("the connection broke"), UnusableAnswer("an odd page came")]


def broken_ledger(monkeypatch, session, *, begin=False, finish=False):
    async def refuse(*_arguments, **_named):
        raise LedgerUnavailable("the disk is full")

    if begin:
        monkeypatch.setattr(session.ledger, "begin", refuse)
    if finish:
        monkeypatch.setattr(session.ledger, "finish", refuse)


def service_before(call):
    return {"luz": LUZ, "ana": ANA}.get(call.username)
