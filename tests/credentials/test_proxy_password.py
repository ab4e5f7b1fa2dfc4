"""The password of a proxy is kept with the key, and belongs to its proxy as the key belongs to its address."""

import json
import sys
from dataclasses import replace

import pytest

from tui_reseller.credentials.credentials import IN_MEMORY, Credentials
from tui_reseller.credentials.keyring_store import KeyringStore
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import CredentialStoreError
from tui_reseller.domain.profile import Profile, Store
from tui_reseller.domain.secret import Secret

KEY, PASSWORD = Secret("canary-7c1f"), Secret("canary-pr0xy")
BOTH = Credential(KEY, PASSWORD)
BEHIND = Profile("acme", "bob", proxy="http://kim@proxy:3128")
BUS = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
OTHERS = ["http://kim@elsewhere:3128", "http://ann@proxy:3128", "http://proxy:3128", "https://kim@proxy:3128", ""]


class Items:
    """A driver that keeps items."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], str] = {}

    def __call__(self, _backend, _environ):
        return self

    def state(self):
        return "ready"

    def get(self, service, username):
        return self.items.get((service, username))

    def put(self, service, username, value):
        self.items[service, username] = value

    def delete(self, service, username):
        del self.items[service, username]


@pytest.fixture
def items():
    return Items()


@pytest.fixture
def fresh(items):
    """Make the credentials of a later process."""
    return lambda: Credentials(KeyringStore(dict(BUS), driver=items))


async def test_one_item_keeps_both(fresh, items):
    await fresh().put(BEHIND, BOTH)
    ((where, value),) = items.items.items()
    assert where == ("tui-reseller:acme", "https://api.sendgrid.com|bob")
    assert json.loads(value) == {
        "v": 1, "kind": "user_key", "key": KEY.reveal(), "proxy": BEHIND.proxy, "proxy_password": PASSWORD.reveal(),
    }  # fmt: skip
    assert await fresh().get(BEHIND) == BOTH
    await fresh().remove(BEHIND)
    assert items.items == {}


@pytest.mark.parametrize("proxy", OTHERS)
async def test_another_proxy_never_gets_it(fresh, proxy):
    credentials = fresh()
    await credentials.put(BEHIND, BOTH)
    for found in (credentials, fresh()):
        assert await found.get(replace(BEHIND, proxy=proxy)) == Credential(KEY)


async def test_an_item_of_before_is_read(fresh, items):
    items.put("tui-reseller:acme", "https://api.sendgrid.com|bob", '{"v":1,"kind":"user_key","key":"canary-7c1f"}')
    assert await fresh().get(BEHIND) == Credential(KEY)
    items.put("tui-reseller:acme", "https://api.sendgrid.com|bob", '{"v":1,"kind":"user_key","key":"canary-7c1f",'
              '"proxy":"http://kim@proxy:3128","proxy_password":5}')  # fmt: skip
    assert await fresh().get(BEHIND) == Credential(KEY)


async def test_what_stands_in_the_config_file_counts_until_it_is_moved(fresh):
    in_file = replace(BEHIND, proxy_password=Secret("canary-file"))
    credentials = fresh()
    await credentials.put(BEHIND, BOTH)
    assert await credentials.get(in_file) == Credential(KEY, Secret("canary-file"))
    assert await fresh().get(replace(in_file, name="other")) is None


def printing(code, **more):
    return replace(BEHIND, credential_command=(sys.executable, "-c", code), **more)


@pytest.mark.parametrize(
    ("code", "proxy", "found"),
    [
        ("print('canary-7c1f\\n canary-pr0xy \\nmore')", BEHIND.proxy, BOTH),
        ("print('canary-7c1f')", BEHIND.proxy, Credential(KEY)),
        ("print('canary-7c1f\\n\\nmore')", BEHIND.proxy, Credential(KEY)),
        ("print('canary-7c1f\\nlogin: bob')", "http://proxy:3128", Credential(KEY)),
        ("print('canary-7c1f\\nlogin: \\x1b bob')", "", Credential(KEY)),
    ],
)
async def test_the_second_line_of_a_command_is_the_password_where_one_is_wanted(fresh, code, proxy, found):
    assert await fresh().get(printing(code, proxy=proxy)) == found


async def test_a_second_line_of_control_characters_is_told(fresh):
    with pytest.raises(CredentialStoreError, match="control characters"):
        await fresh().get(printing("print('canary-7c1f\\n\\x1b[31m')"))


async def test_memory_keeps_both_and_nothing_shows(fresh):
    credentials = fresh()
    in_memory = replace(BEHIND, store=Store.NONE)
    assert await credentials.put(in_memory, BOTH) == IN_MEMORY
    assert await credentials.get(in_memory) == BOTH
    assert "canary" not in f"{BOTH!r} {BOTH} {vars(credentials)} {await credentials.get(in_memory)!r}"
