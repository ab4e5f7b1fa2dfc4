"""Every fault, what it lets through, and how it is put in force."""

from __future__ import annotations

import json
import time
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

from tui_reseller.sandbox.faults import FaultUnusable, parse_faults


def test_latency(sandbox: Any) -> None:
    sandbox.fault("latency", ms=300, operation="disable")
    started = time.monotonic()
    sandbox.manage("enable", user="user1")
    quick = time.monotonic() - started
    sandbox.manage("disable", user="user1")
    assert time.monotonic() - started - quick >= 0.3 > quick


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        ("E1", {"message": "error", "errors": ["Fault"]}),
        ("E2", {"message": "Fault"}),
        ("E3", {"error": {"code": 503, "message": "Fault"}}),
        ("E3-flat", {"code": 503, "message": "Fault"}),
        ("E4", {"error": "Fault"}),
        ("E5", {"errors": [{"field": None, "message": "Fault"}]}),
        ("E6", {"message": "error: Fault"}),
    ],
)
def test_status_with_every_shape(sandbox: Any, shape: str, body: dict[str, Any]) -> None:
    before = len(sandbox.log())
    sandbox.fault("status", code=503, shape=shape)
    answer = sandbox.manage("disable", user="user1")
    assert (answer.status_code, answer.json()) == (503, body)
    assert sandbox.last_verdict() == "faulted"
    sandbox.fault("status", code=503, shape=shape)
    answer = sandbox.manage("profile", "xml", task="get")
    assert b"Fault" in answer.content
    if shape != "E5":
        assert ET.fromstring(answer.content).tag in {"result", "error"}
    assert len(sandbox.log()) == before


def test_status_without_a_proper_body(sandbox: Any) -> None:
    sandbox.fault("status")
    answer = sandbox.manage("enable", user="user1")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "text/html")
    sandbox.fault("status", code=200, shape="empty")
    assert sandbox.manage("enable", user="user1").content == b""
    sandbox.fault("status", code=204)
    assert sandbox.manage("enable", user="user1").status_code == 204
    assert sandbox.manage("enable", user="user1").json() == {"message": "success"}


def test_rate_limit(sandbox: Any) -> None:
    sandbox.fault("rate-limit", retry_after=7, times=2)
    for _ in range(2):
        answer = sandbox.manage("disable", user="user1")
        assert answer.status_code == 429
        assert answer.json() == {"errors": [{"field": None, "message": "too many requests"}]}
        assert answer.headers["retry-after"] == "7"
        assert answer.headers["x-ratelimit-remaining"] == "0"
        assert 5 < int(answer.headers["x-ratelimit-reset"]) - time.time() <= 7
    assert sandbox.manage("enable", user="user1").status_code == 200


@pytest.mark.parametrize(("name", "applied", "verdict"), [("drop-before", 0, "dropped"), ("drop-after", 1, "applied")])
def test_drops(sandbox: Any, name: str, applied: int, verdict: str) -> None:
    username = f"{name}@example.com"
    sandbox.fault(name, operation="create")
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.create(username)
    assert len(sandbox.changes(username)) == applied
    assert sandbox.last_verdict() == verdict


def collect(answer: httpx.Response, received: bytearray) -> None:
    for piece in answer.iter_raw():
        received += piece


@pytest.mark.parametrize("operation", ["list", "enable"])
def test_truncate(sandbox: Any, operation: str) -> None:
    sandbox.fault("truncate", bytes=13, operation=operation)
    method, params = ("profile", {"task": "get"}) if operation == "list" else (operation, {"user": "user1"})
    received = bytearray()
    secret = {"api_user": "reseller", "api_key": "sandbox-key", "method": method, **params}
    url = f"{sandbox.ready['base_url']}/reseller.manage.json"
    with sandbox.client.stream("POST", url, data=secret) as answer:
        length = int(answer.headers["content-length"])
        with pytest.raises(httpx.RemoteProtocolError):
            collect(answer, received)
    assert len(received) == 13
    assert length == len(sandbox.client.post(url, data=secret).content)


def test_truncate_never_completes_an_answer(sandbox: Any) -> None:
    sandbox.fault("truncate", bytes=10_000_000, operation="list")
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.customers()


