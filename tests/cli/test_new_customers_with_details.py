"""Files of new customers at Subusers v3 with names and address: two calls each, one row of the file, one customer."""

import csv
import io
import json

import pytest

from tests.jobs.test_second_calls import unpaced  # noqa: F401 - a fixture that is used by itself

COMMON = {"ips": "203.0.113.1", "first_name": "Luz", "city": "Vigo", "country": "ES"}


@pytest.fixture
def console(consoles):
    return at_v3(consoles("shares"))


def at_v3(made):
    ready = made.sandbox.ready
    made.environment |= {
        "TUI_RESELLER_PROVIDER": "subusers-v3",
        "TUI_RESELLER_BASE_URL": ready["v3_base_url"],
        "TUI_RESELLER_EU_BASE_URL": ready["v3_eu_base_url"],
        "TUI_RESELLER_API_USER": "boss",
        "TUI_RESELLER_API_KEY": ready["v3_api_key"],
    }
    made.sandbox.start_anew()
    return made


@pytest.fixture
def guarded(consoles, team_cluster):
    """Return who works in an account where another one has to approve, and that one."""
    ann, amy, sam = (at_v3(consoles("shares", ledger=team_cluster.address(name))) for name in ("ann", "amy", "sam"))
    assert amy("ledger", "member", "add", "sam", "--may", "approve").code == 0
    first = ann.sandbox.fresh_name()
    ann.sandbox.plant(first, active="true", email=f"{first}@x.example")
    assert ann("disable", first, "--yes").code == 0
    ((key,),) = team_cluster.ask("SELECT name FROM reseller.accounts")
    assert amy("ledger", "account", "set", key, "--approvals", "1").code == 0
    ann.sandbox.start_anew()
    yield ann, sam
    assert amy("ledger", "member", "remove", "sam").code == 0


@pytest.fixture
def names(console):
    return [console.sandbox.fresh_name() for _ in range(3)]


def row(name, **more):
    return {"username": name, "email": f"{name}@x.example", "password": "s3cret-pass-w0rd", **COMMON, **more}


@pytest.fixture
def file(names, tmp_path):
    """A file of three; the last one has no details."""
    rows = [row(names[0]), row(names[1], city="Łódź"), row(names[2], first_name="", city="", country="")]
    place = tmp_path / "new.csv"
    with place.open("w", encoding="utf-8") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return str(place)


CALLS = [("create", 0), ("set", 0), ("create", 1), ("set", 1), ("create", 2)]


def told(ran):
    """Return operation, username and outcome of each row."""
    return [(found["operation"], found["username"], found["outcome"]) for found in ran.rows]


def in_order(names, outcome):
    return [(operation, names[number], outcome) for operation, number in CALLS]


def test_a_dry_run_shows_both_calls_of_each(console, names, file):
    ran = console("create", "--from", file, "--dry-run")
    assert (ran.code, told(ran)) == (0, in_order(names, "not_sent")), ran.err
    assert ran.rows[3]["changes"]["city"] == {"before": None, "after": "Łódź"}
    assert console.sandbox.log() == []


def test_each_is_created_and_given_its_details(console, names, file):
    ran = console("create", "--from", file, "--yes", "--reason", "contract 7")
    assert ran.code == 0, ran.err
    assert sorted(told(ran)) == sorted(in_order(names, "applied"))
    assert "3 customers: 3 applied" in ran.err
    assert "undo" not in ran.err
    assert sorted(console.sandbox.applied()) == sorted((one, names[number]) for one, number in CALLS)
    assert [console.sandbox.held(name)["city"] for name in names[:2]] == ["Vigo", "Łódź"]
    assert {entry["batch"] for entry in console("audit", "list").rows} == {"job-1"}
    job = console("job", "show", "1")
    assert (job.row["total"], job.row["done"], job.row["outcomes"]) == (3, 3, {"applied": 3})
    assert told(console("job", "results", "1")) == in_order(names, "applied")
    undone = console("undo", "job-1", "--yes")
    assert (undone.code, undone.err.count("left alone"), undone.err.count("cannot be undone")) == (2, 3, 3)


