"""A session on a real ledger, list and snapshot; only the service, the keys and the time are played."""

import importlib.util
import sys
from pathlib import Path

import pytest

from tui_reseller.domain.audit import AuditQuery, Operator
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.switch import Switch
from tui_reseller.services.services import Services
from tui_reseller.storage.customer_list import PlainList
from tui_reseller.storage.ledger import Ledger
from tui_reseller.storage.snapshot import Snapshots

_spec = importlib.util.spec_from_file_location("services_fakes", Path(__file__).with_name("fakes.py"))
fakes = sys.modules.setdefault("services_fakes", importlib.util.module_from_spec(_spec))
_spec.loader.exec_module(fakes)

LUZ = Customer(
    "luz", "luz@bodega.es", sending=Switch.ON, first_name="Luz", last_name="Marin", city="Madrid", phone="1"
)
ANA = Customer("ana", "ana@vino.pt", sending=Switch.OFF, first_name="Ana", last_name="Sousa", city="Porto")
KIM = Operator("kim", "bastion")
DETAILS = {
    name: "x" for name in ("first_name", "last_name", "address", "city", "state", "zip", "phone", "website")
} | {"country": "ES"}

CALLS = {
    Operation.CREATE: Call(Operation.CREATE, "neu", DETAILS | {"email": "neu@bodega.es"}, Secret("canary-hunter2")),
    Operation.DELETE: Call(Operation.DELETE, "luz"),
    Operation.ENABLE: Call(Operation.ENABLE, "ana"),
    Operation.DISABLE: Call(Operation.DISABLE, "luz"),
    Operation.WEBSITE_ENABLE: Call(Operation.WEBSITE_ENABLE, "luz"),
    Operation.WEBSITE_DISABLE: Call(Operation.WEBSITE_DISABLE, "luz"),
    Operation.SET: Call(Operation.SET, "luz", {"city": "Oslo"}),
    Operation.PASSWORD: Call(Operation.PASSWORD, "luz", password=Secret("canary-hunter2")),
    Operation.RENAME: Call(Operation.RENAME, "luz", {"username": "lux"}),
    Operation.EMAIL: Call(Operation.EMAIL, "luz", {"email": "new@bodega.es"}),
}


@pytest.fixture
def clock():
    return fakes.ManualClock()


@pytest.fixture
def service():
    return fakes.FakeService([LUZ, ANA])


@pytest.fixture
def credentials():
    return fakes.FakeCredentials({"acme": "key"})


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
