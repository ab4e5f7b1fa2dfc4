"""The filter: live on every key, kept by Enter, put back by Esc, with a history."""

from dataclasses import dataclass, field

from tui_reseller.domain.errors import InvalidFilter
from tui_reseller.domain.filters import Filter, parse_filter
from tui_reseller.domain.listing import ListQuery
from tui_reseller.tui.presenters.empty import NOT_FINISHED
from tui_reseller.tui.presenters.header import count_text
from tui_reseller.tui.profile_context import ProfileContext


@dataclass(slots=True)
class _Filters:
    """Filters beside the present one: former was there when typing began, wider hides less, kept are earlier ones.

    At is the place in kept while earlier ones are walked through, None while they are not.
    """

    former: str = ""
    wider: str | None = None
    kept: list[str] = field(default_factory=list)
    at: int | None = None


async def begin(context: ProfileContext) -> None:
    """Let a filter be typed; the present one is remembered for Esc."""
    filters = context.memory(_Filters)
    filters.former, filters.at = context.state.filter_text, None
    context.view.focus_filter()


async def widen(context: ProfileContext) -> None:
    """Drop the term without which something is shown."""
    filters = context.memory(_Filters)
    text, filters.wider = filters.wider, None
    if text is not None and not context.state.shown:
        await filter_by(context, text, final=True)


async def filter_by(context: ProfileContext, text: str, *, final: bool) -> bool:
    """Filter by a text; return whether it is a filter. One that is not finished keeps the last result and says so; it
    is an error only if it is final.
    """
    try:
        found = parse_filter(text, context.provider)
        await context.requery(found, filter_text=text, filter_note="", filter_valid=True)
    except InvalidFilter as error:
        short = error.unfinished and not final
        pointer = NOT_FINISHED if short else f"{error.message} (at {error.place + 1})"
        context.show(filter_text=text, filter_note=pointer, filter_valid=False)
        return False
    if found and context.session.customers.is_head:
        context.show(filter_note="reading the list ...")
    elif found and not context.state.shown:
        context.show(filter_note=await _nothing(context, found))
    return True


async def _nothing(context: ProfileContext, found: Filter) -> str:
    """Say what one term less would show."""
    customers, marks = context.session.customers, context.marks
    best, best_text = 0, ""
    for index, term in enumerate(found.terms) if len(found.terms) > 1 else ():
        text = found.without(index)
        shown = await customers.count(ListQuery(parse_filter(text, context.provider), context=marks))
        if shown > best:
            best, best_text = shown, found.text[term.start : term.end].strip()
            context.memory(_Filters).wider = text
    return f"without {best_text}: {count_text(best)} (Backspace)" if best else "nothing matches"


async def keep(context: ProfileContext, text: str) -> bool:
    """Keep a text that was typed as the filter, and in the history; return whether it is a filter."""
    if not await filter_by(context, text, final=True):
        return False
    if text:
        filters = context.memory(_Filters)
        filters.kept = [kept for kept in filters.kept if kept != text] + [text]
    return True


async def put_back(context: ProfileContext) -> str:
    """Return to the filter that was there when typing began, and return its text."""
    former, found = context.memory(_Filters).former, found_here(context)
    await filter_by(context, former, final=True)
    stay_on(context, found)
    return former


def found_here(context: ProfileContext) -> str | None:
    """Return whom a filter has found: the customer under the cursor, if a filter shows it."""
    return context.current.username if context.filter and context.current is not None else None


def stay_on(context: ProfileContext, username: str | None) -> None:
    """Keep the cursor on whom a filter has found, now that more is shown."""
    row = context.session.customers.row_of(username) if username else None
    if row is not None:
        context.view.list.move(row)


def is_recalling(context: ProfileContext) -> bool:
    """Whether the history is being walked through."""
    return context.memory(_Filters).at is not None


def recall(context: ProfileContext, step: int, typed: str) -> str:
    """Return an earlier (step -1) or later filter of the history; what was typed if there is none."""
    filters = context.memory(_Filters)
    if not filters.kept:
        return typed
    at = (len(filters.kept) if filters.at is None else filters.at) + step
    filters.at = at if 0 <= at < len(filters.kept) else (0 if at < 0 else None)
    return filters.kept[filters.at] if filters.at is not None else filters.former
