"""The first run: try it, connect an account, or quit."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.events import Click
from textual.geometry import Offset
from textual.screen import Screen
from textual.widgets import Static

from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.text import clean
from tui_reseller.services.services import Services
from tui_reseller.tui.dialogs.asking import Dialogs
from tui_reseller.tui.host import Host, Speaks

CHOICES = (
    ("demo", "1   Try it      on 1,000 invented customers; nothing is sent anywhere"),
    ("connect", "2   Connect     a reseller account; the test only reads"),
    ("quit", "3   Quit"),
)
FACTS = (
    "Text never writes: letters open a dialog, ctrl+s does what it says.\n"
    "Every change is shown before -> after first, and kept in a log of yours.\n"
    "?  says what every key does        u  takes back what can be taken back"
)


class FirstRun(Screen[None]):
    """There is no profile yet."""

    BINDINGS = [
        Binding("1", "demo", show=False),
        Binding("2", "connect", show=False),
        Binding("3,q,ctrl+q", "quit", show=False),
        Binding("down,j,tab", "move(1)", show=False),
        Binding("up,k,shift+tab", "move(-1)", show=False),
        Binding("enter", "choose", show=False),
    ]

    def __init__(self, host: Host, services: Services) -> None:
        super().__init__()
        self.host = host
        self.services = services
        self.dialogs = Dialogs(host)
        self.chosen = 0

    def compose(self) -> ComposeResult:
        """What it is, three choices, what to know before."""
        yield Static("TUI Reseller", markup=False, id="welcome")
        yield Static("Look after the customers of an e-mail reseller account.", markup=False, id="welcome-about")
        for action, words in CHOICES:
            yield Static(f"  {words}", markup=False, classes="welcome-choice", id=f"choose-{action}")
        yield Static(FACTS, markup=False, id="welcome-facts")
        yield Static("", markup=False, id="welcome-note")

    def on_mount(self) -> None:
        """Begin on the first choice."""
        if isinstance(self.app, Speaks):
            self.app.speak_in(self)
        self.action_move(0)

    @property
    def spoken(self) -> str:
        """What a screen reader hears of the choice that is pointed at."""
        key, *words = CHOICES[self.chosen][1].split()
        return f"{key}, {' '.join(words)}, {self.chosen + 1} of {len(CHOICES)}"

    @property
    def place(self) -> Offset:
        """Where that choice begins."""
        return self.query_one(f"#choose-{CHOICES[self.chosen][0]}").content_region.offset

    def action_move(self, step: int) -> None:
        """Go to the choice beside."""
        self.chosen = max(0, min(self.chosen + step, len(CHOICES) - 1))
        for at, (action, words) in enumerate(CHOICES):
            line = self.query_one(f"#choose-{action}", Static)
            line.update(f"{'>' if at == self.chosen else ' '} {words}")
            line.set_class(at == self.chosen, "-chosen")

    async def action_choose(self) -> None:
        """Do the choice that is pointed at."""
        await self.run_action(CHOICES[self.chosen][0])

    async def on_click(self, event: Click) -> None:
        """A click does what is clicked."""
        clicked = next((action for action, _ in CHOICES if event.widget is self.query_one(f"#choose-{action}")), None)
        if clicked is not None:
            await self.run_action(clicked)

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
