"""What arrives on a connection without having been asked for is never the answer to a request, encrypted or not."""

import asyncio
import contextlib
import itertools
import socket

import pytest

from tests.api.conftest import http as reply_of
from tests.api.conftest import read_request
from tests.harness.certificates import make_certificate, server_context
from tests.harness.http_proxy import HttpProxy
from tui_reseller.api.network import Address
from tui_reseller.api.reply import Reply
from tui_reseller.api.request import Request
from tui_reseller.api.reseller_v2.replies import verdict
from tui_reseller.domain import errors as e
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Format
from tui_reseller.domain.secret import Secret

ENABLE = Call(Operation.ENABLE, "ann")
SUCCESS = '{"message":"success"}'
ANSWER = reply_of(SUCCESS)
NO = reply_of('{"message":"no"}')
PAUSE = 0.1


class Talker:
    """A service that says things by a script: what it does as a connection opens, and after each request on it."""

    def __init__(self) -> None:
        self.on_open = self.after_answer = b""
        self.behind = b""
        self.headers: tuple[str, ...] = ()
        self.connections = 0
        self.requests: list[str] = []
        self.answers = [SUCCESS, '{"message":"no"}']
        self.port = 0
        self.has_spoken = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            if self.on_open:
                writer.write(self.on_open)
            while True:
                self.requests.append((await read_request(reader)).line)
                writer.write(reply_of(self.answers[min(len(self.requests), len(self.answers)) - 1], 200, *self.headers))
                if self.behind and len(self.requests) == 1:  # a record of its own, where there is TLS
                    writer.write(self.behind)
                await writer.drain()
                if self.after_answer:
                    await asyncio.sleep(PAUSE)
                    writer.write(self.after_answer)
                    await writer.drain()
                    self.has_spoken.set()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"), "localhost")


@pytest.fixture
async def talker(request, certificate, make_client):
    """A talker, and a client for it: plain, encrypted, or encrypted through a proxy."""
    made, way = Talker(), request.param
    server = await asyncio.start_server(made, "127.0.0.1", 0, ssl=server_context(certificate) if way == "tls" else None)
    made.port = server.sockets[0].getsockname()[1]
    proxy = None
    if way == "proxy":
        started = HttpProxy.started("kim", "pr0xy", service=made.port)
        proxy = await asyncio.to_thread(started.__enter__)
        made.client = make_client(
            base_url=proxy.base_url,
            ca_file=proxy.ca_file,
            proxy=proxy.address,
            proxy_password=Secret("pr0xy"),
            timeout=2,
        )
    else:
        host = "http://127.0.0.1" if way == "plain" else "https://localhost"
        made.client = make_client(
            base_url=f"{host}:{made.port}/apiv2",
            ca_file=str(certificate / "cert.pem") if way == "tls" else "",
            timeout=2,
        )
    yield made
    await made.client.aclose()
    server.close()
    if proxy is not None:
        await asyncio.to_thread(started.__exit__, None, None, None)
    await asyncio.sleep(0.01)


ways = pytest.mark.parametrize("talker", ["plain", "tls", "proxy"], indirect=True)


async def second(talker: Talker) -> None:
    """Send twice, with a rest between; the service says no to the second."""
    with contextlib.suppress(e.AnswerLost):  # what comes with the answer makes it one that tells nothing
        assert (await talker.client.send(ENABLE)).message == "success"
    if talker.after_answer:
        await talker.has_spoken.wait()
    await asyncio.sleep(PAUSE)  # it arrives
    with pytest.raises(e.Rejected):
        await talker.client.send(ENABLE)
    assert len(talker.requests) == 2


@ways
async def test_a_second_answer_behind_the_first_is_not_that_of_the_next_request(talker):
    talker.behind = ANSWER
    await second(talker)
    assert talker.connections == 2


@ways
async def test_a_second_answer_while_the_connection_rests_is_not_that_of_the_next_request(talker):
    talker.after_answer = ANSWER
    await second(talker)
    assert talker.connections == 2


@ways
async def test_a_connection_that_is_silent_is_used_again(talker):
    await second(talker)
    assert talker.connections == 1


