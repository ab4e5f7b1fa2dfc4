"""Credits, sending addresses and offerings by commands: the whole program against a sandbox over HTTP."""

import json

import pytest

from tui_reseller.domain.operation import Operation

CREDITS = {"type": "recurring", "reset_frequency": "weekly", "remain": 900, "total": 1000, "used": 100}
LEFT = {"type": "nonrecurring", "reset_frequency": None, "remain": 40, "total": None, "used": None}
FREE, PRO, ADDON = "org.ei.free.v1", "org.ei.pro.v1", "org.ei.dedicated_ip.v1"
FIRST, SECOND = "203.0.113.1", "203.0.113.2"
SET = {
    Operation.CREDITS_SET: ("credits", "set", "recurring", "5000", "monthly"),
    Operation.CREDITS_ADD: ("credits", "add", "500"),
    Operation.IPS_SET: ("ips", "set", SECOND),
    Operation.OFFERINGS_SET: ("offerings", "set", PRO, f"{ADDON}:2"),
}
"""Verb and values of each operation."""
SHOWN = {
    Operation.CREDITS_SET: {"credits_type": "recurring", "credits_total": 5000, "credits_reset": "monthly"},
    Operation.CREDITS_ADD: {"credits_remain": 1400},
    Operation.IPS_SET: {"ips": SECOND},
    Operation.OFFERINGS_SET: {"package": PRO, "addons": f"{ADDON}:2"},
}
"""What is so afterwards, of a customer as planted() plants one."""


@pytest.fixture
def console(consoles):
    made = consoles("shares")
    ready = made.sandbox.ready
    made.environment |= {
        "TUI_RESELLER_PROVIDER": "subusers-v3",
        "TUI_RESELLER_BASE_URL": ready["v3_base_url"],
        "TUI_RESELLER_EU_BASE_URL": ready["v3_eu_base_url"],
        "TUI_RESELLER_API_USER": "boss",
        "TUI_RESELLER_API_KEY": ready["v3_api_key"],
    }
    return made


@pytest.fixture
def planted(console):
    """Plant a customer who has credits, an address and offerings; return the key for the service of an operation."""

    def plant(operation, credits_=CREDITS, **values):
        name = console.sandbox.fresh_name()
        usual = {"active": "true", "email": f"{name}@x.example", "region": "global", "ip": json.dumps([FIRST])}
        console.sandbox.plant(name, credits=json.dumps(credits_), **usual, **values)
        if operation is not Operation.OFFERINGS_SET:
            return name
        console.environment["TUI_RESELLER_PROVIDER"] = "accounts-v3"
        return console.sandbox.held(name)["account_id"]

    return plant


def call(operation, name, *more):
    words = SET[operation]
    return (*words[:2], name, *words[2:], *(more or ("--confirm", name)))


def applied(console, since):
    return [(row["operation"], row["username"]) for row in console.sandbox.for_clients(since)]


@pytest.mark.parametrize("operation", SET)
def test_it_is_set_shown_and_found_so_already(console, planted, operation):
    name, since = planted(operation), console.sandbox.last_seq()
    ran = console(*call(operation, name))
    assert (ran.code, ran.row["outcome"]) == (0, "applied"), ran.err
    assert applied(console, since) == [(operation.value, name)]
    shown = console(SET[operation][0], "show", name).row
    assert {key: shown[key] for key in SHOWN[operation]} == SHOWN[operation]
    again = console(*call(operation, name))
    assert again.row["outcome"] == ("applied" if operation is Operation.CREDITS_ADD else "already_so")


@pytest.mark.parametrize("operation", [one for one in SET if one is not Operation.CREDITS_ADD])
def test_undo_sets_all_of_it_as_it_was(console, planted, operation):
    name = planted(operation)
    before = console(SET[operation][0], "show", name).row
    ran = console(*call(operation, name))
    undone = console("undo", ran.row["id"], "--confirm", name)
    assert undone.row["outcome"] == "applied", undone.err
    after = console(SET[operation][0], "show", name).row
    taken = [key for key in SHOWN[operation] if key != "credits_remain"]
    assert {key: after[key] for key in taken} == {key: before[key] for key in taken}


def test_what_was_added_is_not_undone_and_what_cannot_be_set_neither(console, planted):
    ran = console(*call(Operation.CREDITS_ADD, planted(Operation.CREDITS_ADD)))
    refused = console("undo", ran.row["id"], "--yes")
    assert (refused.code != 0, "set the credits anew" in refused.err) == (True, True), refused.err
    name = planted(Operation.CREDITS_SET, {**LEFT, "remain": 0})
    ran = console("credits", "set", name, "unlimited", "--yes")
    refused = console("undo", ran.row["id"], "--yes")
    assert (refused.code != 0, "cannot be set" in refused.err) == (True, True), refused.err


