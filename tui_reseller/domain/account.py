"""Which reseller account of ours something belongs to: locks, lists, plans, jobs and the audit log hang on its key.

The key is `PROVIDER|SCHEME://HOST:PORT/PATH|NAME`: the host in lower case, an address in its shortest form, the port
always there, the letters of ASCII in the name in lower case: which others are one to the service, nobody knows. Two
spellings of one account have one key; two tenants behind one gateway, told apart by the path, have two. localhost,
127.0.0.1 and ::1 are one host; other addresses of this machine, as 127.0.0.2, may serve something else and are hosts of
their own. Of a path there is one spelling: profile.checked_base_url refuses the others.
"""

import ipaddress
from string import ascii_lowercase, ascii_uppercase, whitespace
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_PORTS = {"http": 80, "https": 443}
_SAME_HOSTS = {"sendgrid.com": "api.sendgrid.com", "127.0.0.1": "localhost", "::1": "localhost"}
"""Hosts that serve the same accounts (api/reseller-v2 of the vendor names both of the first line)."""


def account_key(provider: str, base_url: str, name: str) -> str:
    """Return the key of an account, from the base URL and the name of the account there."""
    return f"{provider}|{_place(base_url)}{urlsplit(base_url).path.rstrip('/')}|{_folded(name)}"


def is_spelling_of(spelling: str, account: str) -> bool:
    """Whether an account as older versions wrote it (`ORIGIN|NAME`, without the path) may be the one with this key.

    Several accounts may claim one old spelling: it never said which path was meant.
    """
    origin, _, name = spelling.partition("|")
    _provider, _, rest = account.partition("|")
    place, _, named = rest.partition("|")
    if not origin.partition("://")[2]:
        return False
    return named == _folded(name) and _place(place) == _place(origin)


def _folded(name: str) -> str:
    return name.strip(whitespace).translate(_LOWER)


def _place(url: str) -> str:
    """Return scheme, host and effective port in one form."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = str(address_of(host) or host)
    host = _SAME_HOSTS.get(host, host)
    port = parts.port or _PORTS.get(parts.scheme, 0)
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def address_of(host: str) -> Address | None:
    """Return the address that a host is, or None if it is a name. An IPv4 address written as IPv6 is the IPv4 one."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return None
    return (found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None) or found
