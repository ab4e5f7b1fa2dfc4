"""The newer generations of the documentation, and the sibling module that is the same in all of them."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest

FULL = {"company": "Example Ltd", "package": "gold", "whitelabel": "sendgrid.me", "password": "abcdef12"}


def test_unknown_customers(newer_sandbox: Any) -> None:
    status = 400 if newer_sandbox.ready["dialect"] == "2014" else 200
    nested = {"error": {"code": 400, "message": "User does not exist"}}
    for answer in (
        newer_sandbox.call("reseller.delete", user="nobody"),
        newer_sandbox.manage("enable", user="nobody"),
        newer_sandbox.manage("profile", task="set", user="nobody", city="x"),
    ):
        assert (answer.status_code, answer.json()) == (status, nested)
    flat = newer_sandbox.manage("website_disable", user="nobody")
    expected = nested["error"] if newer_sandbox.ready["dialect"] == "2014" else nested
    assert (flat.status_code, flat.json()) == (status, expected)
    for method in ("disable", "website_enable"):
        root = ET.fromstring(newer_sandbox.manage(method, "xml", user="nobody").content)
        assert (root.tag, root.findtext("code"), root.findtext("message")) == ("error", "400", "User does not exist")


def test_wrong_credentials(newer_sandbox: Any) -> None:
    for method in ("profile", "website_enable"):
        answer = newer_sandbox.manage(method, api_key="guess")
        assert answer.status_code == (401 if newer_sandbox.ready["dialect"] == "2014" else 200)
        assert answer.json() == {"error": {"code": 401, "message": "Permission denied, wrong credentials"}}


def test_sixteen_parameters_are_required(newer_sandbox: Any) -> None:
    refused = newer_sandbox.create("sixteen", password="abcdef12", confirm_password="abcdef12")
    body = refused.json()
    texts = body["errors"] if newer_sandbox.ready["dialect"] == "2014" else [body["error"]["message"]]
    assert texts[0] == "Company is required"
    assert newer_sandbox.create("sixteen", **FULL, confirm_password="abcdef12").json() == {"message": "success"}


def test_password_rules(newer_sandbox: Any) -> None:
    accepted = {}
    for password in ("abcdef", "abcdefgh", "12345678", "abcdefg1", "a1" * 64, "a1" * 65):
        answer = newer_sandbox.manage("password", user="user1", password=password, confirm_password=password)
        accepted[password[:10], len(password)] = "message" in answer.json()
    newest = newer_sandbox.ready["dialect"] == "2018"
    assert list(accepted.values()) == ([False, False, False, True, True, False] if newest else [True] * 6)


def test_xml_has_no_declaration_and_is_utf8(newer_sandbox: Any) -> None:
    content = newer_sandbox.manage("profile", "xml", task="get").content
    assert content.startswith(b"<users>")
    names = [user.findtext("first_name") for user in ET.fromstring(content)]
    assert names == [record["first_name"] for record in newer_sandbox.customers()]


def test_ids_and_paging(newer_sandbox: Any) -> None:
    everyone = newer_sandbox.customers()
    if newer_sandbox.ready["dialect"] == "2014":
        assert "id" not in everyone[0]
        assert newer_sandbox.customers(limit="1", offset="2", id="1") == everyone
        return
    assert next(iter(everyone[0])) == "id"
    assert everyone[0]["id"] == "1001"
    assert newer_sandbox.customers(limit="3", offset="2") == everyone[2:5]
    assert newer_sandbox.customers(offset="18") == everyone[18:]
    assert newer_sandbox.customers(offset="99999999999999999999999") == []
    assert newer_sandbox.customers(limit="0") == []
    assert newer_sandbox.customers(id=everyone[4]["id"]) == [everyone[4]]
    assert newer_sandbox.manage("profile", task="get", limit="many").json()["error"]["code"] == 400


def test_the_sibling_module_is_an_alias_of_the_same_store(sandbox: Any, new_customer: dict[str, str]) -> None:
    name = {"user": "sibling"}
    password = {"password": "another1", "confirm_password": "another1"}
    for action, params in (
        ("add", {**new_customer, "username": "sibling", "mail_domain": "example.com"}),
        ("disable", name),
        ("enable", name),
        ("website_disable", name),
        ("website_enable", name),
        ("password", {**name, **password}),
        ("auth", {**name, "password": "another1"}),
        ("profile", {**name, "task": "set", "city": "Oslo"}),
        ("profile", {**name, "task": "setEmail", "email": "sibling@example.com"}),
        ("profile", {**name, "task": "setUsername", "username": "sibling2"}),
        ("website_disable", {"user": "sibling2"}),
    ):
        assert sandbox.call(f"customer.{action}", **params).json() == {"message": "success"}, action
    (record,) = sandbox.call("customer.profile", task="get", username="sibling2").json()
    at = list(record).index("address")
    assert list(record)[at : at + 3] == ["address", "address2", "city"]
    assert list(record)[-1] == "website_access"
    assert (record["website_access"], record["address2"], record["city"]) == ("false", "", "Oslo")
    assert sandbox.call("customer.delete", user="sibling2").json() == {"message": "success"}


REFUSED = {
    "create": {"username": ""},
    "auth": {"user": "user1", "password": "wrong"},
    "enable": {"user": "nobody"},
    "website_disable": {"user": "nobody"},
    "delete": {"user": "nobody"},
    "set": {"user": "user1"},
    "password": {"user": "user1"},
    "rename": {"user": "user1", "username": "x"},
    "email": {"user": "user1", "email": "none"},
}
ADDRESSES = {
    "create": ("add", "add", {}),
    "delete": ("delete", "delete", {}),
    "set": ("manage", "profile", {"task": "set"}),
    "rename": ("manage", "profile", {"task": "setUsername"}),
    "email": ("manage", "profile", {"task": "setEmail"}),
}
LISTS = {
    ("reseller", "2014"): {"create", "rename", "email"},
    ("reseller", "2018"): {"rename", "email"},
    ("customer", "2014"): {"create", "auth"},
    ("customer", "2018"): {"create", "auth"},
}


@pytest.mark.parametrize("module", ["reseller", "customer"])
@pytest.mark.parametrize("operation", REFUSED)
def test_the_shape_of_a_refusal_is_the_documented_or_recorded_one(
    newer_sandbox: Any, module: str, operation: str
) -> None:
    own, sibling, fixed = ADDRESSES.get(operation, ("manage", operation, {}))
    method = {} if module == "customer" or own != "manage" else {"method": "profile" if fixed else operation}
    action = own if module == "reseller" else sibling
    for key, is_known in (("sandbox-key", True), ("guess", False)):
        answer = newer_sandbox.call(f"{module}.{action}", **method, **fixed, **REFUSED[operation], api_key=key).json()
        if not is_known:
            assert answer["error"]["code"] == 401
        elif operation in LISTS[module, newer_sandbox.ready["dialect"]]:
            assert (answer["message"], set(answer)) == ("error", {"message", "errors"})
            assert all(isinstance(text, str) for text in answer["errors"])
        elif module == "reseller" and operation == "website_disable" and newer_sandbox.ready["dialect"] == "2014":
            assert set(answer) == {"code", "message"}
        else:
            assert set(answer["error"]) == {"code", "message"}


def test_recorded_answers_of_the_sibling_module(sandbox: Any, new_customer: dict[str, str]) -> None:
    without = sandbox.call("customer.add", **{**new_customer, "username": ""})
    assert (without.status_code, without.json()) == (200, {"message": "error", "errors": ["Username is required"]})
    assert sandbox.call("customer.add", **{**new_customer, "username": "recorded"}).json() == {"message": "success"}
    wrong = sandbox.call("customer.auth", user="recorded", password="wrong-1")
    assert wrong.json() == {"message": "error", "errors": ["Invalid username and/or password"]}
    only = {"user": "recorded", "task": "set", "email": "other@example.com"}
    assert sandbox.call("customer.profile", **only).json() == {"message": "success"}
    assert sandbox.held("recorded")["email"] == "other@example.com"
    only["email"] = "none"
    assert "error" in sandbox.call("customer.profile", **only).json()
    assert "errors" in sandbox.manage("profile", user="recorded", task="set", email="other@example.com").json()


def test_errors_of_the_sibling_module(sandbox: Any, newer_sandbox: Any) -> None:
    for each in (sandbox, newer_sandbox):
        answer = each.call("customer.enable", user="nobody")
        assert (answer.status_code, answer.json()) == (200, {"error": {"code": 400, "message": "User does not exist"}})
        answer = each.call("customer.enable", "xml", user="nobody")
        assert answer.status_code == 200
        assert ET.fromstring(answer.content).findtext("message") == "error: User does not exist"
        answer = each.call("customer.profile", task="get", api_user="nobody")
        assert answer.json() == {"error": {"code": 401, "message": "Permission denied, wrong credentials"}}


@pytest.mark.parametrize("name", ["seed", "2014", "2018"])
def test_every_dialect_accepts_the_newest_password(start_sandbox: Any, name: str) -> None:
    running = start_sandbox("--customers", "0", "--dialect", name)
    assert running.customers() == []
    assert running.create("first", **FULL, confirm_password="abcdef12").json() == {"message": "success"}
    assert [record["username"] for record in running.customers()] == ["first"]
