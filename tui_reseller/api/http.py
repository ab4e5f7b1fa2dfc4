"""One bounded, redacting caller around the transport of httpx.

It uses httpx's transport and not its client: the client would keep cookies, prepare redirects, read proxies and keys
from the environment and log every call, and all of that would have to be switched off again (N47-N49). Connections are
our own (transport.py, network.py).
"""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from operator import attrgetter
from types import TracebackType
from typing import Any, Self, TypeVar

import httpcore
import httpx

from tui_reseller import __version__
from tui_reseller.api.failures import translate
from tui_reseller.api.reply import Reply
from tui_reseller.api.request import Request
from tui_reseller.api.transport import transport_for
from tui_reseller.domain.errors import AnswerLost, NoAnswer, NotSent, Rejected
from tui_reseller.domain.leaving import IS_LATE
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.secret import Secret

CONNECT_SECONDS = 5.0
CLOSE_SECONDS = 1.0
STOPPED_SECONDS = 1.0
"""If a time is over by so much more when that is noticed, this process was stopped meanwhile."""
READ_UP_SECONDS = 2.0
"""So long what came while it was stopped may be read."""

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Caller:
    """Sends requests to one base URL, each once."""

    def __init__(self, base_url: str, host: str, transport: httpx.AsyncBaseTransport) -> None:
        self.host = host
        self._base_url = base_url
        self._transport = transport

    @classmethod
    def for_profile(cls, profile: Profile, proxy_password: Secret | None = None) -> Self:
        """Build the caller of a profile: its proxy and its CA, nothing of the environment.

        Raises NotSent if the CA file or the proxy cannot be used.
        """
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        failure: NotSent
        try:
            host = f"{profile.host} over the proxy" if profile.is_proxied else profile.host
            return cls(profile.base_url, host, transport_for(profile, proxy_password))
        except (OSError, ssl.SSLError) as error:
            reason = error.strerror or "no certificate in it"
            failure = NotSent(f"the CA file cannot be used: {reason}", hint="see ca_file in the profile")
        except (ValueError, httpx.InvalidURL):
            failure = NotSent("the proxy cannot be used", hint="proxy is http://HOST:PORT or https://HOST:PORT")
        raise failure

    def exchange(self, request: Request, seconds: float) -> "Exchange":
        """Prepare one call that has so many seconds in all. Enter the result to send it."""
        return Exchange(self, request, seconds)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    async def send(self, request: Request, trace: Callable[[str, dict[str, Any]], Awaitable[None]]) -> httpx.Response:
        """Hand one request to the transport. Raises what httpx raises, and InvalidInput for a value that cannot be
        encoded.
        """
        made = httpx.Request(
            request.method,
            f"{self._base_url}/{request.target()}",
            headers={
                **request.headers(),
                "Accept-Encoding": "identity",
                "User-Agent": f"tui-reseller/{__version__}",
            },
            content=request.content(),
            extensions={
                "timeout": {"connect": CONNECT_SECONDS, "pool": CONNECT_SECONDS, "read": None, "write": None},
                "trace": trace,
            },
        )
        return await self._transport.handle_async_request(made)


