"""The OS keyring: an allow-listed backend named directly, every call in a thread with a time limit.

Measured for this project: with no keyring at hand the library picks another store silently, one of them in plain text;
an unlock prompt that nobody answers blocks for ever; and only a daemon thread of our own lets the program end then.
"""

import asyncio
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tui_reseller.domain.errors import CredentialStoreError
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.secret import Secret

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

PROBE_SECONDS = 3.0
PERSON_SECONDS = 30.0
LONGEST = 1200
"""Windows keeps at most 1,280 characters; the same limit holds everywhere."""
READY, LOCKED, NO_COLLECTION, NONE = "ready", "locked", "no-collection", "none"
ALLOWED = frozenset(
    {
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.libsecret.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.kwallet.DBusKeyringKWallet4",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
    }
)
FAIL = "keyring.backends.fail.Keyring"
OVERRIDE = "PYTHON_KEYRING_BACKEND"
_HINTS = {
    LOCKED: 'unlock it in another shell of this session: read -rs P; printf %s "$P" | '
    "gnome-keyring-daemon --replace --unlock --components=secrets",
    NONE: "keep the key in memory (--store none), or have a command print it (--secret-command CMD)",
    NO_COLLECTION: "create a keyring first, or use --store none or --secret-command CMD",
    "timeout": "nobody answered the keyring's prompt; go on without it: --store none or --secret-command CMD",
}
T = TypeVar("T")


class KeyringStore:
    """Keys in the keyring of the operating system, one item per profile, bound to its host and user."""

    def __init__(self, *, probe_seconds: float = PROBE_SECONDS, person_seconds: float = PERSON_SECONDS) -> None:
        self._probe_seconds = probe_seconds
        self._person_seconds = person_seconds
        self._gone = False
        self._one_at_a_time = asyncio.Lock()

    @property
    def words(self) -> str:
        """Name the keyring of this system."""
        return {"darwin": "macOS Keychain", "win32": "Windows Credential Manager"}.get(
            sys.platform, "keyring of the desktop (Secret Service)"
        )

    async def probe(self) -> str:
        """Return none, no-collection, locked or ready, without raising a prompt.

        Raises CredentialStoreError if the environment names a backend that is not allowed, or nothing answers.
        """
        if _override() == FAIL:
            return NONE
        if sys.platform != "linux":
            return READY
        if not _bus():
            return NONE
        return await self._call(_state_on_bus, self._probe_seconds)

    async def get(self, profile: Profile) -> Secret | None:
        """Return the key of a profile, or None if the keyring has none. Raises CredentialStoreError."""
        await self._need_ready()
        found = await self._call(
            lambda: _backend().get_password(_service(profile), _user(profile)), self._person_seconds
        )
        return _read(found)

    async def put(self, profile: Profile, key: Secret) -> None:
        """Keep a key, read it back and compare. Raises CredentialStoreError."""
        text = json.dumps({"v": 1, "kind": "user_key", "key": key.reveal()}, separators=(",", ":"))
        if len(text) > LONGEST:
            raise CredentialStoreError(f"the key is too long for a keyring ({LONGEST} characters)", state="refused")
        await self._need_ready()
        service, user = _service(profile), _user(profile)

        def keep() -> str | None:
            backend = _backend()
            backend.set_password(service, user, text)
            return backend.get_password(service, user)

        if await self._call(keep, self._person_seconds) != text:
            raise CredentialStoreError(
                "the keyring did not keep the key: it reads back something else", state="unverified"
            )

    async def remove(self, profile: Profile) -> None:
        """Delete the item of a profile, if there is one. Raises CredentialStoreError."""
        if await self.probe() in {NONE, NO_COLLECTION}:
            return
        service, user = _service(profile), _user(profile)

        def delete() -> None:
            backend = _backend()
            if backend.get_password(service, user) is not None:
                backend.delete_password(service, user)

        await self._call(delete, self._person_seconds)

    async def _need_ready(self) -> None:
        state = await self.probe()
        if state != READY:
            words = {LOCKED: "the keyring is locked", NO_COLLECTION: "there is no keyring yet"}
            raise CredentialStoreError(
                words.get(state, "there is no keyring on this machine"), state=state, hint=_HINTS.get(state, "")
            )

    async def _call(self, work: Callable[[], T], seconds: float) -> T:
        """Run a call in a daemon thread of its own; after a timeout this keyring is out of use in this process."""
        if self._gone:
            raise _timeout()
        async with self._one_at_a_time:
            loop = asyncio.get_running_loop()
            answered: asyncio.Future[T] = loop.create_future()

            def settle(value: T | None, error: CredentialStoreError | None) -> None:
                if answered.done():
                    return
                if error is not None:
                    answered.set_exception(error)
                else:
                    answered.set_result(value)  # type: ignore[arg-type]  # None where T is None

            def run() -> None:
                value: T | None = None
                error: CredentialStoreError | None = None
                try:
                    value = work()
                except Exception as caught:  # noqa: BLE001 - backends raise anything; mapped here, once
                    error = _mapped(caught)
                if not loop.is_closed():
                    try:
                        loop.call_soon_threadsafe(settle, value, error)
                    except RuntimeError:
                        return  # the program is ending

            threading.Thread(target=run, daemon=True, name="keyring").start()
            try:
                return await asyncio.wait_for(answered, seconds)
            except TimeoutError:
                self._gone = True
                raise _timeout() from None


