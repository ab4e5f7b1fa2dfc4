"""stdout that is full, closed, left by its reader, or read slowly: for every verb of the tree.

Such an output changes nothing that is done to customers, and nothing is lost that an exit code of 0 would hide."""

import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from tests.cli.places import NEW, PIPE, Place, _numbers, end_of, read_slowly
from tui_reseller.cli.main import verbs
from tui_reseller.cli.streams import Sink


@pytest.fixture
def broken() -> Iterator[dict[str, int | None]]:
    """Outputs on which nothing arrives."""
    full = os.open("/dev/full", os.O_WRONLY)
    reading, left = os.pipe()
    os.close(reading)
    yield {"full": full, "closed": None, "left": left}
    os.close(full)
    os.close(left)


def having(_there: object, *argv: str) -> list[str]:
    """Return arguments; what they are about is there."""
    return list(argv)


def typed(place: Place, *more: str) -> list[str]:
    (name,) = place.new()
    return [name, *more, "--confirm", name]


def created(place: Place) -> list[str]:
    place.touched = [f"out-{next(_numbers)}"]
    return [f"username={place.touched[0]}", *NEW, "--generate-password", "--yes"]


def booked(account: str) -> list[str]:
    return [account, "org.ei.pro.v1", "--confirm", account]


ARGUMENTS: dict[str, Callable[[Place], list[str]]] = {
    "list": lambda _: [],
    "show": lambda _: ["user1"],
    "stats": lambda _: ["user1"],
    "note": lambda _: ["user1", "--label", f"out-{next(_numbers)}"],
    "create": created,
    "set": lambda place: [*place.new(), "city=Lugo", "--yes"],
    "email": lambda place: [*place.new(), "other@x.example", "--yes"],
    "enable": lambda place: [*place.new(3, active=False), "--yes"],
    "disable": lambda place: [*place.new(4), "--yes"],
    "website-enable": lambda place: [*place.new(2), "--yes"],
    "website-disable": lambda place: [*place.new(2), "--yes"],
    "password": lambda place: typed(place, "--generate-password"),
    "rename": lambda place: typed(place, f"new-{next(_numbers)}"),
    "delete": typed,
    "credits show": lambda place: place.of_v3("subusers-v3"),
    "credits set": lambda place: [*place.of_v3("subusers-v3"), "recurring", "900", "daily", "--yes"],
    "credits add": lambda place: [*place.of_v3("subusers-v3"), "5", "--yes"],
    "ips show": lambda place: place.of_v3("subusers-v3"),
    "ips set": lambda place: [*place.of_v3("subusers-v3"), "203.0.113.2", "--yes"],
    "offerings show": lambda place: place.of_v3("accounts-v3"),
    "offerings set": lambda place: booked(*place.of_v3("accounts-v3")),
    "sign-in": lambda _: ["user1"],
    "plan new": lambda place: ["--filter", "username=user1", "--action", "disable", "--out", place.file()],
    "plan show": lambda place: [place.plan()],
    "plan diff": lambda place: [place.plan()],
    "plan propose": lambda place: [place.plan(), "--reason", "why"],
    "approval list": lambda _: [],
    "approval show": lambda _: ["1"],
    "approval approve": lambda _: ["1", "--digest", "0123456789ab", "--reason", "why"],
    "approval deny": lambda _: ["1", "--digest", "0123456789ab", "--reason", "why"],
    "plan apply": lambda place: [place.plan(), "--confirm", "3 env"],
    "job list": lambda place: having(place.job()),
    "job show": lambda place: [place.job()],
    "job watch": lambda place: [place.job()],
    "job pause": lambda place: [place.job()],
    "job stop": lambda place: [place.job()],
    "job resume": lambda place: [place.job({"code": 401, "shape": "E3"})],
    "job retry": lambda place: [place.job({"code": 400, "shape": "E1"})],
    "job results": lambda place: [place.job()],
    "undo": lambda place: [place.stopped(), "--yes"],
    "audit list": lambda place: having(place.stopped()),
    "audit show": lambda place: [place.stopped()],
    "audit sign-ins": lambda _: [],
    "audit verify": lambda _: [],
    "audit export": lambda place: having(place.stopped()),
    "audit report": lambda place: having(place.stopped()),
    "audit anchor": lambda place: having(place.stopped()),
    "ledger backup": lambda place: [place.file()],
    "ledger restore": lambda place: [place.backup(), "--yes"],
    "ledger accept": lambda _: ["--reason", "nothing speaks against it", "--yes"],
    "ledger init": lambda _: ["--yes"],
    "ledger migrate": lambda _: [],
    "ledger show": lambda _: [],
    "worker": lambda _: ["--once"],
    "team": lambda _: [],
    "ledger dev": lambda _: ["--folder", "/" + "x" * 120],
    "ledger move": lambda _: ["postgresql://nobody.example/x", "--yes"],
    "ledger account set": lambda _: ["env", "--per-second", "5"],
    "ledger member list": lambda _: [],
    "ledger member add": lambda _: ["bob", "--may", "write"],
    "ledger member remove": lambda _: ["bob"],
    "needs-you": lambda place: having(place.lost()),
    "verify": lambda place: [place.lost()],
    "resolve": lambda place: [place.lost(), "--note", "looked at by hand"],
    "due": Place.ended_suspension,
    "profile add": lambda _: [f"p{next(_numbers)}", "--api-user", "acme", "--store", "none"],
    "profile copy": lambda place: [place.profile(), f"p{next(_numbers)}", "--api-user", "acme"],
    "profile set": lambda place: [place.profile(), "colour=red"],
    "profile secret": lambda place: [place.profile()],
    "profile list": lambda place: having(place.profile()),
    "profile show": lambda place: [place.profile()],
    "profile use": lambda place: [place.profile()],
    "profile test": lambda _: [],
    "profile remove": lambda place: [place.profile(), "--yes"],
    "demo": lambda _: [],
    "sandbox": lambda _: ["--port", "0", "--customers", "3"],
    "snapshot show": lambda place: having(place.console("list").out),
    "snapshot purge": lambda _: [],
    "doctor": lambda _: [],
    "config check": lambda place: having(place.profile()),
    "config edit": lambda place: place.environment.update(EDITOR="true") or [],
    "config schema": lambda _: [],
    "man": lambda _: [],
    "completion": lambda _: ["bash"],
}  # fmt: skip
"""What each verb is called with. A verb of the tree that is missing here fails."""


