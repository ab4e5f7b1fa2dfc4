"""Golden requests: the exact bytes of all operations."""

import pytest

from tui_reseller.api.reseller_v2.endpoints import ENDPOINTS, request_for
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Format, Profile
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.secret import Secret

AUTH = "api_user=boss&api_key=k3y-CANARY%26%2F%C3%BC"
ODD = "a&b=c+d%e#f;g h\"'\nü€😀"
ODD_SENT = "a%26b%3Dc%2Bd%25e%23f%3Bg+h%22%27%0A%C3%BC%E2%82%AC%F0%9F%98%80"
PASSWORD = Secret("p&ss w=rd€")
PASSWORD_SENT = "password=p%26ss+w%3Drd%E2%82%AC&confirm_password=p%26ss+w%3Drd%E2%82%AC"
NEW = {
    "email": "a+b@example.com",
    "first_name": ODD,
    "zip": "01234",
    "free_user": "true",
    "ip": "10.0.0.1, 10.0.0.2,",
    "ip_group": "g 1",
}
NEW_SENT = (
    f"email=a%2Bb%40example.com&first_name={ODD_SENT}&zip=01234&free_user=true"
    "&ip%5B%5D=10.0.0.1&ip%5B%5D=10.0.0.2&ip_group%5B%5D=g+1"
)

GOLDEN = [
    (Call(Operation.CREATE, ODD, NEW, PASSWORD), "reseller.add", f"username={ODD_SENT}&{PASSWORD_SENT}&{NEW_SENT}"),
    (Call(Operation.DELETE, ODD), "reseller.delete", f"user={ODD_SENT}"),
    (Call(Operation.ENABLE, ODD), "reseller.manage", f"method=enable&user={ODD_SENT}"),
    (Call(Operation.DISABLE, ODD), "reseller.manage", f"method=disable&user={ODD_SENT}"),
    (Call(Operation.WEBSITE_ENABLE, ODD), "reseller.manage", f"method=website_enable&user={ODD_SENT}"),
    (Call(Operation.WEBSITE_DISABLE, ODD), "reseller.manage", f"method=website_disable&user={ODD_SENT}"),
    (
        Call(Operation.SET, "ann", {"city": ODD, "address": ""}),
        "reseller.manage",
        f"method=profile&task=set&user=ann&city={ODD_SENT}&address=",
    ),
    (Call(Operation.PASSWORD, "ann", {}, PASSWORD), "reseller.manage", f"method=password&user=ann&{PASSWORD_SENT}"),
    (
        Call(Operation.RENAME, "ann", {"username": ODD}),
        "reseller.manage",
        f"method=profile&task=setUsername&user=ann&username={ODD_SENT}",
    ),
    (
        Call(Operation.EMAIL, "ann", {"email": "ü@example.com"}),
        "reseller.manage",
        "method=profile&task=setEmail&user=ann&email=%C3%BC%40example.com",
    ),
]


def test_table_is_complete():
    assert {call.operation for call, _, _ in GOLDEN} == set(RESELLER_V2.actions)
    assert {*RESELLER_V2.actions, Operation.LIST} == set(ENDPOINTS)


@pytest.mark.parametrize("wanted", Format)
@pytest.mark.parametrize(("call", "action", "sent"), GOLDEN, ids=lambda value: getattr(value, "operation", "-"))
async def test_write(service, make_client, reply, call, action, sent, wanted):
    xml = "<result><message>success</message></result>"
    service.answer = reply('{"message":"success"}' if wanted is Format.JSON else xml)
    assert (await make_client(wanted).send(call)).message == "success"
    (request,) = service.requests
    assert request.line == f"POST /apiv2/{action}.{wanted.value} HTTP/1.1"
    assert request.body.decode() == f"{AUTH}&{sent}"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["user-agent"].startswith("tui-reseller/")
    assert "cookie" not in request.headers


@pytest.mark.parametrize("wanted", Format)
async def test_reads(service, make_client, reply, wanted):
    service.answer = reply("[]" if wanted is Format.JSON else "<users/>")
    client = make_client(wanted)
    assert sum([len(batch.customers) async for batch in client.stream()]) == 0
    assert await client.find(ODD) is None
    assert await client.find("") is None
    assert list((await client.probe()).seen) == []
    get = f"{AUTH}&method=profile&task=get"
    assert [request.body.decode() for request in service.requests] == [
        get,
        f"{get}&username={ODD_SENT}",
        f"{get}&username=boss",
    ]
    assert {request.line for request in service.requests} == {f"POST /apiv2/reseller.manage.{wanted.value} HTTP/1.1"}
    assert service.connections == 1


@pytest.mark.parametrize(
    "call",
    [
        Call(Operation.ENABLE, "ann", {"email": "x"}),
        Call(Operation.SET, "ann", {"username": "x"}),
        Call(Operation.CREATE, "ann", {}),
        Call(Operation.ENABLE, "ann", {}, PASSWORD),
    ],
)
def test_call_outside_the_table(call):
    with pytest.raises(ValueError, match=call.operation.value):
        request_for(call, Profile("test", "boss"), Secret("k"))


async def test_a_lone_surrogate_is_refused_before_sending(service, make_client):
    client = make_client()
    with pytest.raises(InvalidInput, match="city") as caught:
        await client.send(Call(Operation.SET, "ann", {"city": "x\ud800"}))
    assert caught.value.field == "city"
    with pytest.raises(InvalidInput, match="password"):
        await client.send(Call(Operation.PASSWORD, "ann", {}, Secret("CANARY\udfff")))
    assert service.requests == []
