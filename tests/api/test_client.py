"""Lists, one customer and the probe over a real connection."""

import asyncio
import contextlib
import json
import subprocess
import sys

import pytest

from tui_reseller.domain import errors as e
from tui_reseller.domain.profile import Format

ROWS = [{"username": f"user{number}", "email": f"u{number}@example.com", "active": "true"} for number in range(3000)]


def body_of(rows, wanted):
    if wanted is Format.JSON:
        return json.dumps(rows).encode()
    fields = ("".join(f"<{name}>{value}</{name}>" for name, value in row.items()) for row in rows)
    return f"<users>{''.join(f'<user>{inner}</user>' for inner in fields)}</users>".encode()


async def batches_of(client):
    return [batch async for batch in client.stream()]


@pytest.mark.parametrize("wanted", Format)
async def test_stream(service, make_client, reply, wanted):
    body = body_of(ROWS, wanted)
    service.answer = reply(body)
    batches = await batches_of(make_client(wanted))
    assert [name for batch in batches for name in batch.customers["username"]] == [row["username"] for row in ROWS]
    assert [batch.received for batch in batches] == sorted(batch.received for batch in batches)
    assert batches[-1].received == len(body)
    assert len(batches) >= 2


@pytest.mark.parametrize("wanted", Format)
@pytest.mark.parametrize("damage", ["cut", "junk", "hole"])
async def test_damaged_list_is_never_a_partial_success(service, make_client, reply, wanted, damage):
    body = body_of(ROWS, wanted)
    broken = {"cut": body[:-3], "junk": body + b"x", "hole": body[:100_000] + b"\x00" + body[100_000:]}[damage]
    service.answer = reply(broken)
    with pytest.raises(e.UnusableAnswer, match="the list cannot be used"):
        await batches_of(make_client(wanted))


@pytest.mark.parametrize("wanted", Format)
async def test_body_shorter_than_announced(service, make_client, wanted):
    body = body_of(ROWS, wanted)

    async def answer(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(body) + 1) + body)
        await writer.drain()
        writer.close()

    service.answer = answer
    with pytest.raises(e.AnswerLost):
        await batches_of(make_client(wanted))


@pytest.mark.parametrize("wanted", Format)
async def test_body_that_ends_with_the_connection(service, make_client, wanted):
    for cut, kind in ((None, None), (-1, e.UnusableAnswer)):
        body = body_of(ROWS, wanted)[:cut]

        async def answer(reader, writer, body=body):
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + body)
            await writer.drain()
            writer.close()

        service.answer = answer
        with pytest.raises(kind) if kind else contextlib.nullcontext():
            assert await batches_of(make_client(wanted))


@pytest.mark.parametrize("wanted", Format)
async def test_quiet_list_ends(service, make_client, wanted, monkeypatch):
    monkeypatch.setattr("tui_reseller.api.lists.list_reader.QUIET_SECONDS", 0.3)

    async def answer(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + body_of(ROWS[:2], wanted)[:-10])
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)

    service.answer = answer
    with pytest.raises(e.AnswerLost, match="stalled"):
        await batches_of(make_client(wanted))


async def test_slow_reader_is_not_a_quiet_list(service, make_client, reply, monkeypatch):
    monkeypatch.setattr("tui_reseller.api.lists.list_reader.QUIET_SECONDS", 0.2)
    service.answer = reply(body_of(ROWS, Format.JSON))
    async for _ in make_client().stream():
        await asyncio.sleep(0.15)


async def test_slow_line_brings_batches_early(service, make_client):
    async def answer(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n[")
        for row in ROWS[:6]:
            writer.write(json.dumps(row).encode() + (b"," if row is not ROWS[5] else b"]"))
            await writer.drain()
            await asyncio.sleep(0.06)
        writer.close()

    service.answer = answer
    counts = [len(batch.customers) for batch in await batches_of(make_client())]
    assert counts[0] == 1
    assert sum(counts) == 6
    assert len(counts) >= 4


async def test_list_cap(service, make_client, reply, monkeypatch):
    monkeypatch.setattr("tui_reseller.api.lists.list_reader.LIST_CAP", 1000)
    service.answer = reply(body_of(ROWS, Format.JSON))
    with pytest.raises(e.AnswerLost, match="larger"):
        await batches_of(make_client())


async def test_leaving_a_stream_closes_its_connection(service, make_client, reply):
    service.answer = reply(body_of(ROWS * 20, Format.JSON))
    client = make_client()
    async with contextlib.aclosing(client.stream()) as stream:
        async for _ in stream:
            break
    service.answer = reply("[]")
    assert [len(batch.customers) for batch in await batches_of(client)] == [0]
    assert service.connections == 2


@pytest.mark.parametrize("wanted", Format)
async def test_find_compares_exactly(service, make_client, reply, wanted):
    near = [{"username": name} for name in ("Ann", "ann2", "an", "ann", "ann.")]
    service.answer = reply(body_of(near, wanted))
    client = make_client(wanted)
    found = await client.find("ann")
    assert found is not None
    assert found.username == "ann"
    assert await client.find("ANN") is None
    service.answer = reply(body_of(ROWS, wanted))
    assert (await client.find("user2999")).value("email") == "u2999@example.com"


@pytest.mark.parametrize("wanted", Format)
async def test_find_twice(service, make_client, reply, wanted):
    service.answer = reply(body_of([{"username": "ann"}, {"username": "bob"}, {"username": "ann"}], wanted))
    with pytest.raises(e.UnusableAnswer, match="listed twice"):
        await make_client(wanted).find("ann")


async def test_find_where_an_error_stands_for_nobody(service, make_client, reply):
    service.answer = reply('{"message":"User not found"}')
    assert await make_client().find("ann") is None
    with pytest.raises(e.CustomerNotFound):
        await batches_of(make_client())


async def test_find_reads_the_list_to_its_end(service, make_client, reply):
    service.answer = reply('[{"username":"ann"},')
    with pytest.raises(e.UnusableAnswer):
        await make_client().find("ann")


@pytest.mark.parametrize("wanted", Format)
async def test_probe_stops_early(service, make_client, wanted):
    sent = 0

    async def answer(reader, writer):
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + body_of(ROWS, wanted)[:70_000])
        with contextlib.suppress(ConnectionError):
            await writer.drain()
            await asyncio.sleep(10)

    service.answer = answer
    names = list((await asyncio.wait_for(make_client(wanted).probe(), 2)).seen)
    assert names[:2] == ["user0", "user1"]
    assert len(names) < 2000


async def test_probe_of_a_short_list_and_of_a_refusal(service, make_client, reply):
    service.answer = reply('[{"username":"boss"},{"username":""}]')
    assert list((await make_client().probe()).seen) == ["boss"]
    service.answer = reply('[{"username":"boss"}')
    with pytest.raises(e.UnusableAnswer):
        await make_client().probe()
    service.answer = reply(" " * 70_000 + "no")
    with pytest.raises(e.UnusableAnswer):
        await make_client().probe()
    service.answer = reply('{"error":{"code":401,"message":"Permission denied, wrong credentials"}}')
    with pytest.raises(e.CredentialsRefused):
        await make_client().probe()


async def test_closing_twice_and_unopened(make_client):
    client = make_client()
    await client.aclose()
    await client.aclose()


def test_httpx_is_not_imported_before_the_first_call():
    code = "import sys, tui_reseller.api.reseller_v2.client; assert 'httpx' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
