"""The order of sources, the operator's command, and that no key shows anywhere."""

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from tui_reseller.credentials.credentials import IN_MEMORY, Credentials
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import CredentialStoreError
from tui_reseller.domain.profile import Profile, Store
from tui_reseller.domain.secret import Secret

KEY = Credential(Secret("canary-7c1f"))


class Keyring:
    """Stands in for the keyring store."""

    def __init__(self, key=None, *, error=None):
        self.key, self.error = key, error

    async def probe(self):
        return "ready"

    async def get(self, _profile):
        if self.error:
            raise self.error
        return self.key

    async def put(self, _profile, key):
        if self.error:
            raise self.error
        self.key = key
        return "the pretend keyring"

    async def remove(self, _profile):
        self.key = None

    def words(self):
        return "the pretend keyring"


def command(code, **more):
    return Profile("acme", "bob", credential_command=(sys.executable, "-c", code), **more)


async def test_memory_comes_first_then_the_command_then_the_keyring(profile):
    credentials = Credentials(Keyring(Credential(Secret("kept"))))
    by_command = command("print('printed')")
    assert (await credentials.get(profile)).key.reveal() == "kept"
    assert (await credentials.get(by_command)).key.reveal() == "printed"
    assert await credentials.get(Profile("acme", "bob", store=Store.NONE)) is None
    credentials.remember(profile, KEY)
    for wanted in (profile, by_command):
        assert await credentials.get(wanted) == KEY
    assert await credentials.get(Profile("acme", "bob", base_url="https://elsewhere.example")) == Credential(
        Secret("kept")
    )


async def test_a_configured_source_that_fails_is_final():
    credentials = Credentials(Keyring(Credential(Secret("kept"))))
    with pytest.raises(CredentialStoreError):
        await credentials.get(command("raise SystemExit(3)"))


async def test_a_refused_key_stays_in_memory_and_says_so(profile):
    credentials = Credentials(Keyring(error=CredentialStoreError("could not be verified", state="unverified")))
    with pytest.raises(CredentialStoreError):
        await credentials.put(profile, KEY)
    assert await credentials.get(profile) == KEY
    assert credentials.describe(profile) == IN_MEMORY


async def test_where_a_key_is_in_words(profile):
    credentials = Credentials(Keyring())
    assert credentials.describe(profile) == "the pretend keyring"
    assert await credentials.put(profile, KEY) == "the pretend keyring"
    assert credentials.describe(profile) == "the pretend keyring"
    asked = Profile("asked", "bob", store=Store.NONE)
    assert credentials.describe(asked) == "asked for when it is needed"
    assert await credentials.put(asked, KEY) == IN_MEMORY == credentials.describe(asked)
    printed = Profile("printed", "bob", credential_command=("pass", "show", "canary-path"))
    assert credentials.describe(printed) == 'the command "pass"'
    with pytest.raises(CredentialStoreError, match="credential command") as caught:
        await credentials.put(printed, KEY)
    assert caught.value.state == "refused"
    await credentials.remove(profile)
    assert await credentials.get(profile) is None
    assert await credentials.probe() == "ready"


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("print('  key  ')", "key"),
        ("print('\\n\\nfirst\\nsecond')", "first"),
        ("import sys; sys.stdout.write('no newline')", "no newline"),
        ("print('\\ufeffkey \\r\\n\\r')", "key"),
        ("import sys; print('kühl'); sys.stderr.write('x' * 1000000)", "kühl"),
        ("import sys; assert sys.stdin.read() == ''; print('k')", "k"),
    ],
)
async def test_the_first_line_is_the_key(code, key, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
    assert (await Credentials(Keyring()).get(command(code))).key.reveal() == key


@pytest.mark.parametrize(
    ("code", "words", "state"),
    [
        ("raise SystemExit(3)", "ended with status 3", "failed"),
        ("import os; os.kill(os.getpid(), 9)", "ended by signal 9", "failed"),
        ("import time; time.sleep(60)", "did not end within 0.5 seconds", "timeout"),
        ("import os, time; os.close(1); os.close(2); time.sleep(60)", "did not end within 0.5 seconds", "timeout"),
        ("print('x' * 1000000)", "prints more than 64 KiB", "failed"),
        ("open('/dev/tty')", "ended with status 1", "failed"),
        ("pass", "printed nothing", "failed"),
        ("print('  ')", "printed nothing", "failed"),
        ("print('\\x1b]0;x\\x07')", "printed control characters", "failed"),
        ("import sys; sys.stdout.buffer.write(b'\\xff\\xfe')", "printed something that is not text", "failed"),
    ],
)
async def test_each_failure_of_a_command_has_its_own_words(code, words, state):
    begin = time.monotonic()
    with pytest.raises(CredentialStoreError, match=words) as caught:
        await Credentials(Keyring(), command_seconds=0.5 if state == "timeout" else 10).get(command(code))
    assert caught.value.state == state
    assert "profile acme" in caught.value.message
    assert time.monotonic() - begin < 3


async def test_a_command_that_is_not_there_is_told():
    for argv in (("/no/such/program",), ("nul\0",)):
        with pytest.raises(CredentialStoreError, match="cannot be started") as caught:
            await Credentials(Keyring()).get(Profile("acme", "bob", credential_command=argv))
        assert "\0" not in caught.value.message


async def test_what_a_failed_command_says_is_cleaned_cut_and_without_the_key():
    code = "import sys; print('canary-7c1f'); sys.stderr.write('bad\\x1b[31m canary-7c1f\\n' + 'line\\n' * 50); exit(1)"
    with pytest.raises(CredentialStoreError) as caught:
        await Credentials(Keyring()).get(command(code))
    assert caught.value.hint.splitlines() == ["bad␛[31m ********", *["line"] * 4]


@pytest.mark.parametrize(
    ("said", "told", "shown"),
    [
        ("", "+ echo SG.abcdefgh12345678_ijkl-mnop", "+ echo ********"),
        ("", "token=0123456789abcdef0123456789abcdef is old", "********  is old".replace("  ", " ")),
        ("", "no such file: /home/ann/.password-store/acme-2024-production.gpg", None),
        ("", "gpg: decryption failed: No secret key", None),
        ("", "ERROR 1234567890123456789012345 of internationalisationnnn", None),
        ("wrong\n", "wrong: what is wrong?", None),
        ("canary-7c1f of mine\n", "x canary-7c1f of mine x canary-7c1f", "x ******** x ********"),
    ],
)
async def test_what_looks_like_a_key_is_no_part_of_an_error(said, told, shown):
    code = f"import sys; sys.stdout.write({said!r}); sys.stderr.write({told!r}); exit(1)"
    with pytest.raises(CredentialStoreError) as caught:
        await Credentials(Keyring()).get(command(code))
    assert caught.value.hint == (told if shown is None else shown)


async def test_an_agent_that_it_leaves_behind_does_not_matter(tmp_path):
    """gpg and ssh start agents, which may keep the output open."""
    pid = tmp_path / "pid"
    code = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(pid)!r}, "w").write(str(child.pid))
