"""The contract of clients, kept by that of Account Provisioning v3: against the sandbox."""

import json

import pytest

from tests.api.contract import ClientContract
from tests.api.contract_tools import answering, everything, failure_of, http, listed
from tests.harness.samples import PACKAGE
from tui_reseller.api.accounts_v3.client import AccountsV3
from tui_reseller.domain import errors as e
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.providers.accounts_v3 import ACCOUNTS_V3
from tui_reseller.domain.secret import Secret

CLIENT_KEY = Secret("SG.test.key")
OPEN = Call(Operation.CREATE, "new:1", {"package": PACKAGE})


def client_at(port, key=CLIENT_KEY, timeout=60.0):
    profile = Profile("test", "boss", f"http://127.0.0.1:{port}/v3", provider=ACCOUNTS_V3.id)
    return AccountsV3(profile, key, timeout=timeout)


class SandboxPeer:
    """The sandbox, which keeps a log of what it carried out."""

    def __init__(self, sandbox):
        self.key = Secret(sandbox.ready["v3_api_key"])
        self.port = sandbox.port
        self._sandbox = sandbox

    def client(self, port, key, timeout):
        return client_at(port, key, timeout)

    def plant(self, username, values):
        self._sandbox.plant(username, active="true", **values)
        return self._sandbox.held(username)["account_id"]

    def applied(self, username):
        return [Operation(row["operation"]) for row in self._sandbox.log() if _is_of(row, username)]

    def listed_twice(self, _username):
        return None


def _is_of(row, name):
    address = row["changes"].get("email", [None, None])[1] if row["operation"] == "create" else None
    return row["username"] == name or address == f"{name}@x.example"


class TestAccountsV3(ClientContract):
    """All operations."""

    provider = ACCOUNTS_V3

    @pytest.fixture
    def peer(self, sandboxes):
        return SandboxPeer(sandboxes("contract-accounts-v3"))


# --- The list by a cursor -------------------------------------------------------------------------------------------


def pages_of(ids, **changed):
    """Return an answer for each page of a list of accounts, by the cursor that asks for it."""

    def answer(request):
        query = request.split(b" ")[1].partition(b"?")[2].decode()
        cursor = dict(part.split("=") for part in query.split("&")).get("offset", "")
        begin = ids.index(cursor) + 1 if cursor else 0
        page = ids[begin : begin + 100]
        told = {"accounts": [{"id": one, "created_at": "2026-01-02T03:04:05Z"} for one in page]}
        told["pages"] = {"last": page[-1] if page else cursor} | changed
        return http(200, json.dumps(told).encode())

    return answer


async def asked(answer, work):
    async with answering(answer) as port:
        client = client_at(port)
        try:
            return await work(client)
        finally:
            await client.aclose()


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200, 2_345])
async def test_every_page_is_read(count):
    ids = [f"acc{number}" for number in range(count)]
    assert list(await asked(pages_of(ids), listed)) == ids


async def test_a_full_page_that_names_no_further_one_is_the_last():
    ids = [f"acc{number}" for number in range(250)]
    assert list(await asked(pages_of(ids, last=None), listed)) == ids[:100]


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"accounts": {}}',
        b'{"accounts": [1]}',
        b'{"accounts": [{"name": "x"}]}',
        b'{"accounts": [{"id": 5}]}',
        b'{"accounts": [{"id": "a"}, {"id": "a"}]}',
    ],
)
async def test_what_is_no_page_is_no_list(body):
    assert type(await failure_of(asked(lambda _request: http(200, body), listed))) is e.UnusableAnswer


async def test_pages_that_repeat_accounts_are_no_list():
    accounts = [{"id": f"acc{number}"} for number in range(100)]
    cursors = iter("abcdefghijklmnopqrstuvwxyz" * 2)

    def answer(_request):
        return http(200, json.dumps({"accounts": accounts, "pages": {"last": next(cursors)}}).encode())

    assert "repeat" in str(await failure_of(asked(answer, listed)))


