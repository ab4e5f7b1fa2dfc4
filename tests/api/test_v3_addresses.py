"""Sending addresses of Subusers v3 in pages, and one name among many that begin so, on a real sandbox."""

import json

import pytest

from tests.harness.sandbox import running
from tui_reseller.api.request import Request
from tui_reseller.api.subusers_v3.addresses import all_addresses
from tui_reseller.api.subusers_v3.client import SubusersV3
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import UnusableAnswer
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.providers.subusers_v3 import SUBUSERS_V3
from tui_reseller.domain.secret import Secret


def at(sandbox):
    profile = Profile("test", "boss", sandbox.v3_base_url, provider="subusers-v3")
    return SubusersV3(profile, Secret(sandbox.v3_api_key))


@pytest.fixture(scope="module")
def sandbox():
    with running("--max-page", "500", customers=12) as made:
        yield made


@pytest.mark.parametrize(("count", "calls"), [(0, 1), (499, 1), (500, 2), (998, 2), (999, 3), (1200, 3)])
async def test_a_customer_has_as_many_addresses_as_all_pages_tell(sandbox, count, calls):
    wanted = [f"10.0.{number // 250}.{number % 250 + 1}" for number in range(count)]
    sandbox.plant_person("many", active=True, ip=json.dumps(wanted))
    sandbox.start_anew()
    client = at(sandbox)
    filled = await client.fill(Customer.of(SUBUSERS_V3, "many"), ["ips"])
    await client.aclose()
    assert set(filled.text("ips").split(",") if count else []) == set(wanted)
    assert len([row for row in sandbox.requests() if row["path"].endswith("/ips")]) == calls


async def test_all_pages_of_the_european_addresses_are_offered():
    with running("--max-page", "10", customers=8_000) as sandbox:
        client = at(sandbox)
        offered = await client.offered("ips", Customer.of(SUBUSERS_V3, "luz", {"region": "eu"}))
        await client.aclose()
    assert len(offered) == len(set(offered)) == 34


@pytest.mark.parametrize(
    "second", [[], [{"ip": "10.9.9.9"}], {"errors": []}, [{"ip": "10.0.0.2"}, {"ip": "10.0.0.1"}], None]
)
async def test_pages_that_do_not_join_are_no_list(second):
    pages = [[{"ip": f"10.0.0.{number}"} for number in range(500)], second]

    async def ask(_request):
        return pages.pop(0)

    with pytest.raises(UnusableAnswer, match="do not join"):
        await all_addresses(ask, Request("GET", "ips", bearer=Secret("SG.x")))


async def test_the_region_is_known_of_a_name_that_many_others_begin_with(sandbox):
    for number in range(700):
        sandbox.plant_person(f"an{number}", active=True)
    sandbox.plant_person("an", active=True, region="eu", city="Vigo")
    client = at(sandbox)
    found = await client.find("an")
    assert (found.username, found.text("region")) == ("an", "eu")
    assert await client.find("a") is None
    await client.aclose()
