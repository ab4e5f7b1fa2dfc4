"""A real Secret Service: ready, locked, not set up, absent, hanging."""

import asyncio
import os
import signal
import subprocess
import sys
import time

import pytest

from tui_reseller.credentials.credentials import IN_MEMORY, Credentials
from tui_reseller.credentials.keyring_store import KeyringStore
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import CredentialStoreError
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.secret import Secret

pytestmark = pytest.mark.keyring
KEY = Credential(Secret("canary-kühl-7c1f"))


def fresh(**seconds):
    return Credentials(KeyringStore(**seconds))


async def test_a_key_is_kept_found_by_a_later_process_and_deleted(session, profile, private_home):
    session.keyring(b"pw")
    credentials = fresh()
    assert await credentials.probe() == "ready"
    assert await credentials.get(profile) is None
    assert await credentials.put(profile, KEY) == "the keyring of this session (Secret Service)"
    assert credentials.describe(profile) == "the keyring of this session (Secret Service)"
    assert (await fresh().get(profile)).key.reveal() == KEY.key.reveal()
    assert await credentials.put(profile, Credential(Secret("another"))) == fresh().describe(profile)
    assert (await fresh().get(profile)).key.reveal() == "another"
    await credentials.remove(profile)
    await credentials.remove(profile)
    assert await fresh().get(profile) is None
    assert await credentials.get(profile) is None
    for path in private_home.rglob("*"):
        if path.is_file():
            assert KEY.key.reveal().encode() not in path.read_bytes()


@pytest.mark.parametrize(
    "other",
    [
        Profile("acme", "bob", base_url="https://elsewhere.example/apiv2"),
        Profile("acme", "bob", base_url="https://api.sendgrid.com:8443/apiv2"),
        Profile("acme", "eva"),
        Profile("other", "bob"),
    ],
)
async def test_a_key_is_not_given_to_another_server_user_or_profile(session, profile, other):
    session.keyring(b"pw")
    await fresh().put(profile, KEY)
    assert await fresh().get(other) is None


async def test_locked(session, profile):
    first = session.keyring(b"pw")
    await fresh().put(profile, KEY)
    session.stop(first)
    locked = session.keyring()
    credentials = fresh()
    assert await credentials.probe() == "locked"
    for call in (
        credentials.get(profile),
        credentials.put(profile, Credential(Secret("new"))),
        credentials.remove(profile),
    ):
        with pytest.raises(CredentialStoreError, match="locked") as caught:
            await call
        assert caught.value.state == "locked"
        assert "gnome-keyring-daemon --replace --unlock" in caught.value.hint
    session.stop(locked)
    session.keyring(b"pw", "--replace")
    assert await credentials.probe() == "ready"
    assert (await fresh().get(profile)).key.reveal() == KEY.key.reveal()


async def test_a_probe_of_a_locked_keyring_and_a_put_raise_no_prompt(session, profile):
    first = session.keyring(b"pw")
    await fresh().put(profile, KEY)
    session.stop(first)
    session.keyring()
    prompter = session.prompter()
    assert await fresh().probe() == "locked"
    with pytest.raises(CredentialStoreError):
        await fresh().put(profile, KEY)
    os.set_blocking(prompter.stdout.fileno(), False)
    assert prompter.stdout.read() is None


async def test_not_set_up(session, profile):
    session.keyring()
    credentials = fresh()
    assert await credentials.probe() == "no-collection"
    for call in (credentials.get(profile), credentials.put(profile, KEY)):
        with pytest.raises(CredentialStoreError) as caught:
            await call
        assert caught.value.state == "no-collection"
    await credentials.remove(profile)


async def test_a_prompt_that_nobody_answers_is_left_behind(session, profile):
    first = session.keyring(b"pw")
    await fresh().put(profile, KEY)
    session.stop(first)
    session.keyring()
    session.prompter()
    credentials = fresh(person_seconds=0.5)
    begin = time.monotonic()
    asking = asyncio.create_task(credentials.get(profile))
    turns = 0
    while not asking.done():
        turns += 1
        await asyncio.sleep(0.01)
    with pytest.raises(CredentialStoreError) as caught:
        await asking
    assert (caught.value.state, turns > 10) == ("timeout", True)
    assert time.monotonic() - begin < 2
    with pytest.raises(CredentialStoreError) as caught:
        await credentials.probe()
    assert caught.value.state == "timeout"


async def test_going_on_without_an_answer_leaves_one_call_waiting(session, profile):
    first = session.keyring(b"pw")
    await fresh().put(profile, KEY)
    session.stop(first)
    session.keyring()
    session.prompter()
    credentials = fresh()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await credentials.get(profile)
    with pytest.raises(CredentialStoreError) as caught:
        await credentials.get(profile)
    assert caught.value.state == "timeout"
    credentials.remember(profile, KEY)
    assert await credentials.get(profile) == KEY
    assert credentials.describe(profile) == IN_MEMORY


def test_a_program_ends_while_the_keyring_hangs(session):
    daemon = session.keyring(b"pw")
    daemon.send_signal(signal.SIGSTOP)
    code = """
import asyncio, sys
from tui_reseller.credentials.keyring_store import KeyringStore
from tui_reseller.domain.errors import CredentialStoreError
async def main():
    try:
        await KeyringStore(probe_seconds=0.3).probe()
    except CredentialStoreError as error:
        sys.stdout.write(error.state)
asyncio.run(main())
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=10, env=environment, check=False
    )
    assert (found.returncode, found.stdout, found.stderr) == (0, "timeout", "")


async def test_a_bus_without_a_keyring_and_an_address_that_is_gone(session, profile, monkeypatch, tmp_path):
    found = {await fresh().probe()}
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/gone")
    found.add(await fresh().probe())
    # Where the package installs a service file, the bus starts a daemon of its own on this private home.
    assert found <= {"none", "no-collection"}
    assert "none" in found
    with pytest.raises(CredentialStoreError, match="no system keyring"):
        await fresh().get(profile)
