"""The whole program against a real sandbox: what it says, what it ends with, and what the service saw."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from tests.harness.waiting import until

DIALECTS = ("seed", "2014", "2018")
FORMATS = ("json", "xml")
FORBIDDEN = {chr(code) for code in (*range(0x20), 0x7F, *range(0x80, 0xA0), 0x202E)} - {"\n"}
NEW = [
    "email=neu@x.example", "first_name=Zoë", "last_name=E", "address=A 1", "city=Łódź", "state=S", "zip=1",
    "country=ES", "phone=1", "website=x.example", "company=C", "package=1", "whitelabel=x.example",
]  # fmt: skip


def operations(name: str) -> list[tuple[str, list[str], str]]:
    """Every write on one customer, in an order in which each has an effect: operation, arguments, username."""
    return [
        ("create", ["create", f"username={name}", *NEW, "--yes", "--generate-password"], name),
        ("disable", ["disable", name, "--yes"], name),
        ("enable", ["enable", name, "--yes"], name),
        ("website_disable", ["website-disable", name, "--yes"], name),
        ("website_enable", ["website-enable", name, "--yes"], name),
        ("set", ["set", name, "city=Rom & Söhne", "phone=+39 06", "--yes"], name),
        ("email", ["email", name, "other+tag@x.example", "--yes"], name),
        ("password", ["password", name, "--confirm", name, "--generate-password"], name),
        ("rename", ["rename", name, f"{name}.new", "--confirm", name], name),
        ("delete", ["delete", f"{name}.new", "--confirm", f"{name}.new"], f"{name}.new"),
    ]


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_operation_is_applied_once(consoles, dialect, format_):
    console = consoles(dialect, format=format_)
    sandbox = console.sandbox
    listed = console("list")
    assert listed.code == 0, listed.err
    assert {"user1"} <= {row["username"] for row in listed.rows}
    for operation, argv, username in operations(f"e2e-{format_}"):
        applied, asked = len(sandbox.log()), len(sandbox.requests())
        ran = console(*argv)
        assert ran.code == 0, (operation, ran)
        assert (ran.row["operation"], ran.row["username"], ran.row["outcome"]) == (operation, username, "applied")
        done = sandbox.log()[applied:]
        assert [(entry["operation"], entry["username"]) for entry in done] == [(operation, username)]
        sent = [entry["operation"] for entry in sandbox.requests()[asked:] if entry["operation"] != "list"]
        assert sent == [operation]
        _compare(ran.row["changes"], done[0]["changes"])
    assert console("show", f"e2e-{format_}").code == 7
    assert console("audit", "verify").row["whole"] is True
    assert sandbox.api_key.encode() not in console.files()


def _compare(told: dict, applied: dict) -> None:
    """What we tell is what the service did; it names `active` what we call sending."""
    names = {"sending": "active"}
    words = {True: "true", False: "false"}
    for field, change in told.items():
        found = applied[names.get(field, field)]
        after = change["after"]
        assert str(found[1]).lower() == str(words.get(after, after)).lower(), field


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_rejections(consoles, dialect, format_):
    console = consoles(dialect, format=format_)
    taken = console("create", "username=user1", *NEW, "--yes", "--generate-password")
    assert (taken.code, taken.row["outcome"]) == (6, "rejected")
    assert "password" not in taken.row
    assert console("rename", "user1", "user2", "--confirm", "user1").code == 6
    console.environment["TUI_RESELLER_API_KEY"] = "canary-wrong-key"
    for argv in (["list"], ["show", "user1"], ["disable", "user1", "--yes"], ["profile", "test"]):
        ran = console(*argv)
        assert ran.code == 4, (argv, ran)
        assert "canary-wrong-key" not in ran.out + ran.err
    assert b"canary-wrong-key" not in console.files()


WRITE_FAULTS = [
    ("drop-before", {}, 10),
    ("drop-after", {}, 10),
    ("garbage", {}, 10),
    ("truncate", {"bytes": 5}, 10),
    ("status", {"code": 500, "shape": "html"}, 10),
    ("status", {"code": 503, "shape": "empty"}, 10),
    ("status", {"code": 200, "shape": "empty"}, 10),
    ("status", {"code": 400, "shape": "E3"}, 6),
    ("latency", {"ms": 50}, 0),
]


@pytest.mark.parametrize(("fault", "settings", "code"), WRITE_FAULTS, ids=str)
def test_every_fault_of_a_write_has_its_code(consoles, fault, settings, code):
    console = consoles()
    name = console("list", "--columns", "username", "--limit", "30").rows[-1]["username"]
    console.sandbox.fault(fault, operation="website_disable", times=1, **settings)
    ran = console("website-disable", name, "--yes")
    assert ran.code == code, ran
    assert ran.row["outcome"] == {0: "applied", 6: "rejected", 10: "unknown"}[code]
    open_ = [row["id"] for row in console("needs-you").rows]
    assert open_ == ([ran.row["id"]] if code == 10 else [])
    sent = [entry for entry in console.sandbox.requests() if entry["operation"] == "website_disable"]
    assert sent[-1]["username"] == name


@pytest.mark.parametrize(
    ("fault", "settings", "code"),
    [
        ("status", {"code": 500, "shape": "html"}, 5),
        ("garbage", {}, 5),
        ("truncate", {"bytes": 300}, 5),
        ("drop-before", {}, 5),
        ("status", {"code": 401, "shape": "E3"}, 4),
    ],
    ids=str,
)
@pytest.mark.in_turn(3)
def test_a_read_without_a_complete_answer(consoles, fault, settings, code):
    console = consoles()
    console.sandbox.fault(fault, operation="list", times=None, **settings)
    ran = console("list", "--timeout", "3")
    assert (ran.code, ran.out) == (code, ""), ran
    assert console("list", "--offline").code == 3


def test_a_list_that_breaks_once_is_read_again(consoles):
    console = consoles()
    console.sandbox.fault("truncate", operation="list", bytes=300, times=1)
    assert console("list").code == 0


def test_a_rate_limit_that_ends_is_waited_out(consoles):
    console = consoles()
    console.sandbox.fault("rate-limit", operation="website_enable", retry_after=0, times=1)
    assert console("website-enable", "user1", "--yes").code == 0
    console.sandbox.fault("rate-limit", operation="website_enable", retry_after=60, times=1)
    ran = console("website-enable", "user1", "--yes")
    assert (ran.code, ran.row["outcome"]) == (6, "rejected")


def test_a_slow_answer_ends_at_the_timeout(consoles):
    console = consoles()
    before = len(console.sandbox.log())
    console.sandbox.fault("latency", operation="website_enable", ms=2500, times=1)
    ran = console("website-enable", "user1", "--yes", "--timeout", "0.5")
    assert (ran.code, ran.row["outcome"]) == (10, "unknown"), ran
    until("it is applied all the same, and no later test finds it", lambda: len(console.sandbox.log()) > before)


def test_a_rival_between_our_two_readings_is_a_conflict(consoles):
    console = consoles()
    console.sandbox.fault("rival", operation="list", username="user1", field="city", value="Faro", times=1)
    ran = console("set", "user1", "city=Lagos", answers=["yes"])
    assert (ran.code, ran.row["outcome"]) == (8, "conflict"), ran
    assert ran.row["changes"]["city"]["now"] == "Faro"


def test_a_dropped_answer_is_verified(consoles):
    console = consoles()
    console.sandbox.fault("drop-after", operation="email", times=1)
    ran = console("email", "user1", "kept@x.example", "--yes", "--verify")
    assert (ran.code, ran.row["outcome"]) == (0, "verified_applied")


def test_read_only_asks_the_service_nothing(consoles):
    console = consoles()
    before = len(console.sandbox.requests())
    assert console("disable", "user1", "--yes", "--read-only").code == 11
    assert console("delete", "user1", "--yes").code == 11
    assert len(console.sandbox.requests()) == before


def test_a_dry_run_only_reads(consoles):
    console = consoles()
    applied = len(console.sandbox.log())
    for _, argv, _username in operations("user1")[1:-1]:
        assert console(*argv, "--dry-run").code == 0, argv
    assert len(console.sandbox.log()) == applied


def test_a_closed_port_and_a_bad_name_are_not_sent(consoles):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        console = consoles(base_url=f"http://127.0.0.1:{port}/apiv2")
        assert console("list", "--timeout", "2").code == 5
        assert console("enable", "user1", "--yes", "--timeout", "2").code == 5
    console.environment["TUI_RESELLER_BASE_URL"] = "https://nobody.invalid/apiv2"
    assert console("show", "user1", "--timeout", "2").code == 5


def test_several_profiles_of_the_environment_and_half_a_set(consoles):
    console = consoles()
    assert console("list", "--profile", "acme").code == 3
    del console.environment["TUI_RESELLER_API_KEY"]
    assert console("list").code == 3


@pytest.mark.parametrize("form", ["table", "csv"])
def test_planted_values_do_not_reach_the_terminal(consoles, form):
    console = consoles()
    hostile = {
        "first_name": "\x1b]52;c;eA==\x07",
        "last_name": "=1+1",
        "city": "\u202eevil\x9b2J",
        "address": "a\nb\rc",
    }
    console.sandbox.plant("hostile.one", email="h@x.example", active="perhaps", **hostile)
    for argv in (["list"], ["show", "hostile.one"], ["disable", "hostile.one", "--yes"], ["audit", "list"]):
        ran = console(*argv, "--output", form)
        assert ran.code == 0, ran
        assert not FORBIDDEN & set(ran.out + ran.err)
    console.sandbox.control("DELETE", "customers/hostile.one")


def test_several_from_stdin(consoles):
    console = consoles("2018")
    names = [row["username"] for row in console("list", "--filter", "-username~^e2e sending:on", "--limit", "4").rows]
    applied = len(console.sandbox.log())
    ran = console("disable", "-", "--yes", stdin="\n".join([*names, names[0], ""]))
    assert ran.code == 0
    assert {entry["username"] for entry in console.sandbox.log()[applied:]} == set(names)
    assert sorted(row["username"] for row in ran.rows) == sorted(names)


def test_a_profile_of_the_config_with_a_command(consoles, home):
    console = consoles()
    base_url, user, key = console.sandbox.base_url, console.sandbox.api_user, console.sandbox.api_key
    console.environment = {}
    command = f"{sys.executable} -c \"print(chr(10).join(['{key}']))\""
    added = console(
        "profile",
        "add",
        "box",
        "--provider",
        "reseller-v2",
        "--base-url",
        base_url,
        "--api-user",
        user,
        "--secret-command",
        command,
    )
    assert added.code == 0, added.err
    assert console("profile", "test").row["profile"] == "box"
    assert console("show", "user1").code == 0
    assert key not in console("profile", "show", "box").out


@pytest.fixture
def process(consoles) -> Callable[..., subprocess.Popen]:
    """Start the program as a process of its own."""
    console = consoles()

    def start(*argv: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "tui_reseller", *argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env={**os.environ, **console.environment},
        )  # fmt: skip

    start.console = console
    return start


def test_as_a_process(process):
    child = process("show", "user1", "--output", "json")
    out, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (0, b"")
    assert json.loads(out)["username"] == "user1"


def test_terminated_with_a_write_in_flight(process):
    console = process.console
    console.sandbox.fault("latency", operation="website_enable", ms=3000, times=1)
    before = len(console.sandbox.requests())
    child = process("website-enable", "user2", "--yes")
    for _ in range(200):
        if any(entry["operation"] == "website_enable" for entry in console.sandbox.requests()[before:]):
            break
        time.sleep(0.05)
    child.terminate()
    out, err = child.communicate(timeout=60)
    assert child.returncode == 143, err
    assert json.loads(out)["outcome"] == "unknown"
    assert b"Traceback" not in err
    assert console("needs-you").row["username"] == "user2"


def test_the_screen_needs_a_terminal(process):
    child = process()
    out, err = child.communicate(timeout=60)
    assert (child.returncode, out) == (2, b"")
    assert b"terminal" in err
