"""Account Provisioning v3 on the screen: accounts by their ids, states that are read one by one, a key that the service
gives.
"""

import re
from types import SimpleNamespace

import pytest

from tests.harness.waiting import soon
from tests.tui.desk import open_desk
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.provider import DETAILS_READ
from tui_reseller.services.policy import READ_SECONDS

FREE = "org.ei.free.v1"


@pytest.fixture
def accounts(sandboxes):
    shared = sandboxes("accounts on screen", customers=12)
    shared.start_anew()
    return shared


@pytest.fixture
def open_accounts(accounts, tmp_path):
    def opened(**more):
        ready = accounts.ready | {
            "base_url": accounts.ready["v3_base_url"], "api_key": accounts.ready["v3_api_key"],
        }  # fmt: skip
        return open_desk(SimpleNamespace(ready=ready, **_of(accounts)), tmp_path, provider="accounts-v3", **more)

    return opened


def _of(sandbox):
    return {"log": sandbox.log, "applied": sandbox.applied}


@pytest.fixture
def plant(accounts):
    def planted(**values):
        name = accounts.fresh_name()
        accounts.plant(name, **{"active": "true", **values})
        return accounts.held(name)["account_id"]

    return planted


async def test_an_account_is_shown_deactivated_and_activated(open_accounts, plant):
    account = plant()
    async with open_accounts(size=(120, 40)) as desk:
        await desk.go_to(account)
        customer = desk.main.context.session.customers.get
        await soon("its state is read", lambda: customer(account).value(DETAILS_READ) is not None)
        shown = {"ACCOUNT", "SENDING", "activated"}
        await soon("it is shown", lambda: shown <= set("\n".join(desk.screen_text()).split()))
        await desk.press("d")
        await desk.opened("Deactivate")
        assert "can still log in" in desk.words()
        assert f"(read {customer(account).text(DETAILS_READ)[:10]}" in desk.words(), "of no list: it was read by itself"
        await desk.read_then("ctrl+s")
        await desk.applied(("disable", account))
        await soon("it is shown", lambda: customer(account).text("state") == "deactivated")
        await desk.press("u")
        await desk.opened("")
        await desk.read_then()
        await desk.applied(("disable", account), ("enable", account))


async def test_who_is_banned_is_left_alone_with_the_reason(open_accounts, plant, accounts):
    account = plant(active="false", account_state="banned")
    async with open_accounts(size=(120, 40)) as desk:
        await desk.go_to(account)
        await desk.press("e")
        await desk.opened("Activate")
        await desk.read_then()
        await desk.told("only the vendor ends that")
        assert accounts.log() == []


async def test_a_link_is_asked_about_and_shown_once(open_accounts, plant, accounts):
    account = plant()
    async with open_accounts(size=(120, 40)) as desk:
        await desk.go_to(account)
        await desk.press("x", "o")
        await desk.opened("Sign in as the customer")
        assert "first administrator" in desk.words()
        assert accounts.log() == []
        await desk.read_then("ctrl+s")
        await desk.opened("Sign-in link of")
        assert [row["operation"] for row in accounts.log()] == ["sign_in"]
        assert "https://" not in desk.words()
        assert "about a minute" in desk.words()
        await desk.pilot.pause(READ_SECONDS + 0.1)
        await desk.press("shift+tab", "enter")
        assert "https://app.mail.example/sso?code=" in desk.words()
        link = next(line for line in desk.words().splitlines() if line.startswith("https://"))
        await desk.press("escape")
        await soon("it is closed", lambda: desk.dialog is None)
        (entry,) = await desk.services.ledger.entries(AuditQuery(username=account))
        assert (entry.operation, entry.outcome) == (Operation.SIGN_IN, Outcome.APPLIED)
        assert all(link not in text for _, text in desk.main.context.log)


async def test_a_lost_link_needs_you_and_keeps_nobody_waiting(open_accounts, plant, accounts):
    account = plant()
    async with open_accounts(size=(120, 40)) as desk:
        await desk.go_to(account)
        accounts.fault("drop-after", operation="sign_in")
        await desk.press("x", "o")
        await desk.opened("Sign in as the customer")
        await desk.read_then("ctrl+s")
        await desk.told("says what is safe")
        await desk.press("exclamation_mark")
        await desk.opened("Needs you")
        await desk.press("enter")
        await desk.opened("UNKNOWN - sign-in")
        assert "A link may have been made" in " ".join(desk.words().split())
        assert "Further changes to this customer wait" not in desk.words()


async def test_no_link_is_asked_for_where_nothing_may_be_written(open_accounts, plant, accounts):
    account = plant()
    async with open_accounts(size=(120, 40), read_only=True) as desk:
        await desk.go_to(account)
        await desk.press("x", "o")
        await desk.told("read-only")
        assert accounts.log() == []


async def test_a_new_account_is_in_the_list_under_the_key_of_the_service(open_accounts, accounts):
    async with open_accounts(size=(120, 40)) as desk:
        await desk.is_quiet()
        await desk.press("n")
        await desk.opened("New account")
        assert desk.field("package").value == FREE
        await desk.read_then()
        await desk.opened("Review new account")
        assert accounts.log() == []
        await desk.read_then("ctrl+s")
        await soon("it is opened", lambda: len(accounts.log()) == 1)
        ((_, account),) = accounts.applied()
        await soon("it is in the list", lambda: desk.row_of(account) is not None)
        (entry,) = await desk.entries()
        assert (entry.customer, entry.given) == (account, account)


async def test_when_an_account_was_made_stands_whole_in_its_column(open_accounts):
    async with open_accounts(size=(80, 24)) as desk:
        lines = desk.screen_text()
        at = next(line.index("CREATED") for line in lines if "CREATED" in line)
        row = next(line for line in lines if line.startswith(">"))
        assert "/ account ... " in lines[1], "there are no names, addresses or cities"
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d *", row[at:])
