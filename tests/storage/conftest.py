import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import tui_reseller
from tests.harness.v2 import SWITCHED
from tui_reseller.domain.audit import Intent, Operator
from tui_reseller.domain.changes import Change
from tui_reseller.domain.note import Note
from tui_reseller.domain.operation import Operation
from tui_reseller.storage.ledger.sqlite.ledger import Ledger

pytest.register_assert_rewrite("tests.storage.ledger_contract")

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
