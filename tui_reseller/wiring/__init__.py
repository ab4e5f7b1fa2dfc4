"""Builds everything. The only room that sees all others.

What is here is on the way to the first painting, and so are its imports: the services are built behind it. With them
and asyncio the first painting took a third longer (measured).
"""

from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui_reseller.cli.entry_points import DemoOptions, EntryPoints, PrivateLedger, SandboxOptions, ScreenOptions
from tui_reseller.credentials.environment import EnvironmentProfile, take_environment
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.environment import LEDGER
from tui_reseller.domain.profile import Profile
from tui_reseller.services.profile_choice import chosen
from tui_reseller.storage.paths import Paths
from tui_reseller.system import logs
from tui_reseller.system.memory import hide_memory, leave_no_core
from tui_reseller.wiring.config import config_in

if TYPE_CHECKING:
    from tui_reseller.services.services import Services

PROFILE_VARIABLE = "TUI_RESELLER_PROFILE"


def entry_points(environ: MutableMapping[str, str]) -> EntryPoints:
    """Return what is behind the command line. The environment's credentials are read once and taken out of it."""
    leave_no_core()
    taken = _Taken(environ)
    return EntryPoints(taken.services, taken.screen, _demo, _sandbox, _private_ledger)


class _Taken:
    """The environment, read at the first need: help and completion need none of it."""

    def __init__(self, environ: MutableMapping[str, str]) -> None:
        self._environ = environ

    def services(self, named: str | None, debug: bool = False) -> "Services":  # noqa: FBT001, FBT002 - fits EntryPoints
        paths = Paths.default()
        return _build(paths, self._asked(paths, named, debug=debug))

    def screen(self, options: ScreenOptions) -> int:
        from tui_reseller.wiring.screen import DEMO, show  # noqa: PLC0415 - scripts do not draw

        paths = Paths.default()
        asked, config = self._asked(paths, options.profile), config_in(paths).load()
        has_profile = bool(config.profiles) or asked.given or asked.named
        profile = chosen(lambda: config, asked.named, asked.profile) if has_profile else None
        code, choice = show(config, partial(_build, paths, asked), paths, profile, options)
        if choice == DEMO:
            return _demo(SandboxOptions(port=0), options, DemoOptions())
        return code

    def _asked(self, paths: Paths, named: str | None, *, debug: bool = False) -> "_Asked":
        logs.start(paths.state, debug=debug)
        hide_memory()
        given = take_environment(self._environ)
        named = named or self._environ.get(PROFILE_VARIABLE) or None
        return _Asked(named, given, self._environ.get(LEDGER, ""))


class _Asked(NamedTuple):
    """What was asked for: a profile by its name, what the environment gives, the ledger of a team by its address."""

    named: str | None
    given: EnvironmentProfile | None
    ledger: str

    @property
    def profile(self) -> Profile | None:
        """That of the environment."""
        return self.given.profile if self.given is not None else None


def _build(paths: Paths, asked: _Asked) -> "Services":
    from tui_reseller.credentials.credentials import Credentials  # noqa: PLC0415 - behind the first painting
    from tui_reseller.wiring.services import build, profiles_in  # noqa: PLC0415

    credentials = Credentials()
    if asked.given is not None and asked.given.key is not None:
        credentials.remember(asked.given.profile, Credential(asked.given.key))
    profiles = profiles_in(paths, credentials, named=asked.named, environment=asked.profile)
    return build(paths, credentials, profiles=profiles, ledger=asked.ledger)


def _demo(options: SandboxOptions, screen: ScreenOptions, shown: DemoOptions) -> int:
    from tui_reseller.wiring.demo import demo  # noqa: PLC0415 - needed by one verb

    return demo(options, screen, shown)


def _sandbox(options: SandboxOptions) -> int:
    from tui_reseller.wiring.demo import sandbox  # noqa: PLC0415 - needed by one verb

    return sandbox(options)


def _private_ledger(folder: Path | None) -> AbstractContextManager[PrivateLedger]:
    from tui_reseller.wiring.ledger import private_ledger  # noqa: PLC0415 - needed by one verb

    return private_ledger(folder)
