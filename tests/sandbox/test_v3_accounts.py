"""Account Provisioning v3 on the same customers."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.sandbox.v3_calls import errors_of

FREE = {"name": "org.ei.free.v1", "type": "package", "quantity": 1}
PRO = {"name": "org.ei.pro.v1", "type": "package", "quantity": 1}
PROFILE = {
    "first_name": "Sender", "last_name": "Wiz", "company_name": "Example Co", "company_website": "https://example.com",
    "email": "mail@example.com", "phone": "+13035550100", "timezone": "Asia/Tokyo",
}  # fmt: skip


def every_account(sandbox: Any, limit: int = 100) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = sandbox.v3("GET", "partners/accounts", params={"limit": limit, "offset": cursor} if cursor else None)
        accounts = page.json()["accounts"]
        if not accounts:
            return found
        found += accounts
        cursor = page.json()["pages"]["last"]


def opened(sandbox: Any, **fields: Any) -> str:
    answer = sandbox.v3("POST", "partners/accounts", {"offerings": [FREE], **fields})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["account_id"])


def refusal_of(answer: httpx.Response) -> tuple[int, str]:
    (error,) = answer.json()["errors"]
    return answer.status_code, error["error_id"]


def test_the_list_goes_on_behind_its_last_one(sandbox: Any) -> None:
    everyone = every_account(sandbox, 97)
    assert len(everyone) == len(sandbox.customers())
    assert len({each["id"] for each in everyone}) == len(everyone)
    assert len(sandbox.v3("GET", "partners/accounts").json()["accounts"]) == 10
    assert refusal_of(sandbox.v3("GET", "partners/accounts?limit=101")) == (400, "10-40000")
    assert refusal_of(sandbox.v3("GET", "partners/accounts?offset=nobody")) == (400, "10-40000")
    last = everyone[-1]["id"]
    assert sandbox.v3("GET", f"partners/accounts?offset={last}").json() == {"accounts": [], "pages": {"last": last}}
    assert sandbox.held("user1")["account_id"] == everyone[0]["id"]
    opened_in = {datetime.fromisoformat(each["created_at"]).year for each in everyone[:300]}
    assert len(opened_in) > 5
    assert max(opened_in) < 2026


def test_the_list_of_nobody_has_no_last_one(start_sandbox: Any) -> None:
    running = start_sandbox("--customers", "0")
    assert running.v3("GET", "partners/accounts").json() == {"accounts": [], "pages": {}}
    account = opened(running)
    assert [each["id"] for each in every_account(running)] == [account]


def test_an_account_is_opened_and_can_only_be_found_by_its_id(sandbox: Any) -> None:
    account = opened(sandbox, profile=PROFILE)
    newest = every_account(sandbox)[-1]
    assert newest["id"] == account
    assert datetime.fromisoformat(newest["created_at"]).timestamp() == pytest.approx(time.time(), abs=60)
    assert set(newest) == {"id", "created_at"}
    held = sandbox.held(account)
    assert (held["company"], held["email"], held["timezone"]) == ("Example Co", "mail@example.com", "Asia/Tokyo")
    assert held["test_account"] == ""
    assert sandbox.v3("GET", f"subusers/{account}").json()["email"] == "mail@example.com"
    (row,) = sandbox.changes(account)
    assert (row["operation"], row["changes"]["company"]) == ("create", [None, "Example Co"])
    again = opened(sandbox, profile=PROFILE)
    assert again != account, "nothing tells two accounts of one address apart"
    mark = {"T-Test-Account": "true"}
    tested = sandbox.v3("POST", "partners/accounts", {"offerings": [FREE]}, headers=mark).json()["account_id"]
    assert sandbox.held(tested)["test_account"] == "true"


@pytest.mark.parametrize(
    ("fields", "ids"),
    [
        ({"profile": {"email": "nonsense"}}, ["10-40002"]),
        ({"profile": {"email": "a@b.example", "phone": "0100", "company_website": "x"}}, ["10-40008", "10-40010"]),
        ({"profile": {"timezone": "Mars/Base"}}, ["10-40000"]),
        ({"profile": {"phone": 5}}, ["10-40000"]),
        ({"offerings": []}, ["10-40000"]),
        ({"offerings": [FREE, PRO]}, ["10-40000"]),
        ({"offerings": [{"name": "org.ei.unknown.v1", "type": "package"}]}, ["10-40000"]),
        ({"offerings": [{**FREE, "quantity": 2}]}, ["10-40000"]),
        ({"offerings": "free"}, ["10-40000"]),
    ],
)
def test_what_is_refused(sandbox: Any, fields: dict[str, Any], ids: list[str]) -> None:
    before = len(sandbox.log())
    answer = sandbox.v3("POST", "partners/accounts", {"offerings": [FREE], **fields})
    assert (answer.status_code, [each["error_id"] for each in answer.json()["errors"]]) == (400, ids)
    assert len(sandbox.log()) == before


def test_states_are_those_of_the_other_apis(sandbox: Any) -> None:
    account = opened(sandbox)
    path = f"partners/accounts/{account}/state"
    assert sandbox.v3("GET", path).json() == {"state": "activated"}
    assert sandbox.v3("PUT", path, {"state": "deactivated"}).status_code == 204
    assert sandbox.v3("GET", path).json() == {"state": "deactivated"}
    assert sandbox.v3("GET", f"subusers/{account}").json()["disabled"] is True
    sandbox.manage("enable", user=account)
    assert sandbox.v3("GET", path).json() == {"state": "activated"}
    assert [row["operation"] for row in sandbox.changes(account)] == ["create", "disable", "enable"]
    assert refusal_of(sandbox.v3("PUT", path, {"state": "banned"})) == (400, "10-40000")
    assert refusal_of(sandbox.v3("PUT", path, {})) == (400, "10-40000")


def test_few_invented_ones_are_in_a_state_of_the_vendor(start_sandbox: Any) -> None:
    running = start_sandbox("--customers", "700")
    found: dict[str, list[str]] = {}
    for each in every_account(running):
        state = running.v3("GET", f"partners/accounts/{each['id']}/state").json()["state"]
        found.setdefault(state, []).append(each["id"])
    counted = {state: len(ids) for state, ids in found.items()}
    assert set(counted) == {"activated", "deactivated", "suspended", "banned", "indeterminate"}
    assert counted["activated"] > 600
    assert all(counted[state] < 20 for state in ("suspended", "banned", "indeterminate"))
    for state in ("suspended", "banned"):
        path = f"partners/accounts/{found[state][0]}/state"
        assert refusal_of(running.v3("PUT", path, {"state": "activated"})) == (403, "10-40300")
    path = f"partners/accounts/{found['indeterminate'][0]}/state"
    assert running.v3("PUT", path, {"state": "activated"}).status_code == 204
    assert running.v3("GET", path).json() == {"state": "activated"}


def test_a_state_can_be_planted(sandbox: Any) -> None:
    sandbox.plant("planted-state", account_state="suspended", active="false")
    account = sandbox.held("planted-state")["account_id"]
    assert sandbox.v3("GET", f"partners/accounts/{account}/state").json() == {"state": "suspended"}


def test_offerings_are_booked_anew_as_a_whole(sandbox: Any) -> None:
    account = opened(sandbox)
    path = f"partners/accounts/{account}/offerings"
    assert sandbox.v3("GET", path).json() == {"offerings": [FREE]}
    catalogue = {each["offering"]["name"]: each for each in sandbox.v3("GET", "partners/offerings").json()["catalog"]}
    assert catalogue["org.ei.free.v1"] == {
        "offering": FREE,
        "entitlements": {
            "email_sends_max_monthly": 10000, "ip_count": 0, "teammates_max_total": 0, "users_max_total": 0,
        },
    }  # fmt: skip
    extra = {"name": "org.ei.dedicated_ip.v1", "type": "addon", "quantity": 2}
    assert sandbox.v3("PUT", path, {"offerings": [PRO, extra]}).json() == {"offerings": [PRO, extra]}
    assert sandbox.v3("GET", path).json() == {"offerings": [PRO, extra]}
    assert sandbox.held(account)["package"] == "silver"
    assert sandbox.changes(account)[-1]["operation"] == "offerings_set"
    assert refusal_of(sandbox.v3("PUT", path, {"offerings": [extra]})) == (400, "10-40000")
    ips = f"partners/accounts/{account}/ips"
    added = sandbox.v3("POST", ips, {"count": 3, "region": "us"}).json()["ips"]
    sandbox.v3("PUT", path, {"offerings": [PRO]})
    assert [each["ip"] for each in sandbox.v3("GET", ips).json()["result"]] == added[:1], "the newest are gone"
    sandbox.v3("PUT", path, {"offerings": [FREE]})
    assert sandbox.v3("GET", ips).json() == {"result": [], "pages": {}}


def test_addresses_of_an_account(sandbox: Any) -> None:
    account = opened(sandbox)
    path = f"partners/accounts/{account}/ips"
    first = sandbox.v3("POST", path, {"count": 2, "region": "us"}).json()
    second = sandbox.v3("POST", path, {"count": 1, "region": "eu"}).json()
    assert (len(first["ips"]), first["region"], second["region"]) == (2, "us", "eu")
    newest_first = [*second["ips"], *reversed(first["ips"])]
    page = sandbox.v3("GET", f"{path}?limit=2").json()
    assert [each["ip"] for each in page["result"]] == newest_first[:2]
    assert [each["region"] for each in page["result"]] == ["eu", "us"]
    rest = sandbox.v3("GET", f"{path}?limit=2&offset={page['pages']['last']}").json()
    assert [each["ip"] for each in rest["result"]] == newest_first[2:]
    assert sandbox.v3("DELETE", path, {"ips": first["ips"]}).status_code == 204
    assert [each["ip"] for each in sandbox.v3("GET", path).json()["result"]] == second["ips"]
    assert refusal_of(sandbox.v3("DELETE", path, {"ips": first["ips"]})) == (400, "10-40002")
    assert sandbox.v3("POST", path, {"count": 11, "region": "us"}).status_code == 400
    assert sandbox.v3("POST", path, {"count": 1, "region": "global"}).status_code == 400
    assert [row["operation"] for row in sandbox.changes(account)] == ["create", "ips_add", "ips_add", "ips_remove"]


def test_a_sign_in_link_is_secret_and_another_each_time(sandbox: Any) -> None:
    account = sandbox.held("user1")["account_id"]
    links = []
    for _ in range(2):
        answer = sandbox.v3("POST", f"partners/accounts/{account}/sso")
        assert (answer.status_code, answer.content) == (303, b"")
        links.append(answer.headers["location"])
    assert links[0] != links[1]
    assert sandbox.changes(account)[-1]["operation"] == "sign_in"
    shown = str(sandbox.log() + sandbox.requests())
    assert all(link.partition("code=")[2] not in shown for link in links)
    sandbox.plant("locked-out", account_state="banned", active="false")
    banned = sandbox.held("locked-out")["account_id"]
    assert refusal_of(sandbox.v3("POST", f"partners/accounts/{banned}/sso")) == (403, "10-40300")


def test_deleting_is_for_ever(sandbox: Any) -> None:
    account = opened(sandbox)
    path = f"partners/accounts/{account}"
    assert sandbox.v3("DELETE", path).status_code == 204
    assert sandbox.changes(account)[-1]["operation"] == "delete"
    for answer in (
        sandbox.v3("DELETE", path),
        sandbox.v3("GET", f"{path}/state"),
        sandbox.v3("GET", f"{path}/offerings"),
        sandbox.v3("POST", f"{path}/sso"),
        sandbox.v3("GET", f"{path}/ips"),
    ):
        assert refusal_of(answer) == (404, "10-40400")
    assert refusal_of(sandbox.v3("PUT", f"{path}/state", {"state": "activated"}))[0] == 400
    assert refusal_of(sandbox.v3("PUT", f"{path}/offerings", {"offerings": [FREE]}))[0] == 400
    assert not sandbox.customers(username=account)


def test_refusals_have_an_id(sandbox: Any) -> None:
    path = "partners/accounts"
    assert refusal_of(sandbox.v3("GET", path, headers={"authorization": ""})) == (401, "10-40100")
    assert refusal_of(sandbox.v3("GET", path, headers={"authorization": "Bearer SG.x"})) == (401, "10-40100")
    assert refusal_of(sandbox.v3("GET", path, behalf="user1")) == (403, "10-40300")
    assert refusal_of(sandbox.v3("GET", path, eu=True)) == (403, "10-40300")
    assert refusal_of(sandbox.v3("GET", "partners/nonsense")) == (404, "10-40400")
    assert refusal_of(sandbox.v3("PATCH", path, {"x": 1})) == (405, "10-40500")
    for code in (500, 502, 503, 504):
        sandbox.fault("status", code=code, operation="list")
        assert refusal_of(sandbox.v3("GET", path)) == (code, f"10-{code}00")


def test_an_ordinary_key_may_not(start_sandbox: Any) -> None:
    running = start_sandbox("--customers", "3", "--scopes", "subusers.read")
    assert refusal_of(running.v3("GET", "partners/accounts")) == (403, "10-40300")


def test_on_behalf_of_an_account(start_sandbox: Any) -> None:
    permitted = start_sandbox("--customers", "20")
    account = permitted.held("user1")["account_id"]
    behalf = f"account-id {account}"
    assert permitted.v3("GET", "user/username", behalf=behalf).json() == {"username": "user1", "user_id": 1001}
    assert permitted.v3("PATCH", "user/profile", {"city": "Oslo"}, behalf=behalf).status_code == 200
    assert permitted.held("user1")["city"] == "Oslo"
    (row,) = permitted.log()
    assert (row["operation"], row["username"]) == ("set", account)
    assert permitted.requests()[-1]["username"] == account
    assert permitted.v3("GET", "user/profile", behalf="account-id nobody").status_code == 403
    inside = permitted.v3("GET", "subusers?region=eu").json()[0]["username"]
    behalf = f"account-id {permitted.held(inside)['account_id']}"
    assert permitted.v3("GET", "user/email", behalf=behalf).status_code == 200, "accounts are of one host"
    refused = start_sandbox("--customers", "20", "--no-accounts-on-behalf")
    assert refused.held("user1")["account_id"] == account
    assert errors_of(refused.v3("GET", "user/profile", behalf=f"account-id {account}")) == (403, ["access forbidden"])


def test_faults_find_accounts_by_the_same_words(sandbox: Any) -> None:
    account = opened(sandbox)
    path = f"partners/accounts/{account}"
    sandbox.fault("rival", operation="state", field="sending", value=False)
    assert sandbox.v3("GET", f"{path}/state").json() == {"state": "deactivated"}
    assert sandbox.changes(account)[-1]["by"] == "rival"
    sandbox.fault("drop-after", operation="create")
    before = len(every_account(sandbox))
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.v3("POST", "partners/accounts", {"offerings": [FREE]})
    assert len(every_account(sandbox)) == before + 1
    sandbox.fault("status", code=503, operation="sign_in")
    assert refusal_of(sandbox.v3("POST", f"{path}/sso")) == (503, "10-50300")


def test_a_lost_answer_of_a_create_can_only_be_searched_for_by_its_time(start_sandbox: Any) -> None:
    running = start_sandbox("--customers", "5")
    running.advance(7 * 86400)
    running.fault("drop-after", operation="create")
    with pytest.raises(httpx.RemoteProtocolError):
        running.v3("POST", "partners/accounts", {"offerings": [FREE]})
    page = running.v3("GET", "partners/accounts?limit=100")
    said = httpx.Headers(page.headers)["date"]
    newest = datetime.fromisoformat(page.json()["accounts"][-1]["created_at"])
    then = datetime.strptime(said, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=newest.tzinfo)
    assert abs((then - newest).total_seconds()) < 120
