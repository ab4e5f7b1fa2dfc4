"""The pace of a service's limit, by simulated time against a service that counts."""

import asyncio
import itertools

import pytest

from tests.api.paced import START, Counting, bare, paced, simulated
from tui_reseller.api.v3 import allowance
from tui_reseller.api.v3.pace import Pace
from tui_reseller.domain.errors import RateLimited
from tui_reseller.domain.leaving import IS_ONE_OF_MANY


@pytest.mark.parametrize("reset", ["moment", "seconds", "moment, cut off", "seconds, cut off"])
@pytest.mark.parametrize(("limit", "seconds"), [(1, 2.0), (5, 2.0), (10, 2.0), (10, 2.7), (7, 60.0)])
@pytest.mark.parametrize("takes", [0.0, 0.3, 2.5])
def test_never_more_than_the_limit(reset, limit, seconds, takes):
    async def work():
        pace, service = Pace(), Counting(limit, seconds, reset, takes)
        replies = await asyncio.gather(*(paced(pace, service) for _ in range(4 * limit)))
        return service, {reply.status for reply in replies}

    (service, statuses), took = simulated(work)
    assert (service.refused, statuses) == (0, {200})
    # Not slower than it must be, either: a window is used, but for what its first calls have to find out.
    assert took <= len(service.windows) * (seconds + 3) + 4 * limit * (takes + 0.02)


@pytest.mark.parametrize("reset", ["moment", "seconds", "moment, cut off", "seconds, cut off"])
@pytest.mark.parametrize(("limit", "seconds", "windows"), [(100, 2.0, 10), (600, 60.0, 5)])
@pytest.mark.parametrize("began", [0.0, 0.4, 0.8])
def test_no_slower_than_the_limit_allows(reset, limit, seconds, windows, began):
    async def work():
        await asyncio.sleep(began)
        pace, service = Pace(), Counting(limit, seconds, reset, takes=0.01)
        since, at_once = asyncio.get_running_loop().time(), asyncio.Semaphore(8)

        async def one(road=0.002):
            IS_ONE_OF_MANY.set(True)
            async with at_once:
                await paced(pace, service, road=road)

        await one(0.2)  # the first one has to be connected, too
        await asyncio.gather(*(one() for _ in range(limit * windows - 1)))
        return service, asyncio.get_running_loop().time() - since

    (service, took), _ = simulated(work)
    assert service.refused == 0
    assert took <= 1.03 * windows * seconds


@pytest.mark.parametrize("reset", ["moment", "seconds", "moment, cut off", "seconds, cut off"])
@pytest.mark.parametrize("idle", [0.3, 1.1, 17.0, 47.0, 71.0])
@pytest.mark.parametrize("seconds", [2.0, 60.0])
def test_windows_that_begin_by_the_clock_are_learnt_as_well(reset, idle, seconds):
    """Whose first call of ours is not the beginning of a window: the length that was measured is none, and is given up
    by what is told, not by a refusal.
    """

    async def work():
        pace, service = Pace(), Counting(100, seconds, reset, takes=0.01, by_clock=True)
        IS_ONE_OF_MANY.set(True)
        for number in range(6):
            await asyncio.sleep(idle * (1 + number % 3) / 2)
            await asyncio.gather(*(paced(pace, service, road=0.002) for _ in range(80 + 65 * (number % 2))))
        return service

    service, _ = simulated(work)
    assert service.refused <= 2


def test_a_call_that_looks_whether_a_window_is_over_and_hangs_holds_up_the_others_for_moments_only():
    async def work():
        pace, service = Pace(), Counting(40, 2.0, takes=0.01)
        await asyncio.gather(*(paced(pace, service) for _ in range(100)))
        service.takes = 40.0
        hanging = asyncio.ensure_future(paced(pace, service))
        await asyncio.sleep(0.1)
        service.takes = 0.01
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(paced(pace, service) for _ in range(20)))
        waited = asyncio.get_running_loop().time() - began
        await hanging
        return waited

    assert simulated(work)[0] < 6


def test_roads_of_different_lengths_change_nothing():
    async def work():
        pace, service = Pace(), Counting(10, 2.0, takes=0.2)
        await asyncio.gather(*(paced(pace, service, road=(number * 7 % 10) / 10) for number in range(60)))
        return service

    service, _ = simulated(work)
    assert (service.refused, service.received) == (0, 60)


