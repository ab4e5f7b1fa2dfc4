"""A password that was made here is never lost: it is in the output, or in a file that is named, or it was not sent.

Real commands, real ends of stdout, real kills. The service says which password it has.
"""

import csv
import io
import itertools
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.command import Ran, Terminal
from tests.harness.sandbox import Sandbox
from tests.harness.waiting import until

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
PERSON = {
    "email": "neu@x.example", "first_name": "N", "last_name": "E", "address": "A", "city": "C", "state": "S",
    "zip": "1", "country": "ES", "phone": "1", "website": "x.example", "company": "C", "package": "1",
    "whitelabel": "x.example",
}  # fmt: skip
VERBS = ("create", "create several", "password")
FORMATS = ("table", "json", "jsonl", "csv")
ENDS = {"full": "> /dev/full", "reader left": "| true", "closed": ">&-"}
names = (f"spool{number}" for number in itertools.count(1))


class Shop:
    """A home of its own on a sandbox, and a shell in it."""

    def __init__(self, home: Path, sandbox: Sandbox, terminal: Terminal) -> None:
        self.home, self.sandbox, self.terminal = home, sandbox, terminal
        self.folder = home / "state" / "tui-reseller" / "passwords"
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        self.environment = {
            **kept, "HOME": str(home), "PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_STATE_HOME": str(home / "state"), "XDG_CACHE_HOME": str(home / "cache"), "TMPDIR": str(home),
            "TUI_RESELLER_BASE_URL": sandbox.base_url, "TUI_RESELLER_API_USER": sandbox.api_user,
            "TUI_RESELLER_API_KEY": sandbox.api_key,
        }  # fmt: skip

    def order(self, verb: str) -> tuple[str, list[str]]:
        """Return a command that makes passwords, and for whom."""
        ours = [next(names) for _ in range(3 if verb == "create several" else 1)]
        match verb:
            case "create several":
                rows = self.home / f"{ours[0]}.jsonl"
                rows.write_text("".join(json.dumps({"username": name, **PERSON}) + "\n" for name in ours))
                words = ["create", "--from", str(rows), "--yes"]
            case "create":
                words = ["create", *(f"{k}={v}" for k, v in {"username": ours[0], **PERSON}.items()), "--yes"]
            case _:
                self.sandbox.plant_person(ours[0], password="oLd-pass-1")
                words = ["password", ours[0], "--confirm", ours[0]]
        return shlex.join([sys.executable, "-m", "tui_reseller", *words, "--generate-password"]), ours

    def start(self, script: str) -> "subprocess.Popen[str]":
        """Start a script of bash; what ends is the first command of its last pipe."""
        command = ["bash", "-c", f"{script}\nexit ${{PIPESTATUS[0]}}"]
        return subprocess.Popen(
            command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, cwd=self.home,
        )  # fmt: skip

    def run(self, script: str) -> "subprocess.CompletedProcess[str]":
        """Run a script to its end."""
        child = self.start(script)
        out, err = child.communicate(timeout=PATIENCE)
        assert "Traceback" not in err
        assert "unexpected failure" not in err
        return subprocess.CompletedProcess(child.args, child.returncode, out, err)

    def verb(self, *words: str) -> Ran:
        """Run another command, in this process."""
        return self.terminal.run_in(self.environment, *words)

    def kept(self) -> list[Path]:
        """Return the files of passwords that are there."""
        return sorted(self.folder.glob("*")) if self.folder.exists() else []

    def rows(self, path: Path) -> dict[str, tuple[str, str]]:
        """Return password and state of each customer; each is valid if it is said to be applied."""
        found = {
            row["username"]: (row["password"], row["state"]) for row in csv.DictReader(io.StringIO(path.read_text()))
        }
        for name, (password, state) in found.items():
            assert self.sandbox.takes(name, password) == (state == "applied") or state in {"pending", "unknown"}, name
        return found


@pytest.fixture
def shop(tmp_path, sandboxes, terminal) -> Iterator[Shop]:
    shared = sandboxes("new passwords", customers=20)
    shared.clear()
    yield Shop(tmp_path, shared, terminal)
    shared.clear()


def shown_in(out: str, form: str) -> dict[str, str]:
    """Return the passwords of an output by username."""
    match form:
        case "table":
            lines = [line for line in out.splitlines() if line.startswith('password of "')]
            return {line.split('"')[1]: line.rpartition(" ")[2] for line in lines}
        case "json":
            found = json.loads(out)
        case "jsonl":
            found = [json.loads(line) for line in out.splitlines()]
        case _:
            found = list(csv.DictReader(io.StringIO(out)))
    return {row["username"]: row["password"] for row in found}


