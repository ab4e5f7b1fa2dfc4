"""Every key of the config file: what it means, which values it takes, and how a value is checked.

What reads the file, what prints its JSON Schema and what sets a profile from text go by these tables.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from tui_reseller.domain.config import SLOW_LINK, SYSLOG, THEMES
from tui_reseller.domain.duration import DURATION, read_duration
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.profile import (
    COLOURS,
    Format,
    Store,
    checked_base_url,
    checked_max_percent,
    checked_max_rows,
)
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.domain.proxy import checked_proxy, without_password
from tui_reseller.domain.refreshing import AUTO, MANUAL, checked_refresh
from tui_reseller.domain.team import checked_address

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$"


@dataclass(frozen=True, slots=True)
class Key:
    """A key. Kinds are the types that its value may have, the first one named in a complaint; choices all values, where
    they are few. Read returns the value that the program works with, and raises InvalidInput. Shape is what a JSON
    Schema can say of it beside kind and choices. Expects are words for the kinds, where there are several.
    """

    name: str
    kinds: tuple[type, ...]
    meaning: str
    choices: Collection[str] = ()
    read: Callable[..., object] = lambda value: value
    shape: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    required: bool = False
    expects: str = ""


def _choice(name: str, choices: Collection[str], meaning: str, read: Callable[..., object] = str) -> Key:
    return Key(name, (str,), meaning, choices, read)


def _command(parts: list[object]) -> tuple[str, ...]:
    if not parts or not all(isinstance(part, str) for part in parts) or not parts[0]:
        raise InvalidInput('must be a list of texts, the program first: ["pass", "show", "sendgrid"]')
    return tuple(str(part) for part in parts)


def _not_empty(text: str) -> str:
    if not text.strip():
        raise InvalidInput("must not be empty")
    return text


def _proxy(text: str) -> str:
    """Return the address of a proxy as it is written, maybe with a password in it."""
    checked_proxy(without_password(text)[0])
    return text


def _syslog(value: bool | str) -> str:  # noqa: FBT001 - what stands in the file
    if isinstance(value, bool):
        return SYSLOG if value else ""
    if not value.startswith("/"):
        raise InvalidInput("must be a path from the root on, or true")
    return value


def _europe(text: str) -> str:
    return checked_base_url(text) if text else ""


def _duration(text: str) -> timedelta:
    return read_duration(text)


_DURATION = MappingProxyType({"pattern": f"^{DURATION}$"})
_PROGRAM = {"type": "string", "minLength": 1}
_COMMAND = MappingProxyType({"minItems": 1, "prefixItems": [_PROGRAM], "items": {"type": "string"}})
_FROM_A_MINUTE = "0*([1-9][0-9]*[mhdMHD]|[6-9][0-9][sS]|[1-9][0-9]{2,}[sS])"
_REFRESH = MappingProxyType({"pattern": f"^({AUTO}|{MANUAL}|{_FROM_A_MINUTE})$"})
_URL = MappingProxyType({"format": "uri"})

TOP = (
    Key("default", (str,), "The profile that reads and the screen use."),
    Key("settings", (dict,), "How the screen looks and behaves, and what is kept."),
    Key("keys", (dict,), "Keys of the screen by the id of their command, as in docs/keys.md."),
    Key("profiles", (dict,), "One table for each reseller account of ours."),
    Key("team", (dict,), "The ledger that a team shares."),
)
SETTINGS = (
    _choice("theme", THEMES, "Colours of the screen."),
    Key(
        "refresh", (str,),
        "auto: a start reads the list again; manual: the key r alone does; 5m: auto, and every 5 minutes.",
        read=checked_refresh, shape=_REFRESH,
    ),
    _choice("slow_link", SLOW_LINK, "Paint less often; auto measures the line."),
    Key("plain", (bool,), "Screen for readers: ASCII, one pane at a time, the last line says what has the keys."),
    Key("mouse", (bool,), "Whether the screen takes the mouse."),
    Key("retention", (str,), "How long lists are kept on disk; 0d keeps none.", read=_duration, shape=_DURATION),
    Key(
        "syslog", (bool, str), "A copy of every intent and outcome: true, or the path of a socket.", read=_syslog,
        shape=MappingProxyType({"pattern": "^/"}),
        expects="true, false or the path of a socket",
    ),
)  # fmt: skip
PROFILE = (
    Key(
        "api_user", (str,), "The name of the account at the service.", read=_not_empty, required=True,
        shape=MappingProxyType({"pattern": r"\S"}),
    ),
    Key("base_url", (str,), "Where the service is.", read=checked_base_url, shape=_URL),
    _choice("provider", PROVIDERS, "Which service it is."),
    _choice("format", tuple(word.value for word in Format), "The format of the service's answers.", Format),
    Key("protected", (bool,), "Read-only until it is unlocked with a reason."),
    Key("read_only", (bool,), "Nothing that changes a customer is sent."),
    _choice("colour", COLOURS, "The colour of its name on the screen."),
    _choice("theme", THEMES, "Colours of its screen, instead of those in settings."),
    _choice("store", tuple(word.value for word in Store), "Where its key is kept; none: it is asked for.", Store),
    Key(
        "credential_command", (list,), "Program and arguments that print its key; no shell.", read=_command,
        shape=_COMMAND,
    ),
    Key("proxy", (str,), "http://USER@HOST:PORT; its password is kept with the key.", read=_proxy),
    Key("ca_file", (str,), "A file of certificates that are trusted instead of the system's."),
    Key("eu_base_url", (str,), "Where customers of the EU are asked about; a key is sent there as well.", read=_europe),
    Key("refresh", (str,), "As in settings, for this profile alone.", read=checked_refresh, shape=_REFRESH),
    Key(
        "max_rows", (int, float), "A change for more customers is refused.", read=checked_max_rows,
        shape=MappingProxyType({"type": "integer", "minimum": 1}), expects="a number",
    ),
    Key(
        "max_percent", (int, float), "A change for a larger part of all customers is refused.",
        read=checked_max_percent, expects="a number",
        shape=MappingProxyType({"type": "number", "exclusiveMinimum": 0, "maximum": 100}),
    ),
)  # fmt: skip

TEAM = (
    Key(
        "ledger", (str,), "Where it is: postgresql://HOST/DATABASE, or service=NAME; no password.",
        read=checked_address, required=True,
    ),
    Key("role", (str,), "The role of PostgreSQL; else that of the address, or the account of the system."),
    Key(
        "password_command", (list,), "Program and arguments that print the role's password; no shell.", read=_command,
        shape=_COMMAND,
    ),
)  # fmt: skip


def names(keys: tuple[Key, ...]) -> tuple[str, ...]:
    """Return the names of keys, in their order."""
    return tuple(key.name for key in keys)
