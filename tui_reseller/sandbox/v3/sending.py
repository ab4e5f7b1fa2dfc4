"""Statistics of customers: who has any, until when they send, sums, and the order by a metric."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reseller.sandbox.v3.metrics import METRICS
from tui_reseller.sandbox.v3.mix import draw

if TYPE_CHECKING:
    from tui_reseller.sandbox.store import Store
    from tui_reseller.sandbox.v3.invention import Inventions
    from tui_reseller.sandbox.v3.volume import Volume

KEPT_DAYS = 396
"""Thirteen months: older statistics are not there."""
_NEVER = 1 << 40
_STOPPED, _STOP_EVERY = 3, 300
_AT_ONCE = 50_000
"""Customers times days that are computed together: what a processor's cache holds (measured)."""


class Sender(NamedTuple):
    """What statistics need to know of a customer."""

    ident: int
    is_sending: bool
    stopped_at: float | None


class Sending:
    """The statistics of one sandbox."""

    def __init__(self, store: Store, inventions: Inventions) -> None:
        self._store = store
        self._inventions = inventions
        self._computed: Volume | None = None

    def today(self) -> date:
        """Return the service's date, in UTC."""
        return datetime.fromtimestamp(self._store.clock.now(), UTC).date()

    def range(self, first: date, last: date) -> tuple[int, int]:
        """Return those days of a range that there are statistics of, counted from the first of the year 1."""
        today = self.today().toordinal()
        return max(first.toordinal(), today - KEPT_DAYS), min(last.toordinal(), today)

    def days(self, senders: Sequence[Sender], first: int, last: int) -> list[dict[int, dict[str, int]]]:
        """Return for each sender the metrics of the days that there are any of."""
        if not senders or first > last:
            return [{} for _ in senders]
        metrics, present = self._volume().days(*self._columns(senders), first, last)
        return [
            {
                first + int(day): {name: int(each[row, day]) for name, each in zip(METRICS, metrics, strict=True)}
                for day in present[row].nonzero()[0]
            }
            for row in range(len(senders))
        ]

    def ranking(self, senders: Sequence[Sender], first: int, last: int, metric: str, *, falling: bool) -> list[int]:
        """Return the places of senders in the order of a metric's sum over a range; equal ones stay in theirs."""
        import numpy as np  # noqa: PLC0415 - when statistics are asked for

        if not senders or first > last:
            return list(range(len(senders)))
        step = max(1, _AT_ONCE // (last - first + 1))
        sums = [
            self._volume().days(*self._columns(senders[start : start + step]), first, last, (metric,))[0][0].sum(axis=1)
            for start in range(0, len(senders), step)
        ]
        total = np.concatenate(sums)
        order: list[int] = np.argsort(-total if falling else total, kind="stable").tolist()
        return order

    def _volume(self) -> Volume:
        from tui_reseller.sandbox.v3.volume import Volume  # noqa: PLC0415 - numpy, when statistics are asked for

        self._computed = self._computed or Volume(self._inventions.seed)
        return self._computed

    def _columns(self, senders: Sequence[Sender]) -> tuple[Any, Any]:
        import numpy as np  # noqa: PLC0415

        idents = np.array([sender.ident for sender in senders], dtype=np.int64)
        return idents, np.array([self._end(sender) for sender in senders], dtype=np.int64)

    def _end(self, sender: Sender) -> int:
        """Return the day from which on a customer sends nothing: when it was stopped here, or an invented day."""
        if not self._inventions.is_invented(sender.ident):
            return 0
        if sender.is_sending:
            return _NEVER
        if sender.stopped_at is not None:
            return datetime.fromtimestamp(sender.stopped_at, UTC).date().toordinal() + 1
        today = self.today().toordinal()
        return today - (today + draw(self._inventions.seed, sender.ident, _STOPPED, _STOP_EVERY)) % _STOP_EVERY
