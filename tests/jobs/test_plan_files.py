"""Files of changes: every row is taken or refused, with line and column, before anything is sent."""

import csv
import io
import json

import pytest

from tests.harness.v2 import action_of, read_rows
from tests.jobs.office import Office
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.exact_text import spelt_out
from tui_reseller.domain.job import JobState
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.plan import Item
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.services import listing, plans
from tui_reseller.services.job_passwords import Given

DETAILS = ("first_name", "last_name", "address", "city", "state", "zip", "country", "phone", "website")


def test_one_column_names_the_action():
    found = read_rows(
        b"action,username,new_username,email,city,password\n"
        b"disable,ann,,,,\n"
        b"rename,bob,bert,,,\n"
        b"email,cid,,c@example.com,,\n"
        b"set,dan,,,Vigo,\n"
        b"password,eve,,,,canary-pass-1\n"
        b"website-enable,fay,,,,\n"
    )
    assert found.refusals == []
    calls = [one.call for one in found.wanted]
    assert [(call.operation, call.username, dict(call.fields)) for call in calls] == [
        (Operation.DISABLE, "ann", {}),
        (Operation.RENAME, "bob", {"username": "bert"}),
        (Operation.EMAIL, "cid", {"email": "c@example.com"}),
        (Operation.SET, "dan", {"city": "Vigo"}),
        (Operation.PASSWORD, "eve", {}),
        (Operation.WEBSITE_ENABLE, "fay", {}),
    ]
    assert calls[4].password.reveal() == "canary-pass-1"
    assert "canary" not in repr(found)


@pytest.mark.parametrize(
    ("content", "note"),
    [
        ("username;city\nann;Vigo\n".encode("utf-16"), "read as UTF-16-LE"),
        ("\ufeffusername\tcity\nann\tVigo\n".encode(), "read with tab between the values"),
        (b"Username|City\r\nann|Vigo\r\n", "read with bar between the values"),
        (b"username,city\nann,'=Vigo\n", "1 formula marks (') were taken off"),
    ],
)
def test_what_was_made_regular_is_said(content, note):
    found = read_rows(content, Operation.SET)
    assert found.refusals == []
    assert found.wanted[0].call.fields["city"].lstrip("=") == "Vigo"
    assert note in found.notes


@pytest.mark.parametrize("city", ["a\\nb", "C:\\temp", "\\u202e", "x\\\\r"])
def test_a_backslash_of_an_operator_written_as_the_finding_says_is_no_finding(city):
    """A single one would be read as a sign that is not seen, and is doubtful; doubled it is one backslash."""
    written = spelt_out(city)
    assert written != city
    found = read_rows(f"username,city\nann,{written}\n".encode(), Operation.SET)
    (wanted,) = found.wanted
    assert (wanted.call.fields["city"], dict(wanted.spelt)) == (city, {})
    assert "1 cells with a doubled backslash were read with one" in found.notes
    (doubted,) = read_rows(f"username,city\nann,{city}\n".encode(), Operation.SET).wanted
    assert bool(doubted.spelt) is (city != "x\\\\r")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no head line|nothing in it"),
        (b"name,city\nann,Vigo\n", 'no column "name"'),
        (b"city\nVigo\n", "no column username"),
        (b"username,username\nann,ann\n", "stands there twice"),
        (b"username,city\nann,V\xffgo\n", "line 2: not UTF-8"),
        (b'username,city\nann,"Vigo\n', "the CSV cannot be read"),
        (b"username,city\n", "no row"),
    ],
)
def test_a_file_that_cannot_be_read_as_a_whole_is_refused(content, words):
    with pytest.raises(InvalidInput, match=words):
        read_rows(content, Operation.SET)


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("ann", "", "1 values, the head line has 3"),
        (",Vigo,", "username", "no username"),
        ("ann,,fly", "action", "no action 'fly'"),
        ("ann,Vigo,enable", "action", "stands against the one action for all"),
    ],
)
def test_a_bad_row_has_its_line_and_column(row, column, words):
    found = read_rows(f"username,city,action\nbob,Lugo,\n{row}\n".encode(), Operation.SET)
    assert len(found.wanted) == 1
    (refusal,) = found.refusals
    assert (refusal.line, refusal.column) == (3, column)
    assert words in refusal.message