@pytest.mark.slow
@pytest.mark.in_turn(17)
@pytest.mark.parametrize(
    ("path", "changes"), [(path, changes) for path, _, changes in verbs()], ids=lambda given: " ".join(given or [""])
    if isinstance(given, tuple) else "",
)  # fmt: skip
@pytest.mark.in_turn(29)
def test_no_verb_loses_anything_that_its_exit_code_hides(consoles, tmp_path, broken, path, changes):
    name = " ".join(path)
    place = Place(consoles(), tmp_path)
    log = place.console.sandbox.log

    def prepared() -> tuple[list[str], list[str], int]:
        argv = [*path, *ARGUMENTS[name](place)]
        if not changes:
            place.touched = []
        return place.command(argv), sorted(place.touched), len(log())

    command, touched, before = prepared()
    whole = read_slowly(command, place.environment)
    assert "Traceback" not in whole.err
    assert sorted(entry["username"] for entry in log()[before:]) == touched
    assert bool(touched) is changes
    if changes:
        assert whole.code == 0, whole.err
        assert [json.loads(line)["outcome"] for line in whole.out.splitlines()] == ["applied"] * len(touched)
    for kind, output in broken.items():
        command, touched, before = prepared()
        ended = end_of(command, place.environment, output)
        assert sorted(entry["username"] for entry in log()[before:]) == touched, kind
        assert not {"Traceback", "unexpected failure", "Exception ignored"} & set(ended.err.split(":")), ended.err
        is_silent = not whole.out or (kind == "left" and not changes)
        assert ended.code == (whole.code if is_silent else whole.code or 1), (kind, ended)
        assert ("the output could not be written" in ended.err) is not is_silent, (kind, ended)


def test_every_verb_has_arguments_here() -> None:
    assert set(ARGUMENTS) == {" ".join(path) for path, _, _ in verbs()}


@pytest.mark.parametrize("argv", [["--help"], ["--version"], ["job", "--help"], ["list", "--help"]], ids=" ".join)
@pytest.mark.in_turn(3)
def test_what_click_writes_is_held_to_the_same(consoles, tmp_path, broken, argv):
    place = Place(consoles(), tmp_path)
    codes = {}
    for kind, output in broken.items():
        ended = end_of(place.command(argv), place.environment, output)
        codes[kind] = ended.code
        assert "Traceback" not in ended.err
        assert ("the output could not be written" in ended.err) is (kind != "left")
    assert codes == {"full": 1, "closed": 1, "left": 0}


@pytest.mark.in_turn(3)
@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
def test_a_list_comes_whole_through_a_slow_pipe(consoles, tmp_path, form):
    place = Place(consoles(), tmp_path)
    argv = ["list", "--output", form]
    whole = place.console(*argv)
    ended = read_slowly(place.command(argv), place.environment)
    assert len(whole.out) > PIPE
    assert (ended.code, ended.out) == (0, whole.out)


