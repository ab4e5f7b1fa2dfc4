"""A profile: one named reseller account of ours, and where it is served."""

import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeVar
from urllib.parse import urlsplit

from tui_reseller.domain.account import account_key, address_of
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.providers import FOREIGN, PROVIDERS
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.proxy import user_in
from tui_reseller.domain.secret import Secret

UNNAMED = RESELLER_V2.id
"""The service of a profile that names none: there was one when it was written."""
DEFAULT_BASE_URL = RESELLER_V2.base_url
COLOURS = ("red", "orange", "yellow", "blue", "cyan", "violet", "grey")
N = TypeVar("N", int, float)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_HOST = re.compile(r"(?!.*\.\.)[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*/?")


class Format(Enum):
    """The format of the service's answers."""

    JSON = "json"
    XML = "xml"


class Store(Enum):
    """Where the key of a profile lives. None means it is asked for and kept in memory only."""

    KEYRING = "keyring"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Profile:
    """One named reseller account. Holds no key.

    Proxy never has a password in it. Proxy_password is one that an operator wrote into the config file; the others are
    kept with the key.

    Eu_base_url is where a service with regions is asked about European customers; a key is sent there as well.

    Refresh is when its list is read again by itself (refreshing.py), and theme that of its screen; empty is as the
    settings say.

    Max_rows (at least 1) and max_percent (above 0, at most 100) are ceilings: a change for more customers, or for a
    larger part of all, is refused. None is no ceiling.
    """

    name: str
    api_user: str
    base_url: str = DEFAULT_BASE_URL
    provider: str = UNNAMED
    format: Format = Format.JSON
    protected: bool = False
    read_only: bool = False
    colour: str = "blue"
    theme: str = ""
    store: Store = Store.KEYRING
    credential_command: tuple[str, ...] = ()
    proxy: str = ""
    ca_file: str = ""
    eu_base_url: str = ""
    refresh: str = ""
    max_rows: int | None = None
    max_percent: float | None = None
    proxy_password: Secret | None = None

    def stricter(self, other: "Profile") -> "Profile":
        """Return this profile with the stricter of its rules and those of another one."""
        return replace(
            self,
            protected=self.protected or other.protected,
            read_only=self.read_only or other.read_only,
            max_rows=_lower(self.max_rows, other.max_rows),
            max_percent=_lower(self.max_percent, other.max_percent),
        )

    @property
    def keeps_key(self) -> bool:
        """Whether its key is kept by us, in the keyring."""
        return self.store is Store.KEYRING and not self.credential_command

    @property
    def key_place(self) -> tuple[str, str]:
        """Service and user of its item in a keyring: a key is bound to the address and the user it was given for (S20).
        One service for each profile, since Windows mixes up users within one.
        """
        return f"tui-reseller:{self.name}", f"{self.origin}|{self.api_user}"

    @property
    def is_proxied(self) -> bool:
        """Whether its calls go over its proxy. What serves on this machine itself is always reached directly: what is
        not encrypted would stand open to the proxy, for which "this machine" is another one, too.
        """
        return bool(self.proxy) and not is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def wants_proxy_password(self) -> bool:
        """Whether its proxy is used and has a user, and so a password."""
        return self.is_proxied and user_in(self.proxy) is not None

    @property
    def service(self) -> Provider:
        """The table of its service."""
        return PROVIDERS.get(self.provider, FOREIGN)

    @property
    def account(self) -> str:
        """The one key of the account, however it is spelled: what locks, lists, plans and the audit log belong to."""
        return account_key(self.provider, self.base_url, self.api_user)

    @property
    def origin(self) -> str:
        """Scheme, host and port: what a key is bound to."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}".lower()

    @property
    def eu_place(self) -> str:
        """The base URL for customers of the European region: the profile's own, or the service's beside the usual
        address; empty where all go to one.
        """
        return self.eu_base_url or (self.service.eu_base_url if self.base_url == self.service.base_url else "")

    @property
    def host(self) -> str:
        """Host (and port, if given) for the header."""
        return urlsplit(self.base_url).netloc


def _lower(one: N | None, other: N | None) -> N | None:
    return min((number for number in (one, other) if number is not None), default=None)


def checked_name(name: str) -> str:
    """Return a profile name, or raise InvalidInput: 1-32 of letters, digits, dot, dash, underscore."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            "a profile name has 1 to 32 letters, digits, dots, dashes or underscores, beginning with a letter or digit",
            field="name",
        )
    return name


def checked_max_rows(number: float | None) -> int | None:
    """Return a ceiling of customers, or raise InvalidInput: a whole number from 1."""
    if number is None:
        return None
    if not isinstance(number, int) or number < 1:
        raise InvalidInput("max_rows is a whole number from 1", field="max_rows")
    return number


def checked_max_percent(share: float | None) -> float | None:
    """Return a ceiling as a part of all customers, or raise InvalidInput: above 0, at most 100 per cent."""
    if share is not None and not 0 < share <= 100:
        raise InvalidInput("max_percent is above 0 and at most 100", field="max_percent")
    return share


def checked_base_url(url: str) -> str:
    """Return the canonical base URL, or raise InvalidInput: what leads to one place is one URL, or is refused.

    https only, except http on loopback; no user, query, fragment, odd host or path (reliability S21, S22): a key would
    be sent there.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise InvalidInput("the base URL cannot be read", field="base_url") from None
    host = parts.hostname or ""
    if "@" in parts.netloc or parts.query or parts.fragment or "\\" in url or not _PATH.fullmatch(parts.path):
        raise InvalidInput(
            "the base URL is https://HOST[:PORT]/PATH, without user, query or fragment",
            field="base_url",
            hint=f"for example {DEFAULT_BASE_URL}",
        )
    if ".." in parts.path or "." in parts.path.split("/"):
        raise InvalidInput("the path of the base URL has a part . or ..", field="base_url")
    if port == 0 or not (_HOST.fullmatch(host) or _is_address(host)) or _is_odd(host):
        raise InvalidInput("the host of the base URL is not a plain name or address", field="base_url")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise InvalidInput(
            "the base URL must begin with https:// (http:// only for this machine itself)", field="base_url"
        )
    netloc = f"[{address_of(host)}]" if ":" in host else host.lower()
    netloc = netloc if ":" in netloc else netloc.strip("[]")  # an IPv4 address written as IPv6
    return f"{parts.scheme}://{netloc}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    address = address_of(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def _is_address(host: str) -> bool:
    return address_of(host) is not None


def _is_odd(host: str) -> bool:
    """A host that looks like a number but is no plain address (0x7f.1, 2130706433), or an address that is none of one
    host (0.0.0.0, which the system takes for itself; one with a zone, which has many spellings).
    """
    address = address_of(host)
    if address is not None:
        return address.is_unspecified or "%" in host
    return bool(re.fullmatch(r"(0[xX][0-9a-fA-F]*|[0-9]+)", host.rsplit(".", 1)[-1]))
