"""The sources of a key in their order. What is configured and fails is final: nothing falls through to the next."""

import os
from collections.abc import MutableMapping
from dataclasses import replace

from tui_reseller.credentials.command import LIMIT, credential_from_command
from tui_reseller.credentials.keyring_store import KeyringStore
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import CredentialStoreError
from tui_reseller.domain.profile import Profile, Store
from tui_reseller.domain.text import clean

IN_MEMORY = "the memory of this process only"
_Bound = tuple[str, str, str, str]
"""What a key belongs to: the name of its profile, the address, the user there, and the proxy on the way."""


class Credentials:
    """Keys by profile: remembered in this process, else from its command, else from its keyring, else none. With a key
    comes the password of the proxy: the one in the config file if it stands there, else from the same place.

    Every method may raise CredentialStoreError.
    """

    def __init__(
        self,
        keyring: KeyringStore | None = None,
        environ: MutableMapping[str, str] = os.environ,
        *,
        command_seconds: float = LIMIT,
    ) -> None:
        self._keyring = keyring or KeyringStore(environ)
        self._environ = environ
        self._command_seconds = command_seconds
        self._remembered: dict[_Bound, Credential] = {}
        self._kept: dict[_Bound, str] = {}

    async def get(self, profile: Profile) -> Credential | None:
        """Return the key by the profile's configured source, or None if it is not configured or not found there."""
        found = await self._found(profile)
        if found is None or profile.proxy_password is None:
            return found
        return replace(found, proxy_password=profile.proxy_password)

    async def _found(self, profile: Profile) -> Credential | None:
        remembered = self._remembered.get(_bound_to(profile))
        if remembered:
            return remembered
        if profile.credential_command:
            return await credential_from_command(profile, self._environ, self._command_seconds)
        return await self._keyring.get(profile) if profile.store is Store.KEYRING else None

    async def put(self, profile: Profile, credential: Credential) -> str:
        """Keep a key, and what belongs to it, where the profile says, read it back, and return where it is in words.

        It stays in the memory of this process also if the store refuses it.
        """
        if profile.credential_command:
            raise CredentialStoreError(
                f"the key of profile {profile.name} comes from its credential command",
                state="refused",
                hint="change it where the command reads it, or take credential_command out of the profile",
            )
        self.remember(profile, credential)
        if profile.store is Store.NONE:
            return IN_MEMORY
        words = self._kept[_bound_to(profile)] = await self._keyring.put(profile, credential)
        return words

    async def remove(self, profile: Profile) -> None:
        """Delete the key of a profile from memory and from its keyring, if there is one."""
        self._remembered.pop(_bound_to(profile), None)
        self._kept.pop(_bound_to(profile), None)
        if profile.store is Store.KEYRING:
            await self._keyring.remove(profile)

    async def probe(self) -> str:
        """Return the state of the OS keyring: none, no-collection, locked or ready. Never raises a prompt."""
        return await self._keyring.probe()

    def remember(self, profile: Profile, credential: Credential) -> None:
        """Keep a key, and what belongs to it, in the memory of this process only."""
        self._remembered[_bound_to(profile)] = credential
        self._kept.pop(_bound_to(profile), None)

    def describe(self, profile: Profile) -> str:
        """Say in words where the key of a profile comes from."""
        if _bound_to(profile) in self._remembered:
            return self._kept.get(_bound_to(profile), IN_MEMORY)
        if profile.credential_command:
            return f'the command "{clean(profile.credential_command[0], longest=80)}"'
        return self._keyring.words() if profile.store is Store.KEYRING else "asked for when it is needed"


def _bound_to(profile: Profile) -> _Bound:
    return profile.name, profile.origin, profile.api_user, profile.proxy
