"""The calls of the documentation of 2013, with the values that were meant, and its damaged ones as printed."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

FORMATS = pytest.mark.parametrize("wire_format", ["json", "xml"])
RECORD = (
    "username", "email", "active", "first_name", "last_name", "address", "city", "state", "zip", "country", "phone",
    "website",
)  # fmt: skip


def succeeded(answer: httpx.Response) -> bool:
    if answer.headers["content-type"].startswith("application/json"):
        return answer.status_code == 200 and answer.json() == {"message": "success"}
    assert answer.content.startswith(b'<?xml version="1.0" encoding="ISO-8859-1"?>')
    root = ET.fromstring(answer.content)
    return answer.status_code == 200 and root.tag == "result" and root.findtext("message") == "success"


def errors_of(answer: httpx.Response) -> list[str]:
    """Read shape E1."""
    assert answer.status_code == 200
    if answer.headers["content-type"].startswith("application/json"):
        body = answer.json()
        assert body["message"] == "error"
        assert set(body) == {"message", "errors"}
        return list(body["errors"])
    root = ET.fromstring(answer.content)
    assert (root.tag, root.findtext("message")) == ("result", "error")
    return [str(element.text) for element in root.findall("errors/error")]


def message_of(answer: httpx.Response) -> str:
    """Read shape E2."""
    assert answer.status_code == 200
    if answer.headers["content-type"].startswith("application/json"):
        assert set(answer.json()) == {"message"}
        return str(answer.json()["message"])
    root = ET.fromstring(answer.content)
    assert [child.tag for child in root] == ["message"]
    return str(root.findtext("message"))


@FORMATS
@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_every_documented_call_works_as_it_was_meant(
    sandbox: Any, new_customer: dict[str, str], wire_format: str, verb: str
) -> None:
    name, later = f"customer-{wire_format}-{verb}@example.com", f"renamed-{wire_format}-{verb}@example.com"

    def call(action: str, **params: str) -> httpx.Response:
        answer: httpx.Response = sandbox.call(f"reseller.{action}", wire_format, verb=verb, **params)
        return answer

    assert succeeded(call("add", **{**new_customer, "username": name}))
    assert sandbox.held(name)["active"] is True
    assert sandbox.held(name)["website_access"] is True
    for method, field, value in (
        ("disable", "active", False),
        ("enable", "active", True),
        ("website_disable", "website_access", False),
        ("website_enable", "website_access", True),
    ):
        assert succeeded(call("manage", method=method, user=name))
        assert sandbox.held(name)[field] is value
    profile = {"first_name": "newFirstName", "last_name": "newLastName"}
    assert succeeded(call("manage", method="profile", task="set", user=name, **profile))
    password = {"password": "newPassword", "confirm_password": "newPassword"}
    assert succeeded(call("manage", method="password", user=name, **password))
    assert succeeded(call("manage", method="auth", user=name, password="newPassword"))
    assert succeeded(call("manage", method="profile", task="setEmail", user=name, email="other@example.com"))
    assert succeeded(call("manage", method="profile", task="setUsername", user=name, username=later))
    held = sandbox.held(later)
    assert (held["first_name"], held["last_name"], held["email"]) == (*profile.values(), "other@example.com")
    assert succeeded(call("delete", user=later))
    assert sandbox.held(later)["deleted"] is True
    assert not any(record["username"] in {name, later} for record in sandbox.customers())


def test_the_list_begins_with_the_documented_sample(sandbox: Any) -> None:
    john, jane = sandbox.customers()[:2]
    expected = dict(
        zip(
            RECORD,
            ("user1", "example1@example.com", "true", "john", "doe", "555 any street", "any city", "CA", "91234", "US",
             "555-555-5555", "example.com"),
            strict=True,
        )
    )  # fmt: skip
    assert list(john) == list(RECORD)
    assert john == expected
    changed = {"username": "user2", "email": "example2@example.com", "active": "false", "first_name": "jane"}
    assert jane == {**expected, **changed}


def test_the_same_list_in_both_formats(sandbox: Any) -> None:
    root = ET.fromstring(sandbox.manage("profile", "xml", task="get").content)
    assert root.tag == "users"
    records = [{child.tag: child.text or "" for child in user} for user in root]
    assert records == sandbox.customers()
    assert any(not record["first_name"].isascii() for record in records)


def test_json_looks_as_php_writes_it(sandbox: Any) -> None:
    body = sandbox.manage("profile", task="get").content
    assert body.isascii()
    assert rb"https:\/\/" in body
    assert b'"active":"true"' in body


@FORMATS
def test_nothing_found_is_an_empty_list(sandbox: Any, wire_format: str) -> None:
    answer = sandbox.manage("profile", wire_format, task="get", username="nobody at all")
    if wire_format == "json":
        assert answer.content == b"[]"
    else:
        assert len(ET.fromstring(answer.content)) == 0


@FORMATS
@pytest.mark.parametrize("method", ["enable", "disable", "website_enable", "website_disable"])
def test_switching_an_unknown_customer_answers_one_message(sandbox: Any, wire_format: str, method: str) -> None:
    assert message_of(sandbox.manage(method, wire_format, user="nobody")) == "User not found"


@FORMATS
@pytest.mark.parametrize(
    "params",
    [
        {"method": "profile", "task": "set", "first_name": "x"},
        {"method": "profile", "task": "setUsername", "username": "fresh-name"},
        {"method": "profile", "task": "setEmail", "email": "a@example.com"},
        {"method": "password", "password": "secret1", "confirm_password": "secret1"},
    ],
)
def test_other_calls_answer_a_list_of_errors(sandbox: Any, wire_format: str, params: dict[str, str]) -> None:
    params = dict(params)
    answer = sandbox.manage(params.pop("method"), wire_format, user="nobody", **params)
    assert errors_of(answer) == ["User not found"]


@FORMATS
def test_deleting_an_unknown_customer_is_refused(sandbox: Any, wire_format: str) -> None:
    assert errors_of(sandbox.call("reseller.delete", wire_format, user="nobody")) == ["User not found"]


@FORMATS
def test_damaged_calls_are_refused_and_change_nothing(sandbox: Any, wire_format: str) -> None:
    before = len(sandbox.log())
    user = "user1"
    sent = {"password": "newPasword", "confirm_password": "newPasswor"}
    assert errors_of(sandbox.manage("disabl", wire_format, user=user))
    assert errors_of(sandbox.manage("website_disabl", wire_format))
    assert errors_of(sandbox.manage("profile", wire_format, task="ge"))
    assert errors_of(sandbox.manage("password", wire_format, user=user, **sent))
    assert len(sandbox.log()) == before


def test_the_damaged_create_call_is_refused(sandbox: Any, new_customer: dict[str, str]) -> None:
    answer = sandbox.call("reseller.add", **{**new_customer, "username": "damaged", "free_user": "tru"})
    assert errors_of(answer) == ["Free user must be true or false"]


def test_the_damaged_profile_call_is_formally_valid(sandbox: Any) -> None:
    sandbox.create("damaged-profile")
    answer = sandbox.manage(
        "profile", task="set", user="damaged-profile", first_name="newFirstName", last_name="", newLastNam=""
    )
    assert succeeded(answer)
    assert sandbox.held("damaged-profile")["last_name"] == ""


@FORMATS
@pytest.mark.parametrize("method", ["enable", "profile"])
def test_wrong_credentials(sandbox: Any, wire_format: str, method: str) -> None:
    answer = sandbox.manage(method, wire_format, task="get", user="user1", api_key="guess")
    assert errors_of(answer) == ["Permission denied, wrong credentials"]


@pytest.mark.parametrize("path", ["reseller.unknown", "nonsense.add", "customer.manage", "reseller", "a.b.c"])
def test_unknown_calls_are_404(sandbox: Any, path: str) -> None:
    answer = sandbox.call(path)
    assert (answer.status_code, answer.json()) == (404, {"error": {"code": "404", "message": None}})
    answer = sandbox.call(path, "xml")
    assert (answer.status_code, ET.fromstring(answer.content).findtext("code")) == (404, "404")


def test_an_unknown_format_is_404(sandbox: Any) -> None:
    assert sandbox.call("reseller.add", "yaml").status_code == 404


def test_other_verbs_change_nothing(sandbox: Any) -> None:
    url = f"{sandbox.ready['base_url']}/reseller.manage.json"
    params = {"api_user": "reseller", "api_key": "sandbox-key", "method": "disable", "user": "user1"}
    for verb in ("HEAD", "PUT", "DELETE"):
        assert sandbox.client.request(verb, url, params=params).status_code == 405
    assert sandbox.held("user1")["active"] is True


def test_the_first_version_of_the_api_is_served_too(sandbox: Any) -> None:
    url = f"{sandbox.ready['url']}/api/distributor.manage.json"
    params = {"api_user": "reseller", "api_key": "sandbox-key", "method": "profile", "task": "get", "username": "user1"}
    assert sandbox.client.get(url, params=params).json()[0]["username"] == "user1"
