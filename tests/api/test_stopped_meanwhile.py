"""A process is stopped while an answer is awaited: the time of the call is over when it goes on, but the answer lies
there.
"""

import asyncio
import socket
import threading
import time

import pytest

from tests.api.conftest import http
from tests.api.failing import ENABLE, SUCCESS
from tui_reseller.domain.errors import AnswerLost, NotSent

SECONDS = 1.0
"""Of a call."""
STOPPED = 2.5


class Elsewhere:
    """A service in a thread of its own: with the first request the event loop stands still for a while, as SIGSTOP does
    it, and the service goes on.
    """

    def __init__(self, answer: bytes, after: float) -> None:
        self._answer, self._after, self._loop = answer, after, asyncio.get_running_loop()
        self.requests: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        line, _ = self._socket.accept()
        with line:
            data = b""
            while b"api_key" not in data.partition(b"\r\n\r\n")[2]:
                if not (piece := line.recv(65536)):
                    return
                data += piece
            self.requests.append(data)
            self._loop.call_soon_threadsafe(time.sleep, STOPPED)
            time.sleep(self._after)
            line.sendall(self._answer)
            line.recv(1)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
async def elsewhere():
    made = []

    def make(answer: bytes, after: float) -> Elsewhere:
        made.append(Elsewhere(answer, after))
        return made[-1]

    yield make
    for one in made:
        one.close()


async def test_an_answer_that_came_meanwhile_is_read(make_client, elsewhere):
    there = elsewhere(http(SUCCESS), after=0.3)
    receipt = await make_client(timeout=SECONDS, base_url=f"http://127.0.0.1:{there.port}/apiv2").send(ENABLE)
    assert receipt.message == "success"


async def test_one_that_did_not_come_is_waited_for_no_longer_than_a_moment(make_client, elsewhere):
    there = elsewhere(http(SUCCESS), after=30)
    began = time.monotonic()
    with pytest.raises(AnswerLost, match="no complete answer"):
        await make_client(timeout=SECONDS, base_url=f"http://127.0.0.1:{there.port}/apiv2").send(ENABLE)
    assert time.monotonic() - began < STOPPED + 5


async def test_what_had_not_left_leaves_no_more(make_client, elsewhere, monkeypatch):
    """Others may have closed the operation by then."""
    there = elsewhere(http(SUCCESS), after=0)
    client = make_client(timeout=SECONDS, base_url=f"http://127.0.0.1:{there.port}/apiv2")
    loop = asyncio.get_running_loop()
    connect = loop.sock_connect

    async def slowly(*given):
        time.sleep(STOPPED)  # noqa: ASYNC251 - the whole process stands still
        await connect(*given)

    monkeypatch.setattr(loop, "sock_connect", slowly)
    with pytest.raises(NotSent):
        await client.send(ENABLE)
    await asyncio.sleep(0.1)
    assert there.requests == []