@pytest.mark.in_turn(5)
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("verb", VERBS)
def test_what_the_output_took_is_nowhere_else(shop, verb, form):
    command, ours = shop.order(verb)
    ran = shop.run(f"{command} --output {form}")
    assert ran.returncode == 0, ran.stderr
    shown = shown_in(ran.stdout, form)
    assert set(shown) == set(ours)
    assert all(shop.sandbox.takes(name, password) for name, password in shown.items())
    assert shop.kept() == []
    assert not [p for p in shop.home.rglob("*") if p.is_file() and shown[ours[0]].encode() in p.read_bytes()]
    assert "passwords" not in shop.verb("needs-you").err


@pytest.mark.in_turn(11)
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("verb", VERBS)
def test_what_the_output_did_not_take_is_in_a_file_that_is_named(shop, verb, end, form):
    command, ours = shop.order(verb)
    ran = shop.run(f"{command} --output {form} {ENDS[end]}")
    (path,) = shop.kept()
    assert ran.returncode == 1, ran.stderr
    assert ran.stderr.count(str(path)) == 1
    assert "the new passwords are in" in ran.stderr
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {name: state for name, (_, state) in shop.rows(path).items()} == dict.fromkeys(ours, "applied")


def test_a_file_that_nobody_has_seen_is_named_until_it_is_gone(shop):
    command, _ours = shop.order("password")
    shop.run(f"{command} > /dev/full")
    (path,) = shop.kept()
    said = f"passwords that nobody has seen are in {path}"
    for words in (
        ["needs-you"], ["disable", "user1", "--yes"], ["due", "--run", "--yes"], ["enable", "user1", "--dry-run"],
        ["needs-you", "--quiet"],
    ):  # fmt: skip
        ran = shop.verb(*words)
        assert ran.code == 0, ran.err
        assert ran.err.count(said) == 1, words
        assert "password" not in ran.out
    path.unlink()
    assert "passwords" not in shop.verb("needs-you").err


@pytest.mark.in_turn(4)
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("fault", "settings", "code"),
    [("status", {"code": 400, "shape": "E3"}, 6), ("status", {"code": 401, "shape": "E3"}, 4)],
)
def test_a_password_that_the_service_refused_is_kept_nowhere(shop, verb, fault, settings, code):
    command, ours = shop.order(verb)
    operation = verb.split()[0]
    shop.sandbox.fault(fault, operation=operation, times=None, **settings)
    ran = shop.run(f"{command} > /dev/full")
    assert ran.returncode == (9 if len(ours) > 1 else code), ran.stderr
    states = {state for path in shop.kept() for _, state in shop.rows(path).values()}
    assert states <= ({"refused"} if len(ours) > 1 else set()), "only a paused job goes on with them"
    assert "new passwords" not in ran.stderr


def test_what_is_delivered_is_gone_also_if_the_service_refused_some(shop):
    command, ours = shop.order("create several")
    shop.sandbox.fault("status", operation="create", code=400, shape="E3")
    ran = shop.run(f"{command} --output jsonl")
    assert ran.returncode == 9, ran.stderr
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [row["username"] for row in rows if "password" not in row] == ours[:1]
    assert all(shop.sandbox.takes(row["username"], row["password"]) for row in rows[1:])
    assert shop.kept() == []


@pytest.mark.in_turn(3)
@pytest.mark.parametrize("verb", VERBS)
def test_nothing_is_sent_where_it_cannot_be_kept(shop, verb):
    """The folder is a file, or belongs to everybody, or may not grow: it is said, and no call leaves."""
    shop.verb("needs-you")
    since = shop.sandbox.last_seq()
    command, _ours = shop.order(verb)
    shop.folder.touch(mode=0o600)
    ran = shop.run(command)
    assert (ran.returncode, ran.stdout) == (3, ""), ran.stderr
    assert str(shop.folder) in ran.stderr
    shop.folder.unlink()
    shop.folder.mkdir()
    shop.folder.chmod(0o777)
    assert shop.run(command).returncode == 3
    assert shop.sandbox.for_clients(since) == []


