"""By what customers are ranked: the service's own metrics, and what follows from two periods. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tui_reseller.domain.usage import METRICS, Ranked, Totals

SILENCE = "silence"
FEW = 100
"""With fewer messages than so many a share says nothing: one bounce of one is 100 %."""

BOUNCING_FROM = 0.05
"""From this share of bounces on somebody looks at a customer's addresses. Our own measure: the service tells none."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order that the service does not have. Figure gives what counts, the greatest first; who has none is left out.
    Needs_before: it is about two periods; tells_last: about the day
    on which something was last delivered. By is the metric by which customers are asked for.
    """

    name: str
    title: str
    figure: Callable[[Ranked], float | None]
    by: str = "delivered"
    needs_before: bool = False
    tells_last: bool = False


def _bounced(one: Ranked) -> float | None:
    return one.now.bounce_share if (one.now.get("processed") or 0) >= FEW else None


def is_bouncing(sums: Totals) -> bool:
    """Whether so much of what was sent bounced that it harms; with a few messages nothing is said."""
    return (sums.get("processed") or 0) >= FEW and (sums.bounce_share or 0.0) >= BOUNCING_FROM


def _reported(one: Ranked) -> float | None:
    return one.now.spam_share if (one.now.get("delivered") or 0) >= FEW else None


def _grown(one: Ranked) -> float | None:
    return one.growth if _delivered(one.before) >= FEW else None


def _fallen_silent(one: Ranked) -> float | None:
    return float(_delivered(one.before)) if _delivered(one.before) and not _delivered(one.now) else None


def _delivered(totals: Totals | None) -> int:
    return (totals.get("delivered") if totals is not None else None) or 0


ORDERS = {
    one.name: one
    for one in (
        Order("bounce_share", "share of bounces", _bounced, "bounces"),
        Order("spam_share", "share of spam reports", _reported, "spam_reports"),
        Order("growth", "growth", _grown, needs_before=True),
        Order(SILENCE, "silence (no more mail)", _fallen_silent, needs_before=True, tells_last=True),
    )
}
"""Orders of ours, by their names."""
RANKINGS = (*METRICS, *ORDERS)
"""Every name by which customers can be ranked."""


def title_of(name: str) -> str:
    """Return what a ranking is called."""
    return ORDERS[name].title if name in ORDERS else name.replace("_", " ")


def ranked_by(name: str, found: Iterable[Ranked], limit: int) -> list[Ranked]:
    """Return customers in an order of ours, at most so many; equal ones stay as they came."""
    order = ORDERS[name]
    known = [(figure, one) for one in found if (figure := order.figure(one)) is not None]
    known.sort(key=lambda pair: -pair[0])
    return [one for _, one in known[:limit]]
