"""Tables over a real connection: when they come, and that nothing is left behind."""

import asyncio
import contextlib
import json
import subprocess
import sys
import threading

import pytest

from tui_reseller.domain import errors as e
from tui_reseller.domain.profile import Format

HEAD = b"HTTP/1.1 200 OK\r\n\r\n"
QUIET = "tui_reseller.api.lists.list_reader.QUIET_SECONDS"


def record(number, wanted):
    if wanted is Format.JSON:
        return json.dumps({"username": f"u{number}"}).encode()
    return f"<user><username>u{number}</username></user>".encode()


def served(wanted, times, pause, *, ends=True):
    """Answer with a record at a time, and then with the end or nothing at all."""
    start, comma, end = (b"[", b",", b"]") if wanted is Format.JSON else (b"<users>", b"", b"</users>")

    async def answer(_reader, writer):
        with contextlib.suppress(ConnectionError):
            writer.write(HEAD + start)
            for number in range(times):
                writer.write((comma if number else b"") + record(number, wanted))
                await writer.drain()
                await asyncio.sleep(pause)
            if ends:
                writer.write(end)
                await writer.drain()
            else:
                await asyncio.sleep(5)
            writer.close()

    return answer


@pytest.mark.parametrize("wanted", Format)
async def test_rows_are_seen_though_nothing_follows_them(service, make_client, wanted):
    service.answer = served(wanted, 3, 0.02, ends=False)
    rows = 0
    async with asyncio.timeout(2), contextlib.aclosing(make_client(wanted).stream()) as stream:
        async for piece in stream:
            rows += len(piece.customers)
            if rows == 3:
                break


@pytest.mark.parametrize("wanted", Format)
async def test_each_record_gives_new_time(service, make_client, monkeypatch, wanted):
    """All take longer than the time without a record; none does."""
    monkeypatch.setattr(QUIET, 1.0)
    service.answer = served(wanted, 5, 0.35)
    assert sum([len(piece.customers) async for piece in make_client(wanted).stream()]) == 5


async def test_silence_after_records_ends_the_list(service, make_client, monkeypatch):
    monkeypatch.setattr(QUIET, 0.4)
    service.answer = served(Format.JSON, 3, 0.01, ends=False)
    async with asyncio.timeout(3):
        with pytest.raises(e.AnswerLost, match="stalled"):
            assert [piece async for piece in make_client().stream()]


@pytest.mark.parametrize("wanted", Format)
async def test_leaving_early_leaves_nothing_behind(service, make_client, wanted):
    service.answer = served(wanted, 200, 0.005)
    async with contextlib.aclosing(make_client(wanted).stream()) as stream:
        async for _ in stream:
            break
    assert not [task for task in asyncio.all_tasks() if "TableReader" in repr(task) or "to_thread" in repr(task)]


@pytest.mark.parametrize("step", ["speculate", "commit"])
async def test_being_cancelled_leaves_nothing_behind(service, make_client, monkeypatch, step):
    working = threading.Event()
    done = threading.Event()
    from tui_reseller.api.lists.table_parser import TableParser  # noqa: PLC0415

    work = getattr(TableParser, step)

    def slow(self, piece):
        working.set()
        threading.Event().wait(0.2)
        found = work(self, piece)
        done.set()
        return found

    monkeypatch.setattr(TableParser, step, slow)
    service.answer = served(Format.JSON, 200, 0.005)

    async def read():
        async with contextlib.aclosing(make_client().stream()) as stream:
            return [piece async for piece in stream]

    task = asyncio.create_task(read())
    await asyncio.to_thread(working.wait, 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done.is_set()
    assert not [task for task in asyncio.all_tasks() if "TableReader" in repr(task) or "to_thread" in repr(task)]


async def test_an_error_in_what_came_is_told_before_that_the_line_broke(service, make_client):
    async def answer(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[" + record(1, Format.JSON) + b"}}")
        await writer.drain()
        writer.close()

    service.answer = answer
    with pytest.raises(e.UnusableAnswer):
        assert [piece async for piece in make_client().stream()]


IN_A_PROCESS_OF_ITS_OWN = """
import asyncio, json, os, sys
from pathlib import Path
from tui_reseller.api.reseller_v2.client import ResellerV2
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.secret import Secret
body = json.dumps([{"username": "ann"}]).encode()
async def serve(reader, writer):
    head = await reader.readuntil(b"\\r\\n\\r\\n")
    form = await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split()[0]))
    sent = body if b"task=get" in form else b'{"message":"success"}'
    writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(sent) + sent)
    await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = ResellerV2(Profile("test", "boss", f"http://127.0.0.1:{port}/apiv2"), Secret("key"))
    await check(client)
    await client.aclose()
    server.close()
"""


def test_polars_is_for_lists_only():
    code = """
async def check(client):
    assert (await client.find("ann")).username == "ann"
    assert list((await client.probe()).seen) == ["ann"]
    assert (await client.send(Call(Operation.DISABLE, "ann"))).message == "success"
    assert "polars" not in sys.modules
    assert [len(piece.customers) async for piece in client.stream()][-1] in (0, 1)
    assert "polars" in sys.modules
asyncio.run(main())
"""
    subprocess.run([sys.executable, "-c", IN_A_PROCESS_OF_ITS_OWN + code], check=True, timeout=30)


@pytest.mark.skipif(sys.platform != "linux", reason="no priorities of threads are known here")
def test_threads_that_parse_step_back_and_those_that_answer_questions_do_not():
    code = """
body = json.dumps([{"username": f"u{number}", "email": "a@b.c"} for number in range(10_000)]).encode()
async def check(client):
    found = set()
    async for piece in client.stream():
        for task in Path("/proc/self/task").iterdir():
            found.add(((task / "comm").read_text().strip(), os.getpriority(os.PRIO_PROCESS, int(task.name))))
    usual = os.getpriority(os.PRIO_PROCESS, os.getpid())
    answering = {niceness for name, niceness in found if name.startswith("polars-")}
    assert answering == {usual}, found
    assert any(niceness > usual for _, niceness in found), found
asyncio.run(main())
"""
    subprocess.run([sys.executable, "-c", IN_A_PROCESS_OF_ITS_OWN + code], check=True, timeout=30)