@pytest.mark.parametrize("wire_format", ["json", "xml"])
def test_garbage_is_neither_json_nor_xml_but_the_call_was_applied(sandbox: Any, wire_format: str) -> None:
    before = len(sandbox.changes("user2"))
    sandbox.fault("garbage", times=2)
    answer = sandbox.manage("enable", wire_format, user="user2")
    assert len(sandbox.changes("user2")) == before + 1
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    with pytest.raises(ET.ParseError):
        ET.fromstring(answer.content)
    assert sandbox.manage("profile", wire_format, task="get").content == answer.content


def test_slow_drip(sandbox: Any) -> None:
    sandbox.fault("slow-drip", bytes_per_s=50)
    started = time.monotonic()
    assert sandbox.manage("enable", user="user1").json() == {"message": "success"}
    assert 0.3 <= time.monotonic() - started < 2


def test_a_drip_ends_with_its_client(sandbox: Any) -> None:
    sandbox.fault("slow-drip", operation="list", bytes_per_s=1)
    with pytest.raises(httpx.ReadTimeout):
        sandbox.client.post(
            f"{sandbox.ready['base_url']}/reseller.manage.json",
            data={"api_user": "reseller", "api_key": "sandbox-key", "method": "profile", "task": "get"},
            timeout=0.7,
        )
    assert sandbox.customers()


def test_a_stale_list_shows_the_past(start_sandbox: Any) -> None:
    sandbox = start_sandbox("--customers", "30")
    sandbox.create("stale-old")
    sandbox.create("stale-gone")
    before = sandbox.customers()
    sandbox.advance(60)
    sandbox.manage("disable", user="stale-old")
    sandbox.manage("profile", task="set", user="stale-old", city="Oslo")
    sandbox.manage("profile", task="setUsername", user="stale-old", username="stale-renamed")
    sandbox.call("reseller.delete", user="stale-gone")
    sandbox.create("stale-new")
    sandbox.fault("stale-list", seconds=30, times=3)
    assert sandbox.customers() == before
    assert [each["username"] for each in sandbox.customers(username="STALE")] == ["stale-old", "stale-gone"]
    assert sandbox.customers(city="oslo") == []
    present = {each["username"]: each for each in sandbox.customers(username="stale")}
    assert list(present) == ["stale-renamed", "stale-new"]
    assert (present["stale-renamed"]["active"], present["stale-renamed"]["city"]) == ("false", "Oslo")


def test_a_rival_comes_between_a_list_and_the_next_call(sandbox: Any) -> None:
    sandbox.create("rivalled")
    sandbox.fault("rival", username="rivalled", field="city", value="Bergen", operation="list")
    assert sandbox.customers(username="rivalled")[0]["city"] == "any_city"
    assert sandbox.customers(username="rivalled")[0]["city"] == "Bergen"
    entry = sandbox.changes("rivalled")[-1]
    assert (entry["by"], entry["operation"]) == ("rival", "set")
    assert entry["changes"] == {"city": ["any_city", "Bergen"]}


def test_a_rival_comes_before_a_write(sandbox: Any) -> None:
    sandbox.create("rival-target")
    sandbox.fault("rival", field="sending", value=False, operation="set")
    sandbox.manage("profile", task="set", user="rival-target", city="Oslo")
    log = [(entry["by"], entry["operation"], entry["changes"]) for entry in sandbox.changes("rival-target")[1:]]
    assert log == [
        ("rival", "disable", {"active": [True, False]}),
        ("client", "set", {"city": ["any_city", "Oslo"]}),
    ]


@pytest.mark.parametrize(
    ("field", "value", "operation"),
    [
        ("email", "rival@example.com", "email"),
        ("website_access", "false", "website_disable"),
        ("password", "secret-of-rival", "password"),
        ("username", "rival-renamed", "rename"),
        ("username", "user1", None),
    ],
)
def test_what_a_rival_can_do(sandbox: Any, field: str, value: str, operation: str | None) -> None:
    username = f"rival-{field}-{value}"[:60]
    sandbox.create(username)
    sandbox.fault("rival", field=field, value=value, username=username, operation="auth")
    assert "secret" not in str([{k: v for k, v in fault.items() if k != "username"} for fault in active(sandbox)])
    sandbox.manage("auth", user="nobody", password="x")
    last = sandbox.changes(username)[-1]
    assert (last["by"], last["operation"]) == (("rival", operation) if operation else ("client", "create"))


