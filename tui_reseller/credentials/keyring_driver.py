"""The one place that touches keyring libraries. Runs in a thread that may be left behind; imports them there."""

import importlib
from collections.abc import MutableMapping
from contextlib import closing
from typing import TYPE_CHECKING

from tui_reseller.credentials.backends import LIBSECRET, MACOS, SECRET_SERVICE, WINDOWS, session_bus

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend


class Driver:
    """A keyring of the allow-list, by the name of its class. Raises whatever the library raises."""

    def __init__(self, backend: str, environ: MutableMapping[str, str]) -> None:
        self._backend = backend
        address = session_bus(environ)
        if backend not in {MACOS, WINDOWS} and address is not None:
            # The libraries read it themselves.
            environ.setdefault("DBUS_SESSION_BUS_ADDRESS", address)

    def state(self) -> str:
        """Return none, no-collection, locked or ready, without ever raising a prompt."""
        if self._backend in {MACOS, WINDOWS}:
            return "ready"
        if self._backend not in {SECRET_SERVICE, LIBSECRET}:
            return "ready" if type(self._keyring()).viable else "none"
        import secretstorage  # noqa: PLC0415 - takes 70 ms

        try:
            connection = secretstorage.dbus_init()
        except (OSError, ValueError, KeyError, secretstorage.SecretStorageException):
            return "none"
        with closing(connection):
            if not secretstorage.check_service_availability(connection):
                return "none"
            try:
                # get_default_collection would raise a prompt where there is none.
                collection = secretstorage.get_collection_by_alias(connection, "default")
                return "locked" if collection.is_locked() else "ready"
            except secretstorage.ItemNotFoundException:
                return "no-collection"

    def unlock(self) -> bool:
        """Ask the person to unlock it; return whether it is open."""
        if self._backend not in {SECRET_SERVICE, LIBSECRET}:
            return True
        import secretstorage  # noqa: PLC0415 - takes 70 ms

        with closing(secretstorage.dbus_init()) as connection:
            collection = secretstorage.get_collection_by_alias(connection, "default")
            collection.unlock()
            return not collection.is_locked()

    def get(self, service: str, username: str) -> str | None:
        """Return a value."""
        return self._keyring().get_password(service, username)

    def put(self, service: str, username: str, value: str) -> None:
        """Keep a value."""
        self._keyring().set_password(service, username, value)

    def delete(self, service: str, username: str) -> None:
        """Delete a value that is there."""
        self._keyring().delete_password(service, username)

    def _keyring(self) -> "KeyringBackend":
        module, _dot, name = self._backend.rpartition(".")
        made: KeyringBackend = getattr(importlib.import_module(module), name)()
        return made
