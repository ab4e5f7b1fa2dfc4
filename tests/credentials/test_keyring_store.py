"""Rules of the keyring store that need no keyring: which one is trusted, what is checked, what is said."""

import json
import os
import socket
import subprocess
import sys

import pytest

from tui_reseller.credentials.backends import MACOS, SECRET_SERVICE, WORDS, chosen_backend, session_bus
from tui_reseller.credentials.keyring_store import KeyringStore
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import CredentialStoreError
from tui_reseller.domain.secret import Secret

BUS = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
KEY = Credential(Secret("canary-7c1f"))


class Memory:
    """A driver that keeps values and can be told to misbehave."""

    def __init__(self, *, state="ready", drops=False, error=None):
        self.items, self.calls = {}, []
        self._state, self._drops, self._error = state, drops, error

    def __call__(self, _backend, _environ):
        return self

    def _said(self, name):
        self.calls.append(name)
        if self._error and name != "state":
            raise self._error

    def state(self):
        self._said("state")
        return self._state

    def unlock(self):
        self._said("unlock")
        return False

    def get(self, service, username):
        self._said("get")
        return self.items.get((service, username))

    def put(self, service, username, value):
        self._said("put")
        if not self._drops:
            self.items[service, username] = value

    def delete(self, service, username):
        self._said("delete")
        del self.items[service, username]


def store(driver, environ=BUS):
    return KeyringStore(dict(environ), driver=driver)


async def test_an_item_is_bound_and_versioned(profile):
    memory = Memory()
    await store(memory).put(profile, KEY)
    ((where, value),) = memory.items.items()
    assert where == ("tui-reseller:acme", "https://api.sendgrid.com|bob")
    assert json.loads(value) == {"v": 1, "kind": "user_key", "key": KEY.key.reveal()}
    assert await store(memory).get(profile) == KEY
    await store(memory).remove(profile)
    assert memory.items == {}


async def test_a_backend_that_drops_what_it_is_given_is_found_out(profile):
    with pytest.raises(CredentialStoreError, match="could not be verified") as caught:
        await store(Memory(drops=True)).put(profile, KEY)
    assert caught.value.state == "unverified"


async def test_a_value_that_is_too_long_is_refused_before_the_write(profile):
    memory = Memory()
    longest = 1200 - len(json.dumps({"v": 1, "kind": "user_key", "key": ""}, separators=(",", ":")))
    await store(memory).put(profile, Credential(Secret("x" * longest)))
    memory.calls.clear()
    with pytest.raises(CredentialStoreError, match="too long") as caught:
        await store(memory).put(profile, Credential(Secret("x" * (longest + 1))))
    assert (caught.value.state, memory.calls) == ("refused", [])


@pytest.mark.parametrize("state", ["none", "no-collection", "locked"])
async def test_nothing_is_written_unless_it_is_ready(profile, state):
    memory = Memory(state=state)
    with pytest.raises(CredentialStoreError) as caught:
        await store(memory).put(profile, KEY)
    assert (caught.value.state, memory.calls) == (state, ["state"])
    assert "credential_command" in caught.value.hint


class KeyringLocked(Exception):
    pass


class InitError(Exception):
    pass


class NoKeyringError(RuntimeError):
    pass


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (KeyringLocked("Failed to unlock"), "locked"),
        (InitError("install keyrings.alt"), "no-collection"),
        (NoKeyringError("install keyrings.alt"), "none"),
        (RuntimeError("(-25308, 'User interaction is not allowed')"), "locked"),
        (ModuleNotFoundError("keyrings.alt canary-7c1f"), "failed"),
        (ValueError("canary-7c1f"), "failed"),
    ],
)
async def test_whatever_a_library_raises_is_worded_by_us(profile, error, state):
    with pytest.raises(CredentialStoreError) as caught:
        await store(Memory(error=error)).get(profile)
    assert caught.value.state == state
    assert caught.value.__suppress_context__
    for word in ("keyrings.alt", "canary"):
        assert word not in caught.value.message + caught.value.hint


async def test_a_locked_keychain_over_ssh_has_its_own_remedy(profile):
    driver = Memory(error=RuntimeError("-25308"))
    with pytest.raises(CredentialStoreError) as caught:
        await store(driver, {"PYTHON_KEYRING_BACKEND": MACOS}).get(profile)
    assert "security unlock-keychain" in caught.value.hint


