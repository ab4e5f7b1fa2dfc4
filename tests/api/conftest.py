"""A tiny raw HTTP server that answers canned bytes, and clients for it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.harness.certificates import make_certificate, server_context
from tui_reseller.api.reseller_v2.client import ResellerV2
from tui_reseller.domain.profile import Format, Profile
from tui_reseller.domain.secret import Secret

KEY = "k3y-CANARY&/ü"
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def http(body: bytes | str, status: int = 200, *headers: str, length: int | None = None) -> bytes:
    """Write a complete answer."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Word", f"Content-Length: {len(data) if length is None else length}", *headers, "", ""]
    return "\r\n".join(lines).encode() + data


@dataclass
class Received:
    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Service:
    """Answers every request with `answer`: bytes, a list of bytes to be used up, or a coroutine function."""

    answer: Any = b""
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/apiv2"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                self.requests.append(await read_request(reader))
                answer = self.answer.pop(0) if isinstance(self.answer, list) else self.answer
                if callable(answer):
                    await answer(reader, writer)
                    break
                writer.write(answer)
                await writer.drain()
        writer.close()


async def read_request(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
    return Received(head[0], headers, await reader.readexactly(int(headers.get("content-length", 0))))


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    made = Service()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    for writer in made.writers:
        writer.transport.abort()
    await server.wait_closed()
    await asyncio.sleep(0.01)


MakeClient = Callable[..., ResellerV2]


@pytest.fixture
async def make_client(service: Service) -> AsyncIterator[MakeClient]:
    made: list[ResellerV2] = []

    def make(
        wanted: Format = Format.JSON, timeout: float | None = 5.0, proxy_password: Secret | None = None, **changes: Any
    ) -> ResellerV2:
        profile = replace(Profile("test", "boss", service.url, format=wanted), **changes)
        made.append(ResellerV2(profile, Secret(KEY), proxy_password=proxy_password, timeout=timeout))
        return made[-1]

    yield make
    for client in made:
        await client.aclose()


@pytest.fixture
def reply() -> Callable[..., bytes]:
    """Hand out http() to tests."""
    return http


@pytest.fixture
def key() -> str:
    return KEY


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of localhost."""
    return make_certificate(tmp_path_factory.mktemp("tls"), "localhost")


@pytest.fixture
async def tls_port(service, certificate):
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0, ssl=server_context(certificate))
    yield server.sockets[0].getsockname()[1]
    server.close()
    for writer in service.writers:
        writer.transport.abort()
    await server.wait_closed()
    await asyncio.sleep(0.01)
