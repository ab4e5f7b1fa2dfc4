"""A working day with Account Provisioning v3 by commands: the whole program against a sandbox over HTTP."""

import asyncio

import pytest

from tui_reseller.wiring import entry_points

FREE, PRO = "org.ei.free.v1", "org.ei.pro.v1"


@pytest.fixture
def console(accounts_console):
    return accounts_console


@pytest.fixture
def planted(console):
    """Hand out a function that plants an account and returns its id."""

    def plant(**values):
        name = console.sandbox.fresh_name()
        console.sandbox.plant(name, **{"active": "true", **values})
        return console.sandbox.held(name)["account_id"]

    return plant


def rows(ran):
    assert ran.code == 0, ran.err
    return ran.rows


def test_the_list_tells_ids_and_dates_and_no_more(console, planted):
    account = planted()
    (row,) = rows(console("list", "--filter", f"username={account}"))
    assert row["created_at"]
    assert {row[name] for name in ("sending", "state", "package", "addons", "details_read")} == {None}
    assert console("list", "--filter", f"is:missing-data username={account}").rows == []


def test_show_reads_state_and_offerings(console, planted):
    row = console("show", planted(active="false", account_state="suspended")).row
    assert (row["state"], row["sending"], row["package"], row["addons"]) == ("suspended", False, FREE, "")
    assert row["details_read"].endswith("Z")


def test_every_operation_that_there_is(console, planted):
    account, since = planted(), console.sandbox.last_seq()
    stopped = console("disable", account, "--yes").row
    assert stopped["outcome"] == "applied"
    assert stopped["changes"] == {
        "sending": {"before": True, "after": False},
        "state": {"before": "activated", "after": "deactivated"},
    }
    assert console("undo", stopped["id"], "--yes").row["outcome"] == "applied"
    assert console("show", account).row["state"] == "activated"
    assert console("enable", account, "--yes").row["outcome"] == "already_so"
    assert console("delete", account, "--confirm", account).row["outcome"] == "applied"
    applied = [(row["operation"], row["username"]) for row in console.sandbox.for_clients(since)]
    assert applied == [("disable", account), ("enable", account), ("delete", account)]
    assert console("show", account).code == 7


@pytest.mark.parametrize("state", ["suspended", "banned"])
@pytest.mark.parametrize("verb", ["enable", "disable"])
def test_what_only_the_vendor_ends_is_not_sent(console, planted, state, verb):
    account, since = planted(active="false", account_state=state), console.sandbox.last_seq()
    refused = console(verb, account, "--yes")
    assert (refused.row["outcome"], refused.code) == ("not_sent", 11)
    assert f"it is {state}" in refused.row["message"]
    assert "only the vendor" in refused.row["message"]
    assert console.sandbox.log(since) == []


def test_a_job_leaves_out_whom_only_the_vendor_helps(console, planted):
    accounts = [planted(active="false"), planted(active="false", account_state="banned"), planted(active="false")]
    ran = console("enable", *accounts, "--yes")
    found = {row["username"]: row["outcome"] for row in ran.rows}
    assert found == dict(zip(accounts, ("applied", "not_sent", "applied"), strict=True)), ran.err
    assert [console("show", account).row["state"] for account in accounts] == ["activated", "banned", "activated"]
    (job,) = console("job", "list").rows
    assert job["state"] == "finished"


def test_a_new_account_is_found_by_the_id_that_the_service_gave(console):
    wanted = (f"package={PRO}", "addons=org.ei.dedicated_ip.v1:2", "company_name=Example Co", "email=a@x.example")
    made = console("create", *wanted, "test_account=true", "--yes", "--reason", "contract 7")
    assert made.row["outcome"] == "applied", made.err
    account = made.row["username"]
    held = console.sandbox.held(account)
    assert (held["company"], held["email"], held["test_account"]) == ("Example Co", "a@x.example", "true")
    shown = console("show", account).row
    assert (shown["package"], shown["addons"]) == (PRO, "org.ei.dedicated_ip.v1:2")
    assert console("disable", account, "--yes").row["outcome"] == "applied"
    told = console("audit", "list", "--username", account).rows
    assert [(row["operation"], row["username"]) for row in told] == [("disable", account), ("create", account)]
    assert told[1]["changes"]["company_name"] == {"before": None, "after": "Example Co"}
    (listed,) = rows(console("list", "--filter", f"username={account}"))
    assert listed["created_at"]