# --- What a reply may be --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (201, b"{}"),
        (201, b'{"account_id": 5}'),
        (201, b'{"account_id": " "}'),
        (200, b'{"account_id": "a"}'),
        (204, b""),
    ],
)
async def test_a_create_without_an_id_is_not_called_a_success(status, body):
    error = await failure_of(asked(lambda _request: http(status, body), lambda client: client.send(OPEN)))
    assert isinstance(error, e.UnusableAnswer)


async def test_an_error_of_this_service_is_read_with_its_field():
    body = b'{"errors": [{"message": "Field must be a valid email", "field": "email", "error_id": "10-40002"}]}'
    error = await failure_of(asked(lambda _request: http(400, body), lambda client: client.send(OPEN)))
    assert (type(error), str(error)) == (e.Rejected, "email: Field must be a valid email")


@pytest.mark.parametrize(
    ("state", "sending"),
    [
        ("activated", True),
        ("deactivated", False),
        ("suspended", False),
        ("banned", False),
        ("indeterminate", None),
        ("paused", None),
    ],
)
async def test_a_state_that_nobody_knows_is_neither_on_nor_off(state, sending):
    body = json.dumps({"state": state, "offerings": [{"name": PACKAGE, "type": "package"}]}).encode()

    async def filled(client):
        return await client.fill(await client.find("acc1"))

    found = await asked(lambda _request: http(200, body), filled)
    assert (found.value("state"), found.value("sending"), found.value("package")) == (state, sending, PACKAGE)


async def test_a_probe_tells_no_name_that_the_key_may_not_ask():
    def answer(request):
        if b"partners/accounts" in request:
            return http(200, b'{"accounts": [], "pages": {}}')
        return http(403, b'{"errors": [{"field": null, "message": "access forbidden"}]}')

    identity = await asked(answer, lambda client: client.probe())
    assert (identity.account, identity.scopes) == ("", None)


async def test_what_is_booked_is_sent_as_the_service_writes_it():
    seen = []

    def answer(request):
        seen.append(request)
        return http(201, b'{"account_id": "acc7"}')

    fields = {"package": PACKAGE, "addons": "a.b:2, c.d", "company_name": "Co", "test_account": "true"}
    receipt = await asked(answer, lambda client: client.send(Call(Operation.CREATE, "new:1", fields)))
    assert receipt.username == "acc7"
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert b"t-test-account: true" in head.lower()
    assert json.loads(body) == {
        "profile": {"company_name": "Co"},
        "offerings": [
            {"name": PACKAGE, "type": "package", "quantity": 1},
            {"name": "a.b", "type": "addon", "quantity": 2},
            {"name": "c.d", "type": "addon", "quantity": 1},
        ],
    }


# --- A link that signs in -------------------------------------------------------------------------------------------

CANARY = "https://app.example/sso?code=CANARY"


def sent_to(*lines, status=303):
    head = "".join(f"{line}\r\n" for line in lines)
    return f"HTTP/1.1 {status} Word\r\n{head}Content-Length: 0\r\nConnection: close\r\n\r\n".encode()


async def test_a_link_is_taken_and_not_followed():
    seen = []

    def answer(request):
        seen.append(request.split(b" ")[:2])
        return sent_to(f"Location: {CANARY}")

    link = await asked(answer, lambda client: client.link("a/b"))
    assert link.reveal() == CANARY
    assert seen == [[b"POST", b"/v3/partners/accounts/a%2Fb/sso"]]


@pytest.mark.parametrize(
    "reply",
    [
        sent_to(),
        sent_to("Location: http://app.example/CANARY"),
        sent_to("Location: /CANARY"),
        sent_to("Location: javascript:CANARY"),
        sent_to(f"Location: {CANARY}", status=302),
        sent_to(f"Location: {CANARY}", status=200),
        sent_to(f"Location: {CANARY}", status=204),
        sent_to(f"Location: {CANARY}", status=500),
    ],
)
async def test_what_is_no_link_is_none_and_is_not_shown(reply, caplog):
    error = await failure_of(asked(lambda _request: reply, lambda client: client.link("acc1")))
    assert type(error) is e.UnusableAnswer
    assert "CANARY" not in f"{everything(error)}{caplog.text}"
