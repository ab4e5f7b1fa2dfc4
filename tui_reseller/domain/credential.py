"""What opens a profile: its key, and the password of its proxy where that asks for one."""

from dataclasses import dataclass

from tui_reseller.domain.secret import Secret


@dataclass(frozen=True, slots=True)
class Credential:
    """Kept together, in one place, and handed on together. No proxy_password is None: not known, or not needed."""

    key: Secret
    proxy_password: Secret | None = None