def test_two_accounts_of_one_address_are_two(console):
    wanted = (f"package={FREE}", "email=twice@x.example", "--yes")
    first, second = console("create", *wanted).row, console("create", *wanted).row
    assert first["outcome"] == second["outcome"] == "applied"
    assert first["username"] != second["username"]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("create", f"package={FREE}", "username=ann", "--yes"), "username"),
        (("create", "email=a@x.example", "--yes"), "Package is required"),
        (("create", f"package={FREE}", "addons=a b", "--yes"), "Add-ons"),
        (("create", f"package={FREE}", "test_account=maybe", "--yes"), "test_account is true or false"),
    ],
)
def test_what_no_account_takes_is_not_sent(console, argv, words):
    since = console.sandbox.last_seq()
    refused = console(*argv)
    assert (refused.code, words in refused.err) == (2, True), refused.err
    assert console.sandbox.log(since) == []


def test_accounts_are_not_opened_from_a_file(console, tmp_path):
    file = tmp_path / "new.csv"
    file.write_text(f"username,package\nann,{FREE}\n", "utf-8")
    refused = console("create", "--from", str(file), "--yes")
    assert (refused.code, "one by one" in refused.err) == (2, True), refused.err


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("password", "ID", "--confirm", "ID"), "sign-in"),
        (("website-disable", "ID", "--yes"), "can still log in"),
        (("set", "ID", "city=Lugo", "--yes"), "when an account is opened"),
        (("rename", "ID", "other", "--confirm", "ID"), "never changes"),
        (("email", "ID", "b@x.example", "--yes"), "vendor's application"),
    ],
)
def test_what_the_service_has_not_is_refused_with_the_way_round(console, planted, argv, words):
    account = planted()
    refused = console(*(account if word == "ID" else word for word in argv))
    assert (refused.code, words in refused.err) == (11, True), refused.err


# --- Signing in -----------------------------------------------------------------------------------------------------


def test_a_link_is_printed_once_and_written_down_without_it(console, planted):
    account = planted()
    ran = console("sign-in", account, "--reason", "ticket 4711", "--yes")
    assert ran.code == 0, ran.err
    (link,) = ran.out.splitlines()
    assert link.startswith("https://")
    code = link.partition("code=")[2]
    assert code not in ran.err
    newest = console("audit", "sign-ins").rows[0]
    assert (newest["link"], newest["outcome"]) == ("given", "applied")
    shown = console("audit", "show", newest["id"]).row
    for row in (newest, shown):
        assert (row["username"], row["reason"]) == (account, "ticket 4711")
        assert row["operator"]["user"]
        assert row["time"].endswith("Z")
    assert (shown["operation"], shown["outcome"], shown["changes"]) == ("sign_in", "applied", {})
    assert console("audit", "list", "--operation", "sign_in", "--username", account).rows == [shown]
    assert console("audit", "verify").row["whole"] is True
    kept = b"".join(path.read_bytes() for path in console.folder.rglob("*") if path.is_file())
    assert code.encode() not in kept


@pytest.mark.parametrize(
    "options",
    [
        ("--dry-run", "--yes"),
        ("--dry-run", "--read-only"),
        ("--read-only", "--yes"),
        (),
        ("--confirm", "another"),
        ("--yes", "--confirm", "x"),
    ],
)
def test_no_link_is_asked_for(console, planted, options):
    account, since = planted(), console.sandbox.last_seq()
    asked = len(console("audit", "sign-ins").rows)
    refused = console("sign-in", account, *options)
    assert (refused.code, refused.out) == (0 if "--dry-run" in options else 11, "")
    assert ("it would be refused" in refused.err) == ({*options} >= {"--dry-run", "--read-only"})
    assert console.sandbox.log(since) == []
    assert len(console("audit", "sign-ins").rows) == asked


def test_a_refused_link_is_written_down_as_such(console, planted):
    account = planted(active="false", account_state="banned")
    refused = console("sign-in", account, "--yes")
    assert (refused.code, refused.out) == (6, "")
    newest = console("audit", "sign-ins").rows[0]
    assert (newest["username"], newest["outcome"]) == (account, "rejected")
    assert newest["link"] not in {"asked", "given"}
    assert console("sign-in", "nobody-there", "--yes").code == 7


