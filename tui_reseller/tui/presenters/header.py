"""The two lines above the list, and times as an operator reads them."""

from datetime import datetime

from rich.cells import cell_len

from tui_reseller.domain.listing import RefreshCounts
from tui_reseller.domain.profile import Profile, is_loopback
from tui_reseller.domain.text import clean
from tui_reseller.domain.times import clock_text
from tui_reseller.tui.view_state import ViewState

__all__ = ["badge_of", "clock_text", "count_text", "counts_line", "counts_words", "header_line", "list_words"]


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
    if state.trouble:
        since = f"list of {clock_text(state.read_at, now)}" if state.read_at else "no list"
        return f"{since} OLD - {state.trouble}" if state.read_at else f"{since} - {state.trouble}"
    if state.progress:
        return f"list of {clock_text(state.read_at, now)}, {state.progress}" if state.read_at else state.progress
    if state.read_at is None:
        return "no list yet"
    return f"list of {clock_text(state.read_at, now)} {'partial' if state.is_partial else 'complete'}"


def header_line(state: ViewState, now: datetime, width: int) -> tuple[str, str]:
    """Return the badge and the rest of the first line; what needs you stays at the right end."""
    badge = f" {state.badge} "
    parts = [clean(state.profile), clean(state.host), list_words(state, now)]
    if state.read_only:
        parts.append("READ-ONLY")
    elif state.writable_until:
        parts.append(f"writable until {clock_text(state.writable_until, now)}")
    parts += [words for words in (state.running, state.waiting) if words]
    needs = f"! {state.needs_you_count} needs you " if state.needs_you_count else ""
    left = " " + "  ".join(parts)
    room = width - cell_len(badge) - len(needs)
    if cell_len(left) > room and len(parts) > 2:
        left = " " + "  ".join([parts[0], *parts[2:]])
    if cell_len(left) > room:
        left = left[: max(room - 1, 0)] + "…"
    return badge, left.ljust(room) + needs


def counts_line(state: ViewState) -> str:
    """Say how many are shown, marked and hidden, and how they are sorted."""
    parts = [f"{count_text(state.shown)} of {count_text(state.total)}"]
    if state.detailed is not None and state.detailed < state.total:
        parts.append(f"details known of {count_text(state.detailed)}")
    if state.marked:
        hidden = f", {count_text(state.hidden)} hidden" if state.hidden else ""
        parts.append(f"{count_text(len(state.marked))} marked{hidden}")
    if state.ranging:
        parts.append("range")
    if state.sort or state.descending:
        by = f"by {state.sort}" if state.sort else "the service's order"
        parts.append(f"{by}{' reversed' if state.descending else ''}")
    return "   ".join(parts)


def badge_of(profile: Profile) -> str:
    """Return the word of the badge."""
    if profile.protected:
        return "PRODUCTION"
    host = profile.host.rpartition(":")[0] or profile.host
    return "LOCAL" if is_loopback(host.strip("[]")) else "LIVE"
