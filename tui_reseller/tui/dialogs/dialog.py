"""What every dialog is: it answers once."""

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

T = TypeVar("T")


class Dialog(ModalScreen[T]):
    """A dialog. A key that waits behind the one that closed it must not close what lies below."""

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Answer and close; afterwards nothing."""
        return super().dismiss(result) if self.is_active else AwaitComplete()