def test_a_rival_can_delete(sandbox: Any) -> None:
    sandbox.create("rival-deleted")
    sandbox.fault("rival", field="deleted", value=True, operation="disable")
    assert sandbox.manage("disable", user="rival-deleted").json() == {"message": "User not found"}
    assert sandbox.changes("rival-deleted")[-1]["changes"] == {"deleted": [False, True]}


def test_faults_combine(sandbox: Any) -> None:
    sandbox.control(
        "POST", "faults", {"faults": [{"name": "latency", "ms": 200}, {"name": "drop-after", "operation": "disable"}]}
    )
    started = time.monotonic()
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.manage("disable", user="user1")
    assert time.monotonic() - started >= 0.2
    assert sandbox.held("user1")["active"] is False
    assert active(sandbox) == []


def active(sandbox: Any) -> list[dict[str, Any]]:
    faults: list[dict[str, Any]] = sandbox.control("GET", "faults")["faults"]
    return faults


def test_faults_are_listed_counted_down_and_cleared(sandbox: Any) -> None:
    sandbox.fault("latency", ms=1, times=2)
    sandbox.fault("garbage", operation="rename")
    assert active(sandbox) == [
        {"name": "latency", "operation": "any", "times": 2, "ms": 1},
        {"name": "garbage", "operation": "rename", "times": 1},
    ]
    sandbox.manage("enable", user="user1")
    assert active(sandbox)[0]["times"] == 1
    assert sandbox.control("DELETE", "faults") == {"faults": []}
    for key in ("fault", "type"):
        sandbox.control("POST", "faults", {"faults": [{key: "garbage"}]})
    assert len(active(sandbox)) == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"faults": {}},
        {"faults": [1]},
        {"faults": [{"name": "explode"}]},
        {"faults": [{"name": ["latency"]}]},
        {"faults": [{"name": "latency", "ms": "soon"}]},
        {"faults": [{"name": "latency", "ms": 1.5}]},
        {"faults": [{"name": "latency", "ms": -1}]},
        {"faults": [{"name": "latency", "operation": "disabl"}]},
        {"faults": [{"name": "latency", "operation": {}}]},
        {"faults": [{"name": "latency", "times": 0}]},
        {"faults": [{"name": "drop-after", "bytes": 1}]},
        {"faults": [{"name": "status", "shape": "E9"}]},
        {"faults": [{"name": "slow-drip", "bytes_per_s": 0}]},
        {"faults": [{"name": "stale-list", "seconds": "NaN"}]},
        {"faults": [{"name": "rival", "field": "city"}]},
        {"faults": [{"name": "rival", "field": "colour", "value": "red"}]},
        {"faults": [{"name": "garbage"}, {"name": "explode"}]},
    ],
)
def test_unusable_faults_are_refused_as_a_whole(sandbox: Any, body: Any) -> None:
    answer = sandbox.client.post(f"{sandbox.ready['url']}/_sandbox/faults", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert active(sandbox) == []


def test_the_command_lines_notation() -> None:
    faults = parse_faults("latency:ms=300, status:code=503:shape=html:times=2,rival:field=city:value=a%2Cb%3Ac")
    assert [fault.describe() for fault in faults] == [
        {"name": "latency", "operation": "any", "times": None, "ms": 300},
        {"name": "status", "operation": "any", "times": 2, "code": 503, "shape": "html"},
        {"name": "rival", "operation": "any", "times": None, "username": None, "field": "city", "value": "a,b:c"},
    ]
    assert parse_faults("") == []


@pytest.mark.parametrize(
    "text", ["explode", "latency:300", "latency:ms=x", "status:color=red", "latency:operation=all"]
)
def test_a_wrong_notation_is_told(text: str) -> None:
    with pytest.raises(FaultUnusable, match="fault"):
        parse_faults(text)


def test_faults_of_the_command_line_never_end(start_sandbox: Any) -> None:
    running = start_sandbox("--customers", "2", "--faults", "status:code=503:shape=empty")
    assert {running.manage("enable", user="user1").status_code for _ in range(5)} == {503}
    assert running.control("DELETE", "faults") == {"faults": []}
    assert running.manage("enable", user="user1").status_code == 200
