"""Marks of the main screen: on usernames, so that sorting, filtering and refreshing do not move them."""

from tui_reseller.tui.panes.list_pane import ListPane
from tui_reseller.tui.stage import Stage

LONGEST_RANGE = 1_000_000


class Marking:
    """Marks: one, a range, all shown, pasted ones; dropped and restored."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def do(self, command_id: str, pane: ListPane) -> None:
        """Do one of the mark commands."""
        if command_id == "mark.toggle":
            if self.stage.state.ranging:
                self._end_range(pane)
            else:
                self.toggle(pane)
                pane.move(pane.cursor + 1)
        elif command_id == "mark.range":
            if self.stage.state.ranging:
                self._end_range(pane)
            else:
                pane.range_from = pane.cursor
                self.stage.show(ranging=True)
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
            self.stage.tell("This row is damaged: it has no username and cannot be marked.", "warning")
            return
        self.stage.mark(self.stage.state.marked ^ {customer.username})

    def _end_range(self, pane: ListPane) -> None:
        assert pane.range_from is not None  # noqa: S101 - ranging is only shown while there is one
        first, last = sorted((pane.range_from, pane.cursor))
        found = {customer.username for customer in pane.window(first, last + 1) if customer.username}
        pane.range_from = None
        self.stage.show(ranging=False)
        self.stage.mark(self.stage.state.marked | found)

    def drop_range(self, pane: ListPane) -> None:
        """Forget a range that was begun."""
        pane.range_from = None
        self.stage.show(ranging=False)
        pane.redraw()

    def _mark_shown(self) -> None:
        shown = frozenset(name for name in self.stage.session.customers.usernames() if name)
        self.stage.mark(self.stage.state.marked | shown)
        self.stage.tell(f"{len(self.stage.state.marked):,} marked.")

    def _drop_or_restore(self) -> None:
        state = self.stage.state
        if state.marked:
            self.stage.dropped_marks = state.marked
            self.stage.mark(frozenset())
            self.stage.tell(f"{len(self.stage.dropped_marks):,} marks dropped; - again restores them.")
        elif self.stage.dropped_marks:
            self.stage.mark(self.stage.dropped_marks)
            self.stage.tell(f"{len(state.marked or self.stage.dropped_marks):,} marks restored.")

    def paste(self, text: str) -> None:
        """Mark pasted usernames; say which are not there."""
        names = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
        found = frozenset(name for name in names if self.stage.session.customers.get(name) is not None)
        missing = [name for name in names if name not in found]
        if found:
            self.stage.mark(self.stage.state.marked | found)
        words = f"{len(found)} of {len(names)} names marked"
        if missing:
            words += f", {len(missing)} not found: " + ", ".join(missing[:5]) + (" ..." if len(missing) > 5 else "")
        self.stage.tell(words + ".")
