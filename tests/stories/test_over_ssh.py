"""Over a real sshd: it works, and a cut connection leaves no process and a true ledger."""

import getpass
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.sandbox import Sandbox, free_port
from tests.harness.terminal import DOWN, F2, environment, processes_with, program
from tests.harness.waiting import missing, until

pytestmark = pytest.mark.terminal


def sbin(name):
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if not found:
        missing(name)
    return found


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """Return what begins a login over ssh to this machine."""
    folder = tmp_path_factory.mktemp("ssh")
    folder.chmod(0o700)
    server, keygen, client = sbin("sshd"), sbin("ssh-keygen"), sbin("ssh")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    for key in ("host_key", "user_key"):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)], check=True)
    (folder / "authorized_keys").write_text((folder / "user_key.pub").read_text())
    port = free_port()
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host_key\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nPermitRootLogin prohibit-password\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nUsePAM no\nStrictModes no\nPrintMotd no\nPrintLastLog no\n"
    )
    host_key = " ".join((folder / "host_key.pub").read_text().split()[:2])
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {host_key}\n")
    (folder / "ssh_config").write_text(
        f"Host t\n HostName 127.0.0.1\n Port {port}\n User {getpass.getuser()}\n IdentityFile {folder}/user_key\n"
        f" IdentitiesOnly yes\n UserKnownHostsFile {folder}/known_hosts\n LogLevel ERROR\n"
    )
    log = (folder / "sshd.log").open("wb")
    process = subprocess.Popen(
        [server, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=log, stdin=subprocess.DEVNULL
    )
    until("sshd listens", lambda: b"listening" in (folder / "sshd.log").read_bytes())
    yield [client, "-tt", "-F", str(folder / "ssh_config"), "t"]
    process.terminate()
    process.wait(5)
    log.close()


def remote(env, command):
    """Return a command line for the other side, with an environment of the test's own; TERM comes with the login."""
    given = [f"{name}={value}" for name, value in env.items() if name not in {"TERM", "PATH"}]
    return f"cd {shlex.quote(env['HOME'])} && exec env {shlex.join(given)} {shlex.join(command)}"


@pytest.mark.in_turn(3)
@pytest.mark.parametrize("term", ["linux", "screen-256color", "xterm-256color"])
def test_it_works_over_ssh_at_80x24(line, home, opened, term):
    port = free_port()
    env = environment(home, TERM=term)
    terminal = opened([*line, remote(env, program("demo", "--port", str(port), "--customers", "40"))], env)
    terminal.sees("complete", "-- user1 ", "? Help")
    terminal.press(DOWN)
    terminal.sees("-- user2 ")
    terminal.press("e")
    terminal.sees("Enable sending", "off -> on")
    terminal.commit(F2 if term != "linux" else b"\x13")
    terminal.sees("Applied")
    assert Sandbox.at(port).applied() == [("enable", "user2")]
    terminal.press("q")
    assert terminal.ends() == 0
    assert terminal.stuck_modes() == []
    until("nothing is left", lambda: not processes_with(str(home)))


@pytest.mark.in_turn(2)
@pytest.mark.parametrize("moment", ["before the answer", "after the answer"])
def test_a_cut_connection_leaves_no_process_and_a_true_ledger(line, home, opened, moment, new_sandbox):
    sandbox = new_sandbox(customers=40)
    ready = sandbox.ready
    env = environment(
        home, TUI_RESELLER_API_USER=ready["api_user"], TUI_RESELLER_API_KEY=ready["api_key"],
        TUI_RESELLER_BASE_URL=ready["base_url"],
    )  # fmt: skip
    terminal = opened([*line, remote(env, program())], env)
    terminal.sees("complete", "user1")
    sandbox.fault("latency", operation="disable", ms=30_000 if moment.startswith("before") else 700)
    terminal.press("d")
    terminal.sees("Disable sending ")
    terminal.commit()
    terminal.sees("on its way")
    terminal.child.kill(signal.SIGKILL)
    until("nothing is left", lambda: not processes_with(str(home)), 12)
    done = subprocess.run(
        [sys.executable, "-m", "tui_reseller", "audit", "list", "--output", "json"], env=env, capture_output=True,
        timeout=60, check=False, cwd=home,
    )  # fmt: skip
    entry = json.loads(done.stdout)[0]
    assert (entry["operation"], entry["username"]) == ("disable", "user1")
    if moment.startswith("before"):
        assert entry["outcome"] == "unknown"
    else:
        assert sandbox.applied() == [("disable", "user1")]
        assert entry["outcome"] == "applied"
