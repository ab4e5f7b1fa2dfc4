"""A process that is stopped between its last look at the clock and the first byte, or between parts of a request: what
is late when it goes on does not leave.
"""

import asyncio
import contextlib
import ssl

import httpcore
import pytest

from tests.harness.certificates import make_certificate, server_context
from tests.harness.waiting import soon
from tui_reseller.api.network import Network
from tui_reseller.domain.errors import AnswerLost, NotSent
from tui_reseller.domain.leaving import IS_LATE


class Clock:
    """Says that it is late from the n-th look on."""

    def __init__(self, looks: int) -> None:
        self.left = looks

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


@pytest.fixture(params=["plain", "encrypted"])
async def line(request, tmp_path):
    """A connection of ours, and what has arrived at its other end."""
    arrived, ends = bytearray(), asyncio.Event()

    async def take(reader, writer):
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                arrived.extend(data)
        writer.transport.abort()
        ends.set()

    is_encrypted = request.param == "encrypted"
    folder = make_certificate(tmp_path, "localhost") if is_encrypted else tmp_path
    server = await asyncio.start_server(take, "127.0.0.1", 0, ssl=server_context(folder) if is_encrypted else None)
    found = await Network().connect_tcp("127.0.0.1", server.sockets[0].getsockname()[1])
    if is_encrypted:
        trusted = ssl.create_default_context(cafile=folder / "cert.pem")
        found = await found.start_tls(trusted, "localhost")
    yield found, arrived
    await found.aclose()
    await ends.wait()
    server.close()
    await server.wait_closed()


@pytest.fixture
def late():
    """Let it be late from the n-th look on."""
    return lambda looks: IS_LATE.set(Clock(looks))


async def test_what_is_late_before_its_first_byte_is_not_sent(line, late):
    ours, arrived = line
    late(0)
    with pytest.raises(NotSent, match="others may have taken this over"):
        await ours.write(b"head")
    await ours.aclose()
    await asyncio.sleep(0.05)
    assert arrived == b""


async def test_what_becomes_late_between_head_and_body_breaks_off(line, late):
    ours, arrived = line
    late(2)  # one look before the head, one in the call of the system
    await ours.write(b"head")
    with pytest.raises(AnswerLost, match="others may have taken this over"):
        await ours.write(b"body")
    await soon("the head is there", lambda: arrived == b"head")
    await ours.aclose()


async def test_what_becomes_late_behind_the_last_look_is_caught_by_the_system_call(line, late):
    ours, arrived = line
    late(1)
    await ours.write(b"head")
    with pytest.raises(httpcore.ReadError):
        await ours.read(100, 5)
    assert arrived == b""


async def test_what_may_leave_leaves(line, late):
    ours, arrived = line
    late(1_000)
    await ours.write(b"head")
    await ours.write(b"body")
    await soon("it is there", lambda: arrived == b"headbody")


async def test_a_connection_that_was_made_for_a_call_of_long_ago_serves_another_one(line, late):
    ours, arrived = line
    late(2)
    await ours.write(b"first")
    late(1_000)
    await ours.write(b"second")
    await soon("both are there", lambda: arrived == b"firstsecond")
