"""The sources of a profile's key, in their order (design: "Environment")."""

from tui_reseller.credentials.command import run_command
from tui_reseller.credentials.keyring_store import KeyringStore
from tui_reseller.domain.errors import CredentialStoreError
from tui_reseller.domain.profile import Profile, Store
from tui_reseller.domain.secret import Secret


class Credentials:
    """Memory first, then the one configured source. A failure of that source is final: nothing falls through."""

    def __init__(self, keyring: KeyringStore | None = None) -> None:
        self._keyring = keyring or KeyringStore()
        self._memory: dict[tuple[str, str, str], Secret] = {}

    async def get(self, profile: Profile) -> Secret | None:
        """Return the key, or None if it is not configured or not found. Raises CredentialStoreError."""
        remembered = self._memory.get(_place(profile))
        if remembered is not None:
            return remembered
        if profile.credential_command:
            return await run_command(profile.credential_command)
        if profile.store is Store.KEYRING:
            return await self._keyring.get(profile)
        return None

    async def put(self, profile: Profile, key: Secret) -> str:
        """Keep a key where the profile says; return where that is. Raises CredentialStoreError."""
        if profile.credential_command:
            raise CredentialStoreError(
                f'profile "{profile.name}" gets its key from a command; nothing is stored',
                state="refused",
                hint=f"tui-reseller profile set {profile.name} credential_command=",
            )
        if profile.store is Store.KEYRING:
            await self._keyring.put(profile, key)
        self.remember(profile, key)
        return self.describe(profile)

    async def remove(self, profile: Profile) -> None:
        """Delete the key of a profile, here and in the keyring."""
        self._memory.pop(_place(profile), None)
        if profile.store is Store.KEYRING and not profile.credential_command:
            await self._keyring.remove(profile)

    async def probe(self) -> str:
        """Return the state of the OS keyring: none, no-collection, locked or ready. Never raises a prompt."""
        return await self._keyring.probe()

    def remember(self, profile: Profile, key: Secret) -> None:
        """Keep a key in the memory of this process only."""
        self._memory[_place(profile)] = key

    def describe(self, profile: Profile) -> str:
        """Say where the key of a profile comes from."""
        if profile.credential_command:
            return f"printed by the command {profile.credential_command[0]}"
        if profile.store is Store.KEYRING:
            return f"in the {self._keyring.words}"
        return "in memory only, until this program ends"


def _place(profile: Profile) -> tuple[str, str, str]:
    """A key is bound to where it is used: another host asks again."""
    return profile.name, profile.origin, profile.api_user
