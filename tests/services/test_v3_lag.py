"""Readings of v3 that are behind: nothing is called so already, in conflict, or verified by one. And the EU's host."""

import json
from dataclasses import replace

import pytest

from tests.harness.clock import ClockOfBoth
from tests.harness.consent import carry_out
from tests.harness.sandbox import running
from tui_reseller.credentials.credentials import Credentials
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.profile import Profile, Store
from tui_reseller.domain.providers.subusers_v3 import SUBUSERS_V3
from tui_reseller.domain.secret import Secret
from tui_reseller.services import listing
from tui_reseller.services.verify import verify
from tui_reseller.storage.paths import Paths
from tui_reseller.wiring.services import build

PASSWORD, OLD = Secret("s3cret-pass-w0rd"), Secret("former-pass-w0rd")
CREDITS = {"type": "nonrecurring", "reset_frequency": None, "remain": 40, "total": None, "used": None}
FALSE_IF_APPLIED = {Outcome.VERIFIED_NOT_APPLIED, Outcome.REJECTED, Outcome.CONFLICT, Outcome.NOT_SENT}
FALSE_IF_NOT = {Outcome.APPLIED, Outcome.VERIFIED_APPLIED, Outcome.ALREADY_SO}


@pytest.fixture(scope="module")
def sandbox():
    with running(customers=4) as made:
        yield made


@pytest.fixture
async def session(sandbox, tmp_path):
    sandbox.start_anew()
    ready = sandbox.ready
    places = {"base_url": ready["v3_base_url"], "eu_base_url": ready["v3_eu_base_url"]}
    profile = Profile("acme", "boss", **places, provider="subusers-v3", store=Store.NONE)
    folders = [tmp_path / name for name in ("config", "state", "cache")]
    for folder in folders:
        folder.mkdir(mode=0o700)
    credentials = Credentials()
    credentials.remember(profile, Credential(Secret(ready["v3_api_key"])))
    services = replace(build(Paths(*folders), credentials), clock=ClockOfBoth(sandbox))
    services.ledger._now = services.clock.now  # the ledger's moments and the readings' are of one clock
    services.profiles.config.put(profile)
    made = services.open(profile)
    yield made
    await made.aclose()
    await services.aclose()


@pytest.fixture
async def luz(sandbox, session):
    name = sandbox.plant_person(sandbox.fresh_name(), active="true", region="global")
    sandbox.plant(name, credits=json.dumps(CREDITS), password=OLD.reveal())
    sandbox.advance(100)
    await listing.read_all(session)
    sandbox.fault("lag", seconds=30, times=None)
    return name


def call_of(operation, name):
    fields = {
        Operation.SET: {"city": "Lugo"},
        Operation.EMAIL: {"email": f"new-{name}@x.example"},
        Operation.RENAME: {"username": f"{name}.new"},
        Operation.CREATE: {"email": f"{name}@x.example", "ips": "192.0.2.1"},
        Operation.CREDITS_SET: {"credits_type": "recurring", "credits_total": "900", "credits_reset": "weekly"},
        Operation.CREDITS_ADD: {"credits_change": "-5"},
    }
    is_new = operation is Operation.CREATE
    action = SUBUSERS_V3.action(operation)
    password, old = PASSWORD if action.needs_password else None, OLD if action.why_old_password else None
    return Call(operation, f"{name}.made" if is_new else name, fields.get(operation, {}), password, old_password=old)


async def test_disable_and_enable_at_once(sandbox, session, luz):
    for operation in (Operation.DISABLE, Operation.ENABLE) * 3:
        result = await carry_out(session, Call(operation, luz))
        assert result.outcome is Outcome.APPLIED, result.message
    assert sandbox.held(luz)["active"] is True


async def test_a_change_right_after_another_is_no_conflict(sandbox, session, luz):
    for address in ("a@x.example", "b@x.example", "c@x.example"):
        seen = session.customers.get(luz)
        result = await carry_out(session, Call(Operation.EMAIL, luz, {"email": address}), loaded=seen)
        assert result.outcome is Outcome.APPLIED, result.message
    assert sandbox.held(luz)["email"] == "c@x.example"


async def test_a_detail_right_after_another_is_no_conflict(sandbox, session, luz):
    await session.held.keep((luz, await session.filled(session.customers.get(luz))))
    for city in ("Lugo", "Vigo", "Lugo"):
        result = await carry_out(session, Call(Operation.SET, luz, {"city": city}), loaded=session.customers.get(luz))
        assert result.outcome is Outcome.APPLIED, result.message
    assert sandbox.held(luz)["city"] == "Lugo"


async def test_what_somebody_else_changes_is_seen_all_the_same(sandbox, session, luz):
    assert (await carry_out(session, Call(Operation.DISABLE, luz))).outcome is Outcome.APPLIED
    sandbox.plant(luz, email="other@x.example")
    sandbox.advance(60)
    seen = session.customers.get(luz)
    result = await carry_out(session, Call(Operation.EMAIL, luz, {"email": "mine@x.example"}), loaded=seen)
    assert result.outcome is Outcome.CONFLICT


@pytest.mark.parametrize("fault", ["drop-after", "drop-before"])
@pytest.mark.parametrize("operation", list(SUBUSERS_V3.actions), ids=str)
async def test_verification_is_never_wrong(sandbox, session, luz, operation, fault):
    call = call_of(operation, luz)
    if operation is Operation.ENABLE:
        assert (await carry_out(session, Call(Operation.DISABLE, luz))).outcome is Outcome.APPLIED
    if operation in {Operation.CREATE, Operation.IPS_SET}:
        call = replace(call, fields={**call.fields, "ips": (await session.offered())["ips"][0]})
    sandbox.fault(fault, operation=operation.value, times=1)
    result = await carry_out(session, call)
    assert result.outcome is Outcome.UNKNOWN, result.message
    outcome, words = await verify(session, await session.ledger.get(result.id))
    is_applied = sandbox.times_applied(call.username, operation) > 0
    assert is_applied is (fault == "drop-after")
    assert outcome not in (FALSE_IF_APPLIED if is_applied else FALSE_IF_NOT), words


@pytest.fixture
def european(sandbox):
    name = sandbox.plant_person(sandbox.fresh_name(), active="true", region="eu")
    sandbox.advance(100)
    return name


async def test_calls_on_behalf_of_the_eu_go_to_its_host(sandbox, session, european):
    for call in (
        Call(Operation.SET, european, {"city": "Lugo"}),
        Call(Operation.EMAIL, european, {"email": "eu@x.example"}),
        Call(Operation.RENAME, european, {"username": f"{european}.new"}),
    ):
        result = await carry_out(session, call)
        assert result.outcome is Outcome.APPLIED, result.message
    assert (await session.find(f"{european}.new", ["city"])).value("city") == "Lugo"


async def test_the_wrong_host_is_said_with_the_region(sandbox, session, european, tmp_path):
    session.policy.profile = replace(session.profile, eu_base_url="")
    await session.reconnect()
    result = await carry_out(session, Call(Operation.SET, european, {"city": "Lugo"}))
    assert result.outcome is not Outcome.APPLIED
    assert "EU" in result.message
    assert "eu_base_url" in result.message
