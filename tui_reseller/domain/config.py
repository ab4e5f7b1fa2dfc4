"""The operator's configuration, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from tui_reseller.domain.profile import Profile
from tui_reseller.domain.team import Team

THEMES = (
    "dark", "light", "high-contrast", "16", "catppuccin-mocha", "catppuccin-macchiato", "catppuccin-frappe",
    "catppuccin-latte", "gruvbox", "nord", "dracula", "tokyo-night", "solarized-dark", "solarized-light", "rose-pine",
    "rose-pine-dawn", "monokai", "flexoki",
)  # fmt: skip
"""Our own, the terminal's own colours, and those that people know from elsewhere."""
SYSLOG = "/dev/log"
"""Where syslog listens, unless the config says otherwise."""
SLOW_LINK = ("auto", "on", "off")


@dataclass(frozen=True, slots=True)
class Settings:
    """How the screen looks and behaves, and which keys it knows. Keys maps a command id to a key.

    Retention is how long a list is kept on disk; zero keeps none. Syslog is the socket to which the audit log is
    copied; empty is none.
    """

    theme: str = "dark"
    plain: bool = False
    mouse: bool = True
    refresh: str = "auto"
    slow_link: str = "auto"
    retention: timedelta = timedelta(days=30)
    syslog: str = ""
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Config:
    """All profiles by name, in the order of the file, the one in use, the settings, and the ledger of a team, if there
    is one.
    """

    profiles: Mapping[str, Profile] = field(default_factory=lambda: MappingProxyType({}))
    default: str | None = None
    settings: Settings = field(default_factory=Settings)
    team: Team | None = None


@dataclass(frozen=True, slots=True)
class ConfigFinding:
    """What is wrong with a config file: where (line and column from 1; 0 where that is not known), with which key (as
    `profiles.acme.format`; empty for the file itself), and what.
    """

    line: int
    column: int
    key: str
    words: str

    def text(self, file: str) -> str:
        """Return it in one line, as it stands in errors."""
        return ": ".join(filter(None, (f"{file}:{self.line}" if self.line else file, self.key, self.words)))
