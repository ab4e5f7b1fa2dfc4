"""The application on a real sandbox, and hands for it: keys, waiting for something to be true, what was received.

A desk is one opened application in this process. Whatever is claimed about "sent" is read from the sandbox's own
records, never from the application.

Nobody sees this screen, and painting is a third of the work: it is painted where a test looks (`screen_text`), for each
dialog that a test waits for, and at the end, unless a test asks for every painting (`open_desk(paints=True)`).
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rich.cells import set_cell_size
from textual._compositor import Compositor
from textual.events import Key
from textual.keys import key_to_character
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Input, OptionList, Static

from tests.harness.sandbox import Sandbox
from tests.harness.waiting import soon
from tui_reseller.credentials.credentials import Credentials
from tui_reseller.domain.audit import AuditQuery, Entry
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.profile import Format, Profile, Store
from tui_reseller.domain.secret import Secret
from tui_reseller.services.policy import READ_SECONDS
from tui_reseller.services.services import Services
from tui_reseller.storage.paths import Paths
from tui_reseller.tui.app import ResellerApp
from tui_reseller.tui.dialogs.form import Form
from tui_reseller.tui.screens.main import MainScreen
from tui_reseller.tui.widgets.inputs import FINGER_SECONDS, TypedInput
from tui_reseller.wiring.services import build

PATIENCE = 20.0
HURRY = 10
"""So much faster the clock of the keys runs, unless a test is about it: half a second to read is then a twentieth."""
IDLE = {"SLEEP_GRANULARITY": 0.01, "SLEEP_IDLE": 0.0005}
"""Who computes for so little of so many seconds has nothing to do (half of what the library waits for, at each key)."""
COMMITS = {"f2", "ctrl+s"}
KEYS = {
    " ": "space", "\r": "enter", ":": "colon", ".": "full_stop", "-": "minus", "@": "at", "/": "slash",
    "_": "underscore", "~": "tilde", "=": "equals_sign", '"': "quotation_mark", "(": "left_parenthesis",
    "[": "left_square_bracket", "+": "plus", "*": "asterisk", "!": "exclamation_mark",
}  # fmt: skip


MOVE = re.compile(r"\x1b\[(\d+)G(?:\x1b\[\d+X)?")
"""What a row tells the terminal of where its next part begins; any other sequence is shown, and so found."""


def _as_shown(strip: Strip) -> str:
    """Return a line as a terminal shows it."""
    line = ""
    for segment in strip:
        move = MOVE.fullmatch(segment.text)  # filters of the library take the mark of a control away
        line = line + segment.text if move is None else set_cell_size(line, int(move[1]) - 1)
    return line


@dataclass
class Desk:
    """One opened application."""

    app: ResellerApp
    pilot: Pilot[str]
    services: Services
    sandbox: Sandbox
    reading: float

    @property
    def main(self) -> MainScreen:
        return next(screen for screen in self.app.screen_stack if isinstance(screen, MainScreen))

    @property
    def state(self):
        return self.main.context.state

    @property
    def note(self) -> str:
        return self.state.note.line

    @property
    def dialog(self) -> Screen[Any] | None:
        return None if isinstance(self.app.screen, MainScreen) else self.app.screen

    @property
    def title(self) -> str:
        """The title of the dialog on top, or nothing."""
        for name in ("#form-name", "#menu-title", "#page-title"):
            found = self.app.screen.query(name)
            if found:
                return str(found.first(Static).content)
        return ""

    @property
    def problem(self) -> str:
        return str(self.app.screen.query_one("#form-problem", Static).content)

    def words(self) -> str:
        """Return all that the dialog on top says in fixed texts."""
        return "\n".join(str(widget.content) for widget in self.app.screen.query(Static))

    def lines(self) -> list[str]:
        rows = self.app.screen.query_one(OptionList)
        return [str(rows.get_option_at_index(at).prompt) for at in range(rows.option_count)]

    def screen_text(self) -> list[str]:
        """Paint; return what is painted, line by line."""
        return [_as_shown(strip) for strip in self.app.screen._compositor.render_strips()]

    def field(self, name: str) -> Input:
        return self.app.screen.query_one(f"#field-{name}", Input)

    def send(self, key: str, character: str | None = None) -> None:
        """Let a key come from the terminal."""
        event = Key(key, key_to_character(key) if character is None else character)
        event.set_sender(self.app)
        assert self.app._driver is not None
        self.app._driver.send_message(event)

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each when the one before has done its work."""
        for key in keys:
            if key in COMMITS and self.reading < READ_SECONDS:  # else the test is about the time to read
                await self._painted()
            self.send(key)
            await self.pilot.pause()
            await self.pilot.pause()

    async def _painted(self) -> None:
        """Wait until a form that is open has been there long enough to be read, on a busy machine, too."""
        if isinstance(self.app.screen, Form):
            guard = self.app.screen.guard
            await soon("it can be read", lambda: guard._painted and self.app.key_time() - guard._painted > READ_SECONDS)

    async def write(self, text: str) -> None:
        """Type a text as fast as a terminal brings it; a confirmation as fast as fingers can."""
        for char in text:
            self.send(KEYS.get(char, char), char)
            if self.app.screen.query(TypedInput):
                await asyncio.sleep(FINGER_SECONDS * 1.2)
        await self.pilot.pause()

    async def burst(self, text: str) -> None:
        """Let a text come in one piece, as a terminal pastes that does not mark what it pastes."""
        for char in text:
            self.send(KEYS.get(char, char), char)
        await self.pilot.pause()

    async def go_to(self, username: str) -> None:
        """Put the cursor on a customer."""
        await soon(f"{username} in the list", lambda: self.row_of(username) is not None)
        self.main.list.move(self.row_of(username) or 0)
        found = self.main.list.customer
        assert found is not None
        assert found.username == username
        await self.pilot.pause()

    def row_of(self, username: str) -> int | None:
        return self.main.context.session.customers.row_of(username)

    async def opened(self, title: str) -> None:
        """Wait for a dialog whose title holds these words."""
        await soon(f"a dialog {title!r}, not {self.title!r}", lambda: self.dialog is not None and title in self.title)
        await self.pilot.pause()
        self.screen_text()

    async def read_then(self, key: str = "f2") -> None:
        """Read the form as long as a commit asks for, then press the key that commits."""
        await self.pilot.pause(self.reading)
        await self.press(key)

    async def told(self, words: str) -> None:
        await soon(f"a note with {words!r}", lambda: self.has_told(words))

    def has_told(self, words: str) -> bool:
        return any(words in text for _, text in self.main.context.log)

    async def applied(self, *expected: tuple[str, str]) -> None:
        """Wait until this, and nothing else, was applied since the beginning of the test, and its outcome is known."""
        await soon(f"applied: {expected}", lambda: len(self.sandbox.log()) >= len(expected))
        assert self.sandbox.applied() == list(expected)
        await soon("its outcome is known", lambda: not self.main.context.session.desk.in_flight)
        await self.pilot.pause()

    async def is_quiet(self) -> None:
        """Wait until the list is read."""
        await soon("the list is read", lambda: self.state.read_at is not None and not self.state.progress)

    async def entries(self) -> list[Entry]:
        return list(await self.services.ledger.entries(AuditQuery(limit=0)))


