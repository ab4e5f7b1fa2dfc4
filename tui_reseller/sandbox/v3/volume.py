"""What customers send, day by day: computed from the seed, the customer's number and the date, and never stored.

Volumes of many sizes, the shape of a week, growth, days that are missing, weekends with nothing, and trouble. Only
whole numbers are multiplied and divided, so that every machine computes the same. Imported when statistics are asked
for: it takes numpy to rank a million customers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from tui_reseller.sandbox.v3 import trouble
from tui_reseller.sandbox.v3.metrics import METRICS
from tui_reseller.sandbox.v3.mix import CUSTOMER, FIRST, SECOND, purpose

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Bits = NDArray[np.uint64]

_SIZES = ((20, 200), (200, 2_000), (2_000, 20_000), (20_000, 200_000))
_SIZE_OF_TWENTY = (0,) * 8 + (1,) * 7 + (2,) * 4 + (3,)
_WEEKS = (
    (110, 120, 118, 115, 100, 45, 40),  # business: per cent of a usual day, from Monday
    (60, 180, 60, 170, 60, 60, 110),  # newsletters
    (115, 118, 116, 118, 108, 0, 0),  # nothing at the weekend
)
_GROWTH_FROM = 739_251  # 2025-01-01
_MISSING = 63  # one day of sixty-four
(_SIZE, _AMOUNT, _WEEK, _GROWTH, _NOISE, _RATES) = range(10, 16)


def _mixed(bits: Bits) -> Bits:
    """Do what `mix.mixed` does with many at once."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(FIRST)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(SECOND)
    return bits ^ (bits >> np.uint64(31))


class Volume:
    """The volumes of one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def _bits(self, idents: Whole, number: int) -> Bits:
        return _mixed(idents.astype(np.uint64) * np.uint64(CUSTOMER) + np.uint64(purpose(self._seed, number)))

    def _draw(self, idents: Whole, number: int, below: int) -> Whole:
        return (self._bits(idents, number) % np.uint64(below)).astype(np.int64)

    def days(
        self, idents: Whole, ends: Whole, first: int, last: int, wanted: Sequence[str] = METRICS
    ) -> tuple[list[Whole], NDArray[np.bool_]]:
        """Return the wanted metrics of customers on the days from first to last, and where there are any at all.

        Days are counted from the first of the year 1; from its end on a customer sends nothing. Each metric comes by
        customer and day.
        """
        day = np.arange(first, last + 1, dtype=np.int64)
        daily = _mixed(self._bits(idents, _NOISE)[:, None] + (day.astype(np.uint64) * np.uint64(CUSTOMER))[None, :])
        present = ((daily & np.uint64(_MISSING)) != 0) & (day[None, :] < ends[:, None])
        in_trouble = self._in_trouble(idents, day)
        noise = 85 + ((daily >> np.uint64(8)) & np.uint64(31)).astype(np.int64)  # per cent
        requests = self._requests(idents, day) * noise // 100
        requests[(in_trouble == trouble.SILENCE) | ~present] = 0
        mail = _Mail(requests, self._draw(idents, _RATES, 1000)[:, None], in_trouble)
        return [getattr(mail, name) for name in wanted], present

    def _requests(self, idents: Whole, day: Whole) -> Whole:
        """Return what would be sent on each day but for noise: the size, the week, the growth."""
        size = np.asarray(_SIZE_OF_TWENTY)[self._draw(idents, _SIZE, 20)]
        low, high = (np.asarray(ends, dtype=np.int64)[size] for ends in zip(*_SIZES, strict=True))
        usual = low + (self._bits(idents, _AMOUNT) % (high - low).astype(np.uint64)).astype(np.int64)
        week = np.asarray(_WEEKS, dtype=np.int64)[self._draw(idents, _WEEK, len(_WEEKS))]
        yearly = self._draw(idents, _GROWTH, 900) - 300  # in thousandths a year
        growth = 1000 + yearly[:, None] * (day - _GROWTH_FROM)[None, :] // 365
        found: Whole = usual[:, None] * week[:, (day - 1) % 7] * np.clip(growth, 200, 4000) // 100_000
        return found

    def _in_trouble(self, idents: Whole, day: Whole) -> Whole:
        """Return the kind of trouble of each customer on each day, as `trouble.now_of` has it."""
        drawn, phase = self._draw(idents, trouble.KIND, 1000), self._draw(idents, trouble.PHASE, 1000)
        found = np.full((len(idents), len(day)), trouble.NONE, dtype=np.int64)
        reached = 0
        for kind, share in trouble.OF_THOUSAND.items():
            meant = ((drawn >= reached) & (drawn < reached + share)).nonzero()[0]
            since = (day[None, :] + phase[meant, None]) % trouble.EVERY_DAYS[kind]
            found[meant] = np.where(since < trouble.FOR_DAYS[kind], kind, trouble.NONE)
            reached += share
        return found


class _Mail:
    """All sixteen metrics of some mail, each worked out when it is asked for.

    The rate, of a thousand, makes customers differ. Shares are in thousandths, or ten thousandths where they are few.
    """

    def __init__(self, requests: Whole, rate: Whole, in_trouble: Whole) -> None:
        self.requests = requests
        self._rate = rate
        is_bouncing, is_spam = in_trouble == trouble.BOUNCES, in_trouble == trouble.SPAM
        self._bounced: Whole = np.where(is_bouncing, 150 + rate // 5, 8 + rate // 50)
        self._reported: Whole = np.where(is_spam, 100 + rate // 5, 1 + rate // 250)
        self._blocked: Whole = np.where(is_spam, 50, 3 + rate // 200)

    @cached_property
    def invalid_emails(self) -> Whole:
        return self.requests * (1 + self._rate // 300) // 1000

    @cached_property
    def bounce_drops(self) -> Whole:
        return self.requests * (self._bounced // 8) // 1000

    @cached_property
    def spam_report_drops(self) -> Whole:
        return self.requests * self._reported // 40_000

    @cached_property
    def unsubscribe_drops(self) -> Whole:
        return self.requests * (1 + self._rate // 500) // 1000

    @cached_property
    def processed(self) -> Whole:
        dropped = self.invalid_emails + self.bounce_drops + self.spam_report_drops + self.unsubscribe_drops
        return self.requests - dropped

    @cached_property
    def bounces(self) -> Whole:
        return self.processed * self._bounced // 1000

    @cached_property
    def blocks(self) -> Whole:
        return self.processed * self._blocked // 1000

    @cached_property
    def deferred(self) -> Whole:
        return self.processed * (20 + self._rate // 25) // 1000

    @cached_property
    def delivered(self) -> Whole:
        return self.processed - self.bounces - self.blocks

    @cached_property
    def unique_opens(self) -> Whole:
        return self.delivered * (150 + self._rate * 3 // 10) // 1000

    @cached_property
    def opens(self) -> Whole:
        return self.unique_opens * (1300 + self._rate // 2) // 1000

    @cached_property
    def unique_clicks(self) -> Whole:
        return self.unique_opens * (50 + self._rate * 15 // 100) // 1000

    @cached_property
    def clicks(self) -> Whole:
        return self.unique_clicks * 12 // 10

    @cached_property
    def spam_reports(self) -> Whole:
        return self.delivered * self._reported // 10_000

    @cached_property
    def unsubscribes(self) -> Whole:
        return self.delivered * (5 + self._rate // 40) // 10_000
