"""Faults strike v3 by the same words, and do there what they do to the older API."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from tests.sandbox.v3_calls import make


@pytest.mark.parametrize(("name", "applied", "verdict"), [("drop-before", 0, "dropped"), ("drop-after", 1, "applied")])
def test_drops(sandbox: Any, name: str, applied: int, verdict: str) -> None:
    username = f"v3-{name}"
    make(sandbox, username)
    sandbox.fault(name, operation="website_disable")
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.v3("PATCH", f"subusers/{username}/website_access", {"disabled": True})
    assert len(sandbox.changes(username)) == 1 + applied
    last = sandbox.requests()[-1]
    assert (last["verdict"], last["status"]) == (verdict, None)


def test_truncate(sandbox: Any) -> None:
    sandbox.fault("truncate", bytes=13, operation="list")
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.v3("GET", "subusers")


def test_slow_drip_and_latency(sandbox: Any) -> None:
    sandbox.fault("latency", ms=200, operation="identity")
    sandbox.fault("slow-drip", bytes_per_s=100, operation="identity")
    started = time.monotonic()
    assert sandbox.v3("GET", "user/username").json()["user_id"] == 1000
    assert time.monotonic() - started > 0.2 + 0.2


def test_garbage(sandbox: Any) -> None:
    sandbox.fault("garbage", times=2)
    for path in ("subusers", "scopes"):
        answer = sandbox.v3("GET", path, judged=False)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        with pytest.raises(ValueError, match=r"codec|Expecting"):
            answer.json()


def test_a_stale_list(start_sandbox: Any) -> None:
    running = start_sandbox("--customers", "20")
    running.advance(60)
    running.v3("DELETE", "subusers/user1")
    running.fault("stale-list", seconds=30)
    assert running.v3("GET", "subusers").json()[0]["username"] == "user1"
    assert running.v3("GET", "subusers").json()[0]["username"] == "user2"


def test_a_rival_comes_behind_a_page(sandbox: Any) -> None:
    sandbox.fault("rival", operation="list", username="user1", field="email", value="rival@example.com")
    assert sandbox.v3("GET", "subusers").json()[0]["email"] == "example1@example.com"
    assert sandbox.v3("GET", "subusers").json()[0]["email"] == "rival@example.com"
    assert (sandbox.log()[-1]["by"], sandbox.log()[-1]["operation"]) == ("rival", "email")


def test_hostile_values_are_told_as_json(sandbox: Any) -> None:
    for username in ("\ud800-name", "\x00\x1b[31m", "\u202eevil", "漢字"):
        sandbox.plant(username, email="x@example.com", city="\udfff")
        path = "".join(f"%{byte:02X}" for byte in username.encode("utf-8", "surrogatepass"))
        assert sandbox.v3("GET", f"subusers/{path}").json()["username"] == username
    names = {each["username"] for each in sandbox.v3("GET", "subusers?limit=500").json()}
    assert {"\ud800-name", "漢字"} <= names
