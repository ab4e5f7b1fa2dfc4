"""What stands in a list in which no customer is: what that means, and what can be done."""

from tui_reseller.tui.presenters.header import count_text
from tui_reseller.tui.view_state import ViewState

NOT_FINISHED = "not finished"
"""What is said of a filter that may become one."""


def nothing_words(state: ViewState) -> tuple[str, ...]:
    """Return the lines, none while customers are shown or the list is still on its way."""
    if state.shown or (state.read_at is None and not state.trouble):
        return ()
    if not state.filter_valid:
        is_short = state.filter_note == NOT_FINISHED
        said = ["The filter is not finished"] if is_short else ["The filter is not understood", state.filter_note]
        return (*said, "F1 words of filters   Esc puts the former one back")
    if state.filter_text and state.total:
        return (
            f"No customer matches   {state.filter_text}",
            f"Esc shows all {count_text(state.total)}   / changes the filter",
        )
    if state.read_at is None:
        return ("There is no list yet", "r reads it   @ opens another profile")
    return ("No customers yet", "n makes the first one   r reads the list again")
