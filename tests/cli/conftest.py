"""A desk at which commands are run in this process: on fakes, or against a real sandbox."""

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.harness.command import Ran, Terminal
from tests.harness.sandbox import Sandbox
from tui_reseller.cli.entry_points import EntryPoints, SandboxOptions, ScreenOptions
from tui_reseller.domain.profile import Profile
from tui_reseller.services.services import Services
from tui_reseller.storage.paths import Paths
from tui_reseller.wiring import entry_points
from tui_reseller.wiring.ledger import private_ledger
from tui_reseller.wiring.services import build, profiles_in

_spec = importlib.util.spec_from_file_location("cli_fakes", Path(__file__).with_name("fakes.py"))
fakes = sys.modules.setdefault("cli_fakes", importlib.util.module_from_spec(_spec))
_spec.loader.exec_module(fakes)


LIMIT = "1000000/36000"
"""Of calls to v3, whose end is hours away: what is refused beyond a limit that begins anew soon is waited for."""


class Desk:
    """The command on a fake service with a real ledger, config and snapshot in a folder of its own."""

    def __init__(self, folder: Path, terminal: Terminal) -> None:
        self.service = fakes.FakeService(fakes.people(3))
        self.credentials = fakes.FakeCredentials()
        self.clock = fakes.ManualClock()
        self.folder = folder
        self.opened: list[tuple] = []
        self._terminal = terminal
        self._paths = Paths(folder / "config", folder / "state", folder / "cache")
        for path in (self._paths.config, self._paths.state, self._paths.cache):
            path.mkdir(mode=0o700)
        self.add("acme")

    def add(self, name: str, **settings) -> None:
        profile = Profile(name, api_user=f"{name}-user", base_url="https://api.example.com/apiv2", **settings)
        self.services(None, False).profiles.config.put(profile)

    def hold(self, count: int) -> None:
        """Let the service have so many customers: c1, c2 ..."""
        self.service.customers = {customer.username: customer for customer in fakes.people(count)}

    def services(self, named: str | None, _debug: bool) -> Services:
        built = build(self._paths, self.credentials, profiles=profiles_in(self._paths, self.credentials, named=named))
        return replace(built, clock=self.clock, connect=lambda _profile, _key, _timeout: self.service)

    def __call__(self, *argv: str, stdin: bytes | str = "", answers: Sequence[str] | None = None) -> Ran:
        return self._terminal.run(argv, self.entry_points(), stdin, answers)

    def entry_points(self) -> EntryPoints:
        def screen(options: ScreenOptions) -> int:
            self.opened.append((options,))
            return 0

        def demo(*given) -> int:
            self.opened.append(given)
            return 0

        def sandbox(options: SandboxOptions) -> int:
            self.opened.append((options,))
            return 0

        return EntryPoints(self.services, screen, demo, sandbox, private_ledger)

    def files(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def desk(tmp_path, terminal) -> Desk:
    return Desk(tmp_path, terminal)


@pytest.fixture
def started(sandboxes) -> Callable[[str], Sandbox]:
    """One sandbox for each dialect; "shares" is one more, where a share of all customers counts, "accounts" another."""
    dialects = {"seed": "seed", "2014": "2014", "2018": "2018", "shares": "seed", "accounts": "seed"}
    return lambda name: sandboxes(f"cli {name}", "--dialect", dialects[name], "--limit", LIMIT, customers=40)


class Console:
    """The whole program against a sandbox: real wiring, real HTTP, folders of its own."""

    def __init__(self, terminal: Terminal, folder: Path, sandbox: Sandbox) -> None:
        self.sandbox, self.folder = sandbox, folder
        self.environment = {
            "TUI_RESELLER_BASE_URL": sandbox.base_url,
            "TUI_RESELLER_API_USER": sandbox.api_user,
            "TUI_RESELLER_API_KEY": sandbox.api_key,
            "TUI_RESELLER_FORMAT": "json",
        }
        self._terminal = terminal

    def __call__(self, *argv: str, stdin: bytes | str = "", answers: Sequence[str] | None = None) -> Ran:
        return self._terminal.run(argv, entry_points(dict(self.environment)), stdin, answers)

    def files(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """Folders of our own for one test."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    for name in [name for name in os.environ if name.startswith("TUI_RESELLER_")]:
        monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def consoles(terminal, home, started, monkeypatch) -> Iterator:
    """Make a console on the sandbox of a dialect; its faults are cleared before and after. What is asked again is asked
    again soon: how long that waits is the affair of tests/services.
    """
    monkeypatch.setattr("tui_reseller.services.retry.FIRST_WAIT", 0.02)
    used: list[Sandbox] = []

    def make(dialect: str = "seed", **environment: str) -> Console:
        sandbox = started(dialect)
        sandbox.clear()
        used.append(sandbox)
        made = Console(terminal, home, sandbox)
        made.environment |= {f"TUI_RESELLER_{name.upper()}": value for name, value in environment.items()}
        return made

    yield make
    for sandbox in used:
        sandbox.clear()


@pytest.fixture
def accounts_console(consoles):
    """Make a console on Account Provisioning v3."""
    made = consoles("accounts")
    ready = made.sandbox.ready
    made.environment |= {
        "TUI_RESELLER_PROVIDER": "accounts-v3",
        "TUI_RESELLER_BASE_URL": ready["v3_base_url"],
        "TUI_RESELLER_API_USER": "boss",
        "TUI_RESELLER_API_KEY": ready["v3_api_key"],
    }
    return made
