"""Who was opened within a time, by what a list tells: for a person to look at after a lost answer."""

from datetime import UTC, datetime, timedelta

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.providers.accounts_v3 import ACCOUNTS_V3
from tui_reseller.domain.providers.subusers_v3 import SUBUSERS_V3
from tui_reseller.storage.customer_list import CustomerList
from tui_reseller.storage.frames import frame_from

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
OPENED = {
    "edge": "2026-03-04T11:58:00Z",
    "near": "2026-03-04T12:00:01.5Z",
    "elsewhere": "2026-03-04T13:59:58+02:00",
    "before": "2026-03-04T11:57:59.999Z",
    "after": "2026-03-04T12:02:01Z",
    "odd": "yesterday",
    "untold": None,
}


async def found_in(provider, values):
    incoming = CustomerList(provider).incoming()
    rows = [Customer.of(provider, name, given) for name, given in values.items()]
    await incoming.add(frame_from(provider, rows))
    return await incoming.opened_between(NOON - timedelta(minutes=2), NOON + timedelta(minutes=2))


async def test_the_nearest_come_first_and_what_is_no_time_is_none():
    values = {name: {"created_at": moment} for name, moment in OPENED.items()}
    assert await found_in(ACCOUNTS_V3, values) == ["near", "elsewhere", "edge"]


async def test_a_list_that_does_not_tell_names_nobody():
    assert await found_in(SUBUSERS_V3, {"ann": {}}) == []
