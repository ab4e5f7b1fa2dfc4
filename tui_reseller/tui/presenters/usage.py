"""What a customer sends, in words: the lines of the detail, the page with a plot, the lines of a ranking."""

from datetime import datetime

from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.plot import short_number
from tui_reseller.domain.ranking import ORDERS, title_of
from tui_reseller.domain.text import clean, quoted
from tui_reseller.domain.times import clock_text
from tui_reseller.domain.usage import Credits, Ranked, Totals, changed, fell_silent, number, percent
from tui_reseller.domain.usage_text import (
    label_of,
    plot_lines,
    plot_of,
    range_words,
    sample_line,
    total_lines,
    words_of,
)
from tui_reseller.services.known_usage import Ranking, Standing, Usage
from tui_reseller.tui.presenters.rows import cut, cut_middle

READING, NOTHING_TOLD, UNKNOWN = "reading ...", "nothing told", "-"
TALLEST, LOWEST = 14, 4
"""Rows of a plot."""
NAME, FIGURE, FIGURES = 22, 10, 5
"""Cells of a username and of a figure in a ranking, and how many figures a line has: 77 cells fit everywhere."""
NOTHING = Totals({})


LABELS = ("Period", "Mail", "Trouble", "Standing", "Credits")


def detail_rows(usage: Usage | None, standing: Standing | None, trouble: ResellerError | None) -> list[tuple[str, str]]:
    """Return the rows of the detail: a label and a value each."""
    if usage is None:
        first = f"not told: {clean(trouble.message, longest=200)}" if trouble else READING
        values = [first, *[UNKNOWN] * (len(LABELS) - 1)]
    else:
        sums = usage.now.totals
        values = [
            f"{usage.period.words} to {usage.period.last:%m-%d}",
            _delivered(usage),
            f"{percent(sums.bounce_share)} bounced, {percent(sums.spam_share)} spam" if sums.sums else UNKNOWN,
            _reputation(standing),
            (credit_words(standing.credits) if standing is not None else "") or UNKNOWN,
        ]
    return list(zip(LABELS, values, strict=True))


def _delivered(usage: Usage) -> str:
    """Return how much was delivered, and after which day nothing."""
    last = fell_silent(usage.before, usage.now)
    if last is not None:
        return f"{number(usage.now.totals.get('delivered'))}, none after {last:%m-%d}"
    return f"{number(usage.now.totals.get('delivered'))} delivered" if usage.now.totals.sums else NOTHING_TOLD


def _reputation(standing: Standing | None) -> str:
    if standing is None:
        return READING
    return "no reputation told" if standing.reputation is None else f"reputation {standing.reputation:g}"


def credit_words(credits_: Credits | None) -> str:
    """Return how much may still be sent, empty where it is not known."""
    if credits_ is None:
        return ""
    return "no limit of credits" if credits_.remain is None else f"{credits_.remain:,} credits left"


def title_before(username: str) -> str:
    """Return the title of the page before anything is read."""
    return f"Usage of {quoted(username, 40)}"


def page_title(username: str, usage: Usage, now: datetime) -> str:
    """Return the title of the page."""
    return f"{title_before(username)}   {range_words(usage.period)}   read {clock_text(usage.read_at, now)}"


def page_lines(usage: Usage, standing: Standing | None, metric: str, width: int, height: int) -> list[str]:
    """Return the lines of the page: the plot of a metric, sums beside those of the period before, and the standing."""
    below = ["", *total_lines(usage.now, usage.before), *standing_lines(standing)]
    rows = max(LOWEST, min(TALLEST, height - len(below) - 3))
    lines = [*plot_lines(usage.now, usage.before, metric, width, rows), *below]
    return [cut(line, width).rstrip() for line in lines[:height]]


