"""The filter of the main screen: live on every key, kept by Enter, put back by Esc, with a history."""

from tui_reseller.domain.errors import InvalidFilter
from tui_reseller.domain.filters import Filter, parse_filter
from tui_reseller.domain.listing import ListContext
from tui_reseller.tui.presenters.header import count_text
from tui_reseller.tui.stage import Stage

VIEWS = {
    "0": "", "1": "-sending:on", "2": "is:missing-data", "3": "is:duplicate-email", "4": "is:needs-you",
    "5": "is:marked",
}  # fmt: skip


class Filtering:
    """What is typed into the filter, and what the list shows for it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._former = ""
        self._at: int | None = None

    def begin(self) -> None:
        """Remember the present filter, for Esc."""
        self._former = self.stage.state.filter_text
        self._at = None

    @property
    def recalling(self) -> bool:
        """Whether the history is being walked through."""
        return self._at is not None

    def view(self, key: str) -> str | None:
        """Return the filter of a shipped view."""
        return VIEWS.get(key)

    def set(self, text: str, *, final: bool) -> bool:
        """Filter by a text. What is not finished keeps the last result and says so; it is an error only on Enter."""
        try:
            found = parse_filter(text)
        except InvalidFilter as error:
            short = error.unfinished and not final
            pointer = "not finished" if short else f"{error.message} (at {error.place + 1})"
            self.stage.show(filter_text=text, filter_note=pointer, filter_valid=False)
            return False
        self.stage.filter = found
        self.stage.requery(filter_text=text, filter_note="", filter_valid=True)
        if not self.stage.state.shown and found:
            self.stage.show(filter_note=self._nothing(found))
        return True

    def _nothing(self, found: Filter) -> str:
        """Say what one term less would show."""
        customers = self.stage.session.customers
        best, best_text = 0, ""
        context = ListContext(self.stage.state.marked, self.stage.state.needs_you)
        for index in range(len(found.terms)):
            text = found.without(index)
            try:
                shown = customers.count(parse_filter(text), context=context)
            except InvalidFilter:
                continue
            if shown > best:
                term = found.terms[index]
                best, best_text = shown, found.text[term.start : term.end].strip()
        return f"without {best_text}: {count_text(best)}" if best and len(found.terms) > 1 else "nothing matches"

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

    def put_back(self) -> str:
        """Return to the filter that was there before."""
        self.set(self._former, final=True)
        return self._former
