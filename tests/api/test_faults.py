"""What becomes of a call on a bad line: an answer that is lost, late, too long, or not for us."""

import asyncio
import time
from operator import attrgetter

import pytest

from tests.api.failing import ENABLE, SUCCESS, failure_of, hang_up, listed, silence
from tui_reseller.domain import errors as e
from tui_reseller.domain.profile import Format

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


@pytest.mark.in_turn(3)
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
    monkeypatch.setattr("tui_reseller.api.transport.KEEPALIVE_SECONDS", 0.05)
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