def test_a_person_reads_a_line_for_each_customer(console, names, file):
    ran = console("create", "--from", file, answers=["no"])
    assert "for 3 customers" in ran.err
    assert 'city "Łódź"' in ran.err
    assert console.sandbox.log() == []


def test_a_file_of_one_is_one_customer(console, names, tmp_path):
    place = tmp_path / "one.jsonl"
    place.write_text(json.dumps(row(names[0])), "utf-8")
    ran = console("create", "--from", str(place), "--yes")
    assert (ran.code, told(ran)) == (0, [("create", names[0], "applied"), ("set", names[0], "applied")]), ran.err
    assert console.sandbox.held(names[0])["city"] == "Vigo"


def test_what_is_wrong_with_details_is_said_with_its_line(console, names):
    text = "\n".join(json.dumps(row(name, zip="1" * (60 if name == names[1] else 5))) for name in names)
    ran = console("create", "--from", "-", "--yes", stdin=text)
    assert (ran.code, "line 2, zip: Zip has 60 characters, at most 50" in ran.err) == (2, True), ran.err
    assert console.sandbox.log() == []


def test_a_plan_shows_them_and_is_applied(console, names, file):
    made = console("plan", "new", "--from", file, "--action", "create")
    assert (made.code, made.row["items"], made.row["operations"]) == (0, 3, ["create"]), made.err
    digest = made.row["plan"]
    shown = console("plan", "show", digest).rows
    assert [found["username"] for found in shown] == names
    assert shown[1]["changes"]["city"] == {"before": None, "after": "Łódź"}
    dry = console("plan", "apply", digest, "--dry-run")
    assert len(dry.rows) == 3
    asked = console("plan", "apply", digest, "--from", file, answers=["no"])
    assert "by a second call" in asked.err
    assert console.sandbox.log() == []
    applied = console("plan", "apply", digest, "--from", file, "--yes")
    assert (applied.code, sorted(told(applied))) == (0, sorted(in_order(names, "applied"))), applied.err
    assert [console.sandbox.held(name)["city"] for name in names[:2]] == ["Vigo", "Łódź"]


def test_details_of_a_plan_are_part_of_what_was_reviewed(console, file, tmp_path):
    place = tmp_path / "new.plan"
    assert console("plan", "new", "--from", file, "--action", "create", "--out", str(place)).code == 0
    content = place.read_text("ascii")
    assert '"city":"Vigo"' in content
    assert "s3cret" not in content
    place.write_text(content.replace('"city":"Vigo"', '"city":"Lugo"'), "ascii")
    refused = console("plan", "apply", str(place), "--from", file, "--yes")
    assert refused.code != 0
    assert console.sandbox.log() == []


@pytest.mark.parametrize(
    ("operation", "fault", "settings", "outcomes", "code", "counts"),
    [
        ("create", "status", {"shape": "no-plan"}, ["rejected", "not_sent"], 9, "2 applied, 1 rejected"),
        ("create", "drop-after", {}, ["unknown"], 10, "2 applied, 1 unknown"),
        ("create", "drop-before", {}, ["unknown"], 10, "2 applied, 1 unknown"),
        ("set", "status", {"shape": "no-scope"}, ["applied", "rejected"], 9, "2 applied, 1 rejected"),
        ("set", "drop-after", {}, ["applied", "unknown"], 10, "2 applied, 1 unknown"),
        ("set", "drop-before", {}, ["applied", "unknown"], 10, "2 applied, 1 unknown"),
    ],
)
def test_what_became_of_both_calls_is_said(console, names, file, operation, fault, settings, outcomes, code, counts):
    console.sandbox.fault(fault, operation=operation, times=1, **settings)
    ran = console("create", "--from", file, "--yes")
    assert ([outcome for _, name, outcome in told(ran) if name == names[0]], ran.code) == (outcomes, code), ran.err
    assert f"3 customers: {counts}" in ran.err
    job = console("job", "show", "1").row
    assert (job["total"], job["done"]) == (3, 3)


