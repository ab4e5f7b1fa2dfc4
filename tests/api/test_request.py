"""One request on its way out: addresses, bodies and headers as they reach a service."""

import json

import pytest

from tui_reseller.api.http import Caller
from tui_reseller.api.request import FormBody, JsonBody, Request
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.secret import Secret

ODD = "a/b?c#d%2F e&ü{x}"
ODD_SENT = "a%2Fb%3Fc%23d%252F%20e%26%C3%BC%7Bx%7D"


@pytest.fixture
async def sent(service, reply):
    """Hand out a function that sends a request and returns what reached the service."""
    service.answer = reply("{}")
    caller = Caller.for_profile(Profile("test", "", service.url))

    async def send(request):
        async with caller.exchange(request, 5) as exchange:
            await exchange.whole(1000)
        return service.requests[-1]

    yield send
    await caller.aclose()


async def test_a_segment_stays_one_whatever_is_in_it(sent):
    found = await sent(Request("PATCH", "accounts/{account_id}/state", {"account_id": ODD}))
    assert found.line == f"PATCH /apiv2/accounts/{ODD_SENT}/state HTTP/1.1"


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_segment_that_servers_take_out_is_refused(name):
    with pytest.raises(InvalidInput, match="account_id") as caught:
        Request("DELETE", "accounts/{account_id}", {"account_id": name}).target()
    assert caught.value.field == "account_id"


@pytest.mark.parametrize("segments", [{}, {"account": "x"}, {"account_id": "x", "more": "y"}])
def test_a_path_and_segments_that_do_not_fit_are_a_mistake_of_ours(segments):
    with pytest.raises(ValueError, match="accounts/"):
        Request("GET", "accounts/{account_id}", segments)


async def test_query(sent):
    found = await sent(Request("GET", "accounts", query=[("limit", "500"), ("search", ODD), ("search", "")]))
    assert found.line == f"GET /apiv2/accounts?limit=500&search={ODD_SENT}&search= HTTP/1.1"
    assert found.body == b""
    assert "content-type" not in found.headers


async def test_json_body_and_bearer(sent):
    tree = {"name": ODD, "on": True, "none": None, "list": ["x", 5], "password": Secret("pä55")}
    found = await sent(Request("PUT", "x", body=JsonBody(tree), bearer=Secret("SG.k3y")))
    assert json.loads(found.body) == {**tree, "password": "pä55"}
    assert found.headers["content-type"] == "application/json"
    assert found.headers["authorization"] == "Bearer SG.k3y"


async def test_a_write_without_a_body_says_so(sent):
    found = await sent(Request("POST", "x"))
    assert found.headers["content-length"] == "0"


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "x/{where}", {"where": "\ud800"}),
        Request("GET", "x", query=[("where", "\udfff")]),
        Request("POST", "x", body=FormBody([("where", Secret("CANARY\ud800"))])),
        Request("POST", "x", body=JsonBody({"a": [{"where": "CANARY\ud800"}]})),
        Request("POST", "x", body=JsonBody({"where": [1, Secret("CANARY\ud800")]})),
    ],
)
async def test_a_lone_surrogate_is_refused_before_anything_is_sent(service, sent, request_):
    with pytest.raises(InvalidInput, match="where holds a lone surrogate") as caught:
        await sent(request_)
    assert caught.value.field == "where"
    assert "CANARY" not in str(caught.value)
    assert service.requests == []


@pytest.mark.parametrize("key", ["", "a b", "a\nX: y", "schlüssel", "a\x7f"])
async def test_a_key_that_no_header_can_carry_is_refused_before_anything_is_sent(service, sent, key):
    with pytest.raises(InvalidInput, match="the key") as caught:
        await sent(Request("GET", "x", bearer=Secret(key)))
    assert key == "" or key not in str(caught.value)
    assert service.requests == []


def test_what_looks_like_an_authorization_is_masked():
    request = Request("GET", "x")
    for text in ("Authorization: Bearer SG.abc", '{"authorization":"Bearer SG.abc"}', "authorization=basic SG.abc"):
        assert "SG.abc" not in request.masked(text)
    assert request.masked("The bearer token is not valid") == "The bearer token is not valid"


def test_what_json_does_not_have_is_a_mistake_of_ours():
    with pytest.raises(TypeError, match="set"):
        Request("POST", "x", body=JsonBody({"a": {1, 2}})).content()
