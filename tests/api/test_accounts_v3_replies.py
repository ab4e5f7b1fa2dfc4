"""What each answer of Account Provisioning v3 is taken for: every refusal that is known, at every call that we make."""

from contextlib import asynccontextmanager

import pytest

from tests.harness.sandbox import running
from tui_reseller.api.accounts_v3.client import AccountsV3
from tui_reseller.domain import errors as e
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.providers.accounts_v3 import ACCOUNTS_V3
from tui_reseller.domain.secret import Secret
from tui_reseller.sandbox.v3.errors import SHAPES

OFFERED = {"package": "org.ei.pro.v1", "addons": ""}
GIVEN = {Operation.CREATE: OFFERED, Operation.OFFERINGS_SET: OFFERED}
READS = ("list", "find", "fill", "probe", "offered", "taken_away", "email_of", "link")
CALLS = [*READS, *(one for one in ACCOUNTS_V3.actions if one is not Operation.SIGN_IN)]
"""A link is asked for in a way of its own: "link" among the readings."""
ABOUT_ONE = {"find", "fill", "link", Operation.DELETE, Operation.ENABLE, Operation.DISABLE, Operation.OFFERINGS_SET}
STATUSES = (400, 401, 403, 404, 429, 500, 502, 503, 504)
ANSWERS = [(shape, status) for shape, (known, _) in SHAPES.items() for status in sorted({known, *STATUSES})] + [
    (shape, status) for shape in ("html", "empty") for status in (*STATUSES, 200, 201, 204)
]
"""Every body with every status, and what is no answer of the service's."""
NO_BAD_KEY = {"no-credits", "not-authorised"}
NAMELESS = {"unknown-name", "no-user"}


def expected(shape, status, call):
    """Return the one class that an answer is taken for, by the table in docs/services.md 9.5; None for a success, for
    what is no error.
    """
    if status == 429:
        return e.RateLimited
    if status >= 500 or status < 300 or shape == "html":
        return None if status == 204 and call in DONE_BY_204 else e.UnusableAnswer  # no body comes with a 204
    if shape in NO_BAD_KEY and status == 401:
        return e.Rejected
    if shape in NAMELESS and status == 400:
        return e.CustomerNotFound if call in ABOUT_ONE else e.Rejected
    if status == 404:
        is_about_one = call in ABOUT_ONE or call == "email_of"
        return e.CustomerNotFound if is_about_one else e.UnusableAnswer if shape == "empty" else e.Rejected
    if shape == "empty" and status == 400:
        return e.UnusableAnswer
    return {401: e.CredentialsRefused, 403: e.NotPermitted}.get(status, e.Rejected)


DONE_BY_204 = {Operation.DELETE, Operation.ENABLE, Operation.DISABLE}


@pytest.fixture(scope="module")
def service():
    with running(customers=3) as made:
        made.plant_person("ann.lee", active="true")
        yield made, made.held("ann.lee")["account_id"]


@asynccontextmanager
async def connected(sandbox):
    """A new client: one that met 429 would keep the pace."""
    sandbox.clear()
    profile = Profile("test", "boss", sandbox.ready["v3_base_url"], provider="accounts-v3")
    made = AccountsV3(profile, Secret(sandbox.ready["v3_api_key"]))
    try:
        yield made
    finally:
        await made.aclose()


async def listed(client, _account):
    return [part async for part in client.stream()]


MADE = {
    "list": listed,
    "find": lambda client, account: client.find(account),
    "fill": lambda client, account: client.fill(Customer.of(ACCOUNTS_V3, account)),
    "probe": lambda client, _account: client.probe(),
    "offered": lambda client, _account: client.offered("package"),
    "taken_away": lambda client, account: client.taken_away(
        Call(Operation.OFFERINGS_SET, account, OFFERED), Customer.of(ACCOUNTS_V3, account)
    ),
    "email_of": lambda client, account: client.email_of(account),
    "link": lambda client, account: client.link(account),
}


def made(client, call, account):
    return MADE[call](client, account) if call in MADE else client.send(Call(call, account, GIVEN.get(call, {})))


@pytest.mark.parametrize("call", CALLS, ids=str)
@pytest.mark.in_turn(4)
async def test_every_refusal_at_every_call(service, call):
    sandbox, account = service
    since = sandbox.last_seq()
    for shape, status in ANSWERS:
        wanted = expected(shape, status, call)
        if wanted is None:
            continue
        where = f"{shape} {status} at {call}"
        async with connected(sandbox) as client:
            sandbox.fault("status", shape=shape, code=status, times=1)
            if wanted is e.CustomerNotFound and call == "find":
                assert await client.find(account) is None, where
                continue
            if wanted is e.NotPermitted and call == "email_of":
                assert await client.email_of(account) is None, where
                continue
            with pytest.raises(e.ResellerError) as told:
                await made(client, call, account)
        assert type(told.value) is wanted, f"{where}: {told.value!r}"
        said = told.value.message + told.value.hint
        assert sandbox.ready["v3_api_key"] not in said
        if shape in SHAPES and status != 429:
            body = SHAPES[shape][1]
            for words in [body["error"]] if "error" in body else [error["message"] for error in body["errors"]]:
                assert words in told.value.message, where
    assert sandbox.for_clients(since) == [], "nothing that was refused was done"
