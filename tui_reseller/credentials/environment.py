"""Credentials from the environment: together they are one profile called env (design: "Environment")."""

import os
import stat
from collections.abc import MutableMapping
from dataclasses import dataclass

from tui_reseller.domain.errors import BadConfig, InvalidInput
from tui_reseller.domain.profile import DEFAULT_BASE_URL, Format, Profile, Store, checked_base_url
from tui_reseller.domain.secret import Secret

PREFIX = "TUI_RESELLER_"
NAMES = ("BASE_URL", "FORMAT", "API_USER", "API_KEY", "CREDENTIAL_FILE")
LONGEST_FILE = 4096


@dataclass(frozen=True, slots=True)
class EnvironmentProfile:
    """The profile env and its key."""

    profile: Profile
    key: Secret


def take_environment(environ: MutableMapping[str, str]) -> EnvironmentProfile | None:
    """Read our variables once and take them out, so that no child inherits them. Raises BadConfig for half a set."""
    found = {name: environ.pop(PREFIX + name) for name in NAMES if PREFIX + name in environ}
    if not found:
        return None
    if not found.get("API_USER"):
        raise _half("TUI_RESELLER_API_USER")
    if "API_KEY" in found and "CREDENTIAL_FILE" in found:
        raise BadConfig(
            "TUI_RESELLER_API_KEY and TUI_RESELLER_CREDENTIAL_FILE are both set: one of the two is too many"
        )
    if not found.get("API_KEY") and not found.get("CREDENTIAL_FILE"):
        raise _half("TUI_RESELLER_API_KEY or TUI_RESELLER_CREDENTIAL_FILE")
    key = Secret(found["API_KEY"]) if found.get("API_KEY") else _read(found["CREDENTIAL_FILE"])
    try:
        answers = Format(found.get("FORMAT", Format.JSON.value).lower())
    except ValueError:
        raise BadConfig("TUI_RESELLER_FORMAT is json or xml") from None
    try:
        base_url = checked_base_url(found.get("BASE_URL") or DEFAULT_BASE_URL)
    except InvalidInput as error:
        raise BadConfig(f"TUI_RESELLER_BASE_URL: {error.message}", hint=error.hint) from None
    profile = Profile(name="env", api_user=found["API_USER"], base_url=base_url, format=answers, store=Store.NONE)
    return EnvironmentProfile(profile, key)


def _half(missing: str) -> BadConfig:
    return BadConfig(
        f"half a set of credentials in the environment: {missing} is missing",
        hint="set TUI_RESELLER_API_USER with TUI_RESELLER_API_KEY or TUI_RESELLER_CREDENTIAL_FILE, or none of them",
    )


def _read(path: str) -> Secret:
    """Read a bare key from a private regular file of ours."""
    name = "TUI_RESELLER_CREDENTIAL_FILE"
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else "not a path"
        raise BadConfig(f"{name}: {said}") from None
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise BadConfig(f"{name}: not a regular file")
        if about.st_uid != os.geteuid():
            raise BadConfig(f"{name}: the file belongs to somebody else")
        if about.st_mode & 0o077:
            raise BadConfig(f"{name}: others can read the file", hint="chmod 600 on it")
        content = file.read(LONGEST_FILE + 1)
    if len(content) > LONGEST_FILE:
        raise BadConfig(f"{name}: the file is longer than 4 kB: it must hold the bare key")
    try:
        text = content.decode("utf-8").strip("\r\n")
    except UnicodeDecodeError:
        raise BadConfig(f"{name}: the file is not UTF-8 text") from None
    if not text.strip() or "\n" in text:
        raise BadConfig(f"{name}: the file must hold the bare key, on one line")
    return Secret(text)
