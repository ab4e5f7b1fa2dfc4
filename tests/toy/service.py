"""The toy service: accounts in memory behind a bearer key, on a port of the loopback.

GET /v1/accounts            [{"account_id": "A-1", "nickname": "Ann", "delivering": true}]
GET /v1/accounts/A-1        one of these; 404 {"reason": ...} where there is none
POST /v1/accounts           {"account_id": "A-1", "nickname": "Ann"}; 201 and the account, 409 where there is one
DELETE /v1/accounts/A-1     204
POST /v1/accounts/A-1/pause, /resume     204
PATCH /v1/accounts/A-1      {"nickname": "Bob"}; 200 and the account
"""

import json
import threading
from contextlib import contextmanager
from urllib.parse import unquote

import uvicorn

from tests.harness.sandbox import free_port
from tests.harness.waiting import until
from tui_reseller.domain.operation import Operation

SWITCHES = {"pause": (Operation.DISABLE, False), "resume": (Operation.ENABLE, True)}


class ToyService:
    """An ASGI application, and the truth behind it."""

    def __init__(self, key="toy-k3y"):
        self.key = key
        self.port = free_port()
        self.accounts = {}
        self.log = []

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.port}/v1"

    def plant(self, account_id, nickname="", *, delivering=True):
        self.accounts[account_id] = {"account_id": account_id, "nickname": nickname, "delivering": delivering}

    async def __call__(self, scope, receive, send):
        body, more = b"", True
        while more:
            event = await receive()
            body, more = body + event.get("body", b""), event.get("more_body", False)
        status, tree = 401, {"reason": "unknown key"}
        if dict(scope["headers"]).get(b"authorization") == f"Bearer {self.key}".encode():
            parts = [unquote(part) for part in scope["raw_path"].decode().removeprefix("/v1/").split("/")]
            status, tree = self._answer(scope["method"], parts, body)
        content = b"" if tree is None else json.dumps(tree).encode()
        headers = [] if tree is None else [(b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _answer(self, method, parts, body):
        if parts == ["accounts"]:
            return self._open(body) if method == "POST" else (200, [*self.accounts.values()])
        account = self.accounts.get(parts[1])
        if account is None:
            return 404, {"reason": "no such account"}
        return self._answer_of(method, account, parts[2:], body)

    def _open(self, body):
        given = json.loads(body)
        name = given["account_id"]
        if name in self.accounts:
            return 409, {"reason": "there is such an account"}
        self.plant(name, given["nickname"])
        self.log.append((Operation.CREATE, name))
        return 201, self.accounts[name]

    def _answer_of(self, method, account, verb, body):
        name = account["account_id"]
        match method, verb:
            case "GET", []:
                return 200, account
            case "PATCH", []:
                self.log.append((Operation.SET, name))
                account.update(json.loads(body))
                return 200, account
            case "DELETE", []:
                self.log.append((Operation.DELETE, name))
                del self.accounts[name]
                return 204, None
            case "POST", [verb] if verb in SWITCHES:
                operation, account["delivering"] = SWITCHES[verb]
                self.log.append((operation, name))
                return 204, None
        return 405, {"reason": "not possible"}


@contextmanager
def running():
    """Serve a toy in a thread of its own; it ends with the block."""
    toy = ToyService()
    config = uvicorn.Config(toy, host="127.0.0.1", port=toy.port, lifespan="off", log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    until("the toy serves", lambda: server.started)
    yield toy
    server.should_exit = True
    thread.join(10)
