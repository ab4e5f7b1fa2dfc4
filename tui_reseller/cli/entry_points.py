"""What the command needs from outside its room; wiring fits it in."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reseller.domain.providers.subusers_v3 import SUBUSERS_V3

if TYPE_CHECKING:
    from tui_reseller.services.services import Services


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """How to start a sandbox (design: "The sandbox from outside")."""

    host: str = "127.0.0.1"
    port: int = 8025
    customers: int = 1000
    seed: int = 1
    db: Path | None = None
    dialect: str = "seed"
    faults: str = ""
    eu_port: int = 0
    scopes: str = ""
    max_page: int = 500
    limit: str = ""
    accounts_on_behalf: bool = True

    def arguments(self) -> list[str]:
        """Return them as arguments of the sandbox's own process; the path of a file of customers is absolute there."""
        return [
            "--host", self.host, "--port", str(self.port), "--customers", str(self.customers),
            "--seed", str(self.seed), "--dialect", self.dialect,
            "--eu-port", str(self.eu_port), "--max-page", str(self.max_page),
            *(["--faults", self.faults] if self.faults else []),
            *(["--scopes", self.scopes] if self.scopes else []),
            *(["--limit", self.limit] if self.limit else []),
            *([] if self.accounts_on_behalf else ["--no-accounts-on-behalf"]),
            *(["--db", str(Path(self.db).absolute())] if self.db else []),
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScreenOptions:
    """How to open the full-screen application."""

    profile: str | None = None
    read_only: bool = False
    mouse: bool = True
    plain: bool = False
    slow_link: bool = False


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Which service the demo shows, and the format of its answers."""

    provider: str = SUBUSERS_V3.id
    format: str = "json"


@dataclass(frozen=True, slots=True)
class PrivateLedger:
    """A team's ledger on a PostgreSQL of our own: how each of its people gets there, its folder, whether it lives."""

    addresses: Mapping[str, str]
    folder: Path
    lives: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class EntryPoints:
    """Everything behind the command line: the services, the screen, the demo, the sandbox. Each returns an exit code.
    Private_ledger starts one in a folder (None: the usual one), for as long as it is entered.

    Services takes the profile named by --profile and whether to write a debug log. All may raise ResellerError.
    """

    services: "Callable[[str | None, bool], Services]"
    screen: Callable[[ScreenOptions], int]
    demo: Callable[[SandboxOptions, ScreenOptions, DemoOptions], int]
    sandbox: Callable[[SandboxOptions], int]
    private_ledger: Callable[[Path | None], AbstractContextManager[PrivateLedger]]
