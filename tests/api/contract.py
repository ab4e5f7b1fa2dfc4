"""What every client of a service keeps, whatever the service: one class that the tests of each provider inherit.

A provider's own test gives one fixture, `peer`: a running service, and what may be done behind its client's back
(class Peer). All the rest is taken from the provider's table: which operations there are, what each takes, what it
changes, and what of that the service tells.

    class TestResellerV2(ClientContract):
        provider = RESELLER_V2

        @pytest.fixture
        def peer(self, sandboxes): ...

All calls go over real HTTP, many of them through a proxy that spoils the line (harness/toxic_proxy.py).
"""

import asyncio
import itertools
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Protocol

import pytest

from tests.api.contract_tools import answering, closed_port, error_of, everything, failure_of, http, listed
from tests.harness import samples
from tests.harness import toxic_proxy as toxics
from tests.harness.toxic_proxy import ToxicProxy
from tests.harness.waiting import soon
from tui_reseller.domain import errors as e
from tui_reseller.domain.action import Effect
from tui_reseller.domain.changes import wanted_by
from tui_reseller.domain.identity import Identity
from tui_reseller.domain.listing import EXTRA, table_columns
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.provider import KEY, Provider, Told
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.value import Value
from tui_reseller.services.ports import CustomersPort

OTHER_KEY = "0ther-k3y-CANARY"
ODD_NAMES = ("a/b", "a%2Fb", "a b+c", "ü€😀", "q?x=1&y#z", 'O\'Neil "x"', "..a", "<b>&amp;")
LOST = (e.AnswerLost, e.UnusableAnswer)
ANSWERS_THAT_QUOTE = tuple(
    lambda request, status=status, begin=begin: http(status, begin + request)
    for status in (200, 302, 400, 401, 429, 500)
    for begin in (b"", b'{"message": "no: ', b"<html>")
)
"""Answers that say all of the request again."""
_numbers = itertools.count(1)


class Peer(Protocol):
    """A running service of a provider. Key is what it accepts, port where it listens on the loopback."""

    key: Secret
    port: int

    def client(self, port: int, key: Secret, timeout: float) -> CustomersPort:
        """Return a new client that calls this service over a port, which may be that of a proxy, with so many seconds
        for each call.
        """

    def plant(self, username: str, values: Mapping[str, Value]) -> str | None:
        """Put a customer there, with values by the names of the provider's columns. Returns its key where the service
        gives it, whatever it was to be.
        """

    def applied(self, username: str) -> Sequence[Operation]:
        """Return what the service has carried out on a customer for clients, in order. Of one that was to be opened and
        has no key that we know: the one whose e-mail address begins with this name.
        """

    def listed_twice(self, username: str) -> bytes | None:
        """Return a body in which a customer is listed twice, as an answer to find(); None for a service that is asked
        for one customer by the key alone.
        """


Connect = Callable[..., CustomersPort]


