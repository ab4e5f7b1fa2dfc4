"""The contract of clients, kept by that of Subusers v3: against the sandbox."""

import json

import pytest

from tests.api.contract import ClientContract
from tests.harness.samples import OLD_PASSWORD
from tui_reseller.api.subusers_v3.client import SubusersV3
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.providers.subusers_v3 import SUBUSERS_V3
from tui_reseller.domain.secret import Secret

WIRE = {True: "true", False: "false"}
CREDITS = {"type": "nonrecurring", "reset_frequency": None, "remain": 40, "total": None, "used": None}


class SandboxPeer:
    """The sandbox, which keeps a log of what it carried out."""

    def __init__(self, sandbox):
        self.key = Secret(sandbox.ready["v3_api_key"])
        self.port = sandbox.port
        self._sandbox = sandbox

    def client(self, port, key, timeout):
        profile = Profile("test", "boss", f"http://127.0.0.1:{port}/v3", provider=SUBUSERS_V3.id)
        return SubusersV3(profile, key, timeout=timeout)

    def plant(self, username, values):
        values = {name: WIRE.get(value, value) for name, value in values.items() if name != "id"}
        self._sandbox.plant(
            username, active=values.pop("sending"), credits=json.dumps(CREDITS), password=OLD_PASSWORD, **values
        )

    def applied(self, username):
        return [Operation(operation) for operation, whom in self._sandbox.applied() if whom == username]

    def listed_twice(self, username):
        record = f'{{"id": 1, "username": "{username}", "email": "a@x.example", "disabled": false}}'
        return f"[{record}, {record}]".encode()


class TestSubusersV3(ClientContract):
    """All operations."""

    provider = SUBUSERS_V3

    @pytest.fixture
    def peer(self, sandboxes):
        return SandboxPeer(sandboxes("contract-v3"))
