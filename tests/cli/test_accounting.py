"""audit with its filters, the shift report, and suspensions with an end."""

import getpass
import json
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from tui_reseller.domain.audit import Intent, Operator
from tui_reseller.domain.errors import AnswerLost, NotSent
from tui_reseller.domain.operation import Operation
from tui_reseller.services.write import ALREADY


def sending(desk, username):
    return desk.service.customers[username].switch("sending").value


def run(path, statement):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)


def later(desk, **passed):
    desk.clock.passed += timedelta(**passed).total_seconds()


def names(ran):
    assert ran.code == 0, ran.err
    return [row["username"] for row in ran.rows]


@pytest.fixture(autouse=True)
def _zone(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Madrid")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


class TestFilters:
    def test_by_operator_and_time_and_how_many_more_there_are(self, desk):
        for name in ("c1", "c2", "c3"):
            desk("disable", name, "--yes", "--reason", "night shift")
        assert len(desk("audit", "list", "--me").rows) == 3
        assert len(desk("audit", "list", "--operator", getpass.getuser()).rows) == 3
        assert desk("audit", "list", "--operator", "somebody").out == ""
        assert desk("audit", "list", "--me", "--operator", "x").code == 2
        assert desk("audit", "list", "--until", "1h").out == ""
        assert len(desk("audit", "export", "--since", "1h", "--until", "2100-01-01").rows) == 3
        cut = desk("audit", "list", "--limit", "2")
        assert (len(cut.rows), cut.err) == (2, "2 of 3\n")
        assert desk("audit", "list", "--limit", "0").err == ""

    def test_a_renamed_customer_is_found_under_every_name(self, desk):
        desk("disable", "c1", "--yes")
        desk("rename", "c1", "dora.mail", "--confirm", "c1")
        desk("enable", "dora.mail", "--yes")
        desk("disable", "c2", "--yes")
        for name in ("c1", "dora.mail"):
            found = [row["operation"] for row in desk("audit", "list", "--username", name).rows]
            assert found == ["enable", "rename", "disable"]


class TestReport:
    def test_it_tells_what_to_whom_why_and_what_is_open(self, desk):
        desk("disable", "c1", "--yes", "--reason", "ticket 4711", "--until", "3d")
        desk("set", "c2", "city=Łódź", "--yes")
        desk.service.errors[Operation.DELETE] = AnswerLost("no answer")
        desk("delete", "c3", "--confirm", "c3")
        ran = desk("audit", "report", "--today")
        assert ran.code == 0
        assert "Operations: 3 (2 applied, 1 unknown)" in ran.out
        for words in (
            "Disable sending: 1 (1 applied)", '"c1"  Applied  sending on -> off  until ', 'why: "ticket 4711"',
            'city "Porto" -> "Łódź"', "Delete customer: 1 (1 unknown)", "Needs you: 1", "Not safe: delete again",
            "Suspensions with an end: 1", '"c1"  to come  why: "ticket 4711"', "all profiles", "profile acme",
        ):  # fmt: skip
            assert words in ran.out, words
        assert "\x1b" not in ran.out

    def test_as_an_object_and_of_one_person_and_profile(self, desk):
        desk.add("beta")
        desk("disable", "c1", "--yes", "--profile", "acme")
        desk("disable", "c2", "--yes", "--profile", "beta")
        found = json.loads(desk("audit", "report", "--me", "--profile", "beta", "--output", "json").out)
        assert [row["username"] for row in found["operations"]] == ["c2"]
        assert (found["profile"], found["needs_you"], found["due"]) == ("beta", [], [])
        assert desk("audit", "report", "--since", "1h", "--output", "jsonl").row["operations"][0]["username"] == "c1"
        for wrong in (["--output", "csv"], ["--today", "--since", "1h"], ["--since", "soon"]):
            assert desk("audit", "report", *wrong).code == 2

    def test_many_that_were_done_as_one_have_one_line(self, desk):
        names = [f"c{number}" for number in range(1, 4)]
        ran = desk("disable", *names, "--confirm", "3 acme", "--reason", "unpaid")
        assert ran.code == 0, ran.err
        desk("enable", "c1", "--yes")
        report = desk("audit", "report").out
        lines = [line for line in report.splitlines() if line.startswith("  20")]
        assert len(lines) == 2, report
        assert '3 customers  Applied  why: "unpaid"' in report
        assert '"c1"  Applied  sending off -> on' in report

    def test_an_empty_shift(self, desk):
        ran = desk("audit", "report")
        assert (ran.code, ran.err) == (0, "")
        assert "Operations: 0\n\nNeeds you: 0\n\nSuspensions with an end: 0\n" in ran.out


class TestDue:
    def test_an_end_is_kept_shown_and_lifted(self, desk):
        ran = desk("disable", "c1", "--yes", "--until", "2h", "--reason", "unpaid")
        assert ran.code == 0
        assert "until " in ran.err
        assert desk("due").out == ""
        assert "1 later (--all)" in desk("due").err
        shown = desk("due", "--all").row
        assert (shown["username"], shown["state"], shown["reason"]) == ("c1", "waiting", "unpaid")
        assert shown["id"] == ran.row["id"]
        assert desk("due", "--run", "--yes").err == "nothing is due\n"
        later(desk, hours=3)
        assert desk("due").row["state"] == "due"
        assert desk("due", "--run").code == 11
        assert desk("due", "--run", "--dry-run").row["outcome"] == "not_sent"
        assert sending(desk, "c1") == "off"
        lifted = desk("due", "--run", "--yes")
        assert (lifted.code, lifted.row["outcome"], sending(desk, "c1")) == (0, "applied", "on")
        assert desk("audit", "show", lifted.row["id"], "--output", "json").row["reason"] == (
            f"end of suspension {ran.row['id']}"
        )
        assert desk("due", "--all").out == ""

    def test_a_person_is_asked(self, desk):
        desk("disable", "c1", "--yes", "--until", "1m", "--reason", "unpaid")
        later(desk, minutes=2)
        refused = desk("due", "--run", answers=["no"])
        assert (refused.code, sending(desk, "c1")) == (11, "off")
        assert '"unpaid"' in refused.err
        assert desk("due", "--run", answers=["yes"]).code == 0

    def test_sending_that_is_on_already_is_settled_without_a_write(self, desk):
        desk("disable", "c1", "--yes", "--until", "1h")
        later(desk, hours=2)
        desk.service.customers["c1"] = desk.service.customers["c1"].with_values({"sending": True})
        sent = len(desk.service.sent)
        ran = desk("due", "--run", "--yes")
        assert (ran.code, ran.row["outcome"], ran.row["message"]) == (0, "already_so", ALREADY)
        assert len(desk.service.sent) == sent
        assert desk("due", "--all").out == ""
        assert desk("audit", "list", "--limit", "1").row["message"] == ALREADY

    def test_enabled_by_hand_drops_out(self, desk):
        desk("disable", "c1", "--yes", "--until", "1h")
        desk("enable", "c1", "--yes")
        assert desk("due", "--all").out == ""

    def test_stopped_again_is_left_alone_and_said(self, desk):
        desk("disable", "c1", "c2", "--yes", "--until", "1h")
        again = desk("disable", "c1", "--yes", "--reason", "abuse").row["id"]
        later(desk, hours=2)
        assert [row["state"] for row in desk("due").rows] == ["replaced", "due"]
        ran = desk("due", "--run", "--yes")
        assert (ran.code, ran.row["username"]) == (0, "c2")
        assert f'left alone: "c1" was stopped again by {getpass.getuser()} ({again})' in ran.err
        assert (sending(desk, "c1"), sending(desk, "c2")) == ("off", "on")

    def test_who_is_suspended_or_due_is_found_by_a_filter_and_counted_by_needs_you(self, desk):
        desk("disable", "c1", "--yes", "--until", "1h")
        desk("disable", "c2", "--yes", "--until", "5h")
        desk("disable", "c3", "--yes")
        assert "until a time" not in desk("needs-you").err
        assert desk("list", "--filter", "is:needs-you").out == ""
        later(desk, hours=2)
        assert names(desk("list", "--filter", "is:suspended")) == ["c1", "c2"]
        assert names(desk("list", "--filter", "-is:suspended")) == ["c3"]
        assert names(desk("list", "--filter", "is:needs-you")) == ["c1"]
        told = desk("needs-you")
        assert (told.out, told.err.splitlines()[:2]) == (
            "", ["0 to look at", "1 suspended until a time that is over: tui-reseller due"],
        )  # fmt: skip

    def test_a_new_end_takes_the_place_of_the_old_one(self, desk):
        desk("disable", "c1", "--yes", "--until", "1h")
        desk("disable", "c1", "--yes", "--until", "5h")
        later(desk, hours=2)
        assert desk("due").out == ""
        assert desk("due", "--all").row["state"] == "waiting"

    def test_it_follows_a_rename_and_ends_with_a_delete(self, desk):
        desk("disable", "c1", "c2", "--yes", "--until", "1h")
        desk("rename", "c1", "dora.mail", "--confirm", "c1")
        desk("delete", "c2", "--confirm", "c2")
        later(desk, hours=2)
        assert names(desk("due")) == ["dora.mail"]
        assert desk("due", "--run", "--yes").row["username"] == "dora.mail"
        assert sending(desk, "dora.mail") == "on"

    def test_a_write_that_is_not_sent_stays_due(self, desk):
        desk("disable", "c1", "c2", "--yes", "--until", "1h")
        later(desk, hours=2)
        desk.service.errors[Operation.ENABLE] = NotSent("no connection")
        assert desk("due", "--run", "--yes").code == 9
        assert names(desk("due")) == ["c1", "c2"]
        desk.service.errors.clear()
        assert desk("due", "--run", "--yes").code == 0
        assert desk("due").out == ""

    def test_a_stop_whose_answer_was_lost_waits_for_a_person(self, desk):
        desk.service.errors[Operation.DISABLE] = AnswerLost("no answer")
        assert desk("disable", "c1", "--yes", "--until", "1h").code == 10
        later(desk, hours=2)
        assert desk("due").row["state"] == "needs_you"
        ran = desk("due", "--run", "--yes")
        assert "not resolved" in ran.err
        assert [call.operation for call in desk.service.sent] == [Operation.DISABLE]

    def test_a_protected_profile_needs_its_unlocking(self, desk):
        desk.add("prod", protected=True)
        more = ("--profile", "prod")
        desk("disable", "c1", "--confirm", "c1", "--unlock", "ticket 1", "--until", "1h", *more)
        later(desk, hours=2)
        assert desk("due", "--run", "--yes", *more).code == 11
        assert desk("due", "--run", "--yes", "--unlock", "cron", *more).code == 0

    @pytest.mark.parametrize("wrong", ["yesterday", "2020-01-01", "0s", "2026-13-01", "99999d", ""])
    def test_an_end_that_is_none_is_2_and_nothing_is_sent(self, desk, wrong):
        ran = desk("disable", "c1", "--yes", "--until", wrong)
        assert (ran.code, desk.service.sent) == (2, [])

    def test_only_a_stop_has_an_end(self, desk):
        assert desk("enable", "c1", "--yes", "--until", "1h").code == 2
        assert desk("due", "--run", "--all").code == 2

    def test_a_time_is_local_and_kept_in_utc(self, desk):
        year = datetime.now(UTC).year + 1
        desk("disable", "c1", "--yes", "--until", f"{year}-07-01T09:00")
        assert desk("due", "--all").row["until"] == f"{year}-07-01T07:00:00.000Z"
        assert f"{year}-07-01 09:00" in desk("due", "--all", "--output", "table").out


def test_a_row_of_an_older_version_without_an_end_is_read(desk, tmp_path):
    desk("disable", "c1", "--yes")
    path = tmp_path / "state" / "ledger.sqlite3"
    connection = sqlite3.connect(path)
    (body,) = connection.execute("SELECT body FROM rows WHERE number = 1").fetchone()
    connection.close()
    assert "until" not in json.loads(body)
    assert desk("audit", "list").row["until"] is None
    assert desk("due", "--all").out == ""


def test_an_intent_may_carry_an_end_and_nobody_sends_it(desk):
    until = datetime(2100, 1, 1, tzinfo=UTC)
    assert Intent("p", "a", Operation.DISABLE, "u", (), Operator("k", "h"), until=until).until == until
    desk("disable", "c1", "--yes", "--until", "2d")
    assert desk.service.sent[0].fields == {}


def test_a_syslog_that_is_away_is_said_once_and_costs_nothing(desk, tmp_path):
    file = tmp_path / "config" / "config.toml"
    file.write_text(file.read_text() + f'\n[settings]\nsyslog = "{tmp_path}/none"\n')
    ran = desk("disable", "c1", "c2", "--yes", "--quiet")
    assert (ran.code, [row["outcome"] for row in ran.rows]) == (0, ["applied", "applied"])
    assert ran.err.count("could not be copied to syslog") == 1


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_bytes(b"no database at all" * 100), "it is damaged, or not a ledger"),
        (lambda path: path.write_bytes(b""), "it is empty"),
        (lambda path: run(path, "PRAGMA user_version = 77"), "a newer version of this program wrote it"),
        (lambda path: (path.unlink(), path.with_name(path.name + "-wal").write_bytes(b"x")), "its write-ahead log is"),
    ],
)
def test_a_ledger_that_cannot_be_trusted_stops_writes_and_leaves_the_list(desk, tmp_path, spoil, words):
    desk("website-disable", "c1", "--yes")
    path = tmp_path / "state" / "ledger.sqlite3"
    spoil(path)
    sent = len(desk.service.sent)
    for line in ("disable c1 --yes", "audit list", "audit report", "due", "list --filter is:needs-you"):
        argv = line.split()
        ran = desk(*argv)
        assert (ran.code, ran.out) == (3, ""), argv
        assert words in ran.err
        assert "Traceback" not in ran.err
    assert len(desk.service.sent) == sent
    listed = desk("list")
    assert (listed.code, [row["website_access"] for row in listed.rows]) == (0, [None] * 3)
    assert listed.err.count(words) == 1
    shown = desk("show", "c1")
    assert (shown.code, shown.row["website_access"]) == (0, None)
    assert words in shown.err
