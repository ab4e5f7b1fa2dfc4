"""The sandbox's v3 and the official documents: the same operations, and a judge that can say no."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.harness.openapi import judge_answer, judge_request, operation_at, operations
from tui_reseller.sandbox.routes import OPERATIONS, V3_OPERATIONS
from tui_reseller.sandbox.v3.errors import SHAPES
from tui_reseller.sandbox.v3.routes import NAME, ROUTES, match

UNDOCUMENTED = {("GET", "/v3/subusers/x")}
"""Clients of the live service read one subuser by name."""
JSON = "application/json"


def test_every_route_is_documented_and_every_documented_call_has_a_route() -> None:
    ours = {(route.method, "/" + "/".join(part.replace(NAME, "x") for part in route.path)) for route in ROUTES}
    assert {call for call in ours if operation_at(*call) is None} == UNDOCUMENTED
    theirs = {(each.method, *("x" if part.startswith("{") else part for part in each.path)) for each in operations()}
    missing = {call for call in theirs if match(call[0], call[1:])[0] is None}
    assert missing == {("POST", "v3", "ips"), ("POST", "v3", "send_ips", "ips")}, "addresses are not bought here"


def test_faults_know_every_word_of_an_operation() -> None:
    bodies: list[Any] = [{}, {"disabled": True}, {"disabled": False}, {"state": "activated"}, {"state": "deactivated"}]
    words = {route.word(body) for route in ROUTES for body in bodies}
    assert words - {"unknown"} <= {*OPERATIONS, *V3_OPERATIONS}
    assert set(V3_OPERATIONS) <= words


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", "/v3/subusers", 200, [{"id": "1", "username": "ann", "email": "a@b.example", "disabled": False}]),
        ("GET", "/v3/subusers", 200, [{"id": 1, "username": "ann", "email": "ann", "disabled": False}]),
        ("GET", "/v3/subusers", 200, [{"id": 1, "username": "ann", "email": "a@b.example"}]),
        ("GET", "/v3/subusers/ann/credits", 200, {"type": "unlimited", "remain": None}),
        ("GET", "/v3/partners/accounts", 200, {"accounts": [{"id": "x", "created_at": 5}]}),
        ("GET", "/v3/partners/accounts", 401, {"errors": [{"message": "x"}]}),
        ("DELETE", "/v3/subusers/ann", 204, {"x": 1}),
    ],
)
def test_the_judge_says_no(method: str, path: str, status: int, body: Any) -> None:
    found = judge_answer(method, path, status, JSON, json.dumps(body).encode())
    assert found.wrong
    assert not found.open


def test_what_the_judge_cannot_say() -> None:
    assert judge_answer("GET", "/v3/subusers/ann", 200, JSON, b"{}").open
    assert judge_answer("DELETE", "/v3/subusers/ann", 404, JSON, b"{}").open
    null = {"errors": [{"field": None, "help": None, "message": "x"}]}
    assert not judge_answer("GET", "/v3/subusers", 401, JSON, json.dumps(null).encode()).wrong


@pytest.mark.parametrize(
    ("method", "url", "body", "is_right"),
    [
        ("GET", "/v3/subusers?limit=500&username=ann", None, True),
        ("GET", "/v3/subusers?page=2", None, False),
        ("GET", "/v3/subusers/stats?subusers=a&subusers=b&start_date=2026-01-01", None, True),
        ("GET", "/v3/subusers/stats?subusers=a", None, False),
        ("PATCH", "/v3/subusers/a%2Fb", {"disabled": True}, True),
        ("PATCH", "/v3/subusers/a%2Fb", {"disabled": "true"}, False),
        ("POST", "/v3/subusers", {"username": "ann", "email": "a@example.com", "password": "x"}, False),
        ("PUT", "/v3/subusers/ann/ips", ["203.0.113.1"], True),
        ("PUT", "/v3/subusers/ann/ips", {"ips": []}, False),
        ("GET", "/v3/subusers", {}, False),
    ],
)
def test_requests_are_judged_too(method: str, url: str, body: Any, *, is_right: bool) -> None:
    content = b"" if body is None else json.dumps(body).encode()
    assert (judge_request(method, url, JSON, content).wrong == []) is is_right


def test_the_recorded_refusals_are_of_the_documents() -> None:
    for name in ("name-taken", "name-held"):
        status, body = SHAPES[name]
        assert not judge_answer("POST", "/v3/subusers", status, JSON, json.dumps(body).encode()).wrong
