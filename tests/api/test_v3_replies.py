"""What each answer of a v3 service is taken for: every refusal that is known, at every call that we make."""

from contextlib import asynccontextmanager
from datetime import date

import pytest

from tests.harness.sandbox import running
from tui_reseller.api.reply import Reply
from tui_reseller.api.request import JsonBody, Request
from tui_reseller.api.subusers_v3.answers import receipt_of
from tui_reseller.api.subusers_v3.client import SubusersV3
from tui_reseller.api.subusers_v3.requests import ENDPOINTS, write_request
from tui_reseller.api.v3.replies import judged
from tui_reseller.domain import errors as e
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.provider import KEY
from tui_reseller.domain.providers.subusers_v3 import SUBUSERS_V3
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.usage import Period
from tui_reseller.sandbox.v3.errors import SHAPES

NAME = "ann.lee"
KEY_OF_TEST = Secret("SG.canary-key-of-this-test")
PASSWORD = Secret("pA55-canary-pass-w0rd")
TOKENS = ("signup-canary-token", "authorization-canary-token")
GIVEN = {
    Operation.CREATE: {"email": "a@x.example", "ips": "192.0.2.1"},
    Operation.SET: {"city": "Lugo"},
    Operation.EMAIL: {"email": "b@x.example"},
    Operation.RENAME: {KEY: "ann.new"},
    Operation.CREDITS_SET: {"credits_type": "recurring", "credits_total": "900", "credits_reset": "daily"},
    Operation.CREDITS_ADD: {"credits_change": "5"},
    Operation.IPS_SET: {"ips": "192.0.2.1"},
}
PERIOD = Period(date(2026, 3, 1), date(2026, 3, 7))
FILLED = {"credits": "credits_type", "addresses": "ips"}
"""Groups of details by a field of each."""
USAGE = ("series", "days", "ranking", "reputation", "usage_credits")
READS = ("list", "find", "fill", *FILLED, "probe", "offered", *USAGE)
CALLS = [*READS, *SUBUSERS_V3.actions]
IN_PATH = {operation for operation, endpoint in ENDPOINTS.items() if "{" in endpoint.path}
IN_PATH |= {"credits", "usage_credits"}
ABOUT_ONE = {*IN_PATH, "fill", *(operation for operation, endpoint in ENDPOINTS.items() if endpoint.on_behalf)}


def call_of(operation):
    password = PASSWORD if SUBUSERS_V3.action(operation).needs_password else None
    old = PASSWORD if SUBUSERS_V3.action(operation).why_old_password else None
    return Call(operation, NAME, GIVEN.get(operation, {}), password, old_password=old)


def expected(shape, status, call):
    """Return the one class that an answer is taken for, by the table in docs/services.md 9.5; None for none."""
    if shape == "html" or status >= 500 or status in {200, 201, 204, 302}:
        return e.UnusableAnswer
    if shape in {"no-credits", "not-authorised"}:
        return e.Rejected
    if shape in {"unknown-name", "no-user"}:
        return e.CustomerNotFound if call in IN_PATH else e.Rejected
    if status == 404:
        return e.CustomerNotFound if call in ABOUT_ONE else e.UnusableAnswer if shape == "empty" else e.Rejected
    if shape == "empty" and status == 400:
        return e.UnusableAnswer
    return {401: e.CredentialsRefused, 403: e.NotPermitted, 429: e.RateLimited}.get(status, e.Rejected)


def scope_of(call):
    reads = {"list": "subusers.read", "find": "subusers.read", "fill": "user.profile.read", "probe": ""}
    reads |= {"credits": "subusers.credits.read", "addresses": "ips.read", "usage_credits": "subusers.credits.read"}
    reads |= dict.fromkeys(("series", "days", "ranking"), "subusers.stats.read")
    reads |= {"reputation": "subusers.reputations.read"}
    return reads[call] if call in READS else SUBUSERS_V3.action(call).scope


@pytest.fixture(scope="module")
def sandbox():
    with running(customers=3) as made:
        made.plant_person(NAME, active="true")
        yield made


