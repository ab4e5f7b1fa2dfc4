"""The address of a proxy, and the password that may stand in one: it is a secret as the key is."""

import re
from urllib.parse import unquote, urlsplit

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.secret import Secret

_SCHEME = r"(?>(?:[A-Za-z][A-Za-z0-9+.-]*://)?)"
_WITH_PASSWORD = re.compile(rf"(?P<before>{_SCHEME}[^:]*):(?P<password>.+)@(?P<host>[^@]*)", re.DOTALL)
_WITH_USER = re.compile(rf"{_SCHEME}(?P<user>[^:]*)@[^@]*", re.DOTALL)


def without_password(address: str) -> tuple[str, Secret | None]:
    """Return an address without the password in it, and that password, decoded as in a URL; None if there is none.

    What cannot be read as a URL is taken apart all the same: rather too much of it counts as secret than too little.
    """
    found = _WITH_PASSWORD.fullmatch(address.strip())
    if found is None:
        return address, None
    return f"{found['before']}@{found['host']}", Secret(unquote(found["password"]))


def user_in(address: str) -> str | None:
    """Return the user who needs a password at a proxy, decoded as in a URL; None if there is none. One without a
    password is written USER:@HOST.
    """
    found = _WITH_USER.fullmatch(address.strip())
    return unquote(found["user"]) if found else None


def checked_proxy(address: str) -> str:
    """Return the address of a proxy without the password, empty for none; raise InvalidInput, which does not repeat it,
    for what is none.
    """
    try:
        parts = urlsplit(address)
        is_one = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_one = False
    if address and (not is_one or any(char.isspace() for char in address)):
        raise InvalidInput("the address of a proxy is http://HOST:PORT or https://HOST:PORT", field="proxy")
    return address
