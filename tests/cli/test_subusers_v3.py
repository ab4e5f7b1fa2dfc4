"""A working day with Subusers v3 by commands: the whole program against a sandbox over HTTP."""

import csv
import io
import json

import pytest

PROFILE = {"first_name": "Luz", "last_name": "García", "city": "Vigo", "country": "ES"}


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


def rows(ran):
    assert ran.code == 0, ran.err
    return ran.rows


def sent(console, since):
    return [
        (row["operation"], row["username"]) for row in console.sandbox.log(since)
        if row["by"] == "client"
    ]  # fmt: skip


@pytest.fixture
def luz(console):
    name = console.sandbox.fresh_name()
    console.sandbox.plant(name, active="true", email=f"{name}@x.example", **PROFILE)
    return name


def test_the_list_tells_what_it_tells_and_no_more(console, luz):
    (row,) = rows(console("list", "--filter", f"username={luz}"))
    assert (row["email"], row["sending"], row["region"]) == (f"{luz}@x.example", True, row["region"])
    assert row["id"].isdigit()
    assert {row[name] for name in ("first_name", "city", "details_read", "website_access")} == {None}


def test_show_reads_the_details(console, luz):
    row = console("show", luz).row
    assert {name: row[name] for name in PROFILE} == PROFILE
    assert row["details_read"].endswith("Z")


def test_a_list_whose_details_were_not_read_comes_back_as_no_change(console, luz, tmp_path):
    other = console.sandbox.fresh_name()
    console.sandbox.plant(other, active="true", email=f"{other}@x.example", **PROFILE)
    listed = console("list", "--filter", f"username={luz}").out + console("list", "--filter", f"username={other}").out
    found = [json.loads(line) for line in listed.splitlines()]
    file = tmp_path / "back.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in found))
    back = console("plan", "new", "--from", str(file), "--action", "set", "--out", str(tmp_path / "a.plan"))
    assert (back.code, "nothing is left to do: 2 are so already" in back.err) == (0, True), back.err
    file.write_text("".join(json.dumps(row | {"city": "Lugo"} if row is found[0] else row) + "\n" for row in found))
    one = console("plan", "new", "--from", str(file), "--action", "set", "--out", str(tmp_path / "b.plan"))
    assert (one.code, one.row["items"], one.row["refused"]) == (0, 1, [])


def test_every_operation_that_there_is(console, luz):
    since = console.sandbox.last_seq()
    assert console("disable", luz, "--yes").row["outcome"] == "applied"
    assert console("enable", luz, "--yes").row["outcome"] == "applied"
    assert console("website-disable", luz, "--yes").row["outcome"] == "applied"
    changed = console("set", luz, "city=Lugo", "country=ES", "--yes").row
    assert changed["changes"] == {"city": {"before": "Vigo", "after": "Lugo"}}
    assert console("set", luz, "city=Lugo", "--yes").row["outcome"] == "already_so"
    assert console("email", luz, f"new-{luz}@x.example", "--yes").row["outcome"] == "applied"
    assert console("rename", luz, f"{luz}.new", "--confirm", luz).row["outcome"] == "applied"
    assert console("show", f"{luz}.new").row["website_access"] is False
    assert console("delete", f"{luz}.new", "--confirm", f"{luz}.new").row["outcome"] == "applied"
    words = ("disable", "enable", "website_disable", "set", "email", "rename")
    assert sent(console, since) == [*((word, luz) for word in words), ("delete", f"{luz}.new")]


def test_a_new_customer(console):
    name = console.sandbox.fresh_name()
    wanted = (f"username={name}", "email=a@x.example", "ips=203.0.113.1", "region=eu")
    made = console("create", *wanted, "--password-stdin", "--yes", stdin="s3cret-pass-w0rd\n")
    assert made.row["outcome"] == "applied", made.err
    assert console("show", name).row["region"] == "eu"
    held = console.sandbox.held(name)
    assert (held["email"], held["region"]) == ("a@x.example", "eu")


DETAILED = ("email=a@x.example", "ips=203.0.113.1", "first_name=Luz", "city=Vigo", "country=ES")