@asynccontextmanager
async def connected(sandbox):
    """A new client: one that met 429 would keep the pace."""
    sandbox.clear()
    profile = Profile("test", "boss", sandbox.ready["v3_base_url"], provider="subusers-v3")
    made = SubusersV3(profile, Secret(sandbox.ready["v3_api_key"]))
    try:
        yield made
    finally:
        await made.aclose()


async def listed(client):
    return [part async for part in client.stream()]


ANN = Customer.of(SUBUSERS_V3, NAME, {"region": "global"})
MADE = {
    "list": listed,
    "find": lambda client: client.find(NAME),
    "fill": lambda client: client.fill(Customer.of(SUBUSERS_V3, NAME)),
    "credits": lambda client: client.fill(Customer.of(SUBUSERS_V3, NAME), [FILLED["credits"]]),
    "addresses": lambda client: client.fill(Customer.of(SUBUSERS_V3, NAME), [FILLED["addresses"]]),
    "probe": lambda client: client.probe(),
    "offered": lambda client: client.offered("ips"),
    "series": lambda client: client.usage().series(ANN, PERIOD),
    "days": lambda client: client.usage().days([NAME], PERIOD),
    "ranking": lambda client: client.usage().ranking("delivered", PERIOD, 5, 0),
    "reputation": lambda client: client.usage().reputation(NAME),
    "usage_credits": lambda client: client.usage().credits(NAME),
}


def made(client, call):
    return MADE[call](client) if call in MADE else client.send(call_of(call))


KNOWN = [(shape, status) for shape, (status, _) in SHAPES.items()]
STRANGE = [("html", status) for status in (400, 401, 403, 404, 502)] + [
    ("empty", status) for status in (200, 400, 401, 403, 404, 500, 502)
]


@pytest.mark.parametrize("call", CALLS, ids=str)
@pytest.mark.in_turn(3)
async def test_every_refusal_at_every_call(sandbox, call):
    for shape, status in KNOWN + STRANGE:
        wanted = expected(shape, status, call)
        where = f"{shape} {status} at {call}"
        async with connected(sandbox) as client:
            sandbox.fault("status", shape=shape, code=status)
            if call == "usage_credits" and wanted is e.CustomerNotFound:
                assert await client.usage().credits(NAME) is None, where
                continue
            if call == "offered" and wanted is e.NotPermitted:
                assert await client.offered("ips") == (), where
                continue
            with pytest.raises(e.ResellerError) as told:
                await made(client, call)
        assert type(told.value) is wanted, f"{where}: {told.value!r}"
        said = told.value.message + told.value.hint
        assert sandbox.ready["v3_api_key"] not in said
        assert PASSWORD.reveal() not in said
        for words in service_words(shape):
            assert words in told.value.message, where
        if wanted is e.NotPermitted:
            assert told.value.scope == (scope_of(call) if call != "offered" else "ips.read"), where
    assert (sandbox.held(NAME)["username"], sandbox.held(NAME)["active"]) == (NAME, True)


def service_words(shape):
    """Return the words of the service that the reader must be shown."""
    body = SHAPES[shape][1] if shape in SHAPES else {}
    found = [error["message"] for error in body.get("errors", [])] if isinstance(body.get("errors"), list) else []
    return [*found, *([body["error"]] if isinstance(body.get("error"), str) else [])]


BODIES = {
    "204 with a body": (204, b'{"user_id": 1}'),
    "204 with an error": (204, b'{"errors": [{"message": "no"}]}'),
    "200 with an error": (200, b'{"errors": [{"message": "no", "field": null}], "username": "ann.lee"}'),
    "200 with another name": (200, b'{"username": "ann.lee.2"}'),
    "200 with a list": (200, b"[]"),
    "200 with null": (200, b"null"),
    "200 with a text": (200, b'"ok"'),
    "200 with half": (200, b'{"username": "ann.l'),
    "200 with HTML": (200, b"<!doctype html><html><body>Log in</body></html>"),
    "200 with NaN": (200, b'{"username": NaN}'),
    "302": (302, b""),
    "304": (304, b""),
    "500 with a success": (500, b'{"username": "ann.lee", "email": "b@x.example"}'),
    "no body read": (200, None),
}


