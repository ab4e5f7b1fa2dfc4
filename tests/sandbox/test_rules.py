"""What the sandbox accepts: the documented limits, tombstones, and every way of sending parameters."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from tui_reseller.sandbox import rules


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"username": "ab"}, "Username must have at least 3 characters"),
        ({"username": "12345"}, "Username must not consist of digits only"),
        ({"username": "x" * 65}, "Username must not be longer than 64 characters"),
        ({"username": "user1"}, "Username already exists"),
        ({"email": "no address"}, "Email is not a valid e-mail address"),
        ({"email": f"{'x' * 60}@example.com"}, "Email must not be longer than 64 characters"),
        ({"first_name": "x" * 51}, "First name must not be longer than 50 characters"),
        ({"address": "x" * 101}, "Address must not be longer than 100 characters"),
        ({"zip": "x" * 51}, "Zip must not be longer than 50 characters"),
        ({"website": "x" * 256}, "Website must not be longer than 255 characters"),
        ({"phone": ""}, "Phone is required"),
        ({"password": "short", "confirm_password": "short"}, "Password must have at least 6 characters"),
        ({"confirm_password": "another"}, "Password and its confirmation do not match"),
        ({"billing_date": "tomorrow"}, "Billing date must have the form YYYY-MM-DD"),
        ({"billing_date": "2011-02-30"}, "Billing date must have the form YYYY-MM-DD"),
        ({"billing_date": "2011-02-28"}, "Billing date must be within one month from today"),
        ({"ip[]": "300.1.1.1"}, "Ip must be a valid IP address"),
    ],
)
def test_limits_at_create(sandbox: Any, params: dict[str, str], text: str) -> None:
    username = params.get("username", "limits@example.com")
    assert sandbox.create(**{"username": username, **params}).json() == {"message": "error", "errors": [text]}
    assert sandbox.changes("limits@example.com") == []


def test_all_errors_come_together(sandbox: Any) -> None:
    answer = sandbox.call("reseller.add", email="x").json()
    assert len(answer["errors"]) == 13
    assert "Username is required" in answer["errors"]


def test_longest_values_are_accepted(sandbox: Any) -> None:
    soon = (datetime.now(UTC).date() + timedelta(days=20)).isoformat()
    answer = sandbox.create(
        "x" * 64,
        email=f"{'x' * 52}@example.com",
        first_name="ü" * 50,
        website="w" * 255,
        zip="anything",
        billing_date=soon,
    )
    assert answer.json() == {"message": "success"}


@pytest.mark.parametrize(
    ("today", "latest"),
    [
        (date(2011, 2, 28), date(2011, 3, 28)),
        (date(2011, 1, 31), date(2011, 2, 28)),
        (date(2011, 12, 31), date(2012, 1, 31)),
    ],
)
def test_one_billing_cycle(today: date, latest: date) -> None:
    assert rules.one_cycle_after(today) == latest


def test_a_deleted_username_is_never_free_again(sandbox: Any) -> None:
    assert sandbox.create("tombstone").json() == {"message": "success"}
    sandbox.call("reseller.delete", user="tombstone")
    taken = {"message": "error", "errors": ["Username already exists"]}
    assert sandbox.create("tombstone").json() == taken
    assert sandbox.manage("profile", task="setUsername", user="user1", username="tombstone").json() == taken
    assert sandbox.manage("enable", user="tombstone").json() == {"message": "User not found"}
    assert sandbox.call("reseller.delete", user="tombstone").json()["errors"] == ["User not found"]


def test_a_renamed_username_is_free_again(sandbox: Any) -> None:
    sandbox.create("first-name")
    assert sandbox.manage("profile", task="setUsername", user="first-name", username="second-name").is_success
    assert sandbox.create("first-name").json() == {"message": "success"}


@pytest.mark.parametrize(
    ("username", "text"),
    [
        ("someone@mail.SendGrid.com", "Username must not contain sendgrid.com in its domain part"),
        ("user1", "Username already exists"),
        ("", "Missing username parameter"),
    ],
)
def test_refused_renames(sandbox: Any, username: str, text: str) -> None:
    answer = sandbox.manage("profile", task="setUsername", user="user2", username=username)
    assert answer.json() == {"message": "error", "errors": [text]}


def test_the_call_for_email_allows_more_than_create(sandbox: Any) -> None:
    sandbox.create("mail-length")
    for length, accepted in ((100, True), (101, False)):
        email = "x" * (length - len("@example.com")) + "@example.com"
        answer = sandbox.manage("profile", task="setEmail", user="mail-length", email=email)
        assert (answer.json()["message"] == "success") is accepted


def test_a_call_without_its_customer_or_its_fields_is_refused(sandbox: Any) -> None:
    assert sandbox.manage("enable").json() == {"message": "Missing user parameter"}
    assert sandbox.manage("profile", task="set", user="user1", email="a@b.cc").json()["message"] == "error"
    assert sandbox.manage("password", user="user1").json()["errors"] == [
        "Missing password parameter",
        "Missing confirm_password parameter",
    ]


def test_a_wrong_password_is_told(sandbox: Any) -> None:
    sandbox.create("password-check")
    wrong = {"message": "error", "errors": ["Invalid username and/or password"]}
    assert sandbox.manage("auth", user="password-check", password="samplepassword").json() == {"message": "success"}
    assert sandbox.manage("auth", user="password-check", password="other").json() == wrong
    assert sandbox.manage("auth", user="user1", password="").json() == wrong


def test_parameters_in_query_and_body_and_as_multipart(sandbox: Any) -> None:
    url = f"{sandbox.ready['base_url']}/reseller.manage.json"
    secret = {"api_user": "reseller", "api_key": "sandbox-key"}
    rest = {"method": "disable", "user": "user1"}
    assert sandbox.client.post(url, params=rest, data=secret).json() == {"message": "success"}
    multipart = {name: (None, value) for name, value in secret.items()}
    answer = sandbox.client.post(url, params={**rest, "method": "enable"}, files=multipart)
    assert answer.json() == {"message": "success"}
    assert sandbox.held("user1")["active"] is True
    body_wins = sandbox.client.post(url, params={**secret, **rest, "user": "nobody"}, data={"user": "user1"})
    assert body_wins.json() == {"message": "success"}


@pytest.mark.parametrize("keys", [("ip[]", "ip[]"), ("ip[0]", "ip[1]"), ("ip", "ip")])
def test_arrays(sandbox: Any, new_customer: dict[str, str], keys: tuple[str, str]) -> None:
    username = f"arrays-{keys[0]}-{keys[1]}"
    pairs = [*{**new_customer, "username": username}.items(), *zip(keys, ("192.0.2.1", "2001:db8::1"), strict=True)]
    pairs += [("api_user", "reseller"), ("api_key", "sandbox-key"), ("ip_group[]", "main")]
    url = f"{sandbox.ready['base_url']}/reseller.add.json"
    assert sandbox.client.get(url, params=urlencode(pairs)).json() == {"message": "success"}
    assert sandbox.held(username)["ip"] == '["192.0.2.1", "2001:db8::1"]'


def test_filters_search_for_a_part_of_the_value(sandbox: Any) -> None:
    assert {"user1", "user2"} <= {record["username"] for record in sandbox.customers(username="USER")}
    assert [record["username"] for record in sandbox.customers(first_name="jane", last_name="DO")] == ["user2"]
    assert all(record["active"] == "false" for record in sandbox.customers(active="false"))
    everyone = sandbox.customers()
    koeln = [record for record in everyone if record["city"] == "Köln"]
    assert koeln
    assert sandbox.customers(city="KÖL") == koeln
    assert sandbox.customers(username="") == everyone
    assert sandbox.customers(limit="1") == everyone  # a later invention


def test_a_body_that_is_too_large(sandbox: Any) -> None:
    answer = sandbox.manage("profile", task="set", user="user1", first_name="x" * 1_100_000)
    assert answer.status_code == 413
    assert sandbox.last_verdict() == "rejected"


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=x", "application/json"])
def test_a_body_that_is_no_form(sandbox: Any, content_type: str) -> None:
    url = f"{sandbox.ready['base_url']}/reseller.manage.json"
    answer = sandbox.client.post(url, content=b'{"a": "\xff"', headers={"content-type": content_type})
    assert answer.is_client_error or answer.json()["message"] == "error"
