"""One limit that several paces and processes keep."""

import asyncio
import contextlib
import json
import multiprocessing

import pytest

from tests.api.paced import Counting, bare, paced, simulated
from tests.harness.sandbox import running
from tui_reseller.api.v3 import allowance
from tui_reseller.api.v3.allowance import Allowance
from tui_reseller.api.v3.pace import Pace
from tui_reseller.storage.shared_pace import SharedPace


class Memory:
    """A place in this process that several paces share, as processes share a file."""

    def __init__(self):
        self.tree = None
        self.is_usable = True

    @contextlib.contextmanager
    def held(self):
        yield self if self.is_usable else None
        self.tree = json.loads(json.dumps(self.tree))


def test_paces_that_share_a_place_keep_one_limit():
    async def work():
        place, service = Memory(), Counting(10, 2.0, takes=0.2)
        paces = [Pace(place) for _ in range(5)]
        await asyncio.gather(*(paced(one, service) for one in paces for _ in range(20)))
        return service

    service, _ = simulated(work)
    assert (service.refused, service.received) == (0, 100)


def test_what_a_process_that_died_had_on_its_way_is_forgotten():
    async def work():
        place, service = Memory(), Counting(3, 2.0)
        dead, alive = Pace(place), Pace(place)
        await paced(dead, service)
        for _ in range(2):
            await dead.turn()
        await asyncio.gather(*(paced(alive, service) for _ in range(6)))
        return service

    service, took = simulated(work)
    assert (service.refused, service.received) == (0, 7)
    assert took < 2 * allowance.EXPIRES


def test_a_place_that_cannot_be_used_is_done_without():
    async def work():
        place, service = Memory(), Counting(5, 2.0)
        one = Pace(place)
        await paced(one, service)
        place.is_usable = False
        await asyncio.gather(*(paced(one, service) for _ in range(10)))
        return service

    assert simulated(work)[0].refused == 0


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"limit": "x"}', b"[" * 5000,
        json.dumps(Allowance(limit=5, left=5, resets_at=1e12).as_dict()).encode(),
        json.dumps(Allowance(limit=5, flying={"x": 1e12}).as_dict()).encode(),
        json.dumps(Allowance(limit=5).as_dict() | {"closed_until": float("inf")}).encode(),
        json.dumps(Allowance(limit=0).as_dict()).encode(), b"x" * 100_000,
    ],
)  # fmt: skip
async def test_a_damaged_file_is_as_if_there_were_none(tmp_path, content):
    place = SharedPace(tmp_path, "account")
    with place.held():
        pass
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    one = Pace(place)
    one.end(await one.turn(), bare(**{"x-ratelimit-limit": "5", "x-ratelimit-remaining": "4"}))
    assert json.loads(file.read_bytes())["limit"] == 5
    assert file.stat().st_mode & 0o077 == 0


def test_a_file_that_somebody_holds_who_was_stopped_is_not_waited_for(tmp_path):
    one, other = SharedPace(tmp_path, "account"), SharedPace(tmp_path, "account")
    with one.held() as place, other.held() as none:
        assert (place is not None, none) == (True, None)
    with other.held() as none:
        assert none is None  # not before a while: else each call would wait


def test_accounts_have_a_file_each(tmp_path):
    for account in ("a", "b"):
        with SharedPace(tmp_path, account).held() as place:
            place.tree = account
    assert len(list(tmp_path.iterdir())) == 2


def _calls(folder, base_url, key, calls):
    """What each of several processes does: calls, several side by side."""
    from tui_reseller.api.connection import Connection  # noqa: PLC0415 - in a process of its own
    from tui_reseller.api.request import Request  # noqa: PLC0415
    from tui_reseller.api.v3.caller import CAP, Caller  # noqa: PLC0415
    from tui_reseller.domain.profile import Profile  # noqa: PLC0415
    from tui_reseller.domain.secret import Secret  # noqa: PLC0415

    async def work():
        connection = Connection(Profile("test", "boss", base_url, provider="subusers-v3"))
        caller = Caller(Pace(SharedPace(folder, "account")))
        request = Request("GET", "scopes", bearer=Secret(key))
        await asyncio.gather(*(caller.reply(connection, request, CAP) for _ in range(calls)))
        await connection.aclose()

    asyncio.run(work())


@pytest.mark.slow
@pytest.mark.parametrize("calls", [5, pytest.param(15, marks=pytest.mark.long)])
def test_several_processes_keep_one_limit(tmp_path, calls):
    with running("--limit", "10/2") as sandbox:
        spawn = multiprocessing.get_context("spawn")
        given = (tmp_path, sandbox.ready["v3_base_url"], sandbox.ready["v3_api_key"], calls)
        children = [spawn.Process(target=_calls, args=given) for _ in range(3)]
        for child in children:
            child.start()
        for child in children:
            child.join(120)
        assert [child.exitcode for child in children] == [0, 0, 0]
        statuses = [row["status"] for row in sandbox.requests() if row.get("status")]
    assert len(statuses) == 3 * calls
    # Before anybody knows the limit each process may send one; after that nothing is refused.
    assert statuses.count(429) <= 1