@pytest.mark.parametrize(
    ("operation", "fault", "verb"), [("create", "drop-after", "resume"), ("set", "status", "retry")]
)
def test_it_is_gone_on_with(console, names, file, operation, fault, verb):
    settings = {"shape": "no-scope"} if fault == "status" else {}
    console.sandbox.fault(fault, operation=operation, times=1, **settings)
    assert console("create", "--from", file, "--yes").code in {9, 10}
    went_on = console("job", verb, "1")
    assert (went_on.code, told(went_on)) == (0, [("set", names[0], "applied")]), went_on.err
    assert sorted(console.sandbox.applied()) == sorted((one, names[number]) for one, number in CALLS)
    assert [console.sandbox.held(name)["city"] for name in names[:2]] == ["Vigo", "Łódź"]


def test_a_dry_retry_shows_both_calls_of_who_was_not_created(console, names, file):
    console.sandbox.fault("status", shape="no-plan", operation="create", times=1)
    assert console("create", "--from", file, "--yes").code == 9
    dry = console("job", "retry", "1", "--dry-run")
    assert told(dry) == [("create", names[0], "rejected"), ("set", names[0], "not_sent")]
    assert "dry run: 1 customers" in dry.err
    resumed = console("job", "resume", "1", "--dry-run")
    assert (told(resumed), "dry run: 0 customers" in resumed.err) == ([], True)


def test_rows_of_a_file_without_details_are_as_before(console, names):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([["username", "email", "ips", "password"]])
    writer.writerows([[name, f"{name}@x.example", "203.0.113.1", "s3cret-pass-w0rd"] for name in names])
    ran = console("create", "--from", "-", "--yes", stdin=text.getvalue())
    assert (ran.code, [operation for operation, _, _ in told(ran)]) == (0, ["create"] * 3), ran.err
    assert "two_calls" not in json.dumps(console("job", "show", "1").row)


@pytest.mark.parametrize("is_file", [True, False])
def test_what_others_approve_of_has_both_calls(guarded, tmp_path, is_file):
    ann, sam = guarded
    names = [ann.sandbox.fresh_name() for _ in range(2 if is_file else 1)]
    place = tmp_path / "new.jsonl"
    place.write_text("\n".join(json.dumps(row(name)) for name in names), "utf-8")
    one = [f"{name}={value}" for name, value in row(names[0]).items() if name != "password"]
    refused = ann("create", *(["--from", str(place)] if is_file else [*one, "--generate-password"]), "--yes")
    assert (refused.code, "a plan was made" in refused.err) == (11, True), refused.err
    plan = refused.err.partition("plan propose ")[2].split()[0]
    number = str(ann("plan", "propose", plan, "--reason", "contract 7").row["proposal"])
    assert [found["changes"]["city"]["after"] for found in sam("approval", "show", number).rows] == ["Vigo"] * len(
        names
    )
    assert sam("approval", "approve", number, "--digest", plan, "--reason", "read it").code == 0
    assert ann.sandbox.log() == []
    done = ann("plan", "apply", plan, "--yes", "--passwords-to", str(tmp_path / "passwords.csv"))
    assert done.code == 0, done.err
    assert sorted(ann.sandbox.applied()) == sorted((what, name) for name in names for what in ("create", "set"))
    assert {ann.sandbox.held(name)["city"] for name in names} == {"Vigo"}
    assert ann("audit", "verify").row["whole"] is True


def test_a_generated_password_stands_with_the_call_that_sent_it(console, names):
    rows = [{key: value for key, value in row(name).items() if key != "password"} for name in names]
    console.sandbox.fault("status", shape="no-scope", operation="set", times=1)
    ran = console("create", "--from", "-", "--yes", "--generate-password", stdin="\n".join(map(json.dumps, rows)))
    made = {found["username"]: found["password"] for found in ran.rows if found["operation"] == "create"}
    assert (ran.code, made.keys()) == (9, set(names)), ran.err
    assert not any("password" in found for found in ran.rows if found["operation"] == "set")
    assert all(console.sandbox.takes(name, password) for name, password in made.items())
