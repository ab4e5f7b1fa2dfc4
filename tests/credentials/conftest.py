import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

import tui_reseller
from tui_reseller.domain.profile import Profile

NEEDED = ("dbus-daemon", "gnome-keyring-daemon")
HERE = Path(__file__).parent


@pytest.fixture
def profile():
    return Profile("acme", "bob")


@pytest.fixture(autouse=True)
def private_home(tmp_path, monkeypatch):
    """Nothing here may ever meet the keyring of the person who runs the tests."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "GNOME_KEYRING_CONTROL", "DBUS_SESSION_BUS_ADDRESS", "SSH_AUTH_SOCK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        folder = tmp_path / name.lower()
        folder.mkdir(mode=0o700)
        monkeypatch.setenv(name, str(folder))
    # A socket's path ends at 108 bytes, and the daemon cuts a longer one without a word.
    with tempfile.TemporaryDirectory(prefix="run-", dir="/tmp") as runtime:
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        yield tmp_path


class Session:
    """A session bus of our own and daemons on it, all children of this process."""

    def __init__(self):
        self.running = []

    def start(self, *command, said=None):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.running.append(process)
        if said is not None:
            process.stdin.write(said)
        process.stdin.close()
        return process

    def keyring(self, password=None, *more):
        unlock = ("--unlock",) if password else ()
        daemon = self.start(
            "gnome-keyring-daemon", "--foreground", "--components=secrets", *unlock, *more, said=password
        )
        self._owned("org.freedesktop.secrets")
        return daemon

    def prompter(self):
        environment = {**os.environ, "PYTHONPATH": str(Path(tui_reseller.__file__).parent.parent)}
        process = subprocess.Popen(
            [sys.executable, HERE / "prompter_child.py"], env=environment, stdout=subprocess.PIPE
        )
        self.running.append(process)
        assert process.stdout.readline() == b"ready\n"
        return process

    def _owned(self, name):
        call = ["gdbus", "call", "--session", "-d", "org.freedesktop.DBus", "-o", "/org/freedesktop/DBus"]
        call += ["-m", "org.freedesktop.DBus.GetNameOwner", name]
        until = time.monotonic() + 10
        while subprocess.run(call, capture_output=True, check=False).returncode:
            assert time.monotonic() < until, f"{name} did not appear"
            time.sleep(0.02)

    def stop(self, process):
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(18)  # a stopped process does not end
            process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()
        self.running.remove(process)


@pytest.fixture
def session(monkeypatch):
    missing = [name for name in (*NEEDED, "gdbus") if shutil.which(name) is None]
    if missing:
        reason = "needs dbus-daemon and gnome-keyring-daemon"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    started = Session()
    bus = started.start("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.stdout.readline().decode().strip())
    yield started
    for process in reversed(started.running.copy()):
        started.stop(process)
