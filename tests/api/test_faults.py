"""Connections that fail: what certainly was not sent, and what may have been."""

import asyncio
import contextlib
import os
import socket
import ssl
import time
from base64 import b64encode
from operator import attrgetter

import httpx
import pytest

from tests.harness.certificates import make_certificate, server_context
from tests.harness.http_proxy import HttpProxy
from tui_reseller.api.failures import translate
from tui_reseller.api.http import Caller
from tui_reseller.api.request import Request
from tui_reseller.domain import errors as e
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Format, Profile
from tui_reseller.domain.secret import Secret

ENABLE = Call(Operation.ENABLE, "ann")
SUCCESS = '{"message":"success"}'


async def hang_up(reader, writer):
    writer.transport.abort()


async def silence(reader, writer):
    await asyncio.sleep(30)


async def failure_of(awaitable):
    with pytest.raises(e.ResellerError) as caught:
        await awaitable
    return caught.value


async def listed(client):
    return [row async for batch in client.stream() for row in batch.customers.rows(named=True)]


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


# Nothing was sent.


async def test_closed_port(make_client):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = make_client(base_url=f"http://127.0.0.1:{taken.getsockname()[1]}/apiv2")
        found = await failure_of(client.send(ENABLE))
    assert type(found) is e.NotSent
    assert "connection refused" in str(found)


@pytest.mark.parametrize("host", ["nosuch.invalid", "a..b", "x" * 70 + ".invalid"])
async def test_bad_name(make_client, host):
    found = await failure_of(make_client(base_url=f"https://{host}/apiv2").send(ENABLE))
    assert type(found) is e.NotSent
    assert host in str(found)


async def test_name_that_does_not_resolve_in_time(make_client, monkeypatch):
    async def stuck(*_args, **_kwargs):
        await asyncio.sleep(30)

    monkeypatch.setattr("tui_reseller.api.network._addresses_of", stuck)
    began = time.monotonic()
    found = await failure_of(make_client(timeout=0.2).send(ENABLE))
    assert type(found) is e.NotSent
    assert "no connection within 0.2 s" in str(found)
    assert time.monotonic() - began < 2


async def test_connect_limit(make_client, monkeypatch):
    async def stuck(*_args, **_kwargs):
        await asyncio.sleep(30)

    monkeypatch.setattr("tui_reseller.api.network._addresses_of", stuck)
    monkeypatch.setattr("tui_reseller.api.http.CONNECT_SECONDS", 0.1)
    found = await failure_of(make_client().send(ENABLE))
    assert type(found) is e.NotSent
    assert "no connection in time" in str(found)


async def test_self_signed_certificate(service, make_client, tls_port):
    found = await failure_of(make_client(base_url=f"https://localhost:{tls_port}/apiv2").send(ENABLE))
    assert type(found) is e.NotSent
    assert "certificate verify failed: self-signed certificate" in str(found)
    assert service.requests == []


async def test_own_ca_and_wrong_host(service, make_client, tls_port, certificate, reply, monkeypatch, tmp_path):
    log = tmp_path / "keys"
    monkeypatch.setenv("SSLKEYLOGFILE", str(log))
    service.answer = reply(SUCCESS)
    ca = str(certificate / "cert.pem")
    client = make_client(base_url=f"https://localhost:{tls_port}/apiv2", ca_file=ca)
    assert (await client.send(ENABLE)).message == "success"
    assert "SSLKEYLOGFILE" not in os.environ
    assert not log.exists()
    found = await failure_of(make_client(base_url=f"https://127.0.0.1:{tls_port}/apiv2", ca_file=ca).send(ENABLE))
    assert type(found) is e.NotSent
    assert "certificate verify failed" in str(found)
    assert len(service.requests) == 1


