"""Usage as lines of text: the same on the screen and from the command. Pure."""

from collections.abc import Callable, Sequence
from datetime import date

from tui_reseller.domain.plot import Plot, plotted
from tui_reseller.domain.usage import (
    Period,
    Sample,
    Series,
    Step,
    Totals,
    change,
    changed,
    fell_silent,
    number,
    percent,
)

HEAD, FIGURE, CHANGE = 20, 15, 10
"""Cells of a line's name, its figures, and their change."""
_SHARES: tuple[tuple[str, Callable[[Totals], float | None]], ...] = (
    ("bounced", lambda totals: totals.bounce_share),
    ("spam reports", lambda totals: totals.spam_share),
)
_SUMMED = ("requests", "delivered", "bounces", "blocks", "spam_reports", "opens", "clicks", "unsubscribes")


def plot_lines(now: Series, before: Series, metric: str, width: int, height: int) -> list[str]:
    """Return the plot of a metric against the period before, each line at most *width* cells; where nothing at all is
    told there is nothing to draw, and that is said.
    """
    plot = plot_of(now, before, metric)
    if all(value is None for value in (*plot.values, *plot.before)):
        return [f"{words_of(metric)}: nothing is told of these {now.period.words}"[:width]]
    return plotted(plot, width, height)


def plot_of(now: Series, before: Series, metric: str) -> Plot:
    """Return what is drawn of a metric."""
    total, former = now.totals.get(metric), before.totals.get(metric)
    title = f"{words_of(metric)}: {number(total)} in {now.period.words}"
    if before.is_mostly_told:
        title += f", {number(former)} before ({changed(change(total, former))})"
    labels = [label_of(now.period.step, day) for day in now.period.points]
    return Plot(title, labels, now.values(metric), before.values(metric) if before.is_mostly_told else ())


def words_of(metric: str) -> str:
    """Return the name of a metric for reading."""
    return metric.replace("_", " ")


def label_of(step: Step, day: date) -> str:
    """Return what stands below a column: month and day, or year and month."""
    return f"{day:%m-%d}" if step is Step.DAY else f"{day:%Y-%m}"


def range_words(period: Period) -> str:
    """Return the first and the last day of a period."""
    return f"{period.first.isoformat()} to {period.last.isoformat()}"


def total_lines(now: Series, before: Series) -> list[str]:
    """Return sums and shares of a period beside those of the one before, and of how much nothing was told. With a
    period of which too little is told none is compared.
    """
    sums, former = now.totals, before.totals if before.is_mostly_told else Totals({})
    lines = [_total_line("", now.period.words, "before", "change")]
    for name in _SUMMED:
        one, other = sums.get(name), former.get(name)
        lines.append(_total_line(words_of(name), number(one), number(other), changed(change(one, other))))
    lines += [_total_line(f"share {name}", percent(share(sums)), percent(share(former)), "") for name, share in _SHARES]
    if not before.is_mostly_told:
        lines.append("Of the period before too little is told to compare with.")
    last = fell_silent(before, now) if now.period.step is Step.DAY else None
    if last is not None:
        lines.append(f"Nothing is delivered since {last.isoformat()}, the last day on which something was.")
    return [*lines, *gap_lines(now)]


def _total_line(name: str, now: str, before: str, more: str) -> str:
    return f"{name:<{HEAD}}{now:>{FIGURE}}{before:>{FIGURE}}{more:>{CHANGE}}".rstrip()


def gap_lines(now: Series) -> list[str]:
    """Return a line on the days or months of which nothing was told, none where that is none."""
    if not now.gaps:
        return []
    each = "days" if now.period.step is Step.DAY else "months"
    return [f"Nothing is told of {now.gaps} of {len(now.period.points)} {each}: gaps, in no sum."]


def sample_line(samples: Sequence[Sample], most: int = 6) -> str:
    """Return the newest samples of the reputation with their days, newest first; empty where there is none."""
    told = [one for one in samples if one.reputation is not None]
    return "  ".join(f"{one.reputation:g} ({one.day:%m-%d})" for one in reversed(told[-most:]))
