"""What the sandbox tells of usage, asked for directly: the truth that screen and command are held to.

It speaks over the standard library and shares no code with the program that is tested; every answer is one that the
official documents allow.
"""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from tests.harness.openapi import judge_answer
from tests.harness.sandbox import Sandbox

Days = dict[str, dict[str, int]]


def today() -> date:
    return datetime.now(UTC).date()


def last_days(count: int, back: int = 0) -> tuple[str, str]:
    """Return first and last of so many days before today, or before a day so many days back."""
    last = today() - timedelta(days=1 + back)
    return (last - timedelta(days=count - 1)).isoformat(), last.isoformat()


def ask(sandbox: Sandbox, path: str, query: Iterable[tuple[str, str]] = (), behalf: str = "", eu: bool = False) -> Any:
    """Make a call of v3."""
    url = f"{sandbox.v3_eu_base_url if eu else sandbox.v3_base_url}/{path}?{urlencode(list(query))}"
    headers = {"Authorization": f"Bearer {sandbox.v3_api_key}", **({"On-Behalf-Of": behalf} if behalf else {})}
    with urlopen(Request(url, headers=headers), timeout=60) as answer:
        body = answer.read()
        found = judge_answer("GET", url, answer.status, answer.headers["content-type"], body)
    assert not found.wrong, (path, found.wrong)
    return json.loads(body)


def customers(sandbox: Sandbox, region: str) -> list[dict[str, Any]]:
    """Return those of a region, in the order of the service."""
    found = ask(sandbox, "subusers", [("limit", "500"), ("region", region), ("include_region", "true")])
    assert isinstance(found, list)
    return found


def days_of(sandbox: Sandbox, name: str, first: str, last: str, region: str, by: str = "day") -> Days:
    """Return the metrics of a customer by day; a day that is not told is not in it."""
    query = [("start_date", first), ("end_date", last), ("aggregated_by", by)]
    rows = ask(sandbox, "stats", query, behalf=name, eu=region == "eu")
    return {row["date"]: row["stats"][0]["metrics"] for row in rows if row["stats"]}


def total(days: Days, metric: str) -> int:
    return sum(metrics[metric] for metrics in days.values())
