"""Calls of v3 that several tests make."""

from __future__ import annotations

from typing import Any

import httpx

NEW = {"email": "new@example.com", "password": "sample-passw0rd", "ips": ["203.0.113.1"]}


def errors_of(answer: httpx.Response) -> tuple[int, list[str]]:
    return answer.status_code, [each["message"] for each in answer.json()["errors"]]


def make(sandbox: Any, username: str, **fields: Any) -> dict[str, Any]:
    answer = sandbox.v3("POST", "subusers", {"username": username, **NEW, **fields})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def every_page(sandbox: Any, limit: int = 500, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = sandbox.v3("GET", "subusers", params={"limit": limit, "offset": len(found), **params}).json()
        found += page
        if not page:
            return found
