"""The contract of clients, kept by that of the Reseller API v2: against the sandbox, in both formats."""

import json

import pytest

from tests.api.contract import ClientContract
from tui_reseller.api.reseller_v2.client import ResellerV2
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.profile import Format, Profile
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.secret import Secret

WIRE = {True: "true", False: "false"}


class SandboxPeer:
    """The sandbox, which keeps a log of what it carried out."""

    def __init__(self, sandbox, wanted):
        self.key = Secret(sandbox.api_key)
        self.port = sandbox.port
        self._sandbox = sandbox
        self._wanted = wanted

    def client(self, port, key, timeout):
        base_url = f"http://127.0.0.1:{port}/apiv2"
        profile = Profile("test", self._sandbox.api_user, base_url, format=self._wanted)
        return ResellerV2(profile, key, timeout=timeout)

    def plant(self, username, values):
        values = {name: WIRE.get(value, value) for name, value in values.items()}
        self._sandbox.plant(username, active=values.pop("sending"), **values)

    def applied(self, username):
        return [Operation(operation) for operation, whom in self._sandbox.applied() if whom == username]

    def listed_twice(self, username):
        if self._wanted is Format.JSON:
            return json.dumps([{"username": username}] * 2).encode()
        return b"<users>" + f"<user><username>{username}</username></user>".encode() * 2 + b"</users>"


class TestResellerV2(ClientContract):
    """All eleven operations."""

    provider = RESELLER_V2

    @pytest.fixture(params=Format, ids=lambda wanted: wanted.value)
    def peer(self, sandboxes, request):
        return SandboxPeer(sandboxes("contract"), request.param)
