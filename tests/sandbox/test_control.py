"""The control endpoints: the truth, planted customers, and no secrets."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest


def test_the_log_holds_what_was_applied(sandbox: Any) -> None:
    sandbox.create("logged", company="Example")
    sandbox.manage("enable", user="logged")
    sandbox.manage("disable", user="logged")
    sandbox.manage("profile", task="set", user="logged", city="Oslo", state="CA")
    sandbox.manage("password", user="logged", password="secret-1", confirm_password="secret-1")
    sandbox.manage("profile", task="setUsername", user="logged", username="logged2")
    sandbox.manage("disable", user="logged")
    sandbox.call("reseller.delete", user="logged2")
    created, *others = sandbox.changes("logged")
    assert created["by"] == "client"
    assert created["operation"] == "create"
    assert created["changes"]["password"] == "set"
    assert "confirm_password" not in created["changes"]
    assert created["changes"]["company"] == [None, "Example"]
    assert created["changes"]["active"] == [None, True]
    assert [(entry["operation"], entry["changes"]) for entry in others] == [
        ("enable", {}),
        ("disable", {"active": [True, False]}),
        ("set", {"city": ["any_city", "Oslo"]}),
        ("password", {"password": "set"}),
        ("rename", {"username": ["logged", "logged2"]}),
    ]
    (deleted,) = sandbox.changes("logged2")
    assert (deleted["operation"], deleted["changes"]) == ("delete", {"deleted": [False, True]})
    assert datetime.fromisoformat(deleted["time"]).utcoffset() is not None
    everything = sandbox.control("GET", "log")
    assert [entry["seq"] for entry in everything] == list(range(1, len(everything) + 1))
    assert sandbox.control("GET", f"log?since={deleted['seq'] - 1}") == [deleted]


def test_every_request_is_noted(sandbox: Any) -> None:
    since = len(sandbox.control("GET", "requests"))
    sandbox.customers(username="user1")
    sandbox.customers()
    sandbox.manage("disable", username="user1")
    sandbox.manage("disable", user="nobody")
    sandbox.create("user1")
    sandbox.manage("disabl", user="user1")
    sandbox.call("reseller.unknown")
    sandbox.manage("auth", user="user1", password="x")
    noted = sandbox.control("GET", f"requests?since={since}")
    assert [(each["operation"], each["username"], each["verdict"]) for each in noted] == [
        ("list", "user1", "applied"),
        ("list", None, "applied"),
        ("disable", "user1", "applied"),
        ("disable", "nobody", "rejected"),
        ("create", "user1", "rejected"),
        ("unknown", "user1", "rejected"),
        ("unknown", None, "rejected"),
        ("auth", "user1", "rejected"),
    ]


def test_a_customer_is_shown_whole(sandbox: Any) -> None:
    sandbox.create("shown", free_user="true")
    held = sandbox.held("shown")
    assert (held["active"], held["website_access"], held["deleted"], held["free_user"]) == (True, True, False, "true")
    assert not {"password", "password_hash", "confirm_password"} & set(held)
    assert sandbox.client.get(f"{sandbox.ready['url']}/_sandbox/customers/nobody").status_code == 404


HOSTILE = [
    "\ud800",
    "a\udfffb",
    "\x00\x01\x1b[31m\x7f\x9b",
    "\x1b]52;c;aGk=\x07",
    "x" * 100_000,
    "[/x] [b]bold",
    "=1+1",
    "\u202eevil",
    "</users>&amp;<!--",
    "\r\n\t",
    "",
    "😀é漢",
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_any_value_can_be_planted(sandbox: Any, value: str) -> None:
    username = f"planted-{HOSTILE.index(value)}"
    assert sandbox.planted(username, city=value, active="true")["city"] == value
    (record,) = sandbox.customers(username=username)
    assert record["city"] == value
    stale = {"name": "stale-list", "seconds": 0, "operation": "list"}
    sandbox.control("POST", "faults", {"faults": [stale]})
    assert sandbox.customers(username=username)
    content = sandbox.manage("profile", "xml", task="get", username=f"{username}").content
    if value.isprintable() or value in {"\u202eevil", "\r\n\t"}:
        found = {user.findtext("username"): user.findtext("city") for user in ET.fromstring(content)}
        assert found[username] == value
    else:
        with pytest.raises(ET.ParseError):
            ET.fromstring(content)
    sandbox.control("DELETE", f"customers/{username}")


def test_values_that_are_no_text_and_unknown_fields(sandbox: Any) -> None:
    values = {"active": "perhaps", "zip": 80202, "phone": None, "state": ["x"], "colour": "red", "city": True}
    sandbox.plant("odd", **values)
    (record,) = sandbox.customers(username="odd")
    assert {key: record[key] for key in values} == values
    sandbox.plant("odd", shape="round")
    (record,) = sandbox.customers(username="odd")
    assert (record["colour"], record["shape"], record["zip"]) == ("red", "round", 80202)
    (user,) = ET.fromstring(sandbox.manage("profile", "xml", task="get", username="odd").content)
    assert (user.findtext("zip"), user.findtext("phone"), user.findtext("colour")) == ("80202", "", "red")
    assert sandbox.manage("disable", user="odd").json() == {"message": "success"}
    assert sandbox.changes("odd")[-1]["changes"] == {"active": ["perhaps", False]}


def test_usernames_of_every_kind(sandbox: Any) -> None:
    for username in ("a/b", "ann@example.com", "a b+c%", "é/漢", "?x#y", "\ud800-name"):
        path = "".join(f"%{byte:02X}" for byte in username.encode("utf-8", "surrogatepass"))
        assert sandbox.control("PUT", f"customers/{path}", {})["username"] == username
        assert sandbox.control("GET", f"customers/{path}")["active"] is True
        assert sandbox.control("DELETE", f"customers/{path}")["deleted"] is True
    assert sandbox.planted("by-body", username="\udc00-other")["username"] == "\udc00-other"
    assert {"\udc00-other"} <= {each["username"] for each in sandbox.customers()}


def test_planting_changes_named_fields_only(sandbox: Any) -> None:
    before = sandbox.held("user2")
    after = sandbox.planted("user2", sending=True, website_access=False)
    assert after == {**before, "active": True, "website_access": False}
    assert sandbox.customers(username="user2")[0]["active"] == "true"
    assert sandbox.control("DELETE", "customers/user2")["deleted"] is True
    assert not sandbox.customers(username="user2")
    assert sandbox.create("user2").json()["errors"] == ["Username already exists"]
    assert sandbox.planted("user2", sending=False)["deleted"] is False
    assert sandbox.planted("buried", deleted=True)["deleted"] is True


def test_senseless_control_requests(sandbox: Any) -> None:
    url = f"{sandbox.ready['url']}/_sandbox"
    for body in (b"{", b"[]", b"\xff", b"[" * 100_000):
        assert sandbox.client.put(f"{url}/customers/x", content=body).status_code == 400
    assert sandbox.client.put(f"{url}/customers/user1", content=b'{"username": "user2"}').status_code == 409
    assert sandbox.client.put(f"{url}/customers/%ED%A0", content=b"{}").status_code == 400
    assert sandbox.client.get(f"{url}/log?since=x").status_code == 400
    assert sandbox.client.get(f"{url}/nothing").status_code == 404
    assert sandbox.held("user1")["username"] == "user1"


def test_no_secret_is_shown_or_stored_in_clear(start_sandbox: Any, tmp_path: Any) -> None:
    file = tmp_path / "kept.sqlite3"
    running = start_sandbox("--customers", "3", "--db", str(file))
    secret = "Tr0ub4dor-and-3"
    running.create("secretive", password=secret, confirm_password=secret)
    running.manage("password", user="user1", password=secret, confirm_password=secret)
    running.manage("auth", user="user1", password=secret)
    running.plant("user2", password=secret)
    running.fault("rival", field="password", value=secret, operation="rename")
    shown = json.dumps(
        [running.control("GET", path) for path in ("log", "requests", "faults", "customers/user1", "customers/user2")]
    )
    assert secret not in shown
    assert running.ready["api_key"] not in shown
    assert running.manage("auth", user="user2", password=secret).json() == {"message": "success"}
    running.stop()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"secretive" in content
    assert secret.encode() not in content
    assert b"sandbox-key" not in content
