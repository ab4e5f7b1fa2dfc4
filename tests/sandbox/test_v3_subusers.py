"""Subusers v3, as its document has it and as clients of the live service have seen it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.v3_calls import NEW, errors_of, every_page, make


@pytest.mark.parametrize("said", ["", "Basic SG.x", "Bearer"])
def test_without_a_key(sandbox: Any, said: str) -> None:
    answer = sandbox.v3("GET", "subusers", headers={"authorization": said})
    assert answer.status_code == 401
    assert answer.json() == {"errors": [{"field": None, "message": "authorization required"}]}


def test_with_a_wrong_key(sandbox: Any) -> None:
    answer = sandbox.v3("DELETE", "subusers/user1", headers={"authorization": "Bearer SG.wrong"})
    message = "The provided authorization grant is invalid, expired, or revoked"
    assert (answer.status_code, answer.json()) == (401, {"errors": [{"message": message, "field": None, "help": None}]})
    assert sandbox.held("user1")["deleted"] is False
    assert sandbox.last_verdict() == "rejected"


def test_the_list_is_that_of_v2_page_by_page(sandbox: Any) -> None:
    everyone = every_page(sandbox, 70)
    assert [(each["username"], each["email"], each["disabled"]) for each in everyone] == [
        (each["username"], each["email"], each["active"] == "false") for each in sandbox.customers()
    ]
    assert [each["id"] for each in everyone] == sorted({each["id"] for each in everyone})
    assert set(everyone[0]) == {"id", "username", "email", "disabled"}


def test_a_page_is_ten_by_default_and_500_at_most(start_sandbox: Any) -> None:
    running = start_sandbox("--customers", "1100")
    assert len(running.v3("GET", "subusers").json()) == 10
    assert len(running.v3("GET", "subusers", params={"limit": 100000}).json()) == 500
    assert [len(running.v3("GET", f"subusers?limit=500&offset={n}").json()) for n in (1000, 1100, 1600)] == [100, 0, 0]
    assert running.v3("GET", "subusers?limit=0").status_code == 400
    assert running.v3("GET", "subusers?offset=-1").status_code == 400


def test_the_filter_is_the_beginning_of_the_name_in_any_case(sandbox: Any) -> None:
    for username in ("Prefix.One", "prefix.two", "no-prefix.three", "préfixe"):
        make(sandbox, username)
    found = [each["username"] for each in every_page(sandbox, username="PREFIX.")]
    assert found == ["Prefix.One", "prefix.two"]
    assert [each["username"] for each in every_page(sandbox, username="PRÉ")] == ["préfixe"]


def test_one_in_ten_is_of_the_eu_and_stays_so(sandbox: Any) -> None:
    everyone = every_page(sandbox, include_region="true")
    inside = [each["username"] for each in everyone if each["region"] == "eu"]
    assert 25 <= len(inside) <= 40
    assert [each["username"] for each in every_page(sandbox, region="eu")] == inside
    outside = {each["username"] for each in every_page(sandbox, region="global")}
    assert outside == {each["username"] for each in everyone} - set(inside)
    assert sandbox.v3("GET", "subusers?region=us").status_code == 400
    sandbox.v3("PUT", "user/username", {"username": "renamed-of-the-eu"}, behalf=inside[0], eu=True)
    assert "renamed-of-the-eu" in {each["username"] for each in every_page(sandbox, region="eu")}


def test_one_is_read_by_exactly_its_name(sandbox: Any) -> None:
    make(sandbox, "exactly")
    read = sandbox.v3("GET", "subusers/exactly").json()
    assert read == {"id": read["id"], "username": "exactly", "email": NEW["email"], "disabled": False}
    for other in ("Exactly", "exactl", "nobody"):
        assert sandbox.v3("GET", f"subusers/{other}").status_code == 404


@pytest.mark.parametrize(
    ("username", "path"),
    [("with/slash", "with%2Fslash"), ("per%cent", "per%25cent"), ("é@漢.example", "%C3%A9@%E6%BC%A2.example"),
     ("plus+and space", "plus+and%20space"), ("quest?ion#", "quest%3Fion%23"), ("..", "%2E%2E")],
)  # fmt: skip
def test_names_in_a_path_are_decoded_one_by_one(sandbox: Any, username: str, path: str) -> None:
    sandbox.plant(username, email="odd@example.com")
    url = f"{sandbox.ready['v3_base_url']}/subusers/".encode() + path.encode()
    request = sandbox.client.build_request("PATCH", "http://127.0.0.1", json={"disabled": True})
    request.headers["authorization"] = f"Bearer {sandbox.ready['v3_api_key']}"
    request.url = httpx.URL(url.decode()).copy_with(raw_path=b"/v3/subusers/" + path.encode())
    request.headers["host"] = request.url.netloc.decode()
    assert sandbox.client.send(request).status_code == 204
    assert sandbox.held(username)["active"] is False
    assert sandbox.requests()[-1]["username"] == username
    assert sandbox.requests()[-1]["path"] == f"/v3/subusers/{path}"


def test_a_new_one_is_known_to_both(sandbox: Any) -> None:
    told = make(sandbox, "new-in-v3", region="eu", include_region=True)
    assert {key: told[key] for key in ("username", "email", "region")} == {
        "username": "new-in-v3", "email": NEW["email"], "region": "eu",
    }  # fmt: skip
    assert told["credit_allocation"] == {"type": "unlimited"}
    assert {"signup_session_token", "authorization_token"} < set(told)
    assert sandbox.v3("GET", "subusers/new-in-v3").json()["id"] == told["user_id"]
    (record,) = sandbox.customers(username="new-in-v3")
    assert (record["active"], record["email"]) == ("true", NEW["email"])
    assert sandbox.takes("new-in-v3", NEW["password"])
    (row,) = sandbox.changes("new-in-v3")
    assert (row["by"], row["operation"]) == ("client", "create")
    assert row["changes"]["password"] == "set"
    assert row["changes"]["region"] == [None, "eu"]
    assert told["signup_session_token"] not in str(sandbox.log() + sandbox.requests())


def test_what_is_refused_at_create(sandbox: Any) -> None:
    before = len(sandbox.log())
    for left_out in ("username", "email", "password", "ips"):
        fields = {"username": "refused-one", **NEW}
        del fields[left_out]
        answer = sandbox.v3("POST", "subusers", fields)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, left_out)
    wrong = [
        ({"username": "user1"}, "username exists"),
        ({"ips": ["everywhere"]}, "unable to validate IPs at this time"),
        ({"region": "us"}, "region must be global or eu"),
        ({"password": "only-letters"}, "Password must contain at least one letter and one digit"),
    ]
    for fields, message in wrong:
        assert errors_of(sandbox.v3("POST", "subusers", {"username": "refused", **NEW, **fields})) == (400, [message])
    assert len(sandbox.log()) == before


def test_the_name_of_a_deleted_one_stays_in_use(sandbox: Any) -> None:
    make(sandbox, "gone-in-v3")
    assert sandbox.v3("DELETE", "subusers/gone-in-v3").status_code == 204
    assert sandbox.v3("DELETE", "subusers/gone-in-v3").status_code == 404
    assert sandbox.v3("GET", "subusers/gone-in-v3").status_code == 404
    assert not sandbox.customers(username="gone-in-v3")
    again = sandbox.v3("POST", "subusers", {"username": "gone-in-v3", **NEW})
    assert errors_of(again) == (400, ["credential resource already exists"])
    assert [row["operation"] for row in sandbox.changes("gone-in-v3")] == ["create", "delete"]


@pytest.mark.parametrize(
    ("path", "field", "words"),
    [("", "active", ("disable", "enable")),
     ("/website_access", "website_access", ("website_disable", "website_enable"))],
)  # fmt: skip
def test_switches(sandbox: Any, path: str, field: str, words: tuple[str, str]) -> None:
    username = f"switched-{field}"
    make(sandbox, username)
    for disabled, word in zip((True, False), words, strict=True):
        answer = sandbox.v3("PATCH", f"subusers/{username}{path}", {"disabled": disabled})
        assert (answer.status_code, answer.content) == (204, b"")
        assert "content-type" not in answer.headers
        assert sandbox.held(username)[field] is not disabled
        assert sandbox.changes(username)[-1]["operation"] == word
        assert sandbox.changes(username)[-1]["changes"] == {field: [disabled, not disabled]}
        assert sandbox.requests()[-1]["operation"] == word
    if field == "active":
        assert sandbox.v3("GET", f"subusers/{username}").json()["disabled"] is False
        sandbox.manage("disable", user=username)
        assert sandbox.v3("GET", f"subusers/{username}").json()["disabled"] is True


@pytest.mark.parametrize("path", ["subusers/user1", "subusers/user1/website_access"])
def test_switches_that_are_refused(sandbox: Any, path: str) -> None:
    before = len(sandbox.log())
    for body in ({}, {"other": True}, None):
        assert errors_of(sandbox.v3("PATCH", path, body)) == (400, ["no fields provided"])
    assert errors_of(sandbox.v3("PATCH", path, {"disabled": "true"})) == (400, ["disabled must be a boolean"])
    unknown = path.replace("user1", "nobody")
    assert errors_of(sandbox.v3("PATCH", unknown, {"disabled": True})) == (400, ["invalid username"])
    assert len(sandbox.log()) == before


def test_every_request_is_noted_with_its_method_path_and_status(sandbox: Any) -> None:
    sandbox.start_anew()
    sandbox.v3("GET", "scopes")
    sandbox.v3("GET", "subusers?username=user1")
    sandbox.v3("GET", "subusers/nobody")
    sandbox.v3("GET", "user/profile", behalf="user1")
    sandbox.v3("PATCH", "subusers/user1", {})
    sandbox.v3("GET", "nonsense")
    assert [
        (row["operation"], row["username"], row["verdict"], row["method"], row["path"], row["status"])
        for row in sandbox.requests()
    ] == [
        ("scopes", None, "applied", "GET", "/v3/scopes", 200),
        ("list", "user1", "applied", "GET", "/v3/subusers", 200),
        ("find", "nobody", "rejected", "GET", "/v3/subusers/nobody", 404),
        ("profile", "user1", "applied", "GET", "/v3/user/profile", 200),
        ("unknown", "user1", "rejected", "PATCH", "/v3/subusers/user1", 400),
        ("unknown", None, "rejected", "GET", "/v3/nonsense", 404),
    ]


def test_what_is_no_call(sandbox: Any) -> None:
    assert sandbox.v3("GET", "nonsense").status_code == 404
    assert sandbox.v3("POST", "scopes", {}).status_code == 405
    broken = {"content-type": "application/json"}
    assert sandbox.v3("PATCH", "subusers/user1", headers=broken, content=b"{").status_code == 400
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert sandbox.v3("PATCH", "subusers/user1", headers=form, content=b"disabled=true").status_code == 400
    assert sandbox.v3("DELETE", "subusers/user1", behalf="user2").status_code == 403
