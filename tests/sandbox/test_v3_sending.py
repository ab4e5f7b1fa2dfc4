"""Credits, sending addresses and reputations of subusers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.v3_calls import errors_of, every_page, make

UNLIMITED = {"type": "unlimited", "reset_frequency": None, "remain": None, "total": None, "used": None}


def test_invented_credits_are_of_all_kinds_and_always_the_same(sandbox: Any) -> None:
    names = [each["username"] for each in every_page(sandbox)][:60]
    first = [sandbox.v3("GET", f"subusers/{name.replace('/', '%2F')}/credits").json() for name in names]
    again = [sandbox.v3("GET", f"subusers/{name.replace('/', '%2F')}/credits").json() for name in names]
    assert first == again
    assert {each["type"] for each in first} == {"unlimited", "recurring", "nonrecurring"}
    for each in first:
        if each["type"] == "unlimited":
            assert each == UNLIMITED
        elif each["type"] == "recurring":
            assert each["remain"] + each["used"] == each["total"]
        else:
            assert (each["total"], each["used"], each["reset_frequency"]) == (None, None, None)


def test_credits_are_set_and_changed(sandbox: Any) -> None:
    make(sandbox, "credited")
    path = "subusers/credited/credits"
    assert sandbox.v3("GET", path).json() == UNLIMITED
    wanted = {"type": "recurring", "reset_frequency": "monthly", "total": 100}
    held = {**wanted, "remain": 100, "used": 0}
    assert sandbox.v3("PUT", path, wanted).json() == held
    assert sandbox.v3("PATCH", f"{path}/remaining", {"allocation_update": -30}).json()["remain"] == 70
    assert sandbox.v3("GET", path).json() == {**held, "remain": 70, "used": 30}
    assert sandbox.v3("PUT", path, {"type": "nonrecurring", "total": 5}).json()["remain"] == 5
    assert sandbox.v3("PATCH", f"{path}/remaining", {"allocation_update": 10}).json()["remain"] == 15
    assert sandbox.v3("PATCH", f"{path}/remaining", {"allocation_update": -16}).status_code == 400
    assert sandbox.v3("PUT", path, {"type": "unlimited"}).json() == UNLIMITED
    operations = [row["operation"] for row in sandbox.changes("credited")]
    assert operations == ["create", "credits_set", "credits_add", "credits_set", "credits_add", "credits_set"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"type": "some"}, "type"),
        ({"total": 5}, "type"),
        ({"type": "unlimited", "total": 5}, "total"),
        ({"type": "nonrecurring", "total": 0}, "total"),
        ({"type": "nonrecurring", "total": 5, "reset_frequency": "daily"}, "reset_frequency"),
        ({"type": "recurring", "total": 5}, "reset_frequency"),
        ({"type": "recurring", "reset_frequency": "yearly", "total": 5}, "reset_frequency"),
    ],
)
def test_credits_that_are_refused(sandbox: Any, body: dict[str, Any], field: str) -> None:
    answer = sandbox.v3("PUT", "subusers/user1/credits", body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert sandbox.held("user1")["credits"] == ""


def test_credits_of_nobody(sandbox: Any) -> None:
    path = "subusers/nobody/credits"
    for answer in (
        sandbox.v3("GET", path),
        sandbox.v3("PUT", path, {"type": "unlimited"}),
        sandbox.v3("PATCH", f"{path}/remaining", {"allocation_update": 1}),
    ):
        assert errors_of(answer) == (400, ["No user found"])


def test_addresses_are_shared_and_some_are_free(sandbox: Any) -> None:
    everyone = {each["username"]: each["region"] for each in every_page(sandbox, include_region="true")}
    found = sandbox.v3("GET", "ips?limit=500").json()
    assert len({each["ip"] for each in found}) == len(found)
    assert [each["ip"] for each in found if not each["subusers"]]
    users = [name for each in found for name in each["subusers"]]
    assert len(users) == len(set(users))
    inside = {name for name, region in everyone.items() if region == "eu"}
    assert inside.isdisjoint(users)
    held = found[0]["subusers"][0]
    assert [each["ip"] for each in sandbox.v3("GET", "ips", params={"subuser": held}).json()] == [found[0]["ip"]]
    assert sandbox.v3("GET", "ips?limit=2&offset=1").json() == found[1:3]
    assert len(sandbox.v3("GET", "ips").json()) == min(10, len(found))
    assert sandbox.v3("GET", "ips", params={"subuser": "nobody"}).json() == []


def test_addresses_of_the_eu_are_told_by_the_newer_call(sandbox: Any) -> None:
    inside = sandbox.v3("GET", "send_ips/ips?region=eu&include_region=true&limit=500").json()["result"]
    assert {each["region"] for each in inside} == {"eu"}
    everything = sandbox.v3("GET", "send_ips/ips?limit=500").json()
    assert len(everything["result"]) > len(inside)
    assert everything["_metadata"]["next_params"]["after_key"] is None
    outside = {each["ip"] for each in sandbox.v3("GET", "ips?limit=500").json()}
    assert outside.isdisjoint(each["ip"] for each in inside)
    found: list[str] = []
    after = ""
    while after is not None:
        page = sandbox.v3("GET", f"send_ips/ips?limit=3&after_key={after}").json()
        found += [each["ip"] for each in page["result"]]
        after = page["_metadata"]["next_params"]["after_key"]
    assert found == [each["ip"] for each in everything["result"]]


def test_addresses_are_given_and_taken(sandbox: Any) -> None:
    free = [each["ip"] for each in sandbox.v3("GET", "ips?limit=500").json() if not each["subusers"]]
    make(sandbox, "sending-one", ips=free[:1])

    def held() -> list[str]:
        return [each["ip"] for each in sandbox.v3("GET", "ips?subuser=sending-one&limit=500").json()]

    assert held() == free[:1]
    assert sandbox.v3("PUT", "subusers/sending-one/ips", free[:2]).json() == {"ips": free[:2]}
    assert held() == free[:2]
    (shown,) = sandbox.v3("GET", f"ips?ip={free[1]}").json()
    assert shown["subusers"] == ["sending-one"]
    assert sandbox.v3("PUT", "subusers/sending-one/ips", []).json() == {"ips": []}
    assert held() == []
    assert json.loads(sandbox.held("sending-one")["ip"]) == []
    assert sandbox.changes("sending-one")[-1]["operation"] == "ips_set"
    sandbox.v3("PUT", "subusers/user1/ips", free[:1])
    assert [each["ip"] for each in sandbox.v3("GET", "ips?subuser=user1").json()] == free[:1]
    wrong = sandbox.v3("PUT", "subusers/sending-one/ips", ["8.8.8.8"])
    assert errors_of(wrong) == (400, ["unable to validate IPs at this time"])
    assert sandbox.v3("PUT", "subusers/sending-one/ips", {"ips": []}).status_code == 400
    assert errors_of(sandbox.v3("PUT", "subusers/nobody/ips", [])) == (400, ["invalid username"])


def test_one_page_shows_all_addresses_of_many_customers(start_sandbox: Any) -> None:
    running = start_sandbox("--customers", "30000")
    found = running.v3("GET", "ips?limit=500").json()
    assert len(found) == 484
    everyone = every_page(running, region="global")
    assert sorted(name for each in found for name in each["subusers"]) == sorted(each["username"] for each in everyone)
    (one,) = running.v3("GET", "ips", params={"subuser": found[7]["subusers"][-1]}).json()
    assert one == found[7]


def test_reputations_ten_at_a_time(sandbox: Any) -> None:
    names = [each["username"] for each in every_page(sandbox, region="global")]
    found = [
        each
        for start in range(0, 100, 10)
        for each in sandbox.v3("GET", "subusers/reputations", params={"usernames": names[start : start + 10]}).json()
    ]
    assert [each["username"] for each in found] == names[:100]
    assert {type(each["reputation"]) for each in found} == {int, float}
    assert all(0 <= each["reputation"] <= 100 for each in found)
    assert sandbox.v3("GET", "subusers/reputations?usernames=nobody").json() == []
    assert sandbox.v3("GET", "subusers/reputations", params={"usernames": names[:11]}).status_code == 400
    account = sandbox.v3("GET", "user/account", behalf=names[0]).json()
    assert account["reputation"] == found[0]["reputation"]


def test_what_is_planted_is_told(sandbox: Any) -> None:
    recurring = {"type": "recurring", "reset_frequency": "weekly", "remain": 4, "total": 10, "used": 6}
    sandbox.plant("planted-sender", email="x@example.com", region="eu", ip=["198.51.100.1"], credits=recurring)
    assert sandbox.v3("GET", "subusers/planted-sender/credits").json() == recurring
    (address,) = sandbox.v3("GET", "ips?subuser=planted-sender").json()
    assert address["ip"] == "198.51.100.1"
    assert "planted-sender" in address["subusers"]
    found = sandbox.v3("GET", "subusers?username=planted-sender&include_region=true").json()
    assert [each["region"] for each in found] == ["eu"]