@pytest.mark.parametrize("talker", ["plain", "tls"], indirect=True)
async def test_who_speaks_before_being_asked_is_sent_nothing(talker, certificate):
    """A new connection, too: the answer would be there before the request."""
    talker.on_open = ANSWER
    with pytest.raises(e.NotSent, match=r"before it was asked|no secure connection"):
        await talker.client.send(ENABLE)
    assert talker.requests == []


@ways
async def test_an_answer_with_two_lengths_is_the_last_of_its_connection(talker):
    talker.headers = ("Transfer-Encoding: chunked",)
    talker.answers = [f"{len(text):x}\r\n{text}\r\n0\r\n\r\n" for text in talker.answers]
    await second(talker)
    assert talker.connections == 2


async def test_a_name_that_means_this_machine_leads_nowhere_else(make_client, service, reply, monkeypatch):
    """/etc/hosts may say what it likes: what is not encrypted goes to the loopback address or nowhere."""
    asked = asyncio.get_running_loop().getaddrinfo
    service.answer = reply(SUCCESS)
    client = make_client(base_url=f"http://localhost:{service.port}/apiv2")
    where: list[str] = []

    async def elsewhere(_host, port, **kinds):
        return [found for host in where for found in await asked(host, port, **kinds)]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", elsewhere)
    where[:] = ["192.0.2.1", "2001:db8::1"]
    with pytest.raises(e.NotSent, match="localhost is not this machine itself"):
        await client.send(ENABLE)
    where[:] = ["192.0.2.1", "127.0.0.1"]
    assert (await client.send(ENABLE)).message == "success"
    assert len(service.requests) == 1


async def test_of_several_addresses_the_first_that_answers_is_taken(make_client, service, reply, monkeypatch):
    """One that is closed and one that is silent cost a moment each."""
    service.answer = reply(SUCCESS)
    with socket.create_server(("127.0.0.2", service.port), backlog=0) as silent, socket.socket() as taking_its_place:
        taking_its_place.setblocking(False)
        with pytest.raises(BlockingIOError):
            taking_its_place.connect(silent.getsockname())

        async def several(_host, port):
            return [Address(socket.AF_INET, (host, port)) for host in ("127.0.0.3", "127.0.0.2", "127.0.0.1")]

        monkeypatch.setattr("tui_reseller.api.network._addresses_of", several)
        assert (await make_client(base_url=f"http://localhost:{service.port}/apiv2").send(ENABLE)).message == "success"


# What the head of an answer says of a success in its body.

BODIES = {Format.JSON: SUCCESS, Format.XML: "<result><message>success</message></result>"}
KINDS = {
    None: set(Format),
    "": set(Format),
    "application/json": {Format.JSON},
    "Application/JSON; charset=UTF-8": {Format.JSON},
    "text/json": {Format.JSON},
    "text/xml": {Format.XML},
    "application/xml;charset=ISO-8859-1": {Format.XML},
    "text/html": set(),
    "text/plain": set(),
    "multipart/mixed": set(),
    "image/png": set(),
}


@pytest.mark.parametrize(("status", "kind", "wanted"), [*itertools.product(range(200, 227), KINDS, Format)])
def test_a_write_is_applied_only_if_status_and_type_say_so_too(status, kind, wanted):
    headers = () if kind is None else (("content-type", kind),)
    found = verdict(Reply(status, headers, BODIES[wanted].encode()), wanted, Request("POST", "x"))
    if status in {200, 201} and wanted in KINDS[kind]:
        assert found == "success"
    else:
        assert type(found) is e.UnusableAnswer
        assert f"HTTP {status}" in str(found)


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_is_one_whatever_it_is_called(kind):
    headers = () if kind is None else (("content-type", kind),)
    found = verdict(Reply(403, headers, b'{"error": "Bad username / password"}'), Format.JSON, Request("POST", "x"))
    assert type(found) is e.CredentialsRefused


@pytest.mark.parametrize("status", [201, 202, 203, 206])
async def test_a_part_of_a_list_is_no_list(service, make_client, reply, status):
    service.answer = reply('[{"username":"ann"}]', status)
    client = make_client()
    for ask in (client.find("ann"), client.probe(), anext(client.stream())):
        with pytest.raises(e.UnusableAnswer, match=f"HTTP {status}: this is not the whole list"):
            await ask
