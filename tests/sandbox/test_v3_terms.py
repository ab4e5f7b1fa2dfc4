"""What a key may, how many calls are taken, which host it is, and answers that lag, shift or refuse."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tests.sandbox.v3_calls import NEW, errors_of, every_page, make
from tui_reseller.sandbox.serve import SandboxUsage, serve

REFUSALS = [
    ("no-key", 401, {"errors": [{"field": None, "message": "authorization required"}]}),
    ("bad-key", 401, None),
    ("no-credits", 401, {"errors": [{"field": None, "message": "Maximum credits exceeded"}]}),
    ("not-authorised", 401, {"errors": [{"field": None, "message": "Authenticated user is not authorized"}]}),
    ("no-scope", 403, {"errors": [{"field": None, "message": "access forbidden"}]}),
    ("no-plan", 403, {"errors": [{"message": "User does not have permission to create subuser"}]}),
    ("not-found", 404, None),
    (
        "name-taken",
        400,
        {"errors": [{"message": "username exists"}, {"message": "unable to validate IPs at this time"}]},
    ),
    ("name-held", 400, {"errors": [{"message": "credential resource already exists"}]}),
    ("addresses", 500, {"errors": [{"message": "unable to validate IPs at this time"}]}),
    ("unknown-name", 400, {"errors": [{"message": "invalid username"}]}),
    ("no-user", 400, {"errors": [{"field": None, "message": "No user found"}]}),
    ("limit", 429, {"errors": [{"field": None, "message": "too many requests"}]}),
    ("one-error", 400, {"error": "Name already exists"}),
    ("error-id", 400, None),
]


@pytest.mark.parametrize(("shape", "status", "body"), REFUSALS, ids=[each[0] for each in REFUSALS])
def test_every_refusal_that_was_seen(sandbox: Any, shape: str, status: int, body: dict[str, Any] | None) -> None:
    before = len(sandbox.log())
    sandbox.fault("status", shape=shape, operation="create")
    answer = sandbox.v3("POST", "subusers", {"username": "never-made", **NEW}, judged=shape != "one-error")
    assert answer.status_code == status
    assert body is None or answer.json() == body
    sandbox.fault("status", shape=shape, code=418, operation="find")
    assert sandbox.v3("GET", "subusers/user1").status_code == 418
    assert len(sandbox.log()) == before


@pytest.mark.parametrize(("shape", "content"), [("html", b"<html>"), ("empty", b"")])
def test_a_refusal_without_json(sandbox: Any, shape: str, content: bytes) -> None:
    sandbox.fault("status", shape=shape, code=502)
    answer = sandbox.v3("GET", "subusers", judged=False)
    assert (answer.status_code, answer.content[:6]) == (502, content)


def test_a_key_that_lacks_a_scope(start_sandbox: Any) -> None:
    running = start_sandbox("--customers", "5", "--scopes", "subusers.read,user.profile.read")
    assert running.v3("GET", "scopes").json() == {"scopes": ["subusers.read", "user.profile.read"]}
    assert running.v3("GET", "subusers").status_code == 200
    assert running.v3("GET", "user/profile", behalf="user1").status_code == 200
    for method, path, body in (
        ("PATCH", "subusers/user1", {"disabled": True}),
        ("DELETE", "subusers/user1", None),
        ("POST", "subusers", {"username": "new-one", **NEW}),
        ("GET", "user/username", None),
        ("GET", "subusers/user1/credits", None),
    ):
        assert errors_of(running.v3(method, path, body)) == (403, ["access forbidden"])
    assert running.log() == []


def test_a_shorter_page(start_sandbox: Any) -> None:
    running = start_sandbox("--customers", "30", "--max-page", "7")
    assert len(running.v3("GET", "subusers?limit=500").json()) == 7
    assert len(every_page(running)) == 30


def test_without_a_limit_the_headers_are_generous(sandbox: Any) -> None:
    for answer in (sandbox.v3("GET", "scopes"), sandbox.v3("GET", "nonsense")):
        assert int(answer.headers["x-ratelimit-remaining"]) > 100_000
        assert int(answer.headers["x-ratelimit-limit"]) > int(answer.headers["x-ratelimit-remaining"])
        assert int(answer.headers["x-ratelimit-reset"]) > 1e9


def test_a_limit_over_all_calls(start_sandbox: Any) -> None:
    running = start_sandbox("--customers", "5", "--limit", "4/3600")
    left = [running.v3("GET", path).headers["x-ratelimit-remaining"] for path in ("scopes", "subusers", "nonsense")]
    assert left == ["3", "2", "1"]
    assert running.v3("PATCH", "subusers/user1", {"disabled": True}).status_code == 204
    answer = running.v3("PATCH", "subusers/user1", {"disabled": False})
    assert errors_of(answer) == (429, ["too many requests"])
    assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == ("4", "0")
    wait = int(answer.headers["x-ratelimit-reset"]) - time.time()
    assert 0 < wait <= 3601
    assert running.held("user1")["active"] is False
    assert running.last_verdict() == "rejected"
    assert running.customers(), "the limit is v3's alone"
    running.advance(wait + 1)
    assert running.v3("GET", "scopes").headers["x-ratelimit-remaining"] == "3"


def test_the_reset_of_a_refusal_is_a_moment_or_a_wait(sandbox: Any) -> None:
    sandbox.fault("rate-limit", retry_after=7, operation="scopes")
    assert 5 < int(sandbox.v3("GET", "scopes").headers["x-ratelimit-reset"]) - time.time() <= 8
    sandbox.fault("rate-limit", retry_after=7, reset="seconds", operation="scopes")
    assert sandbox.v3("GET", "scopes").headers["x-ratelimit-reset"] == "7"


def test_the_host_must_be_that_of_the_region(sandbox: Any) -> None:
    (inside, *_) = [each["username"] for each in every_page(sandbox, region="eu")]
    for behalf, eu, status in ((inside, True, 200), (inside, False, 403), ("user1", False, 200), ("user1", True, 403)):
        answer = sandbox.v3("PATCH", "user/profile", {"city": "Oslo"}, behalf=behalf, eu=eu)
        assert answer.status_code == status
        if status == 403:
            assert errors_of(answer) == (403, ["access forbidden"])
    assert sandbox.v3("GET", "subusers", eu=True).status_code == 403, "the key's own account is none of the EU"
    make(sandbox, "made-in-the-eu", region="eu")
    assert sandbox.v3("GET", "user/profile", behalf="made-in-the-eu", eu=True).status_code == 200
    path = "subusers/made-in-the-eu"
    assert sandbox.v3("PATCH", path, {"disabled": True}).status_code == 204, "calls about it are made as ever"


def test_reads_lag_behind_writes(start_sandbox: Any) -> None:
    running = start_sandbox("--customers", "20")
    running.fault("lag", seconds=30, times=1000)
    before = running.v3("GET", "subusers?limit=500").json()
    ident = make(running, "lagging")["user_id"]
    running.v3("PATCH", "subusers/user1", {"disabled": True})
    running.v3("DELETE", "subusers/user2")
    assert running.v3("GET", "subusers?limit=500").json() == before
    assert running.v3("GET", "subusers/lagging").status_code == 404
    assert running.v3("GET", "user/username", behalf="lagging").status_code == 403
    assert running.v3("GET", "subusers/user1").json()["disabled"] is False
    assert running.v3("GET", "subusers/user2").status_code == 200
    free = [each["ip"] for each in running.v3("GET", "ips?limit=500").json() if not each["subusers"]]
    running.v3("PUT", "subusers/user1/ips", free[:1])
    assert running.v3("GET", "ips?subuser=user1").json()[0]["ip"] not in free
    assert running.v3("PATCH", "subusers/lagging", {"disabled": True}).status_code == 204, "writes do not lag"
    running.advance(31)
    assert running.v3("GET", "subusers/lagging").json()["id"] == ident
    assert running.v3("GET", "subusers/lagging").json()["disabled"] is True
    assert running.v3("GET", "subusers/user2").status_code == 404
    assert running.v3("GET", "ips?subuser=user1").json()[0]["ip"] == free[0]
    assert [each["username"] for each in every_page(running)][-1] == "lagging"


def test_the_clock_goes_on_and_dates_the_answers(start_sandbox: Any) -> None:
    sandbox = start_sandbox("--customers", "2")
    told = sandbox.control("POST", "clock", {"advance": 86400})
    assert sandbox.control("GET", "clock")["ahead"] == told["ahead"] >= 86400
    said = parsedate_to_datetime(sandbox.v3("GET", "scopes").headers["date"])
    assert said.timestamp() - time.time() == pytest.approx(told["ahead"], abs=5)
    for body in ({}, {"advance": -1}, {"advance": "soon"}, {"advance": True}):
        answer = sandbox.client.post(f"{sandbox.ready['url']}/_sandbox/clock", json=body)
        assert answer.status_code == 400


def test_somebody_goes_between_two_pages(start_sandbox: Any) -> None:
    running = start_sandbox("--customers", "20")
    everyone = [each["username"] for each in every_page(running)]
    running.fault("shift", operation="list")
    pages = [running.v3("GET", f"subusers?limit=10&offset={offset}").json() for offset in (0, 10, 20)]
    found = [each["username"] for page in pages for each in page]
    assert found == everyone[:10] + everyone[11:], "one was missed"
    assert [(row["by"], row["operation"], row["username"]) for row in running.log()] == [("rival", "delete", "user1")]


def test_somebody_appears_between_two_pages(start_sandbox: Any) -> None:
    running = start_sandbox("--customers", "20")
    everyone = [each["username"] for each in every_page(running)]
    running.fault("shift", way="appears", operation="list", times=2)
    pages = [running.v3("GET", f"subusers?limit=10&offset={offset}").json() for offset in (0, 10, 20)]
    found = [each["username"] for page in pages for each in page]
    assert found == [*everyone[:10], everyone[9], *everyone[10:19], *everyone[18:]], "two came twice"
    ids = [each["id"] for each in every_page(running)]
    assert ids == sorted(ids)
    assert ids[0] > 0
    assert len(ids) == 22


def test_pages_stay_right_whatever_is_remembered_of_them(start_sandbox: Any) -> None:
    running = start_sandbox("--customers", "60")
    everyone = [each["username"] for each in every_page(running, 500)]

    def at(offset: int, limit: int = 7, **params: Any) -> list[str]:
        answer = running.v3("GET", "subusers", params={"limit": limit, "offset": offset, **params})
        return [each["username"] for each in answer.json()]

    for offset in (0, 6, 12, 40, 13, 53, 59, 60, 61, 0):
        assert at(offset) == everyone[offset : offset + 7]
    running.v3("DELETE", "subusers/user1")
    assert at(13) == everyone[14:21]
    make(running, "the-last-one")
    assert at(56) == [*everyone[57:], "the-last-one"]
    assert at(0, 3, username="THE-LAST") == ["the-last-one"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"scopes": "subusers.read,everything"}, "unknown scope 'everything'"),
        ({"max_page": 0}, "max-page"),
        ({"limit": "600"}, "CALLS/SECONDS"),
        ({"limit": "0/60"}, "at least one call"),
        ({"limit": "5/0"}, "more than no seconds"),
    ],
)
def test_terms_that_make_no_sense(options: dict[str, Any], text: str) -> None:
    with pytest.raises(SandboxUsage, match=text):
        serve(port=0, **options)
