"""The first run: try it, connect an account, or quit."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Static

from tui_reseller.domain.profile import Profile
from tui_reseller.services.services import Services
from tui_reseller.tui.profile_context import ProfileContext

if TYPE_CHECKING:
    from tui_reseller.tui.app import ResellerApp

CHOICES = (
    "1   Try it on invented customers (nothing is sent anywhere)",
    "2   Connect a reseller account",
    "3   Quit",
)


class FirstRun(Screen[None]):
    """There is no profile yet."""

    BINDINGS = [
        Binding("1", "demo", show=False),
        Binding("2", "connect", show=False),
        Binding("3,q,ctrl+q", "quit", show=False),
    ]

    def __init__(self, app: "ResellerApp", services: Services) -> None:
        super().__init__()
        self.reseller_app = app
        nobody = Profile("new", "new")
        self.context = ProfileContext(app, services, services.open(nobody), self._say)

    def compose(self) -> ComposeResult:
        """Three choices."""
        yield Static("TUI Reseller", markup=False, id="welcome")
        yield Static("Look after the customers of a reseller account.", markup=False, classes="welcome-line")
        for choice in CHOICES:
            yield Static(choice, markup=False, classes="welcome-choice")
        yield Static("", markup=False, id="welcome-note")

    def _say(self) -> None:
        if self.is_mounted:
            self.query_one("#welcome-note", Static).update(self.context.state.note.text)

    def action_demo(self) -> None:
        """Leave for the demo."""
        self.app.exit("demo")

    def action_connect(self) -> None:
        """Ask for an account; its list is the next screen."""
        self.reseller_app.run_flow(self._connect, "profile.add")

    async def _connect(self) -> None:
        from tui_reseller.tui.flows.profiles import connect  # noqa: PLC0415 - loaded with its first use

        profile = await connect(self.context.services, self.context)
        if profile is not None:
            self.reseller_app.open_profile(profile.name)

    def action_quit(self) -> None:
        """Leave."""
        self.app.exit()