def test_one_call_finds_out_what_the_limit_is():
    async def work():
        pace, service = Pace(), Counting(2, 2.0, takes=1.0)
        waiting = [asyncio.ensure_future(paced(pace, service)) for _ in range(2)]
        await asyncio.sleep(0.5)
        alone = service.received
        await asyncio.gather(*waiting)
        return alone

    assert simulated(work)[0] == 1


@pytest.mark.parametrize("headers", [{"retry-after": "3"}, {"x-ratelimit-reset": "3"}, {}])
@pytest.mark.parametrize("known", [True, False])
def test_after_429_nothing_goes_until_it_may(headers, known):
    async def work():
        pace, service = Pace(), Counting(100, 60.0)
        if known:
            await paced(pace, service)
        pace.end(await pace.turn(), bare(429, **headers))
        began = asyncio.get_running_loop().time()
        await pace.turn()
        return asyncio.get_running_loop().time() - began

    wait = simulated(work)[0]
    assert (3 if headers else 1) <= wait < (3.5 if headers else 1.5)


@pytest.mark.parametrize(("told", "most"), [("0", 10), ("1", 5)])
def test_where_it_is_too_soon_again_one_call_finds_that_out_for_all(told, most):
    async def work():
        pace, service = Pace(), Counting(50, 60.0, takes=0.01)
        await paced(pace, service)
        service.left = 0  # somebody else's calls, of whom nobody here knows
        service.headers = lambda: (("retry-after", told), ("x-ratelimit-limit", "50"))
        waiting = [asyncio.ensure_future(paced(pace, service)) for _ in range(40)]
        await asyncio.sleep(1)
        before = service.refused
        await asyncio.sleep(5)
        for task in waiting:
            task.cancel()
        return service.refused - before

    assert simulated(work)[0] <= most


def test_nobody_waits_for_an_hour():
    async def work():
        pace = Pace()
        pace.end(await pace.turn(), bare(429, **{"retry-after": "3600"}))
        with pytest.raises(RateLimited, match="3600") as told:
            await pace.turn()
        return told.value.retry_after

    (retry_after, took) = simulated(work)
    assert (round(retry_after), took) == (3600, 0)


def test_a_service_that_tells_no_limit_is_not_waited_for_but_after_429():
    async def work():
        pace = Pace()
        pace.end(await pace.turn(), bare())
        turns = [await pace.turn() for _ in range(50)]
        for turn in turns:
            pace.end(turn, bare())
        pace.end(await pace.turn(), bare(429))
        for turn in [await pace.turn() for _ in range(50)]:
            pace.end(turn, bare())

    _, took = simulated(work)
    assert 1 <= took < 2


@pytest.mark.parametrize("first", [502, 404, 302])
def test_an_answer_without_the_headers_is_no_end_of_the_limit(first):
    async def work():
        pace, service = Pace(), Counting(5, 2.0)
        pace.end(await pace.turn(), bare(first))
        await asyncio.gather(*(paced(pace, service) for _ in range(20)))
        return service

    service, _ = simulated(work)
    assert (service.refused, service.received) == (0, 20)


@pytest.mark.parametrize("how", ["lost", "raised", "cancelled", "gateway"])
def test_calls_that_fail_hold_up_nobody_and_are_counted(how):
    async def work():
        pace, service = Pace(), Counting(5, 2.0)

        async def fail():
            turn = await pace.turn()
            reply = None
            try:
                reply = await service.call("lost")
                if how == "raised":
                    raise OSError
                if how == "cancelled":
                    await asyncio.sleep(1000)
                reply = bare(502) if how == "gateway" else None
            finally:
                pace.end(turn, reply)

        await paced(pace, service)
        failing = [asyncio.ensure_future(fail()) for _ in range(12)]
        good = [asyncio.ensure_future(paced(pace, service)) for _ in range(12)]
        if how == "cancelled":
            for task in failing:
                await asyncio.sleep(1)
                task.cancel()
        await asyncio.gather(*failing, return_exceptions=True)
        await asyncio.gather(*good)
        return service

    service, _ = simulated(work)
    assert service.refused == 0


