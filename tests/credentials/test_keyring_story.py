"""The command with a real keyring: added once, listed later without being asked; locked and absent end clearly."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.keyring
ROOT = Path(__file__).parents[2]


@pytest.fixture
def ready():
    command = [sys.executable, "-m", "tui_reseller", "sandbox", "--port", "0", "--customers", "12"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    yield json.loads(server.stdout.readline())
    server.terminate()
    server.wait(10)
    server.stdout.close()


@pytest.fixture
def run(private_home):
    state = private_home / "state"
    state.mkdir(mode=0o700)

    def run_command(*arguments, said=None):
        environment = os.environ | {"XDG_STATE_HOME": str(state), "PYTHONPATH": str(ROOT)}
        return subprocess.run(
            [sys.executable, "-m", "tui_reseller", *arguments],
            input=said or "", capture_output=True, text=True, env=environment, timeout=60, check=False,
        )  # fmt: skip

    return run_command


def add(run, ready):
    options = ["--base-url", ready["base_url"], "--api-user", ready["api_user"], "--secret-stdin"]
    return run("profile", "add", "acme", "--provider", "reseller-v2", *options, said=ready["api_key"] + "\n")


def test_added_once_and_listed_later_without_being_asked(session, run, ready, private_home):
    session.keyring(b"pw")
    added = add(run, ready)
    assert added.returncode == 0, added.stderr
    listed = run("list")
    assert listed.returncode == 0, listed.stderr
    assert len(listed.stdout.splitlines()) == 12
    assert run("profile", "test", "acme").returncode == 0
    for path in private_home.rglob("*"):
        if path.is_file():
            assert ready["api_key"].encode() not in path.read_bytes(), path
    assert run("profile", "remove", "acme", "--yes").returncode == 0
    assert run("list").returncode == 3


def test_a_locked_keyring_ends_clearly_and_quickly(session, run, ready):
    daemon = session.keyring(b"pw")
    assert add(run, ready).returncode == 0
    session.stop(daemon)
    session.keyring()
    began = time.monotonic()
    listed = run("list")
    assert listed.returncode == 3
    assert "locked" in listed.stderr
    assert "--unlock" in listed.stderr
    assert time.monotonic() - began < 15


def test_without_a_keyring_nothing_is_saved(run, ready, private_home):
    added = add(run, ready)
    assert added.returncode == 3
    assert "keep the key in memory" in added.stderr
    assert not list(private_home.rglob("config.toml"))
    assert run("list").returncode == 3