def spoken_lines(usage: Usage, standing: Standing | None, metric: str, height: int) -> list[str]:
    """Return the lines of the page for who hears it: in the place of the plot the figure of each day or month, the
    newest first, as many as there is room for.
    """
    now, before = usage.now.values(metric), usage.before.values(metric)
    points = list(zip(usage.period.points, now, before if len(before) == len(now) else [None] * len(now), strict=True))
    figures = [
        f"{label_of(usage.period.step, day)}: {number(value)}" + (f", {number(former)} before" if former else "")
        for day, value, former in reversed(points)
    ]
    head = plot_of(usage.now, usage.before, metric).title
    return [head, *total_lines(usage.now, usage.before), *standing_lines(standing), *figures][:height]


def standing_lines(standing: Standing | None) -> list[str]:
    """Return reputation, credits, and what the key may not read of them."""
    if standing is None:
        return []
    parts = [_reputation(standing), credit_words(standing.credits)]
    kept = sample_line(standing.samples)
    lines = ["   ".join(part for part in parts if part) + (f"   by day, as read here: {kept}" if kept else "")]
    return [*lines, *(clean(f"not read: {error.message} - {error.hint}", longest=300) for error in standing.refused)]


def trouble_lines(error: ResellerError) -> list[str]:
    """Return why there is nothing to show."""
    return ["", clean(error.message, longest=400), *([clean(error.hint, longest=400)] if error.hint else [])]


def ranking_title_before(name: str) -> str:
    """Return the title of a ranking before it is read."""
    return f"By {title_of(name)}"


def ranking_note(found: Ranking, europeans: int) -> str:
    """Return what stands below a ranking: who is in none."""
    note = "" if found.rows else "Nobody: of no customer the service tells so."
    if europeans:
        note += f"   {europeans:,} customers of the EU are in no ranking: the service leaves them out; h shows each."
    return note.strip()


def ranking_title(found: Ranking, now: datetime) -> str:
    """Return the title of a ranking."""
    title = f"{ranking_title_before(found.name)}   {range_words(found.period)}   read {clock_text(found.read_at, now)}"
    if found.name in ORDERS and not found.is_whole:
        title += f"   of the {found.reach:,} with most {words_of(ORDERS[found.name].by)}"
    return title


def ranking_head(found: Ranking) -> str:
    """Return the titles of a ranking's columns."""
    return f"{'':<5}{'USERNAME':<{NAME}}" + "".join(f"{head:>{FIGURE}}" for head, _ in _figures(found.name, None))


def ranking_line(found: Ranking, place: int, one: Ranked) -> str:
    """Return a line of a ranking."""
    figures = "".join(f"{figure:>{FIGURE}}" for _, figure in _figures(found.name, one))
    return f"{place:>4} {cut_middle(clean(one.username), NAME - 1)} {figures}"


def _figures(name: str, one: Ranked | None) -> list[tuple[str, str]]:
    """Return titles and figures: what the order is about comes first, or beside what was delivered."""
    sums, before = (one.now, one.before or NOTHING) if one is not None else (NOTHING, NOTHING)
    figures = [("DELIVERED", _short(sums.get("delivered")))]
    if name in ORDERS and ORDERS[name].needs_before:
        figures += [
            ("BEFORE", _short(before.get("delivered"))),
            ("LAST", f"{one.last:%m-%d}" if one is not None and one.last is not None else "-")
            if ORDERS[name].tells_last
            else ("CHANGE", changed(one.growth if one is not None else None)),
        ]
    elif name not in ORDERS and name not in {"delivered", "bounces"}:
        figures.insert(0, (words_of(name).upper()[: FIGURE - 1], _short(sums.get(name))))
    figures += [
        ("BOUNCES", _short(sums.get("bounces"))),
        ("BOUNCED", percent(sums.bounce_share)),
        ("SPAM", percent(sums.spam_share)),
    ]
    return figures[:FIGURES]


def _short(value: int | None) -> str:
    """Return a number that leaves a cell free in its column."""
    whole = number(value)
    return whole if value is None or len(whole) < FIGURE else short_number(value)
