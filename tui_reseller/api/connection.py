"""What every client of a service needs of a profile: its connections, its time limit, and what its proxy is told."""

import asyncio
from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_reseller.api.request import Request
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.proxy import user_in
from tui_reseller.domain.secret import Secret

if TYPE_CHECKING:
    from tui_reseller.api.http import Caller, Exchange


class Connection:
    """The connections of one profile: opened at the first call, closed by aclose().

    Timeout is the longest a call may take in seconds; it only ever shortens the limits of the client.
    """

    def __init__(self, profile: Profile, *, proxy_password: Secret | None = None, timeout: float | None = None) -> None:
        self._profile = profile
        self._proxy_password = proxy_password
        self._proxy_secrets = _proxy_secrets(profile.proxy, proxy_password)
        self._timeout = timeout
        self._caller: Caller | None = None
        self._opening = asyncio.Lock()

    async def exchange(self, request: Request, seconds: float) -> "Exchange":
        """Prepare a call that has so many seconds in all, or fewer if the operator said so. Enter the result to send
        it; its request knows the secrets of the proxy, too.

        Raises NotSent if the CA file or the proxy cannot be used.
        """
        within = seconds if self._timeout is None else min(seconds, self._timeout)
        request = replace(request, secrets=(*request.secrets, *self._proxy_secrets))
        return (await self._open()).exchange(request, within)

    async def aclose(self) -> None:
        """Close all connections."""
        if self._caller is not None:
            await self._caller.aclose()

    async def _open(self) -> "Caller":
        async with self._opening:
            if self._caller is None:
                self._caller = await asyncio.to_thread(_new_caller, self._profile, self._proxy_password)
        return self._caller


def _proxy_secrets(address: str, password: Secret | None) -> tuple[Secret, ...]:
    """Return what a proxy is told: a password, and how it is written in a request (RFC 7617)."""
    if password is None or not password:
        return ()
    pair = f"{user_in(address) or ''}:{password.reveal()}".encode("utf-8", "replace")
    return password, Secret(b64encode(pair).decode())


def _new_caller(profile: Profile, proxy_password: Secret | None) -> "Caller":
    # Imported at the first call and beside the event loop: httpx and a TLS context take a fifth of a second.
    from tui_reseller.api.http import Caller  # noqa: PLC0415

    return Caller.for_profile(profile, proxy_password)
