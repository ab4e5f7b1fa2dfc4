"""The server as a process: its start, its end, its size, and its invented customers."""

from __future__ import annotations

import concurrent.futures
import os
import re
import signal
import socket
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tui_reseller.sandbox.people import people
from tui_reseller.sandbox.rules import email, lengths, username
from tui_reseller.sandbox.serve import SandboxUsage, serve

# Written down, so that a change of the generator is noticed: other machines must agree.
PINNED = ["pena.alerts", "dev-fr-3", "campbell@example.com", "sahin_garden", "isik_tickets"]


def test_customers_depend_on_the_seed_only() -> None:
    small, large = list(people(500, 7)), list(people(5000, 7))
    assert large[:500] == small
    assert list(people(500, 8))[2:] != small[2:]
    assert [person.username for person in islice(large, 2, 7)] == PINNED
    assert list(people(0, 7)) == []
    assert [person.username for person in people(1, 7)] == ["user1"]


def test_customers_are_unique_valid_and_of_many_kinds() -> None:
    everyone = list(people(5000, 1))
    assert len({person.username for person in everyone}) == len(everyone)
    for person in everyone:
        values = person._asdict()
        assert not (lengths(values) + username(person.username) + email(person.email)), person
    assert len({person.country for person in everyone}) >= 10
    assert 0.04 < sum(person.active == "false" for person in everyone) / len(everyone) < 0.1
    assert max(len(person.username) for person in everyone) == 64
    assert max(len(person.website) for person in everyone) == 255
    assert any(person.username == person.email for person in everyone)
    assert any(person.username.startswith("-") for person in everyone)
    assert any(person.address == "" for person in everyone)
    assert any("[b]" in person.address for person in everyone)


def test_two_processes_agree(start_sandbox: Any) -> None:
    first, second = start_sandbox("--customers", "50", "--seed", "5"), start_sandbox("--customers", "60", "--seed", "5")
    assert second.customers()[:50] == first.customers()
    assert first.ready["customers"] == 50


def test_the_ready_line(sandbox: Any) -> None:
    ready = sandbox.ready
    assert set(ready) == {
        "ready", "url", "base_url", "api_user", "api_key", "v3_base_url", "v3_eu_base_url", "v3_api_key",
        "customers",
    }  # fmt: skip
    assert ready["v3_base_url"] == f"{ready['url']}/v3"
    assert ready["v3_api_key"].startswith("SG.")
    assert ready["ready"] is True
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", ready["url"])
    assert ready["base_url"] == f"{ready['url']}/apiv2"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_and_nothing_stays(start_sandbox: Any, tmp_path: Path, number: signal.Signals) -> None:
    running = start_sandbox("--customers", "5", tmpdir=tmp_path)
    assert running.customers()
    assert list(tmp_path.iterdir())
    assert running.stop(number) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_a_signal_during_the_start(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tui_reseller.sandbox", "--port", "0", "--customers", "3000000"]
    with subprocess.Popen(command, env={"TMPDIR": str(tmp_path)}, stderr=subprocess.PIPE) as process:
        while not list(tmp_path.glob("*/*")):
            time.sleep(0.02)
        process.terminate()
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, b"")
    assert list(tmp_path.iterdir()) == []


def test_it_ends_with_its_parent(start_sandbox: Any, tmp_path: Path) -> None:
    running = start_sandbox("--customers", "5", tmpdir=tmp_path, stdin=subprocess.PIPE)
    assert running.customers()
    running.process.stdin.close()
    assert running.process.wait(timeout=5) == 0
    assert list(tmp_path.iterdir()) == []


def test_it_ends_at_once_with_requests_in_flight(start_sandbox: Any) -> None:
    running = start_sandbox(
        "--customers", "50", "--faults", "latency:ms=60000:operation=enable,slow-drip:operation=list"
    )
    with concurrent.futures.ThreadPoolExecutor() as pool:
        waiting = [pool.submit(running.manage, "enable", user="user1"), pool.submit(running.customers)]
        time.sleep(0.3)
        started = time.monotonic()
        running.process.terminate()
        assert running.process.wait(timeout=5) == 0
        assert time.monotonic() - started < 2
        assert all(future.exception(timeout=5) for future in waiting)


