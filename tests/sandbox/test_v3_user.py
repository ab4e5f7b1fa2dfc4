"""An account's own data on its behalf."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.v3_calls import errors_of, make

PROFILE = {
    "address": "1 Main St", "address2": "Floor 2", "city": "Oslo", "company": "Example", "country": "NO",
    "first_name": "Ann", "last_name": "Lee", "phone": "555-0100", "state": "Oslo", "website": "a.example",
    "zip": "0150",
}  # fmt: skip


def test_who_and_what_the_key_is(sandbox: Any) -> None:
    assert sandbox.v3("GET", "user/username").json() == {"username": sandbox.ready["api_user"], "user_id": 1000}
    assert sandbox.v3("GET", "user/email").json() == {"email": "reseller@example.com"}
    assert "subusers.read" in sandbox.v3("GET", "scopes").json()["scopes"]
    told = make(sandbox, "acted-for")
    found = sandbox.v3("GET", "user/username", behalf="acted-for").json()
    assert found == {"username": "acted-for", "user_id": told["user_id"]}


def test_details_are_read_and_changed(sandbox: Any) -> None:
    make(sandbox, "detailed")
    assert "address2" not in sandbox.v3("GET", "user/profile", behalf="detailed").json()
    answer = sandbox.v3("PATCH", "user/profile", PROFILE, behalf="detailed")
    assert (answer.status_code, answer.json()) == (200, PROFILE)
    assert sandbox.v3("PATCH", "user/profile", {"city": "Bergen"}, behalf="detailed").json()["city"] == "Bergen"
    assert sandbox.v3("GET", "user/profile", behalf="detailed").json() == {**PROFILE, "city": "Bergen"}
    (record,) = sandbox.customers(username="detailed")
    assert (record["city"], record["first_name"]) == ("Bergen", "Ann")
    sandbox.manage("profile", task="set", user="detailed", city="Moss")
    assert sandbox.v3("GET", "user/profile", behalf="detailed").json()["city"] == "Moss"
    assert sandbox.changes("detailed")[-2]["changes"] == {"city": ["Oslo", "Bergen"]}
    assert sandbox.changes("detailed")[-2]["operation"] == "set"


def test_details_that_are_refused(sandbox: Any) -> None:
    assert errors_of(sandbox.v3("PATCH", "user/profile", {}, behalf="user1")) == (400, ["no fields provided"])
    assert errors_of(sandbox.v3("PATCH", "user/profile", {"colour": "red"}, behalf="user1"))[0] == 400
    assert errors_of(sandbox.v3("PATCH", "user/profile", {"city": 1}, behalf="user1"))[0] == 400
    assert errors_of(sandbox.v3("PATCH", "user/profile", {"city": "x" * 101}, behalf="user1"))[0] == 400
    assert sandbox.held("user1")["city"] == "any city"


def test_a_new_address(sandbox: Any) -> None:
    make(sandbox, "addressed")
    answer = sandbox.v3("PUT", "user/email", {"email": "later@example.com"}, behalf="addressed")
    assert (answer.status_code, answer.json()) == (200, {"email": "later@example.com"})
    assert sandbox.v3("GET", "user/email", behalf="addressed").json() == {"email": "later@example.com"}
    assert sandbox.changes("addressed")[-1]["operation"] == "email"
    assert errors_of(sandbox.v3("PUT", "user/email", {"email": "nonsense"}, behalf="addressed"))[0] == 400


def test_a_new_name_keeps_the_number(sandbox: Any) -> None:
    ident = make(sandbox, "before-v3")["user_id"]
    answer = sandbox.v3("PUT", "user/username", {"username": "after-v3"}, behalf="before-v3")
    assert (answer.status_code, answer.json()) == (200, {"username": "after-v3"})
    assert sandbox.v3("GET", "subusers/before-v3").status_code == 404
    assert sandbox.v3("GET", "subusers/after-v3").json()["id"] == ident
    assert sandbox.changes("before-v3")[-1]["changes"] == {"username": ["before-v3", "after-v3"]}
    taken = sandbox.v3("PUT", "user/username", {"username": "user1"}, behalf="after-v3")
    assert errors_of(taken) == (400, ["username exists"])


def test_the_password_of_an_invented_customer_is_known_until_it_is_changed(sandbox: Any) -> None:
    body = {"new_password": "second-passw0rd", "old_password": "demo-password"}
    for old, code in (("guess", 400), ("demo-password", 200), ("demo-password", 400), ("second-passw0rd", 200)):
        answer = sandbox.v3("PUT", "user/password", {**body, "old_password": old}, behalf="user2")
        assert answer.status_code == code, old


def test_a_password_takes_the_old_one(sandbox: Any) -> None:
    make(sandbox, "guarded", password="first-passw0rd")

    def change(old: str, new: str) -> int:
        body = {"new_password": new, "old_password": old}
        return int(sandbox.v3("PUT", "user/password", body, behalf="guarded").status_code)

    assert change("guess", "second-passw0rd") == 400
    assert change("first-passw0rd", "short") == 400
    assert sandbox.takes("guarded", "first-passw0rd")
    assert change("first-passw0rd", "second-passw0rd") == 200
    assert sandbox.takes("guarded", "second-passw0rd")
    assert sandbox.v3("PUT", "user/password", {"new_password": "third-passw0rd"}, behalf="guarded").status_code == 400
    assert sandbox.changes("guarded")[-1]["changes"] == {"password": "set"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "profile", {"city": "Oslo"}),
        ("PUT", "email", {"email": "a@example.com"}),
        ("PUT", "username", {"username": "other-name"}),
        ("PUT", "password", {"new_password": "second-passw0rd", "old_password": "first-passw0rd"}),
    ],
)
def test_nothing_is_changed_for_nobody(sandbox: Any, method: str, path: str, body: dict[str, str]) -> None:
    before = len(sandbox.log())
    for behalf in ("", "nobody", "USER1", "subuser user1"):
        assert errors_of(sandbox.v3(method, f"user/{path}", body, behalf=behalf)) == (403, ["access forbidden"])
    assert len(sandbox.log()) == before


def test_faults_are_the_same_words(sandbox: Any) -> None:
    make(sandbox, "faulty")
    sandbox.fault("status", code=503, operation="profile")
    assert errors_of(sandbox.v3("GET", "user/profile", behalf="faulty")) == (503, ["Fault"])
    sandbox.fault("rate-limit", retry_after=7, operation="disable")
    answer = sandbox.v3("PATCH", "subusers/faulty", {"disabled": True})
    assert errors_of(answer) == (429, ["too many requests"])
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert sandbox.held("faulty")["active"] is True
    sandbox.fault("rival", operation="find", field="city", value="Bergen")
    sandbox.v3("GET", "subusers/faulty")
    assert sandbox.held("faulty")["city"] == "Bergen"
    sandbox.fault("garbage", operation="disable")
    answer = sandbox.v3("PATCH", "subusers/faulty", {"disabled": True}, judged=False)
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xfe")
    assert sandbox.held("faulty")["active"] is False
