"""The toy service in this process, known to the program as any provider is: by PROVIDERS and CLIENTS."""

import pytest

from tests.toy.client import ToyClient
from tests.toy.provider import TOY
from tests.toy.service import running
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.wiring.clients import CLIENTS


@pytest.fixture(scope="session")
def toy():
    with running() as toy:
        yield toy


def connect(profile, credential, timeout, _cache):
    return ToyClient(profile, credential.key, proxy_password=credential.proxy_password, timeout=timeout)


@pytest.fixture
def registered(monkeypatch, toy):
    """The toy as a provider, with three accounts of its own."""
    monkeypatch.setitem(PROVIDERS, TOY.id, TOY)
    monkeypatch.setitem(CLIENTS, TOY.id, connect)
    toy.accounts.clear()
    toy.log.clear()
    toy.plant("A-1", "Ann")
    toy.plant("A-2", "Bob", delivering=False)
    toy.plant("A/3", "Łukasz & Søn")
    return toy
