"""A call that cannot leave: names, ports, certificates and proxies, and what proves that nothing was sent."""

import asyncio
import contextlib
import os
import socket
import time
from base64 import b64encode

import pytest

from tests.api.failing import ENABLE, SUCCESS, failure_of, hang_up, silence
from tests.harness.http_proxy import HttpProxy
from tui_reseller.domain import errors as e
from tui_reseller.domain.secret import Secret

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