def test_waiters_that_are_cancelled_hold_up_nobody():
    async def work():
        pace, service = Pace(), Counting(3, 2.0)
        waiting = [asyncio.ensure_future(paced(pace, service, background=n % 3 == 0)) for n in range(40)]
        await asyncio.sleep(1)
        for task in waiting[::2]:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return service, sum(not task.cancelled() for task in waiting)

    (service, done), _ = simulated(work)
    assert (service.refused, service.received) == (0, done)


def test_the_background_leaves_four_fifths_to_the_others():
    async def work():
        pace, service = Pace(), Counting(50, 10.0, takes=0.01)
        behind = [asyncio.ensure_future(paced(pace, service, background=True)) for _ in range(30)]
        await asyncio.sleep(5)
        alone = service.received
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(paced(pace, service) for _ in range(40)))
        waited = asyncio.get_running_loop().time() - began
        await asyncio.gather(*behind)
        return service, alone, waited

    (service, alone, waited), _ = simulated(work)
    assert (service.refused, alone) == (0, 10)
    assert waited < 2  # the rest of the window was theirs


def test_a_single_call_does_not_queue_behind_many():
    async def work():
        pace, service, waits = Pace(), Counting(100, 60.0, takes=0.05), []
        now = asyncio.get_running_loop().time

        async def one():
            IS_ONE_OF_MANY.set(True)
            await paced(pace, service)

        many = [asyncio.ensure_future(one()) for _ in range(150)]
        for _ in range(2):
            await asyncio.sleep(20)  # a window is used up in the first seconds of it
            began = now()
            await paced(pace, service)
            waits.append(now() - began)
            await asyncio.sleep(40)
        await asyncio.gather(*many)
        return service.refused, max(waits)

    (refused, longest), _ = simulated(work)
    assert (refused, longest < 1) == (0, True)


def test_who_came_first_goes_first():
    async def work():
        pace, service, order = Pace(), Counting(2, 2.0), []

        async def one(number):
            await paced(pace, service)
            order.append(number)

        await asyncio.gather(*(one(number) for number in range(12)))
        return order

    order, _ = simulated(work)
    assert order == sorted(order)


# --- Calls that the service takes more seldom, and what is said of waiting ------------------------------------------


def test_calls_that_are_taken_more_seldom_keep_their_distance_and_hold_up_no_others():
    async def work():
        pace, service, went = Pace(), Counting(1000, 60.0, takes=0.0), []

        async def call(name, *, is_slow):
            turn = await pace.turn(is_slow=is_slow)
            went.append((name, asyncio.get_running_loop().time() - START))
            pace.end(turn, await service.call())

        await call("first", is_slow=False)
        slow = [call("slow", is_slow=True) for _ in range(allowance.AT_ONCE + 3)]
        await asyncio.gather(*slow, *(call("other", is_slow=False) for _ in range(20)))
        return went

    went, _ = simulated(work)
    at = [moment for name, moment in went if name == "slow"]
    assert at[allowance.AT_ONCE - 1] < 1, "so many go at once"
    apart = [later - sooner for sooner, later in itertools.pairwise(at[allowance.AT_ONCE :])]
    assert at[allowance.AT_ONCE] == pytest.approx(allowance.SLOW, abs=1)
    assert apart == [pytest.approx(allowance.SLOW, abs=0.01)] * 2
    assert max(moment for name, moment in went if name == "other") < 1


def test_one_that_came_too_soon_makes_the_next_wait():
    async def work():
        pace, service = Pace(), Counting(1000, 60.0, takes=0.0)
        turn = await pace.turn(is_slow=True)
        await service.call()
        pace.end(turn, bare(429, **{"retry-after": "1"}))
        began = asyncio.get_running_loop().time()
        await pace.turn(is_slow=True)
        return asyncio.get_running_loop().time() - began

    waited, _ = simulated(work)
    assert waited >= allowance.SLOW


@pytest.mark.parametrize(("seconds", "background", "told"), [(12, False, 1), (1, False, 0), (12, True, 0)])
def test_a_long_wait_is_told_once_and_its_end(seconds, background, told):
    async def work():
        pace, heard = Pace(), []
        pace.tell = heard.append
        pace.end(await pace.turn(), bare(429, **{"retry-after": str(seconds)}))
        pace.end(await pace.turn(background=background), bare())
        return heard

    heard, _ = simulated(work)
    assert len(heard) == 2 * told
    if told:
        assert (heard[0] > 11, heard[1]) == (True, 0.0)
