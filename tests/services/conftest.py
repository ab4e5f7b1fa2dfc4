"""A session on a real ledger, list and snapshot; only the service, the keys and the time are played."""

import pytest

from tests.services.fakes import ANA, KIM, LUZ, FakeCredentials, FakeService, ManualClock
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.profile import Profile
from tui_reseller.services.services import Services
from tui_reseller.storage.customer_list import PlainList
from tui_reseller.storage.ledger import Ledger
from tui_reseller.storage.snapshot import Snapshots


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def service():
    return FakeService([LUZ, ANA])


@pytest.fixture
def credentials():
    return FakeCredentials({"acme": "key"})


@pytest.fixture
def snapshot(tmp_path):
    return Snapshots(tmp_path / "cache")


@pytest.fixture
async def ledger(tmp_path, clock):
    opened = Ledger(tmp_path / "state", clock.now)
    yield opened
    await opened.aclose()


@pytest.fixture
def services(clock, service, credentials, snapshot, ledger):
    def connect(_profile, _key, _timeout):
        return service

    return Services(None, ledger, snapshot, credentials, None, clock, KIM, connect, PlainList)


@pytest.fixture
def open_session(services):
    """Open a profile whose list holds both customers."""

    def opened(profile=None, **more):
        session = services.open(profile or Profile("acme", "acme-api"), **more)
        session.customers.replace([LUZ, ANA])
        session.read_at = session.clock.now()
        return session

    return opened


@pytest.fixture
def session(open_session):
    return open_session()


@pytest.fixture
def written(ledger):
    """Return all entries of the ledger, newest first."""

    async def read(**query):
        return await ledger.entries(AuditQuery(**query))

    return read
