"""A service that nothing outside tests/toy knows, by the contract of all clients."""

import pytest

from tests.api.contract import ClientContract
from tests.toy.client import ToyClient
from tests.toy.provider import TOY
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.secret import Secret


class ToyPeer:
    def __init__(self, toy):
        self.key, self.port, self._toy = Secret(toy.key), toy.port, toy

    def client(self, port, key, timeout):
        profile = Profile("test", "", f"http://127.0.0.1:{port}/v1", provider=TOY.id)
        return ToyClient(profile, key, timeout=timeout)

    def plant(self, username, values):
        self._toy.plant(username, **values)

    def applied(self, username):
        return [operation for operation, whom in self._toy.log if whom == username]

    def listed_twice(self, _username):
        return None


class TestToy(ClientContract):
    provider = TOY

    @pytest.fixture
    def peer(self, toy):
        return ToyPeer(toy)
