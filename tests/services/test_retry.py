"""Which calls are tried again, how long, and what a burst of errors may cost."""

import random
from contextlib import suppress

import pytest

from tui_reseller.domain.errors import (
    AnswerLost,
    NotSent,
    ProxyRefused,
    RateLimited,
    Rejected,
    UnusableAnswer,
)
from tui_reseller.services import retry


class Attempts:
    def __init__(self, *errors):
        self.errors, self.made = list(errors), 0

    async def __call__(self):
        self.made += 1
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


@pytest.mark.parametrize(
    ("error", "reads", "writes"),
    [
        (NotSent("x"), 4, 3),
        (ProxyRefused("x"), 1, 1),
        (RateLimited("x", retry_after=1), 4, 3),
        (AnswerLost("x"), 4, 1),
        (Rejected("x"), 1, 1),
    ],
    ids=["not sent", "refused by the proxy", "busy", "lost", "rejected"],
)
async def test_reads_are_repeated_after_a_lost_answer_and_writes_only_if_nothing_was_done(clock, error, reads, writes):
    for repeat, expected in ((retry.read, reads), (retry.write, writes)):
        attempts = Attempts(*[error] * 9)
        with pytest.raises(type(error)):
            await repeat(clock, attempts, retry.Budget())
        assert attempts.made == expected


async def test_a_repeated_call_answers_as_if_it_had_been_the_first(clock):
    assert await retry.write(clock, Attempts(NotSent("x"), RateLimited("x", retry_after=0)), retry.Budget()) == "answer"


async def test_calls_are_repeated_only_until_the_deadline(clock):
    attempts = Attempts(*[RateLimited("x", retry_after=10)] * 9)
    with pytest.raises(RateLimited):
        await retry.read(clock, attempts, retry.Budget(), total=15)
    assert attempts.made == 2
    assert clock.passed < 15


def test_waits_grow_with_jitter_up_to_a_limit():
    for number, longest in ((1, 0.25), (2, 0.5), (3, 1.0), (30, retry.LONGEST_WAIT)):
        waits = {retry.wait_before(NotSent("x"), number) for _ in range(50)}
        assert len(waits) > 1
        assert min(waits) >= longest / 2
        assert max(waits) <= longest


@pytest.mark.parametrize(("told", "number"), [(0.0, 1), (1.0, 3), (7.0, 1), (0.0, 30)])
def test_a_busy_service_is_given_what_it_asks_for_and_never_less_than_half_a_second(told, number):
    longest = max(told, min(retry.LONGEST_WAIT, 2.0 ** (number - 1)))
    for _ in range(50):
        assert max(told, 0.5) <= retry.wait_before(RateLimited("x", retry_after=told), number) <= longest + 0.1


@pytest.mark.parametrize(
    "error", [UnusableAnswer("500"), AnswerLost("cut"), RateLimited("busy", retry_after=0)], ids=str
)
async def test_a_burst_of_errors_adds_at_most_a_tenth_to_the_load(clock, error):
    """N32 and I11: 30 % of 2,400 calls fail, as in ten minutes of a job at four calls a second."""
    random_, budget, made, answered = random.Random(20_26), retry.Budget(), 0, 0

    async def attempt():
        nonlocal made
        made += 1
        if random_.random() < 0.3:
            raise error
        return "answer"

    for _ in range(2400):
        with suppress(type(error)):
            answered += await retry.read(clock, attempt, budget) == "answer"
    assert 2400 < made <= 2400 * 1.10
    assert answered > 0.7 * 2400


async def test_an_outage_costs_ten_repetitions_and_then_none(clock):
    budget, attempts = retry.Budget(), Attempts(*[AnswerLost("x")] * 999)
    for _ in range(100):
        with pytest.raises(AnswerLost):
            await retry.read(clock, attempts, budget)
    assert attempts.made == 110
    for _ in range(20):
        budget.earn()
    assert [budget.pay(AnswerLost("x")) for _ in range(3)] == [True, True, False]


async def test_what_was_not_sent_costs_half_and_writes_pay_too(clock):
    budget, attempts = retry.Budget(), Attempts(*[NotSent("closed")] * 999)
    for _ in range(100):
        with pytest.raises(NotSent):
            await retry.write(clock, attempts, budget)
    assert attempts.made == 120