@pytest.mark.parametrize("fault", ["drop-before", "drop-after"])
def test_a_lost_answer_is_unknown_keeps_nobody_waiting_and_ends_with_the_next_link(console, planted, fault):
    account = planted()
    console.sandbox.fault(fault, operation="sign_in")
    lost = console("sign-in", account, "--yes", "--reason", "ticket 4711")
    assert (lost.code, lost.out) == (10, "")
    assert "A link may have been made" in lost.err
    assert "60 s" in lost.err
    (row,) = [row for row in console("needs-you").rows if row["username"] == account]
    assert (row["operation"], row["outcome"], row["reason"]) == ("sign_in", "unknown", "ticket 4711")
    assert "A link may have been made" in console("needs-you").err
    checked = console("verify", row["id"])
    assert (checked.code, checked.row["outcome"]) == (10, "unverifiable")
    assert "never tells of its links" in checked.err
    undone = console("undo", row["id"], "--yes")
    assert undone.code != 0
    assert console("disable", account, "--yes").row["outcome"] == "applied"
    assert console("sign-in", account, "--yes").code == 0
    assert console("audit", "show", row["id"]).row["outcome"] == "resolved"


def test_a_lost_link_is_resolved_with_a_note(console, planted):
    account = planted()
    console.sandbox.fault("drop-after", operation="sign_in")
    console("sign-in", account, "--yes")
    (row,) = console("audit", "list", "--username", account).rows
    closed = console("resolve", row["id"], "--note", "nobody used it").row
    assert (closed["operation"], closed["outcome"]) == ("sign_in", "resolved")


def test_what_changes_nothing_waits_for_nobody(console, planted):
    account = planted()
    console.sandbox.fault("drop-after", operation="state")
    console.sandbox.fault("drop-after", operation="disable")
    assert console("disable", account, "--yes").code == 10
    assert console("sign-in", account, "--yes").code == 0
    assert console("delete", account, "--confirm", account).code == 11


def test_an_undo_of_a_link_is_refused_with_the_reason(console, planted):
    account = planted()
    console("sign-in", account, "--yes")
    newest = console("audit", "sign-ins").rows[0]
    refused = console("undo", newest["id"], "--yes")
    assert "a link cannot be taken back" in refused.err
    assert refused.code in {2, 11}


def test_notes_of_older_ledgers_stay_readable(console, planted):
    account = planted()
    told = {"username": account, "profile": "env", "operator": {"user": "kim"}, "reason": "old", "link": "asked"}

    async def noted():
        services = entry_points(dict(console.environment)).services(None, False)
        mine = services.profiles.choose(None).account
        try:
            await services.ledger.note(mine, "sign_in", mine, told)
        finally:
            await services.ledger.aclose()

    asyncio.run(noted())
    console("sign-in", account, "--yes")
    newest, before = rows(console("audit", "sign-ins"))[:2]
    assert (newest["link"], newest["outcome"]) == ("given", "applied")
    assert (before["link"], before["reason"], before["outcome"], before["id"]) == ("asked", "old", None, None)
    assert console("audit", "verify").row["whole"] is True


@pytest.mark.parametrize("options", [("--action", "sign_in"), ("--action", "sign-in")])
def test_a_plan_asks_for_no_links(console, planted, options):
    refused = console("plan", "new", "--filter", f"username={planted()}", *options)
    assert (refused.code, "no action" in refused.err) == (2, True)


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("no", 11), ("", 11)])
def test_a_person_is_asked_before_a_link_is(console, planted, answer, code):
    account, since = planted(), console.sandbox.last_seq()
    ran = console("sign-in", account, answers=[answer])
    assert (ran.code, ran.out.startswith("https://")) == (code, not code), ran.err
    assert "first administrator" in ran.err
    assert len(console.sandbox.log(since)) == (0 if code else 1)


def test_other_services_have_no_link_and_say_what_to_do(console):
    console.environment |= {"TUI_RESELLER_PROVIDER": "subusers-v3"}
    refused = console("sign-in", "user1")
    assert (refused.code, "the customer logs in" in refused.err) == (11, True)


def test_an_undo_of_what_was_done_to_a_new_account_knows_when_it_was_opened(console):
    account = console("create", f"package={FREE}", "--yes").row["username"]
    stopped = console("disable", account, "--yes").row
    assert console("undo", stopped["id"], "--yes").row["outcome"] == "applied"
    report = console("audit", "report", "--since", "1h").out
    assert report.count(account) >= 3
    assert "new:" not in report