def test_a_reader_that_waits_delays_no_call_and_loses_no_answer(consoles, tmp_path):
    """Nothing is read before all is applied: a command that waits for its reader would never get there."""
    place = Place(consoles(), tmp_path)
    names = place.new(20)
    log = place.console.sandbox.log
    before = len(log())
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE)
    os.write(writing, b"x" * PIPE)  # it is full from the beginning
    command = place.command(["disable", *names, "--confirm", "20 env", "--timeout", "2"])
    with subprocess.Popen(command, stdout=writing, stderr=subprocess.PIPE, env=place.environment) as child:
        os.close(writing)
        deadline = time.monotonic() + 30
        while len(log()) < before + len(names):
            assert time.monotonic() < deadline, "the calls wait for the reader"
            time.sleep(0.05)
        with os.fdopen(reading, "rb") as found:
            rows = [json.loads(line) for line in found.read()[PIPE:].splitlines()]
        assert child.wait(20) == 0
    assert [row["outcome"] for row in rows] == ["applied"] * len(names)


def test_a_reader_that_never_reads_does_not_hold_the_command_against_ctrl_c(consoles, tmp_path):
    place = Place(consoles(), tmp_path)
    names = place.new(20)
    log = place.console.sandbox.log
    before = len(log())
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE)
    os.write(writing, b"x" * PIPE)
    command = place.command(["disable", *names, "--confirm", "20 env"])
    with subprocess.Popen(command, stdout=writing, stderr=subprocess.PIPE, env=place.environment) as child:
        deadline = time.monotonic() + 30
        while len(log()) < before + len(names):
            assert time.monotonic() < deadline, "the calls wait for the reader"
            time.sleep(0.05)
        while child.poll() is None:
            assert time.monotonic() < deadline, "nothing ends it"
            child.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):  # one that comes while the interpreter ends is told there
                child.wait(2)
        assert child.returncode in {130, -signal.SIGINT}  # the second one may come while the interpreter ends
        assert b"Traceback" not in child.stderr.read()
    os.close(reading)
    os.close(writing)


@pytest.mark.parametrize("closed", [(2,), (1, 2), (0, 1, 2)], ids=str)
def test_no_file_of_ours_becomes_a_standard_stream(consoles, tmp_path, closed):
    place = Place(consoles(), tmp_path)
    names = place.new(3)

    def close() -> None:
        for handle in closed:
            os.close(handle)

    output = None if 1 in closed else subprocess.DEVNULL
    command = place.command(["disable", *names, "--yes"])
    child = subprocess.run(command, stdout=output, env=place.environment, preexec_fn=close, check=False, timeout=60)
    assert child.returncode == (1 if 1 in closed else 0)
    assert sorted(row["username"] for row in place.console("audit", "list").rows) == sorted(names)
    assert place.console("audit", "verify").row["whole"] is True


def test_talk_that_cannot_be_written_stops_nothing(consoles, tmp_path, broken):
    place = Place(consoles(), tmp_path)
    names = place.new(3)
    for handle in (broken["full"], broken["left"]):
        command = place.command(["disable", *names, "--yes"])
        ended = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=handle, env=place.environment, check=False, timeout=60
        )
        assert ended.returncode == 0
        assert len(ended.stdout.splitlines()) == 3
        names = place.new(3)


def test_a_file_that_may_not_grow_is_said(consoles, tmp_path):
    place = Place(consoles(), tmp_path)
    command = " ".join(place.command(["list"]))
    ended = subprocess.run(
        ["bash", "-c", f"ulimit -f 1; {command} > {tmp_path}/list"],
        env=place.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "the output could not be written: File too large" in ended.stderr


def test_what_a_file_system_only_says_at_a_close_is_heard(tmp_path, monkeypatch):
    def full(_handle: int) -> int:
        raise OSError(122, "Disk quota exceeded")

    with (tmp_path / "x").open("wb") as file:
        sink = Sink(file.fileno())
        sink.write(b"all of it")
        sink.flush_to_disk()
        assert sink.failure is None
        monkeypatch.setattr(os, "dup", full)
        sink.flush_to_disk()
        assert sink.failure.strerror == "Disk quota exceeded"


def test_a_pipe_that_breaks_elsewhere_is_not_taken_for_a_reader_that_left(desk, monkeypatch):
    def broken(*_given):
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(desk, "services", broken)
    ran = desk("list")
    assert (ran.code, "unexpected failure" in ran.err) == (1, True)