print("key")
"""
    began = time.monotonic()
    assert (await Credentials(Keyring()).get(command(code))).key.reveal() == "key"
    assert time.monotonic() - began < 5
    assert not _ended(int(pid.read_text())), "it is not ours to end"
    os.kill(int(pid.read_text()), 9)


async def test_home_is_home_in_a_command(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "k").write_text("print('key')")
    found = await Credentials(Keyring()).get(Profile("acme", "bob", credential_command=(sys.executable, "~/k")))
    assert found.key.reveal() == "key"


async def test_a_command_that_hangs_is_killed_with_all_it_started(tmp_path):
    pids = tmp_path / "pids"
    code = f"""
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(pids)!r}, "w").write(f"{{os.getpid()}} {{child.pid}}")
time.sleep(60)
"""
    with pytest.raises(CredentialStoreError):
        await Credentials(Keyring(), command_seconds=1).get(command(code))
    for pid in map(int, pids.read_text().split()):
        await _until(lambda pid=pid: _ended(pid))


async def test_going_on_without_the_command_kills_it(tmp_path):
    pids = tmp_path / "pid"
    code = f"import os, time; open({str(pids)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    asking = asyncio.create_task(Credentials(Keyring()).get(command(code)))
    await _until(lambda: pids.exists() and pids.read_text())
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await _until(lambda: _ended(int(pids.read_text())))


def _ended(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def _until(holds):
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - another process tells no event
            await asyncio.sleep(0.02)


async def test_a_command_gets_none_of_our_variables(monkeypatch):
    monkeypatch.setenv("TUI_RESELLER_API_KEY", "canary")
    monkeypatch.setenv("OTHER", "kept")
    code = "import os; print(sorted(n for n in os.environ if n.startswith('TUI_')), os.environ['OTHER'])"
    assert (await Credentials(Keyring()).get(command(code))).key.reveal() == "[] kept"


async def test_no_key_shows_in_any_text_of_these_objects(profile):
    credentials = Credentials(Keyring())
    await credentials.put(profile, KEY)
    shown = [repr(credentials), str(credentials), str(vars(credentials)), repr(await credentials.get(profile))]
    shown += [credentials.describe(profile), f"{KEY}", f"{KEY!r}", repr(os.environ)]
    assert "canary" not in "".join(shown)
