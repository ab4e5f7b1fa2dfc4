"""create: from arguments and from files; everything is checked before the first is sent."""

import csv
import io
import json

import pytest

FIELDS = {
    "email": "neu@x.example", "first_name": "N", "last_name": "E", "address": "A", "city": "C", "state": "S",
    "zip": "1", "country": "ES", "phone": "1", "website": "x.example",
}  # fmt: skip


def row(username: str, **more) -> dict:
    return {"username": username, **FIELDS, **more}


def as_csv(*rows: dict) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_lines(*rows: dict) -> str:
    return "\n".join(json.dumps(found) for found in rows) + "\n"


@pytest.mark.parametrize("write", [as_csv, as_lines], ids=["csv", "jsonl"])
@pytest.mark.parametrize("place", ["stdin", "file"])
def test_several_from_a_file(desk, tmp_path, write, place):
    text = write(row("neu1", password="canary-Pass-1"), row("neu2", password="canary-Pass-2"))
    source = tmp_path / "new.txt"
    if place == "file":
        source.write_text("\ufeff" + text)
    ran = desk("create", "--from", "-" if place == "stdin" else str(source), "--yes", stdin=text)
    assert ran.code == 0
    assert [found["username"] for found in ran.rows] == ["neu1", "neu2"]
    assert [call.password.reveal() for call in desk.service.sent] == ["canary-Pass-1", "canary-Pass-2"]
    assert "canary" not in ran.out + ran.err


def test_one_object_over_several_lines(desk):
    text = json.dumps(row("neu1", password="canary-Pass-1", zip=28013), indent=2)
    assert desk("create", "--from", "-", "--yes", stdin=text).code == 0
    assert desk.service.sent[0].fields["zip"] == "28013"


def test_passwords_are_made_for_those_without(desk):
    text = as_lines(row("neu1"), row("neu2", password="canary-Pass-2"))
    ran = desk("create", "--from", "-", "--yes", "--generate-password", stdin=text)
    assert ran.rows[0]["password"] == desk.service.sent[0].password.reveal()
    assert "password" not in ran.rows[1]
    found = desk("create", "--from", "-", "--yes", "--generate-password", "--output", "csv", stdin=as_csv(row("neu3")))
    assert (
        next(csv.DictReader(io.StringIO(found.out)))["password"].lstrip("'") == desk.service.sent[-1].password.reveal()
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (as_lines(row("neu1", password="Pass-word-1"), row("12", password="Pass-word-1")), "line 2, username: User"),
        (as_csv(row("neu1", password="Pass-word-1"), row("neu2", password="abc")), "line 3, password: Password"),
        (as_lines(row("neu1")), "line 1, password: Password is required"),
        (as_lines(row("neu1"), row("neu1")), 'line 2, username: "neu1" stands there already in line 1'),
        (as_lines(row("neu1", emial="x")), 'line 1: no column "emial"'),
        ("username,emial\nx,y\n", 'line 1: no column "emial"'),
        ("username,username\nx,y\n", "twice"),
        ("username,email\nx\n", "line 2: 1 values"),
        ('username,email\nx,"y\n', "line 2"),
        ("username,email\n", "no row"),
        ("", "nothing in it"),
        ("[{}]", "line 1, username: no username"),
        ('{"username": "a"}\nnonsense hunter2\n', "line 2"),
        ('{"username": ["a"]}', "is no text"),
        ('{"username": "a"}\n"hunter2"\n', "line 2: this is no JSON object"),
        (b"username\n\xff\n", "line 2: not UTF-8"),
    ],
)
def test_a_mistake_in_a_file_is_2_with_its_line_and_nothing_is_sent(desk, text, said):
    ran = desk("create", "--from", "-", "--yes", stdin=text)
    assert (ran.code, ran.out, desk.service.sent) == (2, "", [])
    assert said in ran.err
    assert "hunter2" not in ran.err
    assert "Pass-word" not in ran.err


def test_a_file_that_is_not_there(desk):
    ran = desk("create", "--from", "/nowhere/new.csv", "--yes")
    assert ran.code == 2
    assert "cannot be read" in ran.err


def test_a_dry_run_needs_no_key(desk):
    desk.credentials.key = None
    ran = desk("create", "--from", "-", "--dry-run", "--generate-password", stdin=as_lines(row("neu1")))
    assert ran.code == 0
    assert ran.row["changes"]["email"] == {"before": None, "after": "neu@x.example"}
    assert "password" not in ran.row


def test_fields_are_checked_before_a_password_is_asked_for(desk):
    ran = desk("create", "username=neu1", answers=[])
    assert ran.code == 2
    assert "E-mail is required" in ran.err


def test_the_marks_of_our_own_csv_come_off_again_but_not_from_a_password(desk):
    text = as_csv(row("neu1", phone="'+34 91", address="''=x", city="a;\\u002db", state="'s", password="'+Canary-1"))
    assert desk("create", "--from", "-", "--yes", stdin=text).code == 0
    sent = desk.service.sent[0]
    assert [sent.fields[name] for name in ("phone", "address", "city", "state")] == ["+34 91", "'=x", "a;-b", "'s"]
    assert sent.password.reveal() == "'+Canary-1"


def test_json_that_is_nested_too_deep_is_refused_in_words(desk):
    ran = desk("create", "--from", "-", "--yes", stdin='{"username":' + "[" * 100_000)
    assert ran.code == 2
    assert "line 1, column 1: this is no JSON object" in ran.err


def test_more_than_a_few_are_created_at_once(desk):
    rows = [row(f"neu{number}") for number in range(25)]
    ran = desk("create", "--from", "-", "--confirm", "25 acme", "--generate-password", stdin=as_lines(*rows))
    assert ran.code == 0, ran.err
    assert len(desk.service.sent) == 25