@pytest.mark.in_turn(2)
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("fault", "settings", "applied"),
    [("latency", {"ms": 1500}, False), ("slow-drip", {"bytes_per_s": 1}, True)],
    ids=["before it is applied", "before the answer is read"],
)
@pytest.mark.in_turn(5)
def test_kill_9_leaves_the_password_in_a_file(shop, verb, fault, settings, applied):
    command, ours = shop.order(verb)
    operation = verb.split()[0]
    since = shop.sandbox.last_seq()
    received = len(shop.sandbox.control("GET", "requests"))
    shop.sandbox.fault(fault, operation=operation, times=None, **settings)
    child = shop.start(f"exec {command}")
    if applied:
        until("it is applied", lambda: shop.sandbox.log(since))
    else:
        until("it is sent", lambda: operation in {
            row["operation"] for row in shop.sandbox.control("GET", "requests")[received:]
        })  # fmt: skip
    child.send_signal(signal.SIGKILL)
    out, _err = child.communicate(timeout=PATIENCE)
    assert "password" not in out
    (path,) = shop.kept()
    assert f"passwords that nobody has seen are in {path}" in shop.verb("needs-you").err
    until("the service is done", lambda: shop.sandbox.log(since))
    done = {row["username"] for row in shop.sandbox.for_clients(since)}
    rows = shop.rows(path)
    assert done
    assert all(shop.sandbox.takes(name, rows[name][0]) for name in done)
    if verb == "create several":
        shop.sandbox.control("DELETE", "faults")
        job = json.loads(shop.verb("job", "list").out.splitlines()[0])["job"]
        resumed = shop.verb("job", "resume", str(job))
        assert resumed.code == 0, resumed.err
        assert f"the new passwords are in {path}" in resumed.err
        assert "password" not in resumed.out
        assert {name: state for name, (_, state) in shop.rows(path).items()} == dict.fromkeys(ours, "applied")


def test_a_retry_of_what_was_rejected_makes_a_password_and_names_its_file(shop):
    """The file of the first run is gone: what it held was delivered, and the rejected one was valid nowhere."""
    command, ours = shop.order("create several")
    shop.sandbox.fault("status", operation="create", code=400, shape="E3")
    assert shop.run(command).returncode == 9
    assert shop.kept() == []
    job = json.loads(shop.verb("job", "list").out.splitlines()[0])["job"]
    again = shop.verb("job", "retry", str(job))
    assert again.code == 0, again.err
    (path,) = shop.kept()
    assert f"the new passwords are in {path}" in again.err
    assert {name: state for name, (_, state) in shop.rows(path).items()} == {ours[0]: "applied"}


def test_two_processes_never_write_one_file(shop):
    command, ours = shop.order("create several")
    shop.sandbox.fault("latency", ms=3000, operation="create")
    received = len(shop.sandbox.control("GET", "requests"))
    first = shop.start(f"exec {command} > /dev/full")
    until("it is sent", lambda: "create" in {
        row["operation"] for row in shop.sandbox.control("GET", "requests")[received:]
    })  # fmt: skip
    second = shop.verb("job", "resume", "1")
    assert second.code == 11, second.err
    assert "in use by another process" in second.err
    first.communicate(timeout=PATIENCE)
    (path,) = shop.kept()
    assert {name: state for name, (_, state) in shop.rows(path).items()} == dict.fromkeys(ours, "applied")


def test_a_job_that_was_ended_by_a_signal_names_the_file(shop):
    command, ours = shop.order("create several")
    shop.sandbox.fault("latency", ms=700, operation="create", times=None)
    since = shop.sandbox.last_seq()
    child = shop.start(f"exec {command}")
    until("one is applied", lambda: shop.sandbox.log(since))
    child.send_signal(signal.SIGTERM)
    _out, err = child.communicate(timeout=PATIENCE)
    (path,) = shop.kept()
    assert child.returncode == 143
    assert f"the new passwords are in {path}" in err
    rows = shop.rows(path)
    assert set(rows) == set(ours)
    assert {state for _, state in rows.values()} <= {"applied", "refused", "unknown"}


@pytest.mark.parametrize("each", [1, pytest.param(2, marks=pytest.mark.long)])
def test_two_processes_at_once_have_a_file_each(shop, each):
    shop.sandbox.fault("latency", ms=300, times=None)
    orders = [shop.order(verb) for verb in VERBS * each]
    children = [shop.start(f"{command} > /dev/full") for command, _ours in orders]
    errors = [child.communicate(timeout=PATIENCE * 2)[1] for child in children]
    assert [child.returncode for child in children] == [1] * len(orders), errors
    found = {frozenset(shop.rows(path)): path for path in shop.kept()}
    assert set(found) == {frozenset(ours) for _command, ours in orders}
    for (_command, ours), err in zip(orders, errors, strict=True):
        assert str(found[frozenset(ours)]) in err
