"""Profiles: add, change, test, remove; and which one is used."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from tui_reseller.domain.config import THEMES, Config
from tui_reseller.domain.config_keys import PROFILE, names
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import BadConfig, CredentialStoreError, InvalidInput
from tui_reseller.domain.nearest import did_you_mean
from tui_reseller.domain.printed import command
from tui_reseller.domain.profile import (
    COLOURS,
    Format,
    Profile,
    Store,
    checked_base_url,
    checked_max_percent,
    checked_max_rows,
    checked_name,
)
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.domain.proxy import checked_proxy, without_password
from tui_reseller.domain.refreshing import checked_refresh
from tui_reseller.services.list_ports import SnapshotPort
from tui_reseller.services.ports import ConfigPort, CredentialsPort
from tui_reseller.services.profile_choice import ENV, by_name, chosen, strictest

KEYS = names(PROFILE)


class Profiles:
    """The profiles of the config file, and the one that the environment may give (design: "Environment")."""

    def __init__(
        self,
        config: ConfigPort,
        credentials: CredentialsPort,
        snapshot: SnapshotPort,
        *,
        named: str | None = None,
        environment: Profile | None = None,
    ) -> None:
        self.config = config
        self.credentials = credentials
        self.snapshot = snapshot
        self.named = named
        self.environment = environment

    def load(self) -> Config:
        """Read the config file. Raises BadConfig."""
        return self.config.load()

    def choose(self, name: str | None = None, *, writing: bool = False) -> Profile:
        """Return the profile to use: the named one, the environment's, the default, or the only one.

        Raises BadConfig if there is none or the named one is not there; RefusedHere for a write if none of several is
        named: the default serves reads and the screen only.
        """
        return chosen(self.load, name or self.named, self.environment, writing=writing)

    def get(self, name: str) -> Profile:
        """Return a profile of the config file. Raises BadConfig if it is not there."""
        return by_name(self.load(), name)

    def strictest(self, profile: Profile) -> Profile:
        """Return a profile with the strictest rules of all profiles of its account: another name for it, or the
        environment, is no way around them. Raises BadConfig.
        """
        return strictest(self.load(), profile)

    def watched(self, profile: Profile) -> Callable[[], Profile]:
        """Return what tells a profile with the strictest rules of its account as they are now: the config file is read
        again when it was changed. What it returns raises BadConfig.
        """
        read: tuple[object, Profile] | None = None  # the stamp that was taken before, so that no change is missed

        def present() -> Profile:
            nonlocal read
            stamp = self.config.stamp()
            if read is None or stamp != read[0]:
                read = stamp, self.strictest(profile)
            return read[1]

        return present

    async def add(self, profile: Profile, credential: Credential | None) -> str:
        """Add a profile and keep its key; return where the key is, in words. Nothing is saved if the key cannot be.

        Raises InvalidInput if the name is taken or a value is wrong, CredentialStoreError with the remedies.
        """
        profile = checked(profile)
        if profile.name in self.load().profiles or profile.name == ENV:
            raise InvalidInput(f'there is a profile "{profile.name}" already', field="name")
        where = self.credentials.describe(profile)
        if profile.keeps_key:
            if credential is None:
                await self._need_keyring()
            else:
                where = await self.credentials.put(profile, credential)
        elif credential is not None:
            self.credentials.remember(profile, credential)
        try:
            self.config.put(profile)
        except BadConfig:
            if profile.keeps_key and credential is not None:
                await self.credentials.remove(profile)
            raise
        return where

    async def _need_keyring(self) -> None:
        state = await self.credentials.probe()
        if state != "ready":
            raise CredentialStoreError(
                f"no usable keyring on this machine ({state}); nothing was saved",
                state=state,
                hint="unlock the keyring, or use --secret-command CMD, or --store none (asks for the key each time)",
            )

    def changed(self, name: str, values: Mapping[str, str]) -> Profile:
        """Return a profile with keys set from text; it is not saved. Raises InvalidInput naming the key."""
        return checked(with_values(self.get(name), values))

    def put(self, profile: Profile) -> None:
        """Save a profile that changed() returned."""
        self.config.put(profile)

    async def keep(self, name: str, credential: Credential) -> str:
        """Put a new key, and what belongs to it, in the place of the old one. A password of the proxy that stood in the
        config file is taken out of it; it goes along where no other is given.
        """
        profile = self.get(name)
        if credential.proxy_password is None:
            credential = replace(credential, proxy_password=profile.proxy_password)
        where = await self.credentials.put(profile, credential)
        if profile.proxy_password is not None:
            self.config.put(replace(profile, proxy_password=None))
        return where

    def use(self, name: str) -> None:
        """Make a profile the one that reads and the screen use."""
        self.get(name)
        self.config.use(name)

    async def remove_key(self, name: str) -> None:
        """Take the key of a profile out of its keyring. Raises CredentialStoreError if that cannot be reached."""
        profile = self.get(name)
        if not profile.keeps_key:
            return
        try:
            await self.credentials.remove(profile)
        except CredentialStoreError as error:
            leave = " and ".join((command("profile", "set", name, "store=none"), command("profile", "remove", name)))
            raise CredentialStoreError(
                f'the key of profile "{name}" may still be kept: {error.message}; nothing was removed',
                state=error.state,
                hint=f"{error.hint}\nto leave the key where it is: {leave}",
            ) from None

    def remove(self, name: str) -> None:
        """Remove a profile and its snapshot. The audit log stays."""
        profile = self.get(name)
        self.snapshot.remove(profile.account)
        self.config.remove(name)


def checked(profile: Profile) -> Profile:
    """Return a profile with a canonical base URL. Raises InvalidInput naming the field."""
    checked_name(profile.name)
    if profile.provider not in PROVIDERS:
        raise InvalidInput(f"provider is one of: {', '.join(PROVIDERS)}", field="provider")
    if profile.colour not in COLOURS:
        raise InvalidInput(f"colour is one of: {', '.join(COLOURS)}", field="colour")
    if profile.theme not in {"", *THEMES}:
        raise InvalidInput(f"theme is one of: {', '.join(THEMES)}", field="theme")
    if not profile.api_user.strip():
        raise InvalidInput("the api user is the name of your reseller account", field="api_user")
    if any(ord(char) < 0x20 for char in profile.api_user):
        raise InvalidInput("the api user holds control characters", field="api_user")
    checked_proxy(profile.proxy)
    checked_max_rows(profile.max_rows)
    if profile.refresh:
        checked_refresh(profile.refresh)
    checked_max_percent(profile.max_percent)
    if profile.format.value not in profile.service.formats:
        raise InvalidInput(f"{profile.service.title} answers in {', '.join(profile.service.formats)}", field="format")
    europe = checked_base_url(profile.eu_base_url) if profile.eu_base_url else ""
    base_url, name = checked_base_url(profile.base_url), profile.api_user.strip()
    return replace(profile, base_url=base_url, eu_base_url=europe, api_user=name)


def with_values(profile: Profile, values: Mapping[str, str]) -> Profile:
    """Return a profile with keys set from text. Raises InvalidInput naming the key and the nearest one."""
    changed: dict[str, object] = {}
    for key, text in values.items():
        if key not in KEYS:
            raise InvalidInput(f"no key {key!r}", field=key, hint=did_you_mean(key, KEYS, ", ".join(KEYS)))
        changed[key] = _read(key, text)
    if "proxy" in changed:
        changed["proxy_password"] = None  # it belonged to the former one
    return replace(profile, **changed)  # type: ignore[arg-type]  # names and types come from KEYS


def _read(key: str, text: str) -> object:
    if key in {"protected", "read_only"}:
        if text.lower() not in {"true", "false", "yes", "no"}:
            raise InvalidInput(f"{key} is true or false", field=key)
        return text.lower() in {"true", "yes"}
    if key in {"credential_command", "proxy"}:
        return command_of(text) if key == "credential_command" else proxy_of(text)
    if key in {"max_rows", "max_percent"}:
        return max_rows_of(text) if key == "max_rows" else max_percent_of(text)
    try:
        return {"format": Format, "store": Store}[key](text) if key in {"format", "store"} else text
    except ValueError:
        names = ", ".join(item.value for item in (Format if key == "format" else Store))
        raise InvalidInput(f"{key} is one of: {names}", field=key) from None


def max_rows_of(text: str) -> int | None:
    """Read a ceiling of customers; an empty text or "none" is no ceiling. Raises InvalidInput."""
    try:
        return None if _is_none(text) else checked_max_rows(int(text))
    except ValueError:
        raise InvalidInput('max_rows is a whole number from 1, or "none"', field="max_rows") from None


def max_percent_of(text: str) -> float | None:
    """Read a ceiling in per cent of all customers; an empty text or "none" is no ceiling. Raises InvalidInput."""
    try:
        return None if _is_none(text) else checked_max_percent(float(text))
    except ValueError:
        raise InvalidInput('max_percent is a number above 0, at most 100, or "none"', field="max_percent") from None


def proxy_of(text: str) -> str:
    """Read the address of a proxy. Raises InvalidInput if a password stands in it, which is no argument."""
    _, password = without_password(text)
    if password is not None:
        raise InvalidInput(
            "the password of a proxy is never an argument: every process of this machine could read it",
            field="proxy",
            hint="name the user alone, http://USER@HOST:PORT: the password is asked for, or read by "
            "--proxy-password-stdin of profile add and profile secret",
        )
    return text


def _is_none(text: str) -> bool:
    return text.strip().lower() in {"", "none"}


def command_of(text: str) -> tuple[str, ...]:
    """Split a command as a shell would, without running one."""
    import shlex  # noqa: PLC0415 - used by two verbs only

    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise InvalidInput(f"the command cannot be split: {error}", field="credential_command") from None
