"""Which keyrings are trusted, chosen by platform and by name: nothing is discovered.

Discovery would run programs, read a config file that can extend the import path, and may pick a store that keeps keys
in clear text or not at all (reliability S25, L28).
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from tui_reseller.domain.errors import CredentialStoreError
from tui_reseller.domain.text import quoted

VARIABLE = "PYTHON_KEYRING_BACKEND"
FAIL = "keyring.backends.fail.Keyring"
SECRET_SERVICE = "keyring.backends.SecretService.Keyring"  # noqa: S105 - the name of a class
LIBSECRET = "keyring.backends.libsecret.Keyring"
MACOS = "keyring.backends.macOS.Keyring"
WINDOWS = "keyring.backends.Windows.WinVaultKeyring"
WORDS = {
    SECRET_SERVICE: "the keyring of this session (Secret Service)",
    LIBSECRET: "the keyring of this session (libsecret)",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
    "keyring.backends.kwallet.DBusKeyringKWallet4": "KWallet 4",
    MACOS: "the macOS Keychain",
    WINDOWS: "the Windows Credential Manager",
}
"""The allow-list, with the words that say where a key is."""
_ELSEWHERE = {"darwin": MACOS, "win32": WINDOWS}


def chosen_backend(environ: Mapping[str, str]) -> str | None:
    """Return the class of the keyring to use, or None if there is none here; nothing is imported.

    Raises CredentialStoreError, state refused, if the environment names a keyring that is not on the allow-list.
    """
    named = environ.get(VARIABLE, "").strip()
    if named == FAIL:
        return None
    if named and named not in WORDS:
        raise CredentialStoreError(
            f"{VARIABLE} names {quoted(named)}, which is not a keyring that keeps keys safe",
            state="refused",
            hint=f"unset {VARIABLE}",
        )
    name = named or _ELSEWHERE.get(sys.platform, SECRET_SERVICE)
    if name not in _ELSEWHERE.values() and session_bus(environ) is None:
        return None
    return name


def session_bus(environ: Mapping[str, str]) -> str | None:
    """Return the address of the session's bus: as set, or the usual place (under cron and su it is not set)."""
    address = environ.get("DBUS_SESSION_BUS_ADDRESS")
    if address:
        return address
    folder = environ.get("XDG_RUNTIME_DIR")
    if folder and (Path(folder) / "bus").is_socket():
        return f"unix:path={folder}/bus"
    return None