@pytest.mark.parametrize("value", ["", '{"v":1,"kind":"user_key","key":""}', '{"v":1,"kind":"user_key","key":5}'])
async def test_an_empty_value_is_no_key(profile, value):
    memory = Memory()
    memory.items["tui-reseller:acme", "https://api.sendgrid.com|bob"] = value
    assert await store(memory).get(profile) is None


@pytest.mark.parametrize("value", ["canary-7c1f", "[]", '{"v":2,"kind":"user_key","key":"x"}', '{"v":1,"key":"x"}'])
async def test_a_foreign_value_is_told_and_not_shown(profile, value):
    memory = Memory()
    memory.items["tui-reseller:acme", "https://api.sendgrid.com|bob"] = value
    with pytest.raises(CredentialStoreError, match="not one of this program") as caught:
        await store(memory).get(profile)
    assert "canary" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    "named",
    [
        "keyring.backends.null.Keyring",
        "keyrings.alt.file.PlaintextKeyring",
        "keyring.backends.chainer.ChainerBackend",
        "no.such.Module",
        "\x1b]0;x\x07",
    ],
)
async def test_a_backend_that_is_not_on_the_list_is_refused_by_name(profile, named):
    memory = Memory()
    tried = store(memory, {**BUS, "PYTHON_KEYRING_BACKEND": named})
    for call in (tried.probe(), tried.get(profile), tried.put(profile, KEY), tried.remove(profile)):
        with pytest.raises(CredentialStoreError, match="PYTHON_KEYRING_BACKEND") as caught:
            await call
        assert caught.value.state == "refused"
        assert "\x1b" not in caught.value.message
    assert memory.calls == []


@pytest.mark.parametrize("state", ["none", "no-collection", "locked", "ready"])
async def test_a_key_is_removed_or_it_is_said_that_it_may_be_there(profile, state):
    memory = Memory()
    await store(memory).put(profile, KEY)
    memory.state = lambda: state
    removing = store(memory).remove(profile)
    if state in {"none", "locked"}:
        with pytest.raises(CredentialStoreError) as caught:
            await removing
        assert caught.value.state == state
        assert memory.items
    else:
        await removing
        assert bool(memory.items) == (state == "no-collection"), "one that was never set up is not asked"


async def test_without_a_keyring_nothing_is_called_removed(profile):
    for environ in ({}, {**BUS, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}):
        with pytest.raises(CredentialStoreError, match="no system keyring"):
            await store(Memory(), environ).remove(profile)


async def test_the_fail_backend_means_none(profile):
    assert await store(Memory(), {**BUS, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}).probe() == "none"


def test_every_backend_of_the_list_can_be_named():
    for name in WORDS:
        assert chosen_backend({**BUS, "PYTHON_KEYRING_BACKEND": name}) == name


@pytest.mark.skipif(sys.platform != "linux", reason="the session bus is Linux's")
def test_the_bus_is_found_where_it_usually_is(tmp_path):
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    assert (session_bus(environ), chosen_backend(environ)) == (None, None)
    with socket.socket(socket.AF_UNIX) as bus:
        bus.bind(str(tmp_path / "bus"))
        assert session_bus(environ) == f"unix:path={tmp_path}/bus"
        assert chosen_backend(environ) == SECRET_SERVICE


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a keyring")
def test_without_a_bus_nothing_is_imported_and_no_program_is_started(private_home):
    code = """
import asyncio, sys
from tui_reseller.credentials.credentials import Credentials
from tui_reseller.domain.errors import CredentialStoreError
from tui_reseller.domain.profile import Profile
started = []
sys.addaudithook(lambda name, _arguments: started.append(name) if name in ("subprocess.Popen", "os.exec") else None)
async def main():
    credentials = Credentials()
    assert await credentials.probe() == "none"
    try:
        await credentials.get(Profile("acme", "bob"))
    except CredentialStoreError as error:
        assert error.state == "none"
    print([name for name in ("keyring", "secretstorage", "jeepney") if name in sys.modules], started)
asyncio.run(main())
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False, timeout=60
    )
    assert (found.stdout, found.stderr) == ("[] []\n", "")
    assert not [path for path in private_home.rglob("*") if path.is_file()]
