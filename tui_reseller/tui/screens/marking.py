"""Marks of the main screen: on usernames, so that sorting, filtering and refreshing do not move them."""

from tui_reseller.tui.panes.list_pane import ListPane
from tui_reseller.tui.profile_context import ProfileContext

LONGEST_RANGE = 1_000_000


class Marking:
    """Marks: one, a range, all shown, pasted ones; dropped and restored."""

    def __init__(self, context: ProfileContext) -> None:
        self.context = context

    def do(self, command_id: str, pane: ListPane) -> None:
        """Do one of the mark commands."""
        if command_id == "mark.toggle":
            if self.context.state.ranging:
                self._end_range(pane)
            else:
                self.toggle(pane)
                pane.move(pane.cursor + 1)
        elif command_id == "mark.range":
            if self.context.state.ranging:
                self._end_range(pane)
            else:
                pane.range_from = pane.cursor
                self.context.show(ranging=True)
        elif command_id == "mark.shown":
            self._mark_shown()
        else:
            self._drop_or_restore()

    def toggle(self, pane: ListPane) -> None:
        """Mark or unmark the customer under the cursor."""
        customer = pane.customer
        if customer is None:
            return
        if not customer.username:
            self.context.notify("This row is damaged: it has no username and cannot be marked.", "warning")
            return
        self.context.mark(self.context.state.marked ^ {customer.username})

    def _end_range(self, pane: ListPane) -> None:
        assert pane.range_from is not None  # noqa: S101 - ranging is only shown while there is one
        first, last = sorted((pane.range_from, pane.cursor))
        found = {customer.username for customer in pane.window(first, last + 1) if customer.username}
        pane.range_from = None
        self.context.show(ranging=False)
        self.context.mark(self.context.state.marked | found)

    def drop_range(self, pane: ListPane) -> None:
        """Forget a range that was begun."""
        pane.range_from = None
        self.context.show(ranging=False)
        pane.redraw()

    def _mark_shown(self) -> None:
        shown = frozenset(name for name in self.context.session.customers.usernames() if name)
        self.context.mark(self.context.state.marked | shown)
        self.context.notify(f"{len(self.context.state.marked):,} marked.")

    def _drop_or_restore(self) -> None:
        state = self.context.state
        if state.marked:
            self.context.dropped_marks = state.marked
            self.context.mark(frozenset())
            self.context.notify(f"{len(self.context.dropped_marks):,} marks dropped; - again restores them.")
        elif self.context.dropped_marks:
            self.context.mark(self.context.dropped_marks)
            self.context.notify(f"{len(state.marked or self.context.dropped_marks):,} marks restored.")

    def paste(self, text: str) -> None:
        """Mark pasted usernames; say which are not there."""
        names = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
        found = frozenset(name for name in names if self.context.session.customers.get(name) is not None)
        missing = [name for name in names if name not in found]
        if found:
            self.context.mark(self.context.state.marked | found)
        words = f"{len(found)} of {len(names)} names marked"
        if missing:
            words += f", {len(missing)} not found: " + ", ".join(missing[:5]) + (" ..." if len(missing) > 5 else "")
        self.context.notify(words + ".")
