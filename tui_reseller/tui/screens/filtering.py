"""The filter of the main screen: live on every key, kept by Enter, put back by Esc, with a history."""

from tui_reseller.domain.errors import InvalidFilter
from tui_reseller.domain.filters import Filter, parse_filter
from tui_reseller.domain.listing import ListContext, ListQuery
from tui_reseller.tui.presenters.header import count_text
from tui_reseller.tui.stage import Stage


class Filtering:
    """What is typed into the filter, and what the list shows for it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._former = ""
        self._wider: str | None = None
        self._at: int | None = None

    def begin(self) -> None:
        """Remember the present filter, for Esc."""
        self._former = self.stage.state.filter_text
        self._at = None

    @property
    def recalling(self) -> bool:
        """Whether the history is being walked through."""
        return self._at is not None

    async def set(self, text: str, *, final: bool) -> bool:
        """Filter by a text. What is not finished keeps the last result and says so; it is an error only on Enter."""
        try:
            found = parse_filter(text, self.stage.session.provider)
            await self.stage.requery(found, filter_text=text, filter_note="", filter_valid=True)
        except InvalidFilter as error:
            short = error.unfinished and not final
            pointer = "not finished" if short else f"{error.message} (at {error.place + 1})"
            self.stage.show(filter_text=text, filter_note=pointer, filter_valid=False)
            return False
        if found and self.stage.session.customers.is_head:
            self.stage.show(filter_note="reading the list ...")
        elif found and not self.stage.state.shown:
            self.stage.show(filter_note=await self._nothing(found))
        return True

    async def _nothing(self, found: Filter) -> str:
        """Say what one term less would show."""
        customers, state = self.stage.session.customers, self.stage.state
        context = ListContext(state.marked, state.needs_you)
        best, best_text = 0, ""
        for index, term in enumerate(found.terms) if len(found.terms) > 1 else ():
            text = found.without(index)
            shown = await customers.count(ListQuery(parse_filter(text, self.stage.session.provider), context=context))
            if shown > best:
                best, best_text, self._wider = shown, found.text[term.start : term.end].strip(), text
        return f"without {best_text}: {count_text(best)} (Backspace)" if best else "nothing matches"

    async def widen(self) -> None:
        """Drop the term without which something is shown."""
        text, self._wider = self._wider, None
        if text is not None and not self.stage.state.shown:
            await self.set(text, final=True)

    def keep(self) -> None:
        """Put the filter into the history."""
        text = self.stage.state.filter_text
        if text:
            self.stage.filters = [kept for kept in self.stage.filters if kept != text] + [text]

    def recall(self, step: int, typed: str) -> str:
        """Return an earlier or later filter of the history."""
        kept = self.stage.filters
        if not kept:
            return typed
        at = (len(kept) if self._at is None else self._at) + step
        self._at = at if 0 <= at < len(kept) else (0 if at < 0 else None)
        return kept[self._at] if self._at is not None else self._former

    async def put_back(self) -> str:
        """Return to the filter that was there before."""
        await self.set(self._former, final=True)
        return self._former
