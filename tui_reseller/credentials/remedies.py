"""Words for a keyring that cannot be used, and what to do about it."""

import sys

from tui_reseller.credentials.backends import MACOS
from tui_reseller.domain.errors import CredentialStoreError

_UNLOCK = 'read -rs P; printf %s "$P" | gnome-keyring-daemon --replace --unlock --components=secrets'
_OTHERWISE = (
    "without one: tui-reseller profile set NAME 'credential_command=pass show acme' (any program that prints the key), "
    "or keep the key in memory (store=none)"
)
"""The last resort stands first: it works on every machine."""
_WORDS = {
    "none": ("no system keyring on this machine (no Secret Service in this session)", f"{_OTHERWISE}; else start one"),
    "no-collection": (
        "the system keyring has not been set up yet",
        f"{_OTHERWISE}; else make it in another shell of this session: {_UNLOCK} - then try again",
    ),
    "locked": (
        "your keyring is locked",
        f"{_OTHERWISE}; else in another shell of this session: {_UNLOCK} - then try again",
    ),
    "timeout": ("your keyring does not answer", f"look for its question on your desktop; {_OTHERWISE}"),
    "unverified": (
        "the keyring took the key but does not give it back: it could not be verified",
        f"the key stays in memory until the program ends; look at the keyring; {_OTHERWISE}",
    ),
    "failed": ("the keyring refuses", f"look at the keyring; {_OTHERWISE}"),
}
_MACOS_LOCKED = (
    "the login keychain is locked in SSH sessions",
    f"{_OTHERWISE}; else run: security unlock-keychain - then try again",
)


def unusable(state: str, *, backend: str | None = None, detail: str = "") -> CredentialStoreError:
    """Return the error for a state, with its remedy as the hint. Detail is a word of ours, never a library's text."""
    message, hint = _WORDS[state]
    if state == "locked" and (backend == MACOS or (backend is None and sys.platform == "darwin")):
        message, hint = _MACOS_LOCKED
    return CredentialStoreError(f"{message} ({detail})" if detail else message, state=state, hint=hint)


def from_foreign(error: Exception, backend: str | None) -> CredentialStoreError:
    """Return our error for one of a keyring library. Its own text is not shown: it advises unsafe stores."""
    name = type(error).__name__
    if name == "KeyringLocked" or "-25308" in str(error):
        return unusable("locked", backend=backend)
    if name == "InitError":
        return unusable("no-collection", backend=backend)
    if name == "NoKeyringError":
        return unusable("none", backend=backend)
    return unusable("failed", backend=backend, detail=name)