def test_a_file_keeps_everything(start_sandbox: Any, tmp_path: Path) -> None:
    file = str(tmp_path / "kept.sqlite3")
    first = start_sandbox("--customers", "5", "--db", file)
    first.create("kept")
    log = first.log()
    first.stop()
    second = start_sandbox("--customers", "100", "--db", file)
    assert second.ready["customers"] == 6
    assert second.log() == log
    assert second.held("kept")["city"] == "any_city"
    assert second.manage("auth", user="kept", password="samplepassword").json() == {"message": "success"}


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"dialect": "2020"}, "unknown dialect"),
        ({"customers": -1}, "customers must be"),
        ({"port": 70000}, "port must be"),
        ({"host": "no such host"}, "cannot resolve"),
        ({"faults": "explode"}, "unknown fault"),
        ({"db": Path("/nonexistent/folder/file")}, "is no folder"),
        ({"db": Path(__file__)}, "cannot use the database"),
        ({"db": Path("/")}, "cannot open the database"),
    ],
)
def test_what_it_refuses(options: dict[str, Any], text: str) -> None:
    with pytest.raises(SandboxUsage, match=text) as caught:
        serve(**{"port": 0, **options})
    assert "\n" not in str(caught.value)


def test_a_port_in_use() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SandboxUsage, match="cannot listen on"):
            serve(port=taken.getsockname()[1])


def test_the_command_answers_wrong_options_with_2() -> None:
    command = [sys.executable, "-m", "tui_reseller.sandbox", "--dialect", "2020"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=10)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"unknown dialect" in done.stderr


def test_another_host_is_warned_about(start_sandbox: Any) -> None:
    running = start_sandbox("--customers", "1", "--host", "0.0.0.0")
    code, errors = running.stop()
    assert code == 0
    assert errors.startswith("warning: the sandbox listens on 0.0.0.0")
    assert len(errors.splitlines()) == 1


def open_databases(pid: int) -> int:
    return sum(opened_at(link).endswith("sandbox.sqlite3") for link in Path(f"/proc/{pid}/fd").iterdir())


def opened_at(link: Path) -> str:
    try:
        return os.path.realpath(link)
    except FileNotFoundError:  # closed since they were listed
        return ""


@pytest.mark.slow
def test_a_long_list_takes_little_memory_and_stops_nobody(start_sandbox: Any) -> None:
    running = start_sandbox("--customers", "100000")
    secret = {"api_user": "reseller", "api_key": "sandbox-key", "method": "profile", "task": "get"}
    url = f"{running.ready['base_url']}/reseller.manage.json"
    with running.client.stream("POST", url, data=secret) as answer:
        pieces = answer.iter_raw(1 << 16)
        first = next(pieces)
        started = time.monotonic()
        assert running.manage("disable", user="user1").json() == {"message": "success"}
        assert time.monotonic() - started < 1
        body = first + b"".join(pieces)
    assert body.count(b'{"username":') == 100_000
    assert body.startswith(b'[{"username":"user1","email":"example1@example.com","active":"true"')
    assert body.endswith(b'"}]')
    with running.client.stream("POST", url, data=secret) as answer:  # a client that walks away
        next(answer.iter_raw(1000))
    assert len(running.customers(username="user1")) >= 1
    status = Path(f"/proc/{running.process.pid}/status")
    if status.exists():
        (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())
        assert int(peak) < 120_000
        for _ in range(8):
            with running.client.stream("POST", url, data=secret) as answer:
                next(answer.iter_raw(1000))
        # SQLite may keep the file of a closed connection for the next one: few stay, none for each client.
        until = time.monotonic() + 10
        while open_databases(running.process.pid) > 5:
            assert time.monotonic() < until, "the cursors of clients that walked away stay open"
            time.sleep(0.05)
