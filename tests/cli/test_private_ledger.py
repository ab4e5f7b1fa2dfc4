"""`ledger dev`: a real PostgreSQL that begins and ends with the command."""

import json
import multiprocessing
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.harness.postgres import needed
from tests.harness.terminal import environment, program
from tests.harness.waiting import until
from tui_reseller.domain.errors import BadConfig, RefusedHere
from tui_reseller.system import private_postgres
from tui_reseller.system.private_postgres import running


@pytest.fixture
def folder():
    """A folder that other accounts get to: as root, PostgreSQL runs as somebody else."""
    needed()
    place = Path(tempfile.mkdtemp(prefix="tui-dev-"))
    place.chmod(0o755)
    yield place / "ledger"
    shutil.rmtree(place)


@pytest.fixture
def dev(folder, tmp_path):
    """Start the command, and return it with what it said of itself."""
    started = []

    def start():
        child = subprocess.Popen(
            program("ledger", "dev", "--folder", str(folder)),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(tmp_path),
        )  # fmt: skip
        started.append(child)
        return child, json.loads(child.stdout.readline())

    yield start
    for child in started:
        child.kill()
        child.communicate()


def servers(folder):
    """Return the processes of PostgreSQL in a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if b"postgres" in (path / "comm").read_bytes() and (path / "cwd").resolve().is_relative_to(folder):
                found.append(int(path.name))
        except OSError:
            continue
    return found


def told(ready, person, *argv, tmp_path):
    ran = subprocess.run(
        program(*argv), env=environment(tmp_path, TUI_RESELLER_LEDGER=ready[person]), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.slow
def test_it_lasts_as_long_as_the_command_and_what_was_written_lasts_longer(dev, folder, tmp_path):
    child, ready = dev()
    assert told(ready, "ann", "ledger", "show", tmp_path=tmp_path)["me"]["may"][0]["may"] == ["admin"]
    shown = told(ready, "bob", "ledger", "show", tmp_path=tmp_path)
    assert shown["me"]["may"][0]["may"] == ["write"]
    key = "reseller-v2|https://api.example.com:443/apiv2|acme"
    assert told(ready, "ann", "ledger", "account", "set", key, "--per-second", "7", tmp_path=tmp_path)
    child.send_signal(signal.SIGINT)
    _out, err = child.communicate(timeout=60)
    assert child.returncode == 0, err
    assert "a window of bob: export TUI_RESELLER_LEDGER='postgresql://bob@/reseller" in err
    assert servers(folder) == []
    assert sorted(path.name for path in folder.iterdir()) == ["data", "log"]
    child, ready = dev()
    again = told(ready, "bob", "ledger", "show", tmp_path=tmp_path)
    assert (again["id"], again["accounts"][0]["per_second"]) == (shown["id"], 7.0)
    assert servers(folder)
    child.kill()  # not even then it stays
    until("PostgreSQL has ended", lambda: servers(folder) == [])


@pytest.mark.slow
def test_a_second_one_in_the_same_folder_is_refused_and_the_first_one_goes_on(folder):
    with running(folder) as server:
        with pytest.raises(RefusedHere, match="it runs already"), running(folder):
            pass
        assert server.lives()
        owner = Path(f"/proc/{servers(folder)[0]}").stat().st_uid
        assert owner == folder.stat().st_uid != 0
    assert not server.lives()
    with socket.socket(socket.AF_UNIX) as left:  # as after the power was gone
        left.bind(str(folder / ".s.PGSQL.5432"))
    with running(folder) as server:
        assert server.lives()
    (folder / "data" / "PG_VERSION").write_text("7.4\n")
    with pytest.raises(BadConfig, match="PostgreSQL could not start") as found, running(folder):
        pass
    assert str(folder / "log") in found.value.hint
    assert servers(folder) == []


def _ordinary() -> pwd.struct_passwd:
    """Return an account that may not do everything: ours, or nobody's."""
    return pwd.getpwuid(os.geteuid()) if os.geteuid() else pwd.getpwnam("nobody")


def _by_account(account, folder, said) -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    with running(folder) as server:
        said.put((server.lives(), (folder / "data").stat().st_uid))


@pytest.mark.slow
def test_an_ordinary_account_runs_it_itself(folder):
    account = _ordinary()
    os.chown(folder.parent, account.pw_uid, -1)
    context = multiprocessing.get_context("fork")
    said = context.Queue()
    child = context.Process(target=_by_account, args=(account, folder, said))
    child.start()
    assert said.get(timeout=60) == (True, account.pw_uid)
    child.join(60)
    assert (child.exitcode, servers(folder)) == (0, [])


def test_what_cannot_be_is_said_with_what_to_do(folder, monkeypatch):
    with pytest.raises(BadConfig, match="too long a name for a socket"), running(folder / ("x" * 100)):
        pass
    monkeypatch.setattr(private_postgres, "_INSTALLED", ())
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    with pytest.raises(BadConfig, match="PostgreSQL is not installed") as found, running(folder):
        pass
    assert "apt install postgresql" in found.value.hint
    if os.geteuid() == 0:
        monkeypatch.undo()
        monkeypatch.setattr(private_postgres, "_ACCOUNTS", ())
        with pytest.raises(BadConfig, match="does not run as root"), running(folder):
            pass
