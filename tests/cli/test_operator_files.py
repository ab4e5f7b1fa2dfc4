"""What an operator hands in is read whole, or refused with both numbers: a part of it would name other customers."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pexpect
import pytest

from tests.harness.v2 import a_customer
from tests.harness.waiting import asleep
from tui_reseller.cli.argument_values import given_usernames, read_secret, read_usernames
from tui_reseller.cli.console import Console
from tui_reseller.cli.main import run
from tui_reseller.cli.operator_files import LARGEST_SECRET, SILENT_SECONDS, read_bytes, read_text
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.system import whole_file
from tui_reseller.system.whole_file import LARGEST

OLD_LIMIT = 64 * 1024 * 1024


@pytest.fixture
def cut_once(tmp_path):
    """A file that ends, when it is cut after 64 MiB, in the name of somebody else: garcia for garcia.mail."""
    head, end = b"username\n", b"garcia.mail\nzoe\n"
    path = tmp_path / "stop.csv"
    path.write_bytes(head + b"\n" * (OLD_LIMIT + 1 - len(head) - len("garcia")) + end)
    return path


def piped(monkeypatch, content):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))


def test_a_file_above_64_mib_comes_to_its_last_byte(cut_once):
    found = read_bytes(cut_once)
    assert (len(found), found[-16:]) == (cut_once.stat().st_size, b"garcia.mail\nzoe\n")


@pytest.mark.long
def test_a_plan_names_whom_the_file_names_and_nobody_else(desk, cut_once, tmp_path):
    desk.service.customers = {name: a_customer(name).with_values({"sending": True}) for name in
                              ("garcia", "garcia.mail", "zoe")}  # fmt: skip
    ran = desk("plan", "new", "--from", str(cut_once), "--action", "disable", "--out", str(tmp_path / "a.plan"))
    assert ran.code == 0, ran.err
    shown = desk("plan", "show", str(tmp_path / "a.plan"))
    assert [row["username"] for row in shown.rows] == ["garcia.mail", "zoe"]


@pytest.mark.slow
def test_3_200_000_usernames_are_3_200_000(monkeypatch):
    names = [f"customer-of-ours-{number:07}" for number in range(3_200_000)]
    content = "\n".join(names).encode()
    assert len(content) > OLD_LIMIT
    piped(monkeypatch, content)
    given = given_usernames(["-"])
    assert read_usernames(given, RESELLER_V2, Operation.DISABLE, Console()) == names


@pytest.fixture
def too_large(tmp_path):
    """A real file one byte above the limit; it has no blocks on the disk."""
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    return path


TAKING = [
    ["plan", "new", "--action", "disable", "--from"],
    ["create", "--generate-password", "--yes", "--from"],
    ["plan", "apply", "a.plan", "--confirm", "c1", "--from"],
    ["disable", "--yes"],
]
WAYS = [
    ([*verb, place], place) for verb in TAKING for place in ("large.csv", "-") if verb[0] != "disable" or place == "-"
]


@pytest.mark.parametrize(("argv", "place"), WAYS, ids=str)
def test_over_the_limit_every_way_in_is_refused_with_both_numbers(desk, too_large, monkeypatch, capsys, argv, place):
    monkeypatch.chdir(too_large.parent)
    passwords = too_large.with_name("passwords.csv")
    passwords.write_text("username,password\nc1,canary-Pass-1\n")
    assert desk("plan", "new", "--from", str(passwords), "--action", "password", "--out", "a.plan").code == 0
    capsys.readouterr()
    with too_large.open(encoding="utf-8") as file:  # a file at stdin tells its size as one with a name does
        monkeypatch.setattr(sys, "stdin", file)
        code = run(argv, desk.entry_points())
    told = capsys.readouterr()
    name = "stdin" if place == "-" else place
    assert f"{name} has 536,870,913 bytes, at most 536,870,912 are read; nothing was done" in told.err
    assert (code, told.out, desk.service.sent) == (2, "", [])


def test_a_pipe_is_read_to_the_limit_and_no_further(monkeypatch):
    piped(monkeypatch, b"x" * 1000)
    assert read_bytes("-", 1000) == b"x" * 1000
    piped(monkeypatch, b"x" * 1001)
    with pytest.raises(InvalidInput, match="stdin has more than 1,000 bytes, at most 1,000 are read; nothing was done"):
        read_bytes("-", 1000)


def test_a_secret_is_not_looked_for_in_a_large_file(monkeypatch):
    piped(monkeypatch, b"canary\n" + b"\n" * (LARGEST_SECRET - 7))
    assert read_secret("key").reveal() == "canary"
    piped(monkeypatch, b"canary\n" + b"\n" * (LARGEST_SECRET - 6))
    with pytest.raises(InvalidInput, match="stdin has more than 65,536 bytes"):
        read_secret("key")


def test_a_non_blocking_pipe_is_waited_for(monkeypatch):
    """As programs leave a pipe that they share: nothing there yet does not mean the end."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    waits = threading.Event()
    wait = whole_file._wait

    def told(file):
        waits.set()
        wait(file)

    monkeypatch.setattr(whole_file, "_wait", told)

    def write():
        with os.fdopen(writing, "wb", buffering=0) as pipe:
            for piece in (b"garcia", b".mail\n", b"zoe\n"):
                assert waits.wait(20)
                waits.clear()
                pipe.write(piece)

    writer = threading.Thread(target=write)
    writer.start()
    with os.fdopen(reading, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        found = read_text("-")
    writer.join()
    assert found == "garcia.mail\nzoe\n"


def test_what_cannot_be_read_is_said(tmp_path, monkeypatch):
    with pytest.raises(InvalidInput, match="Is a directory"):
        read_bytes(tmp_path)
    with pytest.raises(InvalidInput, match="No such file"):
        read_bytes(tmp_path / "none")
    handle = os.open(tmp_path, os.O_RDONLY)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.FileIO(os.open("/dev/null", os.O_RDONLY)))))
    os.dup2(handle, sys.stdin.fileno())  # `< FOLDER`
    with pytest.raises(InvalidInput, match="stdin cannot be read: Is a directory"):
        read_bytes("-")
    os.close(handle)
    sys.stdin.close()


