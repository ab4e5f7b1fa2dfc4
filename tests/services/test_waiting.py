"""What is said while a call waits for the service's limit."""

import pytest

from tui_reseller.domain.errors import AnswerLost, RateLimited
from tui_reseller.services.waiting import LONG, Waiting


@pytest.fixture
def said():
    return []


@pytest.fixture
def waiting(said):
    return Waiting(said.append)


def test_a_long_wait_is_said_and_taken_back(waiting, said):
    waiting.hear(12.4)
    waiting.hear(0.0)
    waiting.over()
    assert said == ["waiting 12 s for the service's limit", ""]


@pytest.mark.parametrize("seconds", [0.0, 0.5, LONG])
def test_a_short_one_is_not(waiting, said, seconds):
    waiting.hear(seconds)
    waiting.over()
    assert said == []


def test_an_answer_that_asks_to_come_later_is_said_too(waiting, said):
    waiting.heard(AnswerLost("no answer"))
    assert said == []
    waiting.heard(RateLimited("too many requests", retry_after=7))
    assert said == ["waiting 7 s for the service's limit"]


async def test_a_session_says_it_and_that_it_goes_on(session, service):
    said = []
    session.waiting.tell = said.append
    service.reads[:] = [RateLimited("too many requests", retry_after=3), None]
    await session.find("luz")
    assert said == ["waiting 3 s for the service's limit", ""]
