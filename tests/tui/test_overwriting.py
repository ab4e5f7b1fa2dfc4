"""Credits, sending addresses and offerings on the screen: read, change, review, one call."""

import json
from types import SimpleNamespace

import pytest

from tests.harness.waiting import soon
from tests.tui.desk import open_desk
from tui_reseller.domain.operation import Outcome

CREDITS = {"type": "recurring", "reset_frequency": "weekly", "remain": 900, "total": 1000, "used": 100}
FIRST, SECOND = "203.0.113.1", "203.0.113.2"
FREE, PREMIER = "org.ei.free.v1", "org.ei.premier.v1"


@pytest.fixture
def sandbox(sandboxes):
    shared = sandboxes("overwriting on screen", customers=12)
    shared.start_anew()
    return shared


@pytest.fixture
def opened(sandbox, tmp_path):
    def open_(provider="subusers-v3"):
        ready = sandbox.ready | {"base_url": sandbox.ready["v3_base_url"], "api_key": sandbox.ready["v3_api_key"]}
        seen = SimpleNamespace(ready=ready, log=sandbox.log, applied=sandbox.applied)
        eu = {"eu_base_url": sandbox.ready["v3_eu_base_url"]} if provider == "subusers-v3" else {}
        return open_desk(seen, tmp_path, provider=provider, size=(120, 40), **eu)

    return open_


@pytest.fixture
def luz(sandbox):
    name = sandbox.fresh_name()
    sandbox.plant(
        name, active="true", email=f"{name}@x.example", region="global", ip=json.dumps([FIRST]),
        credits=json.dumps(CREDITS), package="gold",
    )  # fmt: skip
    return name


async def begin(desk, name, letter, title):
    await desk.go_to(name)
    await desk.press("x", letter)
    await desk.opened(title)


async def fill(desk, field, text):
    desk.field(field).value = text
    await desk.pilot.pause()


async def test_credits_are_set_and_taken_back(opened, sandbox, luz):
    async with opened() as desk:
        await begin(desk, luz, "c", "Set credits")
        assert "1000" in desk.words()
        await fill(desk, "credits_total", "5000")
        await desk.read_then()
        await desk.opened("Review: set credits")
        assert "1000 -> 5000" in desk.words()
        assert sandbox.log() == []
        await desk.read_then("ctrl+s")
        await desk.applied(("credits_set", luz))
        customer = desk.main.context.session.customers.get
        await soon("it is shown", lambda: customer(luz).value("credits_total") == 5000)
        await desk.press("u")
        await desk.opened("")
        await desk.read_then()
        await desk.applied(("credits_set", luz), ("credits_set", luz))
        held = json.loads(sandbox.held(luz)["credits"])
        assert (held["type"], held["total"], held["reset_frequency"]) == ("recurring", 1000, "weekly")


async def test_credits_are_added_behind_the_kinds(opened, luz):
    async with opened() as desk:
        await begin(desk, luz, "c", "Set credits")
        await desk.press("left")
        await fill(desk, "credits_change", "none")
        await desk.read_then()
        assert "whole number" in desk.problem
        await fill(desk, "credits_change", "-100")
        await desk.read_then()
        await desk.opened("Review: add credits")
        assert "-100" in desk.words()
        await desk.read_then("ctrl+s")
        await desk.applied(("credits_add", luz))
        customer = desk.main.context.session.customers.get
        await soon("it is shown", lambda: customer(luz).value("credits_remain") == 800)


async def test_nobody_is_left_without_an_address(opened, sandbox, luz):
    async with opened() as desk:
        await begin(desk, luz, "i", "Set sending addresses")
        assert FIRST in desk.words()
        await fill(desk, "ips", " , ")
        await desk.read_then()
        await desk.opened("Set sending addresses")
        assert "Sending addresses is required" in desk.words()
        await fill(desk, "ips", f"{SECOND}, {FIRST}")
        await desk.read_then()
        await desk.opened("Review: set sending addresses")
        assert f"{FIRST} -> {FIRST},{SECOND}" in desk.words()
        await desk.read_then("ctrl+s")
        await desk.applied(("ips_set", luz))
        assert json.loads(sandbox.held(luz)["ip"]) == [FIRST, SECOND]


async def test_what_is_so_already_is_not_sent(opened, sandbox, luz):
    async with opened() as desk:
        await begin(desk, luz, "i", "Set sending addresses")
        await desk.read_then()
        await desk.told("so already")
        assert sandbox.log() == []


async def test_the_review_of_offerings_says_what_goes_and_is_typed(opened, sandbox, luz):
    account = sandbox.held(luz)["account_id"]
    async with opened("accounts-v3") as desk:
        await begin(desk, account, "f", "Change offerings")
        package = desk.app.screen.query_one("#field-package")
        assert package.value == PREMIER
        await desk.press("right")
        assert package.value == FREE
        await desk.read_then()
        await desk.opened("Review: change offerings")
        for words in (f"{PREMIER} -> {FREE}", "The customer loses", "subusers: 100 -> 0", "newest are taken away"):
            assert words in desk.words()
        await desk.read_then()
        assert "type exactly" in desk.problem
        assert sandbox.log() == []
        await desk.write(account)
        await desk.read_then()
        await desk.applied(("offerings_set", account))


async def test_what_only_adds_is_not_typed_and_its_undo_is(opened, sandbox, luz):
    account, addon = sandbox.held(luz)["account_id"], "org.ei.marketing.v1"
    async with opened("accounts-v3") as desk:
        await begin(desk, account, "f", "Change offerings")
        await fill(desk, "addons", addon)
        await desk.read_then()
        await desk.opened("Review: change offerings")
        assert not desk.app.screen.query("#field-typed")
        await desk.read_then("ctrl+s")
        await desk.applied(("offerings_set", account))
        customer = desk.main.context.session.customers.get
        await soon("it is shown", lambda: customer(account).text("addons") == addon)
        await desk.press("u")
        await desk.opened("Undo: change offerings")
        await desk.read_then("ctrl+s")
        assert "type exactly" in desk.problem, "it takes the add-on away"
        await desk.write(account)
        await desk.read_then("ctrl+s")
        await desk.applied(("offerings_set", account), ("offerings_set", account))
        assert [one["name"] for one in json.loads(sandbox.held(luz)["offerings"])] == [PREMIER]


async def test_a_lost_answer_is_open_and_nothing_is_sent_twice(opened, sandbox, luz):
    async with opened() as desk:
        sandbox.fault("drop-after", operation="credits_set", times=1)
        await begin(desk, luz, "c", "Set credits")
        await fill(desk, "credits_total", "5000")
        await desk.read_then()
        await desk.opened("Review: set credits")
        await desk.read_then()
        await soon("it is written down", lambda: desk.state.needs_you_count == 1)
        (entry,) = await desk.entries()
        assert entry.outcome is Outcome.UNKNOWN
        assert sandbox.applied() == [("credits_set", luz)]


@pytest.mark.parametrize(("letter", "words"), [("f", "credits set"), ("c", "offerings set"), ("i", "offerings set")])
async def test_what_the_service_has_not_answers_with_the_way_round(opened, sandbox, luz, letter, words):
    provider = "subusers-v3" if letter == "f" else "accounts-v3"
    name = luz if letter == "f" else sandbox.held(luz)["account_id"]
    async with opened(provider) as desk:
        await desk.go_to(name)
        await desk.press("x", letter)
        await desk.told(words)
        assert desk.dialog is None