def test_a_plan_comes_by_stdin_as_from_a_file(desk, tmp_path):
    ran = desk("plan", "new", "--from", "-", "--action", "disable", stdin="username\nc1\nc3\n")
    assert (ran.code, ran.row["items"]) == (0, 2)
    assert "stdin" in desk("plan", "show", ran.row["plan"]).err


@pytest.fixture
def pipe(tmp_path):
    """A named pipe into which nobody writes."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return str(path)


@pytest.fixture
def begun(consoles):
    """Begin a command as a process of its own; at the end of the test nothing of it is left."""
    console, started = consoles(), []

    def begin(*argv):
        command = [sys.executable, "-m", "tui_reseller", *argv]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(command, env={**os.environ, **console.environment}, **pipes))
        return started[-1]

    yield begin
    for child in started:
        child.kill()
        child.communicate()


@pytest.mark.parametrize("verb", ["show", "diff", "apply"])
def test_a_pipe_is_no_plan_and_is_not_waited_for(begun, pipe, verb):
    ran = begun("plan", verb, pipe)
    said = ran.communicate(timeout=60)[1]
    assert (ran.returncode, f"{pipe} cannot be read: it is not a plain file" in said) == (2, True)


WAITING = {
    "plan new": ["plan", "new", "--action", "disable", "--from"],
    "plan apply": ["plan", "apply", "a.plan", "--from"],
    "create": ["create", "--yes", "--from"],
}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=str)
@pytest.mark.parametrize("way", WAITING)
def test_who_waits_for_a_pipe_can_be_ended(begun, pipe, number, way):
    ran = begun(*WAITING[way], pipe)
    asleep(ran.pid)
    assert ran.poll() is None
    ran.send_signal(number)
    said = "".join(ran.communicate(timeout=60))
    assert ran.returncode in {128 + number, -number}
    assert "Traceback" not in said


def test_what_another_program_writes_into_a_pipe_is_read(begun, pipe):
    ran = begun("plan", "new", "--action", "delete", "--from", pipe)
    Path(pipe).write_text("username\nuser1\n", encoding="utf-8")
    out, said = ran.communicate(timeout=60)
    assert (ran.returncode, '"items":1' in out.replace(" ", "")) == (0, True), said


def test_a_process_substitution_is_read(consoles):
    line = f"{sys.executable} -m tui_reseller plan new --action delete --from <(printf 'username\\nuser1\\n')"
    environment = {**os.environ, **consoles().environment}
    ran = subprocess.run(["bash", "-c", line], env=environment, capture_output=True, text=True, timeout=30, check=False)
    assert (ran.returncode, '"items":1' in ran.stdout.replace(" ", "")) == (0, True), ran.stderr


@pytest.mark.parametrize("argv", [["plan", "new", "--action", "disable", "--from", "PIPE"], ["disable", "-"]])
def test_a_person_is_told_what_is_waited_for(tmp_path, argv):
    pipe = tmp_path / "names"
    os.mkfifo(pipe)
    words = [str(pipe) if word == "PIPE" else word for word in argv]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "TERM": "dumb", "LANG": "C.UTF-8"}
    child = pexpect.spawn(sys.executable, ["-m", "tui_reseller", *words], env=environment, timeout=60, encoding="utf-8")
    child.expect(r"waiting for (.*): nothing has come yet")
    assert child.match[1] == (str(pipe) if "PIPE" in argv else "stdin")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130


def test_a_script_is_told_nothing(tmp_path):
    pipe = tmp_path / "names"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "tui_reseller", "plan", "new", "--action", "disable", "--from", str(pipe)]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    child = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    time.sleep(SILENT_SECONDS * 2)
    child.send_signal(signal.SIGINT)
    assert child.communicate(timeout=60)[1].strip() == b""
