"""An edit of two calls: one after the other; if the first is not applied, the second is not sent."""

import pytest

from tests.harness.consent import agreed
from tests.harness.v2 import calls_for, changed
from tests.services.fakes import LUZ
from tui_reseller.domain.errors import AnswerLost, Rejected
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.services.edit import save

BOTH = {"city": "Oslo", "email": "new@bodega.es"}


def permitted(session):
    return agreed(session, *calls_for(LUZ, BOTH))


async def test_an_edit_sends_details_then_the_email(session, service):
    results = await save(session, LUZ, BOTH, permitted(session), reason="moved")
    assert [(r.operation, r.outcome) for r in results] == [
        (Operation.SET, Outcome.APPLIED),
        (Operation.EMAIL, Outcome.APPLIED),
    ]
    assert service.kept["luz"] == changed(LUZ, city="Oslo", email="new@bodega.es")


@pytest.mark.parametrize(
    ("error", "outcome"), [(Rejected("no"), Outcome.REJECTED), (AnswerLost("cut"), Outcome.UNKNOWN)]
)
async def test_an_edit_stops_after_the_first_call_that_was_not_applied(session, service, error, outcome):
    service.before = [error]
    results = await save(session, LUZ, BOTH, permitted(session))
    assert [result.outcome for result in results] == [outcome, Outcome.NOT_SENT]
    assert "the call before it was not applied" in results[1].message
    assert [call.operation for call in service.sent] == [Operation.SET]


async def test_an_edit_over_somebody_elses_change_sends_nothing(session, service):
    service.change("luz", city="Lisboa")
    results = await save(session, LUZ, BOTH, permitted(session))
    assert [result.outcome for result in results] == [Outcome.CONFLICT, Outcome.NOT_SENT]
    assert service.sent == []


async def test_an_edit_of_nothing_has_no_result(session, service):
    assert await save(session, LUZ, {"city": "Madrid"}, permitted(session)) == []
    assert service.asked == []