def test_json_lines_are_read_alike():
    lines = [
        {"action": "set", "username": "ann", "city": ""},
        {"action": "set", "username": "bob", "city": ["x"]},
        "no object",
        {"action": "fly", "username": "cid"},
    ]
    found = read_rows("\n".join(json.dumps(line) for line in lines).encode() + b'\n{"username":"a","username":"b"}\n{')
    assert [dict(one.call.fields) for one in found.wanted] == [{"city": ""}]
    assert [(refusal.line, refusal.column) for refusal in found.refusals] == [
        (2, "city"), (3, ""), (4, "action"), (5, "username"), (6, "column 2"),
    ]  # fmt: skip


def test_the_digest_leaves_passwords_out():
    one = read_rows(b"username,password\nann,first-one-1\n", Operation.PASSWORD)
    two = read_rows(b"username,password\nann,second-one-2\n", Operation.PASSWORD)
    other = read_rows(b"username,password\nbob,first-one-1\n", Operation.PASSWORD)
    assert one.source == two.source != other.source


def test_actions_are_named_as_everywhere():
    assert action_of("Website-Disable") is Operation.WEBSITE_DISABLE
    with pytest.raises(InvalidInput, match="no action 'disabel'") as caught:
        action_of("disabel")
    assert caught.value.hint == "did you mean disable?"


def test_an_item_never_holds_a_password():
    with pytest.raises(ValueError, match="no password"):
        Item.from_dict({"operation": "password", "username": "ann", "fields": {"password": "x"}})


def rows_of(count, spoilt):
    """Return a CSV of new customers, some of which cannot be taken."""
    heads = ("username", "email", *DETAILS, "billing_date", "password")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    for number in range(count):
        row = dict.fromkeys(heads, "x") | {
            "username": f"bulk-{number:05}", "email": f"b{number}@example.com", "country": "ES", "billing_date": "",
            "password": f"Passw0rd-{number:05}",
        }  # fmt: skip
        kind, change = spoilt.get(number, ("", {}))
        row |= change
        values = list(row.values())
        writer.writerow(values[:-1] if kind == "ragged" else values)
    return text.getvalue().encode()


BAD = (
    ("ragged", {}),
    ("no username", {"username": ""}),
    ("short username", {"username": "ab"}),
    ("digits", {"username": "123456"}),
    ("taken", {"username": "user1"}),
    ("twice", {"username": "bulk-00000"}),
    ("no e-mail", {"email": ""}),
    ("bad e-mail", {"email": "not an address"}),
    ("too long", {"city": "C" * 101}),
    ("control", {"city": "a\x07b"}),
    ("missing", {"last_name": ""}),
    ("billing date", {"billing_date": "tomorrow"}),
)


@pytest.mark.parametrize("count", [400, pytest.param(10_000, marks=pytest.mark.long)])
async def test_a_large_file_with_37_bad_rows_of_12_kinds(tmp_path, count, new_sandbox):
    spoilt = {7 + number * (count // 40): BAD[number % len(BAD)] for number in range(37)}
    sandbox = new_sandbox(customers=60)
    office = Office(tmp_path, sandbox)
    try:
        content = rows_of(count, spoilt)
        read = read_rows(content, Operation.CREATE)
        await listing.refresh_for_many(office.session)
        drafted = await plans.draft(
            office.session, read.wanted, origin="file new.csv", refusals=read.refusals, source=read.source
        )
        assert {refusal.line for refusal in drafted.refusals} == {number + 2 for number in spoilt}
        assert len(drafted.plan.items) == count - 37
        assert sandbox.log() == []
        kinds = {spoilt[refusal.line - 2][0]: refusal.words for refusal in drafted.refusals}
        assert len(kinds) == 12
        assert all(words.startswith("line ") for words in kinds.values())
        job = await office.jobs.add(drafted.plan, office.session.operator, "contract 4711")
        secrets = Given({one.call.username: one.call.password for one in read.wanted})
        done = await office.run(job, passwords=secrets).run()
        assert (done.state, done.is_finished) == (JobState.FINISHED, True)
        assert await office.agrees(job, all_sent=True) == {"applied": count - 37}
        assert len(sandbox.log()) == count - 37
        results = [item.as_dict(RESELLER_V2) for item in await office.items(job)]
        assert {row["outcome"] for row in results} == {Outcome.APPLIED.value}
        assert all(b"Passw0rd-" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    finally:
        await office.aclose()