def test_a_new_customer_with_details_is_two_calls_of_one_batch(console):
    name, since = console.sandbox.fresh_name(), console.sandbox.last_seq()
    made = console("create", f"username={name}", *DETAILED, "--generate-password", "--yes", "--reason", "contract 7")
    first, second = rows(made)
    assert (first["operation"], second["operation"]) == ("create", "set")
    assert ("password" in first, second.get("password")) == (True, None)
    assert console.sandbox.takes(name, first["password"])
    assert sent(console, since) == [("create", name), ("set", name)]
    held = console.sandbox.held(name)
    assert (held["first_name"], held["city"], held["country"]) == ("Luz", "Vigo", "ES")
    told = console("audit", "list", "--username", name).rows
    assert [row["operation"] for row in told] == ["set", "create"]
    assert len({row["batch"] for row in told}) == 1
    assert None not in {row["batch"] for row in told}
    assert {row["reason"] for row in told} == {"contract 7"}


@pytest.mark.parametrize(
    ("operation", "fault", "settings", "outcomes", "code"),
    [
        ("create", "status", {"shape": "no-plan"}, ["rejected"], 6),
        ("create", "drop-after", {}, ["unknown"], 10),
        ("set", "status", {"shape": "no-scope"}, ["applied", "rejected"], 9),
        ("set", "status", {"shape": "limit", "times": 9}, ["applied", "rejected"], 9),
        ("set", "drop-after", {}, ["applied", "unknown"], 10),
        ("set", "drop-before", {}, ["applied", "unknown"], 10),
    ],
)
def test_what_became_of_both_calls_is_said(console, operation, fault, settings, outcomes, code):
    name, since = console.sandbox.fresh_name(), console.sandbox.last_seq()
    console.sandbox.fault(fault, operation=operation, **{"times": 1, **settings})
    made = console("create", f"username={name}", *DETAILED, "--generate-password", "--yes")
    console.sandbox.clear()
    assert ([row["outcome"] for row in made.rows], made.code) == (outcomes, code), made.err
    applied = [("create", name)] * (operation == "set" or fault == "drop-after")
    applied += [("set", name)] * (operation == "set" and fault == "drop-after")
    assert sent(console, since) == applied
    assert ("password" in made.rows[0]) is (outcomes[0] != "rejected"), "a refused second call takes no password away"


def test_the_second_call_waits_until_the_customer_can_be_read(console):
    name = console.sandbox.fresh_name()
    console.sandbox.fault("lag", seconds=2, times=None)
    made = console("create", f"username={name}", *DETAILED, "--generate-password", "--yes")
    console.sandbox.clear()
    assert [row["outcome"] for row in rows(made)] == ["applied", "applied"]
    assert console.sandbox.held(name)["city"] == "Vigo"


def test_a_dry_run_shows_both_calls(console):
    name, since = console.sandbox.fresh_name(), console.sandbox.last_seq()
    dry = console("create", f"username={name}", *DETAILED, "--generate-password", "--dry-run")
    assert [(row["operation"], row["outcome"]) for row in rows(dry)] == [("create", "not_sent"), ("set", "not_sent")]
    wrong = console("create", f"username={name}", *DETAILED, f"zip={'1' * 60}", "--generate-password", "--yes")
    assert (wrong.code, "at most 50" in wrong.err) == (2, True)
    assert sent(console, since) == []


@pytest.mark.parametrize("options", [(), ("--generate-password",), ("--password-stdin",)])
def test_without_the_old_password_it_is_refused_with_the_way_round(console, luz, options):
    since = console.sandbox.last_seq()
    refused = console("password", luz, "--confirm", luz, *options, stdin=f"{NEW}\n")
    assert (refused.code, "log-in page" in refused.err) == (11, True)
    assert console.sandbox.log(since) == []


OLD, NEW = "former-pass-w0rd", "s3cret-pass-w0rd"


@pytest.fixture
def known(console, luz):
    """A customer whose password is known."""
    console.sandbox.plant(luz, password=OLD)
    return luz


