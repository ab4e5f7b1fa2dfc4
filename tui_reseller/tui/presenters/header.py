"""The two lines above the list, in parts with their kinds, and times as an operator reads them."""

from datetime import datetime

from rich.cells import cell_len

from tui_reseller.domain.listing import RefreshCounts
from tui_reseller.domain.profile import Profile, is_loopback
from tui_reseller.domain.text import clean
from tui_reseller.domain.times import clock_text
from tui_reseller.tui.presenters.called import called
from tui_reseller.tui.presenters.parts import Part, apart, cells_of, cropped, text_of
from tui_reseller.tui.view_state import ViewState

__all__ = ["badge_of", "clock_text", "count_text", "counts_line", "counts_words", "header_line", "list_words"]

GAP = "   "
OLD = " OLD "
"""Said of a list that could not be read again."""


def seconds_text(moment: datetime) -> str:
    """Return a time of day in local time, to the second."""
    return moment.astimezone().strftime("%H:%M:%S")


def count_text(number: int) -> str:
    """Return a number with separators."""
    return f"{number:,}"


def counts_words(counts: RefreshCounts) -> str:
    """Say how many customers a newer list has otherwise."""
    parts = ((counts.new, "new"), (counts.gone, "gone"), (counts.changed, "changed"))
    return ", ".join(f"{count_text(number)} {word}" for number, word in parts if number)


def list_words(state: ViewState, now: datetime) -> str:
    """Say how true the list is: its time, whether it is complete, what stands in the way."""
    return text_of(_list_parts(state, now))


def _list_parts(state: ViewState, now: datetime) -> list[Part]:
    since = f"list of {clock_text(state.read_at, now)}" if state.read_at else "no list"
    if state.trouble:
        old = [(" ", "soft"), (OLD, "chip-off")] if state.read_at else [(" -", "soft")]
        return [(since, "soft"), *old, (f" {state.trouble}", "off")]
    if state.progress:
        return [(f"{since}, {state.progress}" if state.read_at else state.progress, "soft")]
    if state.read_at is None:
        return [("no list yet", "soft")]
    whole = (" partial", "off") if state.is_partial else (" complete", "soft")
    return [(since, "soft"), whole]


def badge_words(state: ViewState) -> str:
    """Return the badge as it is shown."""
    return f" {state.badge} "


def header_parts(state: ViewState, now: datetime, width: int) -> list[Part]:
    """Return what follows the badge in the first line; what needs you stays at the right end."""
    groups: list[list[Part]] = [
        [(clean(state.profile), "strong")], [(clean(state.host), "soft")], _list_parts(state, now)
    ]  # fmt: skip
    if state.read_only:
        groups.append([("READ-ONLY", "strong")])
    elif state.writable_until:
        groups.append([(f" writable until {clock_text(state.writable_until, now)} ", "chip-danger")])
    if state.here:
        groups.append([(f"{len(state.here) + 1} here", "strong")])
    groups += [[(f" {words} ", "chip-info")] for words in (state.running, state.waiting) if words]
    needs = f" ! {state.needs_you_count} needs you " if state.needs_you_count else ""
    room = width - len(needs)
    left = [(" ", ""), *apart(groups, "  ")]
    if cells_of(left) > room:
        left = [(" ", ""), *apart([groups[0], *groups[2:]], "  ")]
    left = cropped(left, room)
    return [*left, (" " * (room - cells_of(left)), ""), (needs, "chip-off")]


def header_line(state: ViewState, now: datetime, width: int) -> tuple[str, str]:
    """Return the badge and the rest of the first line, as texts."""
    badge = badge_words(state)
    return badge, text_of(header_parts(state, now, width - cell_len(badge)))


def counts_parts(state: ViewState, width: int, *, plain: bool = False) -> list[Part]:
    """Say what is wrong with the filter; how many are in views, marked, hidden and shown, and how they are sorted. What
    views hold is left out where there is no room, and while a filter or marks say what is looked for. Plain: the key of
    a view is called a key, for it is heard between numbers.
    """
    groups: list[list[Part]] = [[(state.filter_note, "strong")]] if state.filter_note else []
    if state.marked:
        hidden = f", {count_text(state.hidden)} hidden" if state.hidden else ""
        groups.append([(f"* {count_text(len(state.marked))} marked{hidden}", "mark")])
    if state.ranging:
        groups.append([("range", "mark")])
    by: list[Part] = []
    if state.sort or state.descending:
        by = [(f"by {called(state.sort)}" if state.sort else "the service's order", "soft")]
        by += [(" reversed", "soft")] if state.descending else []
        groups.append(by)
    if state.detailed is not None and state.detailed < state.total:
        groups.append([(f"details known of {count_text(state.detailed)}", "soft")])
    groups.append([(f"{count_text(state.shown)} of {count_text(state.total)}", "soft")])
    if by and cells_of(apart(groups, GAP)) >= width:  # the title of its column says it, too
        groups.remove(by)
    views = (
        []
        if state.filter_text or state.marked
        else [(_spoken_view if plain else _view_parts)(*view) for view in state.views]
    )
    while views and cells_of(apart([*views, *groups], GAP)) >= width:
        views.pop()
    return [*apart([*views, *groups], GAP), (" ", "")]


def _spoken_view(key: str, name: str, count: int) -> list[Part]:
    return [(f"{name} {count_text(count)}, key {key}", "soft")]


def _view_parts(key: str, name: str, count: int) -> list[Part]:
    return [(key, "key"), (f" {name} ", "soft"), (count_text(count), "strong")]


def counts_line(state: ViewState, width: int = 80) -> str:
    """Return the same as one text."""
    return text_of(counts_parts(state, width))


def badge_of(profile: Profile) -> str:
    """Return the word of the badge."""
    if profile.protected:
        return "PRODUCTION"
    host = profile.host.rpartition(":")[0] or profile.host
    return "LOCAL" if is_loopback(host.strip("[]")) else "LIVE"