class Exchange:
    """One request and its answer, which is read piece by piece. Entering sends it; leaving gives the connection back.

    A connection whose answer could not be used, or brought more than the answer, is closed instead: whatever comes next
    on it may belong to another request (N51).
    """

    def __init__(self, caller: Caller, request: Request, seconds: float) -> None:
        self.request = request
        self.received = 0
        self.reply = Reply(0, (), None)
        self._caller = caller
        self._seconds = seconds
        self._began = asyncio.get_running_loop().time()
        self._ends = self._began + seconds
        self._response: httpx.Response | None = None
        self._parts: AsyncGenerator[bytes, None] | None = None
        self._begun = False
        self._has_left = False
        self._was_stopped = False
        self._traced = False

    async def __aenter__(self) -> Self:
        response = await self._guarded(self._start, self._seconds)
        self._response = response
        headers = tuple((name.lower(), value) for name, value in response.headers.multi_items())
        self.reply = Reply(response.status_code, headers, None)
        if self.is_readable:
            self._parts = _raw_parts(response)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        response = self._response
        assert response is not None  # noqa: S101 - what was not entered is not left
        self._note_down(str(response.status_code), error)
        with contextlib.suppress(httpx.HTTPError, OSError, TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                connection = response.extensions.get("network_stream")
                is_spoilt = (error is not None and not isinstance(error, Rejected)) or self._has_two_lengths
                if connection is not None and (is_spoilt or _has_more(response) is None):
                    await connection.aclose()
                if self._parts is not None:
                    await self._parts.aclose()
                await response.aclose()

    @property
    def _has_two_lengths(self) -> bool:
        """Whether it tells in two ways where it ends: somebody on the way may read it otherwise (RFC 9112 6.3)."""
        return {name for name, _ in self.reply.headers} >= {"content-length", "transfer-encoding"}

    @property
    def is_readable(self) -> bool:
        """Whether the body came as it is. We ask for no encoding, and undo none (N22, N23)."""
        return self.encoding in {"", "identity"}

    @property
    def encoding(self) -> str:
        """The content encodings of the answer, in lower case."""
        found = [value.strip().lower() for name, value in self.reply.headers if name == "content-encoding"]
        return ", ".join(part for part in found if part)

    async def read(self, quiet: float | None = None) -> bytes:
        """Return the next bytes of the body, or none at its end; at most *quiet* seconds of waiting.

        Raises AnswerLost if the body breaks off, if more follows than was announced (N19), or if it takes longer than
        *quiet* or than the call has in all.
        """
        if self._parts is None:
            return b""
        data = await self._guarded(self._next, self._seconds if quiet is None else quiet)
        self.received += len(data)
        if not data and self._response is not None and _has_more(self._response):
            raise AnswerLost(f"{self._caller.host}: more came than the answer")
        return data

    async def whole(self, cap: int, begun: bytes = b"") -> Reply:
        """Return the complete answer, with what was read of it before. Raises AnswerLost if it has more than *cap*
        bytes, or as read().
        """
        if not self.is_readable:
            return self.reply
        parts = [begun]
        while data := await self.read():
            if self.received > cap:
                raise AnswerLost(f"{self._caller.host}: the answer is larger than {cap // 1024} KiB")
            parts.append(data)
        return Reply(self.reply.status, self.reply.headers, b"".join(parts))

    async def _start(self) -> httpx.Response:
        return await self._caller.send(self.request, self._note)

    async def _next(self) -> bytes:
        assert self._parts is not None  # noqa: S101 - read() asks first
        return await anext(self._parts, b"")

    async def _note(self, event: str, info: dict[str, Any]) -> None:
        """Remember whether our own request has begun to leave, and let none leave that is late. A CONNECT to a proxy is
        not our request, and of one that a connection could not begin nothing has left. Raises NotSent.
        """
        self._traced = True
        if event == "http11.send_request_headers.started" and info["request"].method != b"CONNECT":
            if (is_late := IS_LATE.get()) is not None and is_late():
                raise NotSent(f"{self._caller.host}: connecting took so long that others may take this over")
            self._begun = True
        elif event == "http11.send_request_headers.failed" and isinstance(info["exception"], _CANNOT_BEGIN):
            self._begun = False
        elif event == "http11.send_request_body.complete":
            self._has_left = True

    async def _guarded(self, work: Callable[[], Awaitable[T]], seconds: float) -> T:
        """Do one step within the time that is left. Every failure is a domain error that holds nothing of the call."""
        within = min(seconds, self._ends - asyncio.get_running_loop().time())
        if within <= 0:  # a step that need not wait, because bytes are there already, would not hear of a timeout
            raise self.late()
        failure: NoAnswer
        try:
            async with self._within(within):
                return await work()
        except TimeoutError:
            failure = self.late()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError) as error:
            failure = translate(error, self._caller.host, begun=self._begun, traced=self._traced)
        if self._response is None:
            self._note_down("no answer", failure)
        raise failure

    @contextlib.asynccontextmanager
    async def _within(self, seconds: float) -> AsyncIterator[None]:
        """Raise TimeoutError after so many seconds. They may have passed while this process was stopped: if all of the
        request had left by then, the answer may lie here, and is given a moment to be read, once.
        """
        loop = asyncio.get_running_loop()
        ends = loop.time() + seconds
        timer: asyncio.TimerHandle

        def over() -> None:
            nonlocal timer
            if self._has_left and not self._was_stopped and loop.time() - ends > STOPPED_SECONDS:
                self._was_stopped = True
                self._ends = max(self._ends, loop.time() + READ_UP_SECONDS)
                timer = loop.call_later(READ_UP_SECONDS, over)
            else:
                limit.reschedule(loop.time())

        async with asyncio.timeout(None) as limit:
            timer = loop.call_at(ends, over)
            try:
                yield
            finally:
                timer.cancel()

    def _note_down(self, answer: str, error: BaseException | None) -> None:
        """Write time and size into the log, if it is wanted (--debug); never a value of the call."""
        seconds = asyncio.get_running_loop().time() - self._began
        outcome = f", {type(error).__name__}" if error else ""
        sent = f"{self.request.method} {self.request.path}"
        _log.debug("%s: %s, %.3f s, %d bytes%s", sent, answer, seconds, self.received, outcome)

    def late(self) -> NoAnswer:
        """Return the error of a call that took too long, by how far it came."""
        if not self._begun:
            return NotSent(f"{self._caller.host}: no connection within {self._seconds:g} s")
        if asyncio.get_running_loop().time() < self._ends:
            return AnswerLost(f"{self._caller.host}: the answer stalled")
        return AnswerLost(f"{self._caller.host}: no complete answer within {self._seconds:g} s")


async def _raw_parts(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """Read the body as it came. Unlike aiter_raw() this keeps the connection until we have judged the answer."""
    assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - only an asynchronous transport is used
    async for data in response.stream:
        if data:
            yield data


def _has_more(response: httpx.Response) -> bool | None:
    """Whether bytes came behind the end of an answer that was read whole; None if that cannot be told. On a connection
    that is used again they would be taken for the answer to the next request.
    """
    try:
        left, _is_closed = _CONNECTION(response)._h11_state.trailing_data  # noqa: SLF001 - see there
    except AttributeError:
        return None
    return bool(left)


_CONNECTION = attrgetter("stream._httpcore_stream._stream._connection")
"""The library has no public way to ask for this. Where its inside looks otherwise, no connection is used twice."""

_CANNOT_BEGIN = (httpcore.ConnectionNotAvailable, httpcore.ConnectError)
"""What our connections raise before the first byte of a request (network.py)."""