@pytest.mark.parametrize("operation", list(ENDPOINTS), ids=str)
@pytest.mark.parametrize("body", list(BODIES))
def test_no_odd_answer_to_a_write_passes_for_a_refusal_or_a_plain_success(operation, body):
    """A write whose answer is odd has an outcome that is not known: it is neither done nor refused."""
    request = write_request(call_of(operation), KEY_OF_TEST)
    status, content = BODIES[body]
    found = judged(Reply(status, (), content), request, ENDPOINTS[operation].success)
    if isinstance(found, e.ResellerError):
        assert type(found) is e.UnusableAnswer
    else:  # a tree, of which the client still asks whether it is what was asked for
        assert status == 200
        assert ENDPOINTS[operation].success != (204,)
        assert b"errors" not in content
        if not ENDPOINTS[operation].echo:
            with pytest.raises(e.UnusableAnswer):
                receipt_of(call_of(operation), found)


@pytest.mark.parametrize(
    ("told", "is_success"),
    [
        ({"city": "Lugo"}, True),
        ({"city": " LUGO", "address": "x"}, True),  # as the service keeps it
        ({"city": None}, False),
        ({"address": "x"}, False),
        ({"message": "success", "more": 1}, False),
        ({"result": {"city": "Lugo"}}, False),
        ({}, False),
        ([], False),
    ],
)
def test_details_are_set_where_the_answer_tells_them(told, is_success):
    call = Call(Operation.SET, NAME, {"city": "Lugo", "address2": ""})
    if is_success:
        assert receipt_of(call, told).message == "done"
        return
    with pytest.raises(e.UnusableAnswer):
        receipt_of(call, told)


@pytest.mark.parametrize("told", [{"message": "success"}, {"new_password": "x"}, [], None])
def test_a_password_is_set_where_the_answer_has_nothing_to_say(told):
    assert receipt_of(call_of(Operation.PASSWORD), {}).message == "done"
    with pytest.raises(e.UnusableAnswer):
        receipt_of(call_of(Operation.PASSWORD), told)


CREATED = (
    f'{{"username": "{NAME}", "user_id": 7, "email": "a@x.example", "signup_session_token": "{TOKENS[0]}", '
    f'"authorization_token": "{TOKENS[1]}", "key": "{KEY_OF_TEST.reveal()}", "password": "{PASSWORD.reveal()}"'
)


@pytest.mark.parametrize("status", [200, 201, 202, 400, 401, 403, 404, 429, 500, 502])
@pytest.mark.parametrize("rest", ["}", "", ', "errors": [{"message": "no"}]}', ', "message": "no"}', "} trailing", "]"])
def test_no_answer_to_a_create_tells_a_secret(status, rest):
    request = write_request(call_of(Operation.CREATE), KEY_OF_TEST)
    for content in (CREATED + rest, (CREATED + rest).replace('": "', '":"'), (CREATED + rest)[:110]):
        found = judged(Reply(status, (), content.encode()), request, (200, 201), "subusers.create")
        said = f"{found.message} {found.hint} {found!r}" if isinstance(found, e.ResellerError) else ""
        for secret in (*TOKENS, KEY_OF_TEST.reveal(), PASSWORD.reveal()):
            assert secret not in said
            assert secret[:16] not in said


def test_a_secret_in_the_words_of_the_service_is_masked():
    request = Request("GET", "scopes", bearer=KEY_OF_TEST, body=JsonBody({"password": PASSWORD}))
    body = f'{{"errors": [{{"message": "bad {KEY_OF_TEST.reveal()} and {PASSWORD.reveal()}"}}]}}'.encode()
    found = judged(Reply(400, (), body), request, (200,))
    assert type(found) is e.Rejected
    assert "canary" not in found.message


async def test_the_tokens_of_a_new_customer_are_in_no_message(sandbox):
    call = Call(Operation.CREATE, sandbox.fresh_name(), {"email": "a@x.example", "ips": ""}, PASSWORD)
    async with connected(sandbox) as client:
        said = (await client.send(call)).message
    assert "token" not in said
    assert said.startswith("done (id ")