def test_a_password_is_changed_with_the_old_one(console, known):
    options = ("--old-password-stdin", "--password-stdin", "--confirm", known)
    changed = console("password", known, *options, stdin=f"{OLD}\n{NEW}\n")
    assert (changed.code, changed.row["outcome"], changed.row["changes"]) == (0, "applied", {}), changed.err
    assert console.sandbox.takes(known, NEW)
    kept = b"".join(path.read_bytes() for path in console.folder.rglob("*") if path.is_file())
    assert not any(word.encode() in kept for word in (OLD, NEW))
    wrong = console("password", known, *options, stdin=f"{OLD}\nan0ther-pass\n")
    assert (wrong.code, wrong.row["outcome"]) == (6, "rejected")
    made = console("password", known, "--old-password-stdin", "--generate-password", "--confirm", known, stdin=NEW)
    assert console.sandbox.takes(known, made.row["password"])


def test_a_person_is_asked_for_both_hidden(console, known):
    asked = console("password", known, "--confirm", known, answers=[OLD, NEW, NEW])
    assert asked.row["outcome"] == "applied", asked.err
    assert console.sandbox.takes(known, NEW)


@pytest.mark.parametrize(
    ("fault", "settings", "outcome"),
    [
        ("drop-after", {}, "unknown"),
        ("drop-before", {}, "unknown"),
        ("status", {"shape": "bad-key"}, "rejected"),
        ("status", {"shape": "no-scope"}, "rejected"),
        ("status", {"shape": "limit", "times": 9}, "rejected"),
    ],
)
def test_a_changed_password_is_never_sent_twice(console, known, fault, settings, outcome):
    since = console.sandbox.last_seq()
    console.sandbox.fault(fault, operation="password", **{"times": 1, **settings})
    options = ("--old-password-stdin", "--password-stdin", "--confirm", known)
    ran = console("password", known, *options, stdin=f"{OLD}\n{NEW}\n")
    console.sandbox.clear()
    assert ran.row["outcome"] == outcome, ran.err
    assert len(console.sandbox.for_clients(since)) == (fault == "drop-after")
    if outcome == "unknown":
        again = console("password", known, *options, stdin=f"{OLD}\n{NEW}\n")
        assert (again.code, "must be settled first" in again.err) == (11, True), again.err
        assert console("verify", ran.row["id"]).row["outcome"] == "unverifiable"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--old-password-stdin",), "stdin holds the old password"),
        (("--old-password-stdin", "--password-stdin", "--generate-password"), "too many"),
        (("--old-password-stdin", "--password-stdin"), "stdin holds no password: its second line"),
    ],
)
def test_what_stdin_does_not_hold_is_not_sent(console, known, options, words):
    since = console.sandbox.last_seq()
    refused = console("password", known, *options, "--confirm", known, stdin=f"{OLD}\n")
    assert (refused.code, words in refused.err) == (2, True), refused.err
    assert console.sandbox.log(since) == []


