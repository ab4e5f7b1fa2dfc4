"""Details that are told for one customer at a time: read where the cursor rests, on request, before an edit."""

from types import SimpleNamespace

import pytest

from tests.harness.sandbox import running
from tests.harness.waiting import soon
from tests.tui.desk import open_desk
from tui_reseller.domain.provider import DETAILS_READ


@pytest.fixture
def subusers(sandboxes):
    """A sandbox with 40 customers, as Subusers v3 shows it."""
    shared = sandboxes("details", customers=40)
    shared.start_anew()
    return shared


@pytest.fixture
def open_v3(subusers, tmp_path):
    def opened(**more):
        ready = subusers.ready | {
            "base_url": subusers.ready["v3_base_url"], "api_key": subusers.ready["v3_api_key"],
        }  # fmt: skip
        seen = SimpleNamespace(ready=ready)
        eu = subusers.ready["v3_eu_base_url"]
        return open_desk(seen, tmp_path, provider="subusers-v3", eu_base_url=eu, **more)

    return opened


def known(desk):
    customers = desk.main.context.session.customers
    return sum(customer.value(DETAILS_READ) is not None for customer in customers.window(0, 40))


def profiles_read(subusers):
    return [row for row in subusers.requests() if row["path"].endswith("/user/profile")]


async def test_only_who_the_cursor_rests_on_is_read_and_once(open_v3, subusers):
    async with open_v3() as desk:
        await soon("the first one is read", lambda: known(desk) == 1)
        for key in ("down", "down", "up"):
            await desk.press(key)
        await soon("the second one is read", lambda: known(desk) >= 2)
        await desk.press("up")
        await desk.is_quiet()
        assert len(profiles_read(subusers)) == known(desk) <= 3


async def test_all_shown_are_read_on_request_and_filters_say_of_how_many(open_v3):
    async with open_v3(size=(120, 40)) as desk:
        await soon("the first one is read", lambda: known(desk) == 1)
        await desk.press("slash")
        await desk.write("country:us")
        await desk.press("enter")
        await soon("it says of how many", lambda: "details known of 1" in "\n".join(desk.screen_text()))
        await desk.press("escape")
        await desk.press("plus")
        await soon("all are read", lambda: known(desk) == 40)
        await desk.told("The details of 39 customers were read")
        await desk.press("plus")
        await desk.told("are known")


async def test_what_waits_for_the_limit_is_said_and_taken_back(open_v3, subusers):
    name = subusers.fresh_name()
    subusers.plant(name, active="true", email=f"{name}@x.example", region="global")
    async with open_v3(size=(160, 40)) as desk:
        await desk.go_to(name)
        subusers.fault("rate-limit", retry_after=3, operation="disable", times=1)
        await desk.press("d")
        await desk.opened("Disable sending")
        await desk.read_then("ctrl+s")
        await soon("it is said", lambda: "for the service's limit" in "\n".join(desk.screen_text()))
        await soon("it goes on", lambda: not desk.state.waiting)
    subusers.bury(name)


async def test_a_refresh_keeps_what_was_read(open_v3):
    async with open_v3() as desk:
        await desk.press("plus")
        await soon("all are read", lambda: known(desk) == 40)
        await desk.press("r")
        await desk.is_quiet()
        assert known(desk) == 40


async def test_an_edit_begins_with_what_there_is_now(open_v3, subusers):
    async with open_v3() as desk:
        name = desk.main.context.current.username
        await soon("it is read", lambda: known(desk) == 1)
        subusers.plant(name, city="Lugo")
        await desk.press("enter")
        await desk.opened(f'Edit "{name}"')
        assert any("Lugo" in line for line in desk.screen_text())


async def test_a_permission_that_the_key_lacks_is_named_once_and_not_met_at_every_customer(tmp_path):
    with running("--scopes", "subusers.read,user.username.read", customers=12) as sandbox:
        ready = sandbox.ready | {"base_url": sandbox.v3_base_url, "api_key": sandbox.v3_api_key}
        async with open_desk(SimpleNamespace(ready=ready), tmp_path, provider="subusers-v3") as desk:
            await desk.told("user.profile.read")
            for _ in range(8):
                await desk.press("down")
                await desk.pilot.pause(0.3)
            assert len(profiles_read(sandbox)) == 1
            assert sum("user.profile.read" in text for _, text in desk.main.context.log) == 1
            await desk.press("plus")
            await desk.told("0 were read, then")
            assert len(profiles_read(sandbox)) == 1


async def test_a_refusal_for_one_customer_is_none_for_the_others(open_v3, subusers):
    subusers.fault("status", shape="no-scope", operation="profile", times=1)
    async with open_v3() as desk:
        await desk.press("down")
        await soon("the second one is read", lambda: known(desk) >= 1)
        await desk.press("up")
        await soon("the first one is read", lambda: known(desk) >= 2)