class ClientContract:
    """See the page above. Provider is the table of the service."""

    provider: ClassVar[Provider]

    def pytest_generate_tests(self, metafunc):
        """Run a test with an argument *operation* for each write that the provider has."""
        if "operation" in metafunc.fixturenames:
            writes = samples.writes_of(self.provider)
            metafunc.parametrize("operation", writes, ids=lambda operation: operation.value)

    @pytest.fixture
    def peer(self) -> Peer:
        raise NotImplementedError("the provider's own test gives its service")

    @pytest.fixture
    async def connect(self, peer):
        """Hand out a function that makes clients, which are closed in the end."""
        made = []

        def connect(port=None, key=None, timeout=60.0) -> CustomersPort:
            made.append(peer.client(peer.port if port is None else port, key or peer.key, timeout))
            return made[-1]

        yield connect
        for client in made:
            await client.aclose()

    @pytest.fixture
    async def proxy(self, peer):
        async with ToxicProxy("127.0.0.1", peer.port) as proxy:
            yield proxy

    @pytest.fixture
    def fresh(self) -> str:
        """A key that no customer had before."""
        return f"c{next(_numbers)}z"

    # --- What a customer and a call look like, by the provider's table ----------------------------------------------

    def told_columns(self) -> list[str]:
        return samples.told_columns(self.provider)

    def sample(self, name: str, word: str) -> Value:
        return samples.sample(self.provider, name, word)

    def plant(self, peer: Peer, username: str, **values: Value) -> str:
        values = {**{name: self.sample(name, "old") for name in self.told_columns()}, **values}
        return peer.plant(username, values) or username

    def plant_for(self, peer: Peer, operation: Operation, username: str) -> str:
        """Plant a customer whom an operation can change, and return the key; none for one that makes him."""
        if self.provider.action(operation).effect is Effect.CREATES:
            return username
        return self.plant(peer, username, **samples.planted_for(self.provider, operation))

    def call(self, operation: Operation, username: str) -> Call:
        """Return a call that changes a planted customer, or makes a new one."""
        return samples.call_of(self.provider, operation, username)

    def any_call(self, username: str) -> Call:
        return self.call(next(iter(self.provider.actions)), username)

    # --- Reading ----------------------------------------------------------------------------------------------------

    async def test_a_list_has_every_customer_and_every_column(self, peer, connect, fresh):
        names = [self.plant(peer, f"{fresh}{odd}") for odd in ("", *ODD_NAMES)]
        found = await listed(connect())
        assert set(names) <= found.keys()
        assert {tuple(row) for row in found.values()} == {table_columns(self.provider)}
        for column in self.provider.columns[1:]:
            is_told = column in self.told_columns()
            field = self.provider.by_name[column]
            if field.told is Told.LIST and not is_told:
                assert len({found[name][column] for name in names}) == len(names)
                continue
            if field.told is Told.ROWS and not is_told:
                assert all(found[name][column] for name in names)
                continue
            assert {found[name][column] for name in names} == {self.sample(column, "old") if is_told else None}

    async def test_a_list_that_comes_in_small_pieces_is_the_same(self, peer, connect, proxy, fresh):
        self.plant(peer, f"{fresh}ü€😀")
        whole = await listed(connect(proxy.port))
        proxy.toxic = toxics.slicer(max(7, proxy.received // 200), 0.001)
        assert await listed(connect(proxy.port)) == whole

    async def test_a_list_that_breaks_off_is_never_whole(self, peer, connect, proxy, fresh):
        self.plant(peer, fresh)
        await listed(connect(proxy.port))
        length = proxy.received
        for at in (1, 20, length // 2, length - 20, length - 2, length - 1):
            proxy.toxic = toxics.cut(reply=at, rst=at % 2 == 0)
            error = await failure_of(listed(connect(proxy.port)))
            assert isinstance(error, LOST), f"{at} of {length} bytes: {error!r}"

    async def test_a_list_that_is_left_early_leaves_nothing_behind(self, peer, connect, fresh):
        fresh = self.plant(peer, fresh)
        client, before = connect(), asyncio.all_tasks()
        stream = client.stream()
        async for _ in stream:
            break
        await stream.aclose()
        assert asyncio.all_tasks() <= before
        assert fresh in await listed(client)

    @pytest.mark.parametrize("odd", ["", *ODD_NAMES])
    async def test_find_takes_a_key_as_it_is(self, peer, connect, fresh, odd):
        client, name = connect(), f"{fresh}{odd}"
        assert await client.find(name) is None
        name = self.plant(peer, name)
        for near in (f"{name}x", name[:-1], name.swapcase()):
            assert await client.find(near) is None
        found = await client.find(name)
        assert found is not None
        assert found.username == name
        unread = {EXTRA: None} | {name: None for name in self.provider.not_in_find if found.value(name) is None}
        assert {**found.as_dict(), **unread} == {**(await listed(client))[name], **unread}

    async def test_nobody_has_an_empty_key(self, connect):
        assert await connect().find("") is None

    async def test_who_is_listed_twice_is_nobody_for_certain(self, peer, connect, fresh):
        body = peer.listed_twice(fresh)
        if body is None:
            return  # the service is asked for one customer by the key alone: nothing can come twice
        async with answering(lambda _request: http(200, body)) as port:
            assert type(await failure_of(connect(port).find(fresh))) is e.UnusableAnswer

    async def test_a_probe_proves_the_key(self, connect):
        assert isinstance(await connect().probe(), Identity)
        assert type(await failure_of(connect(key=Secret(OTHER_KEY)).probe())) is e.CredentialsRefused

    # --- Writing ----------------------------------------------------------------------------------------------------

    async def test_an_operation_is_carried_out_once(self, peer, connect, fresh, operation):
        client, action = connect(), self.provider.action(operation)
        call = self.call(operation, self.plant_for(peer, operation, fresh))
        receipt = await client.send(call)
        assert receipt.message
        assert (receipt.username is not None) == (action.effect is Effect.CREATES and self.provider.names_customers)
        key = receipt.username or call.username
        assert peer.applied(key) == [operation]
        found = await client.find(call.fields[KEY] if action.effect is Effect.RENAMES else key)
        if action.effect is Effect.REMOVES:
            assert found is None
            return
        assert found is not None
        for name, value in {**call.fields, **action.sets}.items():
            if name in self.told_columns():
                assert found.value(name) == value
        left = wanted_by(self.provider, call)
        details = {name: value for name, value in left.items() if name in self.provider.details}
        if action.effect is Effect.CHANGES and details:
            filled = await client.fill(found, details)
            told = {name: filled.value(name) for name in receipt.told if name not in self.provider.groups}
            assert {name: receipt.told[name] for name in told} == told
            assert {name: filled.value(name) for name in details} == details

    async def test_a_customer_that_is_not_there_is_named_as_the_reason(self, peer, connect, fresh, operation):
        if self.provider.action(operation).effect is Effect.CREATES:
            return  # makes the customer: there is none to be absent
        assert type(await failure_of(connect().send(self.call(operation, fresh)))) is e.CustomerNotFound
        assert peer.applied(fresh) == []

    async def test_another_key_is_refused(self, peer, connect, fresh, operation):
        client = connect(key=Secret(OTHER_KEY))
        call = self.call(operation, self.plant_for(peer, operation, fresh))
        for work in (client.send(call), client.find(call.username), listed(client)):
            assert type(await failure_of(work)) is e.CredentialsRefused
        assert peer.applied(call.username) == []

    async def test_a_request_that_does_not_arrive_is_not_called_refused(self, peer, connect, proxy, fresh, operation):
        call = self.call(operation, self.plant_for(peer, operation, fresh))
        for toxic in (toxics.cut(request=30), toxics.cut(request=100, rst=False), toxics.down()):
            proxy.toxic = toxic
            assert isinstance(await failure_of(connect(proxy.port).send(call)), e.NoAnswer)
        assert type(await failure_of(connect(closed_port()).send(call))) is e.NotSent
        assert peer.applied(call.username) == []

    @pytest.mark.parametrize("at", [1, 12, 40])
    async def test_where_the_answer_is_lost_nothing_is_sent_again(self, peer, connect, proxy, fresh, operation, at):
        call = self.call(operation, self.plant_for(peer, operation, fresh))
        proxy.toxic = toxics.cut(reply=at, rst=at == 12)
        assert isinstance(await failure_of(connect(proxy.port).send(call)), LOST)
        assert peer.applied(call.username) == [operation]
        assert proxy.connections == 1

    async def test_a_call_ends_in_time(self, connect, proxy, fresh):
        proxy.toxic = toxics.timeout(0)
        client, clock = connect(proxy.port, timeout=0.3), asyncio.get_running_loop()
        for work in (client.find(fresh), client.probe(), listed(client), client.send(self.any_call(fresh))):
            began = clock.time()
            assert type(await failure_of(work)) is e.AnswerLost
            assert clock.time() - began < 5

    async def test_what_is_cancelled_ends_at_once_and_spoils_no_later_call(self, peer, connect, proxy, fresh):
        fresh = self.plant(peer, fresh)
        for start in (lambda c: c.find(fresh), lambda c: c.send(self.any_call(fresh)), listed):
            proxy.toxic, before = toxics.timeout(0), proxy.connections
            client = connect(proxy.port)
            task = asyncio.ensure_future(start(client))
            await soon("the call is on its way", lambda before=before: proxy.connections > before)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(task, 5)
            proxy.toxic = None
            assert await client.find(fresh) is not None

    async def test_what_an_operation_does_not_take_is_a_mistake_of_ours(self, peer, connect, fresh, operation):
        call = self.call(operation, self.plant_for(peer, operation, fresh))
        with pytest.raises(ValueError, match="nonsense"):
            await connect().send(replace(call, fields={**call.fields, "nonsense": "x"}))
        assert peer.applied(call.username) == []

    async def test_a_lone_surrogate_is_refused_before_anything_is_sent(self, connect, fresh, operation):
        with pytest.raises(e.InvalidInput):
            await connect(closed_port()).send(self.call(operation, f"{fresh}\ud800"))

    # --- Signing in as a customer ------------------------------------------------------------------------------------

    async def test_a_link_that_signs_in_is_another_one_each_time_and_nowhere_else(self, peer, connect, fresh, caplog):
        caplog.set_level(logging.DEBUG)
        client, absent = connect(), fresh
        if not self.provider.has(Operation.SIGN_IN):
            assert self.provider.lacks[Operation.SIGN_IN], "what to do instead is said in the table"
            assert type(await failure_of(client.link(fresh))) is e.RefusedHere
            return
        key = self.plant(peer, fresh)
        links = [await client.link(key), await client.link(key)]
        assert len({link.reveal() for link in links}) == 2
        assert all(link.reveal().startswith("https://") for link in links)
        assert all(link.reveal() not in f"{caplog.text}{link!r}{links}" for link in links)
        assert type(await failure_of(client.link(absent))) is e.CustomerNotFound
        assert type(await failure_of(connect(key=Secret(OTHER_KEY)).link(key))) is e.CredentialsRefused

    # --- Secrets, and the end ---------------------------------------------------------------------------------------

    async def test_no_secret_is_in_an_error_or_a_log(self, peer, connect, proxy, fresh, operation, caplog):
        caplog.set_level(logging.DEBUG)
        call, key, found = self.call(operation, fresh), Secret(OTHER_KEY), []
        for toxic in (None, toxics.cut(reply=3), toxics.cut(request=50)):
            proxy.toxic = toxic
            found.append(await failure_of(connect(proxy.port, key).send(call)))
        found.append(await failure_of(connect(closed_port(), key).send(call)))
        for answer in ANSWERS_THAT_QUOTE:
            async with answering(answer) as port:
                found.append(await failure_of(connect(port, key).send(call)))
        shown = "\n".join([*map(everything, found), caplog.text, repr(connect()), repr(call)])
        assert "CANARY" not in shown
        assert peer.key.reveal() not in shown

    async def test_no_secret_is_in_what_a_reading_says(self, connect, fresh, caplog):
        caplog.set_level(logging.DEBUG)
        key, found = Secret(OTHER_KEY), []
        for answer in ANSWERS_THAT_QUOTE:
            async with answering(answer) as port:
                found += [str(await error_of(listed(connect(port, key))))]
                found += [str(await error_of(connect(port, key).find(fresh)))]
        assert "CANARY" not in "\n".join([*found, caplog.text])

    async def test_it_can_be_closed_twice_and_unopened(self, connect, fresh):
        await connect().aclose()
        client = connect()
        assert await client.find(fresh) is None
        await client.aclose()
        await client.aclose()
