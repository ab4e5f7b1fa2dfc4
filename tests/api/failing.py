"""Calls that fail, and servers that make them."""

import asyncio

import pytest

from tui_reseller.domain import errors as e
from tui_reseller.domain.operation import Call, Operation

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
