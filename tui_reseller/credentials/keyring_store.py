"""The keyring of the operating system, asked in a thread of its own and never for longer than said."""

import asyncio
import json
import os
from collections.abc import Callable, MutableMapping
from typing import Protocol, TypeVar

from tui_reseller.credentials.backends import WORDS, chosen_backend
from tui_reseller.credentials.keyring_driver import Driver
from tui_reseller.credentials.remedies import from_foreign, unusable
from tui_reseller.credentials.waiting import in_daemon
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import CredentialStoreError
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.secret import Secret

PROBE_SECONDS = 3.0
PERSON_SECONDS = 30.0
LONGEST = 1200
"""Characters of an item: Windows takes no more than 1,280 (2,560 bytes)."""
Answer = TypeVar("Answer")


class KeyringDriver(Protocol):
    """What is asked of a keyring; every method may block for ever and raise anything."""

    def state(self) -> str:
        """Return none, no-collection, locked or ready, without ever raising a prompt."""

    def unlock(self) -> bool:
        """Ask the person to unlock it; return whether it is open."""

    def get(self, service: str, username: str) -> str | None:
        """Return a value."""

    def put(self, service: str, username: str, value: str) -> None:
        """Keep a value."""

    def delete(self, service: str, username: str) -> None:
        """Delete a value that is there."""


class KeyringStore:
    """Keys in the OS keyring, bound to profile name, origin and api user: another server never gets an old key (S20).

    Every method may raise CredentialStoreError. After a call that did not come back the keyring counts as unavailable
    for the rest of this process: its thread is still waiting.
    """

    def __init__(
        self,
        environ: MutableMapping[str, str] = os.environ,
        *,
        probe_seconds: float = PROBE_SECONDS,
        person_seconds: float = PERSON_SECONDS,
        driver: Callable[[str, MutableMapping[str, str]], KeyringDriver] = Driver,
    ) -> None:
        self._environ = environ
        self._probe_seconds = probe_seconds
        self._person_seconds = person_seconds
        self._make = driver
        self._turn = asyncio.Lock()
        self._waiting = False
        self._given_up = False

    async def probe(self) -> str:
        """Return none, no-collection, locked or ready. Never raises a prompt. Raises state refused or timeout."""
        backend = chosen_backend(self._environ)
        if backend is None:
            return "none"
        return await self._ask(backend, lambda driver: driver.state(), self._probe_seconds)

    async def get(self, profile: Profile) -> Credential | None:
        """Return what is kept of a profile, or None. A locked keyring may ask the person once."""
        state, backend = await self.probe(), chosen_backend(self._environ)
        if backend is None or state in {"none", "no-collection"}:
            raise unusable(state, backend=backend)
        if state == "locked" and not await self._ask(backend, lambda driver: driver.unlock(), self._person_seconds):
            raise unusable("locked", backend=backend)
        value = await self._ask(backend, lambda driver: driver.get(*profile.key_place), self._person_seconds)
        return _read(value, profile) if value else None

    async def put(self, profile: Profile, credential: Credential) -> str:
        """Keep a key and what belongs to it, read it back, and return where it is in words. Nothing is written unless
        the state is ready.
        """
        value = _written(profile, credential)
        if len(value) > LONGEST:
            raise CredentialStoreError(
                "the key is too long for a keyring",
                state="refused",
                hint=f"an item has at most {LONGEST:,} characters; was something else pasted?",
            )
        state, backend = await self.probe(), chosen_backend(self._environ)
        if backend is None or state != "ready":
            raise unusable(state, backend=backend)
        service, username = profile.key_place
        await self._ask(backend, lambda driver: driver.put(service, username, value), self._person_seconds)
        if await self._ask(backend, lambda driver: driver.get(service, username), self._person_seconds) != value:
            raise unusable("unverified", backend=backend)
        return self.words()

    async def remove(self, profile: Profile) -> None:
        """Delete the key of a profile, if there is one. A keyring that was never set up holds none; one that is out of
        reach may.
        """
        state, backend = await self.probe(), chosen_backend(self._environ)
        if state == "no-collection":
            return
        if backend is None or state != "ready":
            raise unusable(state, backend=backend)
        service, username = profile.key_place
        if await self._ask(backend, lambda driver: driver.get(service, username), self._person_seconds) is not None:
            await self._ask(backend, lambda driver: driver.delete(service, username), self._person_seconds)

    def words(self) -> str:
        """Return which keyring it is, in words."""
        backend = chosen_backend(self._environ)
        return "no keyring" if backend is None else WORDS[backend]

    async def _ask(self, backend: str, question: Callable[[KeyringDriver], Answer], limit: float) -> Answer:
        async with self._turn:
            if self._waiting or self._given_up:
                raise unusable("timeout", backend=backend)
            # Stays set while the thread waits, also when whoever asked has gone: one call at a time.
            self._waiting = True

            def ask() -> Answer:
                try:
                    return question(self._make(backend, self._environ))
                finally:
                    self._waiting = False

            try:
                return await in_daemon(ask, limit=limit, name="keyring")
            except TimeoutError:
                self._given_up = True
                raise unusable("timeout", backend=backend) from None
            except Exception as error:  # noqa: BLE001 - keyrings raise anything (terminal.md 1)
                raise from_foreign(error, backend) from None


def _written(profile: Profile, credential: Credential) -> str:
    """Return the item of a profile. The proxy's password is bound to its proxy, as the key is to its address."""
    content = {"v": 1, "kind": "user_key", "key": credential.key.reveal()}
    if credential.proxy_password is not None:
        content |= {"proxy": profile.proxy, "proxy_password": credential.proxy_password.reveal()}
    return json.dumps(content, separators=(",", ":"))


def _read(value: str, profile: Profile) -> Credential | None:
    try:
        found = json.loads(value)
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("v") != 1 or found.get("kind") != "user_key":
        raise unusable("failed", detail="the item is not one of this program")
    key, password = found.get("key"), found.get("proxy_password")
    if not isinstance(key, str) or not key:
        return None
    is_its_own = found.get("proxy") == profile.proxy
    return Credential(Secret(key), Secret(password) if isinstance(password, str) and is_its_own else None)