async def test_tls_on_a_plain_port(service, make_client):
    async def plain(reader, writer):
        writer.write(b"HTTP/1.1 400 Bad\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    found = await failure_of(make_client(base_url=f"https://127.0.0.1:{port}/apiv2").send(ENABLE))
    server.close()
    await server.wait_closed()
    assert type(found) is e.NotSent


@pytest.mark.parametrize("content", [None, "no certificate"])
async def test_ca_file_that_cannot_be_used(make_client, tmp_path, content):
    ca = tmp_path / "ca.pem"
    if content:
        ca.write_text(content)
    found = await failure_of(make_client(base_url="https://127.0.0.1:1/apiv2", ca_file=str(ca)).send(ENABLE))
    assert type(found) is e.NotSent
    assert "CA file" in str(found)


@pytest.mark.parametrize("proxy", ["ftp://127.0.0.1:1", "socks5://127.0.0.1:1", "http://[", "nothing"])
async def test_proxy_that_cannot_be_used(make_client, proxy):
    found = await failure_of(make_client(base_url="https://api.invalid/apiv2", proxy=proxy).send(ENABLE))
    assert type(found) is e.NotSent
    assert "proxy" in str(found)


async def test_proxy_refuses(service, make_client):
    service.answer = b"HTTP/1.1 407 Log in first\r\nContent-Length: 0\r\n\r\n"
    proxy = f"http://me@127.0.0.1:{service.port}"
    client = make_client(base_url="https://api.invalid/apiv2", proxy=proxy, proxy_password=Secret("CANARY"))
    found = await failure_of(client.send(ENABLE))
    assert type(found) is e.ProxyRefused
    assert "api.invalid over the proxy: the proxy does not accept our user name and password (407)" in str(found)
    assert "CANARY" not in str(found) + found.hint + repr(client.__dict__)
    assert service.requests[0].line == "CONNECT api.invalid:443 HTTP/1.1"
    assert service.requests[0].headers["proxy-authorization"] == f"Basic {b64encode(b'me:CANARY').decode()}"
    assert service.requests[0].body == b""
    service.answer = b"HTTP/1.1 502 CANARY\r\nContent-Length: 0\r\n\r\n"
    found = await failure_of(client.send(ENABLE))
    assert type(found) is e.NotSent
    assert "the proxy refused: 502 Bad Gateway" in str(found)


async def test_encrypted_calls_over_a_proxy(service, make_client, reply):
    service.answer = reply(SUCCESS)
    with HttpProxy.started("kim", "CANARY:@ü", service=service.port) as proxy:
        given = {"base_url": proxy.base_url, "ca_file": proxy.ca_file, "proxy": proxy.address}
        client = make_client(**given, proxy_password=Secret("CANARY:@ü"))
        for _ in range(2):
            assert (await client.send(ENABLE)).message == "success"
        assert proxy.let_through == ["CONNECT service.example:443"]
        assert "proxy-authorization" not in service.requests[0].headers
        other = make_client(**given, proxy_password=Secret("CANARY"))
        for call in (other.send(ENABLE), other.find("ann"), other.probe(), anext(other.stream())):
            found = await failure_of(call)
            assert type(found) is e.ProxyRefused
            assert "CANARY" not in str(found) + found.hint
        assert len(service.requests) == 2


async def test_what_the_service_itself_calls_a_proxy_proves_nothing(service, make_client, reply):
    service.answer = reply("", 407)
    assert type(await failure_of(make_client().send(ENABLE))) is e.UnusableAnswer


@pytest.mark.parametrize("answer", [hang_up, silence, b"garbage\r\n\r\n"])
async def test_proxy_that_hangs_up_or_hangs_is_proof_that_nothing_was_sent(service, make_client, answer):
    service.answer = answer
    proxy = f"http://127.0.0.1:{service.port}"
    client = make_client(base_url="https://api.invalid/apiv2", proxy=proxy, timeout=0.3)
    assert type(await failure_of(client.send(ENABLE))) is e.NotSent


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "127.8.9.10", "[::ffff:127.0.0.1]"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_this_machine_itself_is_never_reached_over_a_proxy(
    service, make_client, reply, tls_port, certificate, scheme, host
):
    """What is not encrypted would stand open to it, and its loopback is another machine."""
    service.answer = reply(SUCCESS)
    with HttpProxy.started("kim", "CANARY") as proxy:
        client = make_client(
            base_url=f"{scheme}://{host}:{service.port if scheme == 'http' else tls_port}/apiv2",
            ca_file=str(certificate / "cert.pem"),
            proxy=proxy.address,
            proxy_password=Secret("CANARY"),
        )
        with contextlib.suppress(e.NotSent):  # most of the names are not in the certificate, or nobody listens there
            assert (await client.send(ENABLE)).message == "success"
        assert proxy.let_through == proxy.refused == []
        assert not any("proxy" in name for request in service.requests for name in request.headers)
    assert (host, scheme) not in {("127.0.0.1", "http"), ("localhost", "https")} or service.requests


async def test_environment_is_not_trusted(service, make_client, reply, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    service.answer = reply(SUCCESS)
    assert (await make_client().send(ENABLE)).message == "success"


# It may have been sent.


async def half(reader, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + SUCCESS.encode())
    await writer.drain()
    writer.close()


async def drip(reader, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n[")
    for _ in range(60):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def cut_chunk(reader, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n" + SUCCESS.encode())
    await writer.drain()
    writer.close()


async def endless_1xx(reader, writer):
    while not writer.is_closing():
        writer.write(b"HTTP/1.1 103 Early\r\n\r\n" * 10)
        await writer.drain()
        await asyncio.sleep(0.01)


FAULTS = [
    (hang_up, "broke|cut short"),
    (silence, "no complete answer within 1 s"),
    (half, "cut short"),
    (drip, "no complete answer within 1 s"),
    (cut_chunk, "cut short"),
    (endless_1xx, "no complete answer within 1 s"),
    (b"garbage\r\n\r\n", "not HTTP"),
    (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n", "not HTTP"),
    (b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 40_000 + b"\r\n", "not HTTP"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + b" " * 300_000, "larger than 256 KiB"),
]


@pytest.mark.parametrize("wanted", Format)
@pytest.mark.parametrize(("answer", "words"), FAULTS, ids=range(len(FAULTS)))
async def test_answer_lost(service, make_client, answer, words, wanted):
    service.answer = answer
    client = make_client(wanted, timeout=1.0)
    began = time.monotonic()
    found = await failure_of(client.send(ENABLE))
    assert type(found) is e.AnswerLost
    assert any(part in str(found) for part in words.split("|"))
    assert "127.0.0.1" in str(found)
    if not (isinstance(answer, bytes) and answer.endswith(b"  ")):  # for a list, blanks are a malformed one
        assert type(await failure_of(listed(client))) is e.AnswerLost
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("wanted", Format)
async def test_bytes_that_are_there_already_do_not_outlast_the_deadline(service, make_client, wanted):
    """A step that need not wait never hears of a timeout: each chunk of one byte was one such step."""

    async def tiny_chunks(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"1\r\n \r\n" * 10_000)
            await writer.drain()

    service.answer = tiny_chunks
    for call in (listed, lambda client: client.find("ann")):
        began = time.monotonic()
        assert "no complete answer within 0.3 s" in str(await failure_of(call(make_client(wanted, timeout=0.3))))
        assert time.monotonic() - began < 1.3


async def test_oversize_error_of_a_list(service, make_client):
    service.answer = b"HTTP/1.1 400 Bad\r\nContent-Length: 300000\r\n\r\n" + b" " * 300_000
    assert type(await failure_of(listed(make_client()))) is e.AnswerLost
    service.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + b" " * 3_000_000
    assert type(await failure_of(listed(make_client()))) is e.AnswerLost


@pytest.mark.parametrize("encoding", ["gzip", "br", "gzip, gzip", "x-unknown"])
async def test_encoded_answer_is_refused_unread(service, make_client, reply, encoding):
    service.answer = reply(b"\x1f\x8b" + b"x" * 99, 200, f"Content-Encoding: {encoding}")
    for wanted in Format:
        assert "compressed" in str(await failure_of(make_client(wanted).send(ENABLE)))
        assert type(await failure_of(listed(make_client(wanted)))) is e.UnusableAnswer
    service.answer = reply(SUCCESS, 200, "Content-Encoding: identity")
    assert (await make_client().send(ENABLE)).message == "success"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect_is_not_followed(service, make_client, reply, status):
    service.answer = reply("", status, f"Location: {service.url}/elsewhere")
    found = await failure_of(make_client().send(ENABLE))
    assert type(found) is e.UnusableAnswer
    assert f"127.0.0.1:{service.port}" in str(found)
    assert type(await failure_of(listed(make_client()))) is e.UnusableAnswer
    assert len(service.requests) == 2


async def test_cookies_are_not_sent_back(service, make_client, reply):
    service.answer = reply(SUCCESS, 200, "Set-Cookie: a=b; Path=/", "Refresh: 0;url=http://x")
    client = make_client()
    for _ in range(2):
        await client.send(ENABLE)
    assert all("cookie" not in request.headers for request in service.requests)
    assert service.connections == 1


async def test_connection_of_a_bad_answer_is_dropped(service, make_client, reply):
    service.answer = [reply("all is well"), reply('{"message":"no"}'), reply(SUCCESS)]
    client = make_client()
    assert type(await failure_of(client.send(ENABLE))) is e.UnusableAnswer
    assert type(await failure_of(client.send(ENABLE))) is e.Rejected
    assert (await client.send(ENABLE)).message == "success"
    assert service.connections == 2


@pytest.mark.parametrize("more", [0, 1, 40], ids=["a whole answer", "one byte", "half an answer"])
async def test_what_comes_behind_an_answer_is_never_the_answer_to_the_next_request(service, make_client, reply, more):
    """N19, N51: on one connection a second answer would tell of a write that was never carried out."""
    service.answer = [reply(SUCCESS) + reply(SUCCESS)[: more or None], silence]
    client = make_client(timeout=0.3)
    assert "more came than the answer" in str(await failure_of(client.send(ENABLE)))
    assert "no complete answer" in str(await failure_of(client.send(ENABLE)))
    assert service.connections == 2


async def test_what_comes_while_a_connection_rests_is_never_the_answer_to_the_next_request(service, make_client, reply):
    came = asyncio.Event()

    async def twice(reader, writer):
        writer.write(reply(SUCCESS))
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.write(reply(SUCCESS))
        await writer.drain()
        came.set()
        await silence(reader, writer)

    service.answer = [twice, silence]
    client = make_client(timeout=0.3)
    assert (await client.send(ENABLE)).message == "success"
    await came.wait()
    await asyncio.sleep(0.01)  # it crosses the loopback
    assert "no complete answer" in str(await failure_of(client.send(ENABLE)))
    assert service.connections == 2


async def test_more_than_a_list_is_no_list(service, make_client, reply):
    service.answer = reply("[]") + b" "
    assert "more came" in str(await failure_of(listed(make_client())))


async def test_a_library_that_cannot_be_asked_costs_a_connection_and_no_truth(service, make_client, reply, monkeypatch):
    monkeypatch.setattr("tui_reseller.api.http._CONNECTION", attrgetter("nothing_of_the_kind"))
    service.answer = reply(SUCCESS)
    client = make_client()
    for _ in range(2):
        assert (await client.send(ENABLE)).message == "success"
    assert service.connections == 2


async def test_idle_connection_is_not_used_again(service, make_client, reply, monkeypatch):
    monkeypatch.setattr("tui_reseller.api.http.KEEPALIVE_SECONDS", 0.05)
    service.answer = reply(SUCCESS)
    client = make_client()
    await client.send(ENABLE)
    await asyncio.sleep(0.2)
    await client.send(ENABLE)
    assert service.connections == 2


async def test_cancelling_goes_through(service, make_client):
    arrived = asyncio.Event()

    async def never(reader, writer):
        arrived.set()
        await silence(reader, writer)

    service.answer = never
    task = asyncio.create_task(make_client().send(ENABLE))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_many_at_once(service, make_client, reply):
    service.answer = reply(SUCCESS)
    client = make_client()
    assert {one.message for one in await asyncio.gather(*(client.send(ENABLE) for _ in range(40)))} == {"success"}
    assert service.connections <= 16


# The closed table.

NEVER_LEFT = ["ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol", "InvalidURL"]
MAY_HAVE_LEFT = [
    "WriteError",
    "WriteTimeout",
    "ReadError",
    "ReadTimeout",
    "CloseError",
    "RemoteProtocolError",
    "LocalProtocolError",
    "DecodingError",
    "TooManyRedirects",
    "NetworkError",
    "TransportError",
    "StreamClosed",
]


class Broken(httpx.AsyncBaseTransport):
    def __init__(self, error):
        self.error = error

    async def handle_async_request(self, _request):
        raise self.error


@pytest.mark.parametrize("name", NEVER_LEFT + MAY_HAVE_LEFT)
async def test_exception_table(name):
    kind = getattr(httpx, name)
    error = kind() if name == "StreamClosed" else kind("CANARY\x1b")
    caller = Caller("http://host/apiv2", "host", Broken(error))
    with pytest.raises(e.NoAnswer, match="host") as caught:
        async with caller.exchange(Request("POST", "x.json"), 5):
            pass
    assert type(caught.value) is (e.NotSent if name in NEVER_LEFT else e.AnswerLost)
    assert "\x1b" not in str(caught.value)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_table_is_whole():
    known = {*NEVER_LEFT, *MAY_HAVE_LEFT}
    for name in dir(httpx):
        kind = getattr(httpx, name)
        if isinstance(kind, type) and issubclass(kind, httpx.TransportError) and not kind.__subclasses__():
            assert name in known


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ProxyError, OSError])
def test_what_has_begun_may_have_arrived(kind):
    assert type(translate(kind("x"), "host", begun=True, traced=True)) is e.AnswerLost


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (ConnectionRefusedError(111, "refused"), "connection refused"),
        (ExceptionGroup("both", [ConnectionRefusedError(111, "refused")]), "connection refused"),
        (socket.gaierror(-2, "Name or service not known"), "name not known"),
        (OSError(113, "No route to host"), "no route to host"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong"), "no secure connection"),
        (None, "no connection"),
    ],
)
def test_words_for_a_failed_connection(cause, words):
    error = httpx.ConnectError("All connection attempts failed")
    error.__cause__ = cause
    error.__context__ = cause
    assert words in str(translate(error, "host", begun=False, traced=True))


async def test_caller_of_a_profile_names_its_host():
    caller = Caller.for_profile(Profile("x", "boss"))
    assert caller.host == "api.sendgrid.com"
    await caller.aclose()
