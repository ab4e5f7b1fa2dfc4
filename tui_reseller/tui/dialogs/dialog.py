"""What every dialog is: it answers once, and says in a line of its own what it does not do."""

from typing import ClassVar, TypeVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_reseller.domain.text import clean
from tui_reseller.tui.host import HoldsKeys, Speaks
from tui_reseller.tui.painting import PaintedScreen

T = TypeVar("T")


class Dialog(PaintedScreen[T], ModalScreen[T]):
    """A dialog. A key that waits behind the one that closed it must not close what lies below."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "stay", show=False, priority=True)]
    SAYS_IN: ClassVar[str]
    """The line, as a selector, in which it says something."""

    takes_keys = False

    def on_mount(self) -> None:
        """Say what has the keys, where a screen reader is helped; and take those that came while this opened."""
        if isinstance(self.app, Speaks):
            self.app.speak_in(self)
        self.take_keys()

    def take_keys(self) -> None:
        """Take keys from now on. A dialog does once its handlers of Mount have set the focus: Textual paints it before,
        and what is typed where nothing has the focus is lost.
        """
        self.takes_keys = True
        if isinstance(self.app, HoldsKeys):
            self.app.call_next(self.app.release_keys)

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Answer and close; afterwards nothing."""
        if not self.is_active:
            return AwaitComplete()
        return super().dismiss(result)

    def say(self, text: str) -> None:
        """Say something in the dialog: the message line is behind it."""
        self.query_one(self.SAYS_IN, Static).update(clean(text, longest=400))

    def action_stay(self) -> None:
        """Nobody leaves the program out of a dialog."""
        self.say("A dialog is open: Esc leaves it, then ctrl+q asks whether to quit.")
