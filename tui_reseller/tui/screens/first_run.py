"""The first run: try it, connect an account, or quit."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Static

from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.text import clean
from tui_reseller.services.services import Services
from tui_reseller.tui.dialogs.asking import Dialogs
from tui_reseller.tui.host import Host

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

    def __init__(self, host: Host, services: Services) -> None:
        super().__init__()
        self.host = host
        self.services = services
        self.dialogs = Dialogs(host)

    def compose(self) -> ComposeResult:
        """Three choices."""
        yield Static("TUI Reseller", markup=False, id="welcome")
        yield Static("Look after the customers of a reseller account.", markup=False, classes="welcome-line")
        for choice in CHOICES:
            yield Static(choice, markup=False, classes="welcome-choice")
        yield Static("", markup=False, id="welcome-note")

    def say(self, text: str) -> None:
        """Say something below the choices."""
        self._notify(text)

    def _notify(self, text: str, _kind: str = "plain") -> None:
        if self.is_mounted:
            self.query_one("#welcome-note", Static).update(clean(text))

    def action_demo(self) -> None:
        """Leave for the demo."""
        self.app.exit("demo")

    def action_connect(self) -> None:
        """Ask for an account; its list is the next screen."""
        self.host.run_flow(self._connect, "profile.add")

    async def _connect(self) -> None:
        from tui_reseller.tui.flows.connecting import connect  # noqa: PLC0415 - loaded with its first use

        try:
            profile = await connect(self.services, self.dialogs, self._notify)
        except ResellerError as error:
            self._notify(error.message)
            return
        if profile is not None:
            self.host.open_profile(profile.name)

    def action_quit(self) -> None:
        """Leave."""
        self.app.exit()