def _timeout() -> CredentialStoreError:
    return CredentialStoreError("the keyring did not answer in time", state="timeout", hint=_HINTS["timeout"])


def _mapped(error: Exception) -> CredentialStoreError:
    """Return our error for any of the library's, whose own words recommend stores that we refuse."""
    if isinstance(error, CredentialStoreError):
        return error
    kind = type(error).__name__
    if kind == "KeyringLocked" or "-25308" in str(error):
        return CredentialStoreError("the keyring is locked", state=LOCKED, hint=_HINTS[LOCKED])
    if kind in {"NoKeyringError", "InitError"}:
        return CredentialStoreError("there is no keyring on this machine", state=NONE, hint=_HINTS[NONE])
    return CredentialStoreError(f"the keyring failed ({kind})", state="failed", hint=_HINTS[NONE])


def _override() -> str:
    """Return the backend that the environment names, if it is one of the allowed."""
    name = os.environ.get(OVERRIDE, "")
    if name and name not in ALLOWED | {FAIL}:
        raise CredentialStoreError(
            f"{OVERRIDE} names a store that is not used here", state="refused", hint=f"unset {OVERRIDE}"
        )
    return name


def _bus() -> bool:
    """Whether there is a session bus; under cron or su its address is found where systemd puts it."""
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if runtime and (Path(runtime) / "bus").is_socket():
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={runtime}/bus"
        return True
    return False


def _state_on_bus() -> str:
    import secretstorage  # noqa: PLC0415 - only where a keyring is asked
    from secretstorage.exceptions import ItemNotFoundException, SecretStorageException  # noqa: PLC0415

    try:
        connection = secretstorage.dbus_init()
    except (SecretStorageException, OSError):
        return NONE
    try:
        if not secretstorage.check_service_availability(connection):
            return NONE
        collection = secretstorage.get_collection_by_alias(connection, "default")
        return LOCKED if collection.is_locked() else READY
    except ItemNotFoundException:
        return NO_COLLECTION
    except SecretStorageException:
        return NONE
    finally:
        connection.close()


def _backend() -> "KeyringBackend":
    """Return the backend of this system, constructed directly: discovery starts compilers and reads other settings."""
    import importlib  # noqa: PLC0415

    name = _override() or {
        "darwin": "keyring.backends.macOS.Keyring",
        "win32": "keyring.backends.Windows.WinVaultKeyring",
    }.get(sys.platform, "keyring.backends.SecretService.Keyring")
    module, _, kind = name.rpartition(".")
    backend: KeyringBackend = getattr(importlib.import_module(module), kind)()
    return backend


def _service(profile: Profile) -> str:
    return f"tui-reseller:{profile.name}"


def _user(profile: Profile) -> str:
    """Bound to where the key is used: another host or user finds nothing."""
    return f"{profile.api_user}@{profile.origin}"


def _read(found: str | None) -> Secret | None:
    if not found:
        return None
    try:
        key = json.loads(found).get("key")
    except (ValueError, AttributeError):
        key = None
    if not isinstance(key, str) or not key:
        raise CredentialStoreError("the keyring holds something that is not ours under this name", state="failed")
    return Secret(key)
