"""Marks: on usernames, so that sorting, filtering and refreshing do not move them."""

from dataclasses import dataclass

from tui_reseller.tui.profile_context import ProfileContext


@dataclass(slots=True)
class _Dropped:
    """Marks that were dropped last: they may be restored."""

    marks: frozenset[str] = frozenset()


async def toggle(context: ProfileContext) -> None:
    """Mark or unmark the customer under the cursor and move down; or end a range."""
    if context.state.ranging:
        _end_range(context)
    else:
        toggle_here(context)
        rows = context.view.list
        rows.move(rows.cursor + 1)
        rows.behind_mark = rows.customer.username if rows.customer else None


async def begin_or_end_range(context: ProfileContext) -> None:
    """Begin a range at the cursor, or mark from there to here."""
    if context.state.ranging:
        _end_range(context)
    else:
        context.view.list.range_from = context.view.list.cursor
        context.show(ranging=True)


async def mark_shown(context: ProfileContext) -> None:
    """Mark all that the filter shows."""
    shown = frozenset(name for name in context.session.customers.usernames() if name)
    context.mark(context.state.marked | shown)
    context.notify(f"{len(context.state.marked):,} marked.")


async def drop_or_restore(context: ProfileContext) -> None:
    """Drop all marks; where there are none, restore those that were dropped last."""
    dropped, marked = context.memory(_Dropped), context.state.marked
    if marked:
        dropped.marks = marked
        context.mark(frozenset())
        context.notify(f"{_marks(marked)} dropped; - again restores {'it' if len(marked) == 1 else 'them'}.")
    elif dropped.marks:
        context.mark(dropped.marks)
        context.notify(f"{_marks(dropped.marks)} restored.")


def _marks(marked: frozenset[str]) -> str:
    return "1 mark" if len(marked) == 1 else f"{len(marked):,} marks"


def toggle_here(context: ProfileContext) -> None:
    """Mark or unmark the customer under the cursor."""
    customer = context.current
    if customer is None:
        return
    if not customer.username:
        context.notify("This row is damaged: it has no username and cannot be marked.", "warning")
        return
    context.mark(context.state.marked ^ {customer.username})


def _end_range(context: ProfileContext) -> None:
    rows = context.view.list
    assert rows.range_from is not None  # noqa: S101 - ranging is only shown while there is one
    first, last = sorted((rows.range_from, rows.cursor))
    found = {customer.username for customer in rows.window(first, last + 1) if customer.username}
    rows.range_from = None
    context.show(ranging=False)
    context.mark(context.state.marked | found)


def drop_range(context: ProfileContext) -> None:
    """Forget a range that was begun."""
    context.view.list.range_from = None
    context.show(ranging=False)
    context.view.list.redraw()


def mark_pasted(context: ProfileContext, text: str) -> None:
    """Mark pasted usernames, one a line; say which are not there."""
    names = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    found = frozenset(name for name in names if context.session.customers.get(name) is not None)
    missing = [name for name in names if name not in found]
    if found:
        context.mark(context.state.marked | found)
    words = f"{len(found)} of {len(names)} names marked"
    if missing:
        words += f", {len(missing)} not found: " + ", ".join(missing[:5]) + (" ..." if len(missing) > 5 else "")
    context.notify(words + ".")