def test_passwords_are_not_changed_by_a_plan(console, known, tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text(f"username,password\n{known},{NEW}\n", "utf-8")
    refused = console("plan", "new", "--from", str(file), "--action", "password")
    assert (refused.code, "the old password is needed" in refused.err) == (2, True), refused.err


def test_a_plan_of_details_is_compared_with_what_there_is(console, luz, tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text(f"username,city\n{luz},Lugo\n", "utf-8")
    made = console("plan", "new", "--from", str(file), "--action", "set")
    assert made.row["items"] == 1, made.err
    (item,) = rows(console("plan", "show", made.row["plan"]))
    assert item["changes"] == {"city": {"before": "Vigo", "after": "Lugo"}}
    applied = console("plan", "apply", made.row["plan"], "--yes")
    assert [row["outcome"] for row in rows(applied)] == ["applied"]
    assert console.sandbox.held(luz)["city"] == "Lugo"


def test_a_list_with_details_comes_back_as_no_change(console, luz, tmp_path):
    text = console("list", "--filter", f"username={luz}", "--details", "--output", "csv").out
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["city"], row["last_name"]) == ("Vigo", "García")
    file = tmp_path / "back.csv"
    file.write_text(text, "utf-8")
    back = console("plan", "new", "--from", str(file), "--action", "set")
    assert back.row["items"] == 0, back.err


@pytest.fixture
def signing_in(console, tmp_path):
    """The program without the environment's profile, and a command that prints the key."""
    ready = console.sandbox.ready
    file = tmp_path / "key"
    file.write_text(ready["v3_api_key"] + "\n", "utf-8")
    console.environment.clear()
    return console, ("--base-url", ready["v3_base_url"], "--secret-command", f"cat {file}"), file


def test_the_service_says_whose_the_key_is(signing_in):
    console, options, _ = signing_in
    assert console("profile", "add", "box", *options).code == 0
    row = console("profile", "show", "box").row
    assert (row["provider"], row["api_user"]) == ("subusers-v3", "reseller")
    tested = console("profile", "test", "box")
    assert "accepts the key of" in tested.err
    assert "cannot" not in tested.err
    assert len(rows(console("list", "--limit", "3"))) == 3


def test_a_wrong_key_makes_no_profile(signing_in):
    console, options, file = signing_in
    file.write_text("SG.wrong\n", "utf-8")
    ran = console("profile", "add", "box", *options)
    assert ran.code == 4, ran.err
    assert "SG.wrong" not in ran.err
    assert rows(console("profile", "list")) == []


def test_the_rules_of_a_profile_are_taken_over(signing_in):
    console, options, _ = signing_in
    old = ("--provider", "reseller-v2", "--api-user", "acme", "--store", "none", "--format", "xml")
    assert console("profile", "add", "old", *old, "--protected", "--max-rows", "7", "--colour", "red").code == 0
    ran = console("profile", "copy", "old", "new", *options)
    assert ran.code == 0, ran.err
    row = console("profile", "show", "new").row
    assert (row["protected"], row["max_rows"], row["colour"], row["format"]) == (True, 7, "red", "json")
    assert (row["provider"], row["api_user"]) == ("subusers-v3", "reseller")
    assert console("profile", "show", "old").row["provider"] == "reseller-v2"


def test_a_plan_of_one_service_is_refused_by_the_other(console, luz, tmp_path):
    made = console(
        "plan", "new", "--filter", f"username={luz}", "--action", "disable", "--out", str(tmp_path / "v3.plan")
    )
    assert made.code == 0, made.err
    ready = console.sandbox.ready
    del console.environment["TUI_RESELLER_EU_BASE_URL"]
    console.environment |= {
        "TUI_RESELLER_PROVIDER": "reseller-v2", "TUI_RESELLER_BASE_URL": ready["base_url"],
        "TUI_RESELLER_API_USER": ready["api_user"], "TUI_RESELLER_API_KEY": ready["api_key"],
    }  # fmt: skip
    refused = console("plan", "apply", str(tmp_path / "v3.plan"), "--yes")
    assert (refused.code, "another account" in refused.err) == (11, True)


def test_details_of_a_customer_of_the_eu(console):
    name = console.sandbox.fresh_name()
    console.sandbox.plant(name, active="true", region="eu", email=f"{name}@x.example", **PROFILE)
    assert console("show", name).row["city"] == "Vigo"
    changed = console("set", name, "city=Lugo", "--yes").row
    assert (changed["outcome"], console.sandbox.held(name)["city"]) == ("applied", "Lugo")


def test_a_command_says_that_it_waits(console, known):
    console.sandbox.fault("rate-limit", retry_after=3, operation="disable", times=1)
    ran = console("disable", known, "--yes")
    assert ran.row["outcome"] == "applied"
    assert "for the service's limit" in ran.err


@pytest.mark.parametrize("odd", ["m\u00fcller", "zo\u00e9 \u20ac", " blank"])
def test_a_name_with_which_details_cannot_be_asked_for_keeps_nobody_else_from_being_read(console, luz, odd, tmp_path):
    console.sandbox.plant(odd, active=True, email="odd@x.example", **PROFILE)
    try:
        listed = console("list", "--details", "--filter", "city:vigo", "--output", "jsonl")
        assert luz in {row["username"] for row in rows(listed)}
        assert "the details of 1 customer are not known" in listed.err
        shown = console("show", odd)
        assert (shown.code, shown.row["email"], shown.row["city"]) == (0, "odd@x.example", None)
        made = console("plan", "new", "--all", "--action", "set", "city=Lugo", "--out", str(tmp_path / "a.plan"))
        assert made.code == 0, made.err
        since = console.sandbox.last_seq()
        refused = console("set", odd, "city=Lugo", "--yes")
        assert (refused.code, sent(console, since)) == (2, [])
    finally:
        console.sandbox.bury(odd)
