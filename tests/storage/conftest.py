import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import tui_reseller
from tests.harness.v2 import SWITCHED, frame_from
from tests.storage.kept_lists import LIST, READ_AT
from tui_reseller.domain.audit import Intent, Operator
from tui_reseller.domain.changes import Change
from tui_reseller.domain.note import Note
from tui_reseller.domain.operation import Operation
from tui_reseller.storage.config import ConfigFile
from tui_reseller.storage.ledger.sqlite.ledger import Ledger
from tui_reseller.storage.snapshot import Snapshots

pytest.register_assert_rewrite(
    "tests.storage.ledger_contract", "tests.storage.ledger_contract_locks", "tests.storage.ledger_contract_notes",
    "tests.storage.ledger_contract_reading",
)  # fmt: skip

ACCOUNT = "https://api.sendgrid.com|acme"
HERE = Path(__file__).parent


@pytest.fixture
def account():
    return ACCOUNT


@pytest.fixture
def intent():
    """Make an intent with the change that fits its operation."""

    def make(operation=Operation.SET, username="user1", account=ACCOUNT, new=None, **more):
        changes = ()
        if operation is Operation.RENAME:
            changes = (Change("username", username, new or username + "-new"),)
        elif operation in SWITCHED:
            field, value = SWITCHED[operation]
            changes = (Change(field, None, value),)
        elif operation is Operation.CREATE:
            changes = (Change("username", None, username),)
        elif operation is Operation.SET:
            changes = (Change("city", "Oslo", "Bergen"),)
        operator = Operator("kim", "bastion", "203.0.113.9")
        return Intent("acme", account, operation, username, changes, operator, **more)

    return make


@pytest.fixture
def a_note():
    """Make a note that has no row yet."""

    def make(username, label="", text=""):
        meant = {"email": f"{username}@x.example", "first_name": "Ana", "last_name": None}
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        return Note(username, label, text, Operator("kim", "bastion", "203.0.113.9"), moment, meant)

    return make


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "state"


@pytest.fixture
async def ledger(folder):
    opened = Ledger(folder)
    yield opened
    await opened.aclose()


@pytest.fixture
def child():
    """Start a script of this folder in a process of its own."""
    started = []

    def start(script, *arguments, before=(), **more):
        environment = {**os.environ, "PYTHONPATH": str(Path(tui_reseller.__file__).parent.parent)}
        command = [*before, sys.executable, str(HERE / script), *map(str, arguments)]
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def snapshots(cache):
    return Snapshots(cache)


@pytest.fixture
def save(snapshots):
    async def put(customers=LIST, account="acme", read_at=READ_AT):
        await snapshots.save(account, read_at, frame_from(customers))

    return put


@pytest.fixture
async def saved(save, cache):
    """Return the folder of a saved list."""
    await save()
    return next(cache.glob("*/head.json")).parent


@pytest.fixture
def config(tmp_path):
    return ConfigFile(tmp_path / "config")


@pytest.fixture
def write(config):
    config.path.parent.mkdir(mode=0o700)

    def put(content):
        config.path.write_bytes(content if isinstance(content, bytes) else content.encode())
        config.path.chmod(0o600)
        return config.path

    return put


@pytest.fixture
async def of(team_cluster):
    """Open the ledger as somebody."""
    from tui_reseller.domain.team import Team  # noqa: PLC0415 - few tests have a team
    from tui_reseller.storage.ledger.postgresql.ledger import TeamLedger  # noqa: PLC0415 - as above

    opened = []

    def open_as(role):
        opened.append(TeamLedger(Team(team_cluster.address(role))))
        return opened[-1]

    yield open_as
    for ledger in opened:
        await ledger.aclose()
