"""The profile called `env`: read once from the environment, then removed so that no child process inherits the key."""

import os
import stat
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path

from tui_reseller.domain.environment import (
    API_KEY,
    API_USER,
    BASE_URL,
    CREDENTIAL_FILE,
    EU_BASE_URL,
    FORMAT,
    KEY_FOLLOWS,
    NAME,
    PROVIDER,
)
from tui_reseller.domain.errors import BadConfig, InvalidInput
from tui_reseller.domain.profile import UNNAMED, Format, Profile, Store, checked_base_url
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.domain.secret import Secret
from tui_reseller.system.files import at_home

_ALL = (PROVIDER, BASE_URL, EU_BASE_URL, FORMAT, API_USER, API_KEY, CREDENTIAL_FILE, KEY_FOLLOWS)
_LARGEST = 64 * 1024
_TOO_LARGE = "it is larger than 64 KiB"


@dataclass(frozen=True, slots=True)
class EnvironmentProfile:
    """The profile that the environment describes, and its key; None if we are given it in another way."""

    profile: Profile
    key: Secret | None


def take_environment(environ: MutableMapping[str, str]) -> EnvironmentProfile | None:
    """Take our variables out of an environment and return what they describe, or None if none is set.

    An empty variable counts as not set; blanks and line ends around a value are those of the file that it came from.
    Raises BadConfig for half a set, for several lines, and for a file that others can read.
    """
    found = {name: value for name in _ALL if (value := _bare(environ.pop(name, "")))}
    for name, value in found.items():
        if len(value.splitlines()) > 1:
            raise BadConfig(f"{name} has several lines", hint="set it to one line")
    if not found:
        return None
    if API_USER not in found:
        there = " and ".join(found)
        raise BadConfig(f"{there} without {API_USER}", hint=f"set {API_USER} too, or unset {there}")
    if API_KEY in found and CREDENTIAL_FILE in found:
        raise BadConfig(f"{API_KEY} and {CREDENTIAL_FILE} are both set", hint="unset one of them")
    if not found.keys() & {API_KEY, CREDENTIAL_FILE, KEY_FOLLOWS}:
        raise BadConfig(
            f"{API_USER} without a key", hint=f"set {API_KEY} or {CREDENTIAL_FILE} too, or unset {API_USER}"
        )
    return EnvironmentProfile(_profile(found), _key(found))


def _key(found: dict[str, str]) -> Secret | None:
    if KEY_FOLLOWS in found:
        return None
    return Secret(found[API_KEY]) if API_KEY in found else _read_key(at_home(found[CREDENTIAL_FILE]))


def _profile(found: dict[str, str]) -> Profile:
    provider = found.get(PROVIDER, UNNAMED)
    if provider not in PROVIDERS:
        raise BadConfig(f"{PROVIDER} must be one of: {', '.join(PROVIDERS)}")
    service = PROVIDERS[provider]
    base_url = _address(BASE_URL, found.get(BASE_URL, service.base_url))
    europe = _address(EU_BASE_URL, found[EU_BASE_URL]) if EU_BASE_URL in found else ""
    try:
        format_ = Format(found.get(FORMAT, Format.JSON.value))
    except ValueError:
        raise BadConfig(f"{FORMAT} must be json or xml") from None
    if format_.value not in service.formats:
        raise BadConfig(f"{FORMAT}: {service.title} answers in {', '.join(service.formats)}")
    return Profile(NAME, found[API_USER], base_url, provider, format_, eu_base_url=europe, store=Store.NONE)


def _address(variable: str, text: str) -> str:
    try:
        return checked_base_url(text)
    except InvalidInput as error:
        raise BadConfig(f"{variable}: {error.message}", hint=error.hint) from None


def _read_key(path: Path) -> Secret:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = "it is a symbolic link" if path.is_symlink() else getattr(error, "strerror", None) or "no such path"
        raise BadConfig(f"{CREDENTIAL_FILE}: {path} cannot be read: {reason}") from None
    content, problem = b"", _problem(os.fstat(handle))
    if problem:
        os.close(handle)
    else:
        with os.fdopen(handle, "rb") as file:
            content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:  # it grew since it was looked at
        problem = _TOO_LARGE
    key, problem = ("", problem) if problem else _only_line(content)
    if problem:
        raise BadConfig(f"{CREDENTIAL_FILE}: {path} cannot be used: {problem}", hint="a file of yours with mode 0600")
    return Secret(key)


def _only_line(content: bytes) -> tuple[str, str]:
    """Return the key in a file, without what editors put around it, or what is wrong with it."""
    try:
        key = _bare(content.decode("utf-8"))
    except UnicodeDecodeError:
        return "", "it is not text"
    if not key:
        return "", "it is empty"
    return key, "it has several lines" if len(key.splitlines()) > 1 else ""


def _problem(found: os.stat_result) -> str:
    if not stat.S_ISREG(found.st_mode):
        return "it is not a plain file"
    if found.st_uid != os.geteuid():
        return "it belongs to somebody else"
    if found.st_mode & 0o077:
        return "other accounts can read it"
    return _TOO_LARGE if found.st_size > _LARGEST else ""


def _bare(text: str) -> str:
    """Return a value without what editors put around it in a file."""
    return text.strip().removeprefix("\ufeff").strip()