@pytest.mark.parametrize(
    ("fault", "settings", "outcome", "code"),
    [
        ("drop-after", {}, "unknown", 10),
        ("drop-before", {}, "unknown", 10),
        ("status", {"shape": "bad-key"}, "rejected", 4),
        ("status", {"shape": "no-credits"}, "rejected", 6),
        ("status", {"shape": "no-scope"}, "rejected", 6),
        ("status", {"shape": "limit", "times": 9}, "rejected", 6),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else None,
)
@pytest.mark.parametrize("operation", SET)
def test_a_fault_has_its_outcome_and_nothing_is_sent_twice(console, planted, operation, fault, settings, outcome, code):
    name, since = planted(operation), console.sandbox.last_seq()
    console.sandbox.fault(fault, operation=operation.value, **{"times": 1, **settings})
    ran = console(*call(operation, name))
    console.sandbox.clear()
    assert (ran.row["outcome"], ran.code) == (outcome, code), ran.err
    assert applied(console, since) == ([(operation.value, name)] if fault == "drop-after" else [])


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("credits", "set", "NAME", "forever"), "recurring or nonrecurring or unlimited"),
        (("credits", "set", "NAME", "recurring", "5000"), "Reset is required"),
        (("credits", "set", "NAME", "recurring", "0", "monthly"), "at least 1"),
        (("credits", "set", "NAME", "unlimited", "5000"), "too much"),
        (("credits", "set", "NAME", "nonrecurring"), "Credits left is required"),
        (("credits", "add", "NAME", "0"), "other than 0"),
        (("credits", "add", "NAME", "many"), "whole number"),
        (("ips", "set", "NAME", "mail.example"), "no IPv4 address"),
        (("ips", "set", "NAME", ""), "Sending addresses is required"),
    ],
)
def test_what_makes_no_sense_is_not_sent(console, planted, argv, words):
    name, since = planted(Operation.CREDITS_SET), console.sandbox.last_seq()
    refused = console(*(name if word == "NAME" else word for word in argv), "--yes")
    assert (refused.code, words in refused.err) == (2, True), refused.err
    assert console.sandbox.log(since) == []


def test_credits_are_taken_away_and_never_more_than_there_are(console, planted):
    name = planted(Operation.CREDITS_ADD, LEFT)
    assert console("credits", "add", name, "-30", "--yes").row["message"] == "done, 10 left"
    assert console("credits", "show", name).row["credits_remain"] == 10
    refused = console("credits", "add", name, "-30", "--yes")
    assert (refused.row["outcome"], refused.code) == ("rejected", 6)


def test_the_review_says_before_and_after_and_what_goes(console, planted):
    name = planted(Operation.CREDITS_SET)
    dry = console("credits", "set", name, "nonrecurring", "70", "--dry-run")
    changes = {"credits_type": {"before": "recurring", "after": "nonrecurring"}}
    assert dry.row["changes"] == changes | {"credits_remain": {"before": 900, "after": 70}}
    account = planted(Operation.OFFERINGS_SET, package="gold")
    dry = console("offerings", "set", account, FREE, "--dry-run")
    assert dry.row["changes"]["package"] == {"before": "org.ei.premier.v1", "after": FREE}
    assert "sending addresses: 3 -> 0; the newest are taken away" in dry.err
    assert "subusers: 100 -> 0" in dry.err
    asked = console("offerings", "set", account, FREE)
    assert (asked.code, "--confirm" in asked.err) == (11, True), "what takes something away is typed"


@pytest.mark.parametrize(
    ("provider", "argv", "words"),
    [
        ("reseller-v2", ("credits", "set", "NAME", "unlimited", "--yes"), "follows from its package"),
        ("reseller-v2", ("ips", "show", "NAME"), "when a customer is created"),
        ("accounts-v3", ("credits", "show", "NAME"), "offerings set"),
        ("accounts-v3", ("ips", "set", "NAME", FIRST, "--yes"), "offerings set"),
        ("subusers-v3", ("offerings", "show", "NAME"), "credits set"),
    ],
)
def test_what_a_service_has_not_is_refused_with_the_way_round(console, planted, provider, argv, words):
    name = planted(Operation.CREDITS_SET)
    ready = console.sandbox.ready
    console.environment["TUI_RESELLER_PROVIDER"] = provider
    if provider == "reseller-v2":
        console.environment |= {"TUI_RESELLER_BASE_URL": ready["base_url"], "TUI_RESELLER_API_KEY": ready["api_key"]}
    refused = console(*(name if word == "NAME" else word for word in argv))
    assert (refused.code, words in refused.err) == (11, True), refused.err


def test_a_file_sets_credits_of_several_and_leaves_who_is_so(console, planted, tmp_path):
    one, two = planted(Operation.CREDITS_SET), planted(Operation.CREDITS_SET)
    file = tmp_path / "credits.csv"
    head = "username,credits_type,credits_total,credits_reset"
    file.write_text(f"{head}\n{one},recurring,2000,daily\n{two},recurring,1000,weekly\n", "utf-8")
    made = console("plan", "new", "--from", str(file), "--action", "credits_set")
    assert (made.row["items"], made.row["already"]) == (1, 1), made.err
    ran = console("plan", "apply", made.row["plan"], "--yes")
    assert [row["outcome"] for row in ran.rows] == ["applied"], ran.err
    assert json.loads(console.sandbox.held(one)["credits"])["total"] == 2000


def test_a_list_reads_credits_where_a_column_asks_for_them(console, planted):
    name = planted(Operation.CREDITS_SET)
    plain = console("list", "--filter", f"username={name}", "--details").row
    assert (plain["credits_type"], plain["details_read"] is None) == (None, False)
    asked = console(
        "list",
        "--filter",
        f"username={name} credits_type:recurring",
        "--details",
        "--columns",
        "username,credits_remain",
    )
    assert asked.row == {"username": name, "credits_remain": 900}
