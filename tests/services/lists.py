"""Lists that tests of reading them use."""

from tests.harness.v2 import a_customer
from tui_reseller.services import listing

MANY = [a_customer(f"u{number}") for number in range(10)]


async def events(session):
    return [event async for event in listing.refresh(session)]