def _paint_nothing(compositor: Compositor, **_how: object) -> None:
    """Take an update for painted."""
    compositor._dirty_regions.clear()


def folders(root: Path) -> Paths:
    paths = Paths(root / "config", root / "state", root / "cache")
    for path in (paths.config, paths.state, paths.cache):
        path.mkdir(mode=0o700, exist_ok=True)
    return paths


def acme(ready: dict[str, str], wire: str = "json", **more: Any) -> Profile:
    given = {"base_url": ready["base_url"], "format": Format(wire), "store": Store.NONE}
    return Profile("acme", ready["api_user"], **{**given, **more})


@asynccontextmanager
async def open_desk(
    sandbox: Sandbox,
    root: Path,
    *,
    wire: str = "json",
    size: tuple[int, int] = (80, 24),
    theme: str = "dark",
    run_read_only: bool = False,
    config: str = "",
    first_run: bool = False,
    hurries: bool = True,
    paints: bool = False,
    ledger: str = "",
    **profile: Any,
) -> AsyncIterator[Desk]:
    """Open the application on a sandbox, with folders below *root*."""
    paths = folders(root)
    account = acme(sandbox.ready, wire, **profile)
    credentials = Credentials()
    if not first_run:
        credentials.remember(account, Credential(Secret(sandbox.ready["api_key"])))
    services = build(paths, credentials, ledger=ledger)
    if not first_run and account.name not in services.profiles.load().profiles:
        services.profiles.config.put(account)
    if config:
        file = paths.config / "config.toml"
        file.write_text((file.read_text("utf-8") if file.exists() else "") + "\n" + config, "utf-8")
        file.chmod(0o600)
    app = ResellerApp(services, None if first_run else account, theme=theme, read_only=run_read_only, badge="")
    if hurries:
        app.key_clock = lambda: time.monotonic() * HURRY
    try:
        async with AsyncExitStack() as stack:
            for name, seconds in IDLE.items():
                stack.enter_context(patch(f"textual._wait.{name}", seconds))
            if not paints:
                stack.enter_context(patch.object(Compositor, "render_update", _paint_nothing))
            pilot = await stack.enter_async_context(app.run_test(size=size))
            desk = Desk(app, pilot, services, sandbox, READ_SECONDS / (HURRY if hurries else 1) + 0.1)
            if not first_run:
                await desk.is_quiet()
            yield desk
            if app.is_running:
                desk.screen_text()
    finally:
        await services.aclose()
