"""Interleaved rounds, medians and table lines: noise of the machine falls on all programs alike."""

import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass

from children import ChildError
from terminal_program import NotSeenError

Sample = dict[str, float]
Contestants = dict[str, Callable[[], Sample]]


@dataclass(frozen=True)
class Line:
    """One line of the table. Holds is None where nothing could be said."""

    what: str
    measured: str
    goal: str
    holds: bool | None = None

    def __str__(self) -> str:
        holds = {True: "yes", False: "**no**", None: "-"}[self.holds]
        return f"| {self.what} | {self.measured} | {self.goal} | {holds} |"


class Found:
    """The samples of all rounds: by program, by figure."""

    def __init__(self) -> None:
        self.samples: dict[str, dict[str, list[float]]] = {}
        self.failed: dict[str, str] = {}

    def add(self, name: str, sample: Sample) -> None:
        for figure, value in sample.items():
            self.samples.setdefault(name, {}).setdefault(figure, []).append(value)

    def median(self, name: str, figure: str) -> float | None:
        values = self.samples.get(name, {}).get(figure)
        return statistics.median(values) if values else None

    def ratio(self, name: str, figure: str, over: str, over_figure: str = "") -> float | None:
        above, below = self.median(name, figure), self.median(over, over_figure or figure)
        return above / below if above is not None and below else None


def run(contestants: Contestants, runs: int) -> Found:
    """Run all programs in each round, in an order turned by one; the first round is a warm-up and not counted."""
    found, names = Found(), list(contestants)
    for number in range(-1, runs):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            if name in found.failed:
                continue
            try:
                sample = contestants[name]()
            except (NotSeenError, ChildError) as error:
                found.failed[name] = str(error)
                found.samples.pop(name, None)
                print(f"{name}: {error}", file=sys.stderr, flush=True)
                continue
            if number >= 0:
                found.add(name, sample)
    return found


def times(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f} x"


def ms(value: float | None) -> str:
    return "-" if value is None else f"{value * 1000:.1f} ms" if value < 0.1 else f"{value * 1000:,.0f} ms"


def within(*pairs: tuple[float | None, float]) -> bool | None:
    """Whether all values are within their limits; None if one is missing."""
    if any(value is None for value, _ in pairs):
        return None
    return all(value <= limit for value, limit in pairs if value is not None)
