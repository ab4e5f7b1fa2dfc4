"""Show a generated password once: hidden until asked for, gone when left."""

from collections.abc import Callable
from time import monotonic

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.secret import MASK, Secret
from tui_reseller.domain.text import quoted
from tui_reseller.services.policy import READ_SECONDS
from tui_reseller.tui.commit_guard import TOO_FAST
from tui_reseller.tui.dialogs.dialog import Dialog


class SecretText(Static):
    """The mask or the password: not to be selected, so that ctrl+c cannot take it."""

    ALLOW_SELECT = False


class ShowSecret(Dialog[str]):
    """The new password of one customer, or another secret if a title says which. Closing it unseen asks once. Its
    answer is whose secret is done with.
    """

    SAYS_IN = "#form-problem"
    BINDINGS = [Binding("escape", "done", show=False)]

    def __init__(
        self,
        username: str,
        secret: Secret,
        outcome: Outcome,
        copy: Callable[[str], str],
        *,
        title: str = "",
        remark: str = "It is shown here only. It cannot be read back.",
    ) -> None:
        super().__init__()
        self.heading = title or f"New password of {quoted(username, 40)}: {outcome.word}"
        self.remark = remark
        self.username = username
        self.secret = secret
        self.outcome = outcome
        self.copy = copy
        self.seen = False
        self.asked_at: float | None = None
        self.painted_at: float | None = None

    def compose(self) -> ComposeResult:
        """The mask and three buttons."""
        with Vertical(id="form"):
            yield Static(self.heading, markup=False, id="form-name")
            if not self.outcome.is_applied:
                yield Static(
                    "It may or may not be set: old and new may both be valid.", markup=False, classes="form-line"
                )
            secret = SecretText(MASK, markup=False, id="secret")
            secret.can_focus = False
            yield secret
            yield Static(self.remark, markup=False, id="form-problem")
            with Horizontal(id="form-buttons"):
                yield Button(Content("[Reveal]"), id="reveal", compact=True)
                yield Button(Content("[Copy: goes to your terminal's clipboard]"), id="copy", compact=True)
                yield Button(Content("[Done]"), id="done", compact=True)

    def on_mount(self) -> None:
        """Begin on what is wanted next. It shows nothing, and leaving takes another key."""
        self.set_focus(self.query_one("#copy"))
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        self.painted_at = monotonic()

    @property
    def _is_read(self) -> bool:
        return self.painted_at is not None and monotonic() - self.painted_at > READ_SECONDS

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Reveal, copy or close; what was typed ahead of it reveals and copies nothing."""
        event.stop()
        if event.button.id != "done" and not self._is_read:
            self.say(TOO_FAST)
        elif event.button.id == "reveal":
            self.query_one("#secret", Static).update(self.secret.reveal())
            self.seen = True
        elif event.button.id == "copy":
            self.query_one("#form-problem", Static).update(self.copy(self.secret.reveal()))
            self.seen = True
        else:
            self.action_done()

    def action_done(self) -> None:
        """Close; ask once if nobody has seen it."""
        if self.seen or (self.asked_at is not None and monotonic() - self.asked_at > READ_SECONDS):
            self.query_one("#secret", Static).update(MASK)
            self.dismiss(self.username)
            return
        # Again from now: neither a held key nor one typed ahead closes it.
        self.asked_at = monotonic()
        self.query_one("#form-problem", Static).update(
            "You have not seen it yet. Done or Esc again closes it for good."
        )
