"""A session on a real ledger, list and snapshot; only the service, the keys and the time are played."""

import pytest

from tests.harness.clock import ManualClock
from tests.harness.consent import carry_out
from tests.services.fakes import (
    ANA,
    KIM,
    LUZ,
    FakeConfig,
    FakeCredentials,
    FakeService,
    put_list,
)
from tests.services.lost import UNKNOWN
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import (
    AnswerLost,
)
from tui_reseller.domain.profile import Profile
from tui_reseller.services import listing
from tui_reseller.services.profiles import Profiles
from tui_reseller.services.services import Services
from tui_reseller.storage.customer_list import CustomerList
from tui_reseller.storage.export import Exporter
from tui_reseller.storage.ledger.sqlite.jobs import Jobs
from tui_reseller.storage.ledger.sqlite.ledger import Ledger
from tui_reseller.storage.ledger.sqlite.vault import Vault
from tui_reseller.storage.new_file import write_new
from tui_reseller.storage.password_files import PasswordFiles
from tui_reseller.storage.plan_files import PlanFiles
from tui_reseller.storage.samples import Samples
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
def config():
    return FakeConfig()


@pytest.fixture
def services(tmp_path, clock, service, credentials, snapshot, ledger, config):
    def connect(_profile, _key, _timeout):
        return service

    return Services(
        profiles=Profiles(config, credentials, snapshot),
        ledger=ledger,
        vault=Vault(ledger, tmp_path / "state"),
        snapshot=snapshot,
        credentials=credentials,
        drafts=None,
        views=None,
        samples=Samples(tmp_path / "state"),
        clock=clock,
        operator=KIM,
        connect=connect,
        new_list=CustomerList,
        exporter=Exporter(),
        jobs=Jobs(ledger, tmp_path / "state"),
        plans=PlanFiles(tmp_path / "state"),
        password_files=PasswordFiles(tmp_path / "state"),
        write_new=write_new,
        detach=lambda _number, _profile, _key, _unlock: 0,
    )


@pytest.fixture
def open_session(services):
    """Open a profile whose list holds both customers."""

    async def opened(profile=None, **more):
        session = services.open(profile or Profile("acme", "acme-api"), **more)
        await put_list(session, [LUZ, ANA])
        return session

    return opened


@pytest.fixture
async def session(open_session):
    return await open_session()


@pytest.fixture
def written(ledger):
    """Return all entries of the ledger, newest first."""

    async def read(**query):
        return await ledger.entries(AuditQuery(**query))

    return read


@pytest.fixture
def lose(session, service, ledger):
    """Send a call whose answer is lost, and return its entry."""

    async def lost(call, *, applied):
        (service.after if applied else service.before).append(AnswerLost("cut"))
        result = await carry_out(session, call)
        assert result.outcome is UNKNOWN
        service.asked.clear()
        return await ledger.get(result.id)

    return lost


@pytest.fixture
def fresh(services):
    """A session that has no list yet."""
    return services.open(Profile("acme", "acme-api"))


@pytest.fixture
async def stored(fresh, services):
    """A later session on the snapshot of an earlier one; its first rows are shown."""
    await listing.read_all(fresh)
    later = services.open(fresh.profile)
    listing.first_rows(later)
    return later
