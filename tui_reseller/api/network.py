"""Connections of our own beneath the HTTP library: they know what arrived without having been asked for.

The library looks at a resting connection just once, sees nothing of what lies decrypted in a buffer, and takes what is
there already for the answer to the request that it is about to send. Here a request begins only on a connection that
is silent (N51). And where nothing is encrypted, only this machine is connected to, whatever a name leads to (S21).
"""

import asyncio
import errno
import ipaddress
import select
import socket
import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpcore

from tui_reseller.api.last_look import WatchfulSocket, refuse_late, watched

MOST_HELD = 1024 * 1024
"""Bytes that may wait to be read; then the other end has to wait."""
NEXT_ADDRESS_SECONDS = 0.25
"""So long one address of a name is tried alone (RFC 8305)."""


class Network(httpcore.AsyncNetworkBackend):
    """Opens connections. Only_here refuses every address that is not of the loopback."""

    def __init__(self, *, only_here: bool = False) -> None:
        self._only_here = only_here

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - fits the library
        local_address: str | None = None,  # noqa: ARG002 - fits the library
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - fits the library
    ) -> "Line":
        """Connect to the first address of a host that answers. Raises httpcore.ConnectTimeout, ConnectError."""
        async with _within(timeout, httpcore.ConnectTimeout, httpcore.ConnectError):
            addresses = await _addresses_of(host, port)
            if self._only_here:
                addresses = _only_loopback(addresses, host)
            connected = await _first_that_answers(addresses)
            _transport, line = await asyncio.get_running_loop().create_connection(Line, sock=connected)
        return line

    async def connect_unix_socket(self, *_given: Any, **_named: Any) -> httpcore.AsyncNetworkStream:
        """Fits the library; no profile has such an address."""
        raise NotImplementedError

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class Line(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """One connection: bytes as they came, and whether somebody asked for them."""

    def __init__(self, *, is_encrypted: bool = False) -> None:
        self._is_encrypted = is_encrypted
        self._transport: asyncio.Transport | None = None
        self._arrived = bytearray()
        self._has_ended = False
        self._error: Exception | None = None
        self._changed = asyncio.Event()
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._is_asking = False
        self._was_asked = False

    @property
    def _is_silent(self) -> bool:
        return not self._arrived and not self._has_ended

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109
        """Return all that arrived, or no bytes at the end. Raises httpcore.ReadTimeout, ReadError."""
        self._is_asking = False
        async with _within(timeout, httpcore.ReadTimeout, httpcore.ReadError):
            while self._is_silent:
                self._changed.clear()
                await self._changed.wait()
        if not self._arrived and self._error is not None:
            raise httpcore.ReadError from self._error
        data = bytes(self._arrived)
        self._arrived.clear()
        if self._transport is not None:
            self._transport.resume_reading()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - fits the library
        """Send bytes. Raises httpcore.WriteTimeout, WriteError; before a request, as _begin(); what is late: as
        refuse_late().
        """
        has_begun = self._is_asking
        if not has_begun:
            await self._begin()
        if self._transport is None or self._has_ended:
            raise httpcore.WriteError from self._error
        refuse_late(has_begun=has_begun)
        with watched():
            self._transport.write(buffer)
        async with _within(timeout, httpcore.WriteTimeout, httpcore.WriteError):
            await self._may_write.wait()

    async def _begin(self) -> None:
        """See that nothing arrived that would pass for the answer to the request that begins.

        Raises httpcore.ConnectionNotAvailable, upon which the library takes another connection: nothing was sent; and
        ConnectError if it is a new one.
        """
        if self._has_more_below():
            for _ in range(2):  # it gets here now, if it is more than what the encryption itself has to say
                await asyncio.sleep(0)
        if not self._is_silent:
            await self.aclose()
            if self._was_asked:
                raise httpcore.ConnectionNotAvailable
            async with _within(None, httpcore.ConnectTimeout, httpcore.ConnectError):
                raise _unasked()
        self._is_asking = self._was_asked = True

    def _has_more_below(self) -> bool:
        """Whether the system holds bytes that have not got here."""
        found = None if self._transport is None else self._transport.get_extra_info("socket")
        if found is None or found.fileno() < 0:
            return False
        looked = select.poll()
        looked.register(found.fileno(), select.POLLIN)
        return bool(looked.poll(0))

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - fits the library
    ) -> "Line":
        """Return this connection, encrypted. Raises httpcore.ConnectTimeout, ConnectError."""
        inner = Line(is_encrypted=True)
        async with _within(timeout, httpcore.ConnectTimeout, httpcore.ConnectError):
            try:
                encrypted = await asyncio.get_running_loop().start_tls(
                    self._silent_transport(), inner, ssl_context, server_hostname=server_hostname
                )
            except BaseException:
                await self.aclose()
                raise
        if encrypted is None:  # it was closed meanwhile
            raise httpcore.ConnectError
        inner._transport = encrypted
        return inner

    def _silent_transport(self) -> asyncio.Transport:
        if self._transport is None or not self._is_silent:
            raise _unasked()
        return self._transport

    async def aclose(self) -> None:
        """Hang up at once: what was not read is not wanted any more."""
        if self._transport is not None:
            self._transport.abort()
            await asyncio.sleep(0)

    def get_extra_info(self, info: str) -> Any:
        """Return what the library asks for of a connection."""
        if info == "is_readable":
            return not self._is_silent
        return None if self._transport is None else self._transport.get_extra_info(info)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hear of the connection (asyncio)."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a stream it always is
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Hear of bytes (asyncio)."""
        self._arrived += data
        if len(self._arrived) > MOST_HELD and self._transport is not None:
            self._transport.pause_reading()
        self._changed.set()

    def eof_received(self) -> bool:
        """Hear that no more bytes come (asyncio); we may still send, if nothing is encrypted."""
        self._has_ended = True
        self._changed.set()
        return not self._is_encrypted

    def connection_lost(self, exc: Exception | None) -> None:
        """Hear of the end (asyncio)."""
        self._error = self._error or exc
        self._has_ended = True
        self._changed.set()
        self._may_write.set()

    def pause_writing(self) -> None:
        """Hear that the other end is slow (asyncio)."""
        self._may_write.clear()

    def resume_writing(self) -> None:
        """Hear that it keeps up (asyncio)."""
        self._may_write.set()


def _unasked() -> OSError:
    return OSError(errno.EPROTO, "the other end hung up or spoke before it was asked")


class Address(NamedTuple):
    """Where a socket connects to."""

    family: int
    where: tuple[Any, ...]


async def _addresses_of(host: str, port: int) -> list[Address]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [Address(family, where) for family, _kind, _protocol, _name, where in found]


def _only_loopback(addresses: Sequence[Address], host: str) -> list[Address]:
    """Return the addresses of this machine itself. Raises OSError if a name has others only."""
    found = [address for address in addresses if _is_loopback(str(address.where[0]))]
    if not found:
        raise OSError(errno.EADDRNOTAVAIL, f"{host} is not this machine itself, and nothing would be encrypted")
    return found


def _is_loopback(text: str) -> bool:
    address = ipaddress.ip_address(text)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


async def _first_that_answers(addresses: Sequence[Address]) -> socket.socket:
    """Return a connected socket: the addresses are tried in order, the next one when one fails or is slow.

    Raises the OSError of the first that failed.
    """
    errors: list[BaseException] = []
    attempts: set[asyncio.Task[socket.socket]] = set()
    try:
        for number, address in enumerate(addresses, 1):
            attempts.add(asyncio.create_task(_connected(address)))
            while attempts:
                patience = NEXT_ADDRESS_SECONDS if number < len(addresses) else None
                done, _ = await asyncio.wait(attempts, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
                for attempt in done:
                    if (error := attempt.exception()) is None:
                        attempts.remove(attempt)
                        return attempt.result()
                    errors.append(error)
                attempts -= done
                if patience is not None:
                    break
    finally:
        await _give_up(attempts)
    raise errors[0] if errors else OSError(errno.EADDRNOTAVAIL, "the name has no address")


async def _give_up(attempts: Iterable["asyncio.Task[socket.socket]"]) -> None:
    """End attempts that are not needed any more, also one that has just succeeded."""
    for attempt in attempts:
        attempt.cancel()
    for found in await asyncio.gather(*attempts, return_exceptions=True):
        if isinstance(found, socket.socket):
            found.close()


async def _connected(address: Address) -> socket.socket:
    # The loop looks at the protocol to send at once what is written: else the body would wait for the head's receipt.
    made = WatchfulSocket(address.family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.settimeout(0)
        await asyncio.get_running_loop().sock_connect(made, address.where)
    except BaseException:
        made.close()
        raise
    return made


@asynccontextmanager
async def _within(seconds: float | None, late: type[Exception], failed: type[Exception]) -> AsyncIterator[None]:
    """Do something in time; what the system says becomes what the library says, with the cause kept."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise late from error
    except OSError as error:
        raise failed from error
