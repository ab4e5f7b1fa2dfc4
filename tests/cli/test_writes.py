"""Writing verbs: what is sent, what is told, several customers, evidence, signals."""

import json
import os
import signal

import pytest

from tui_reseller.domain.errors import AnswerLost, CredentialsRefused, Rejected
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.switch import Switch

NEW = [
    "username=neu", "email=neu@x.example", "first_name=N", "last_name=E", "address=A", "city=C", "state=S", "zip=1",
    "country=ES", "phone=1", "website=x.example",
]  # fmt: skip


def test_the_object_of_a_write(desk):
    ran = desk("disable", "c1", "--yes", "--reason", "ticket 7")
    assert list(ran.row) == ["username", "operation", "outcome", "id", "changes", "message"]
    assert ran.row["changes"] == {"sending": {"before": True, "after": False}}
    assert ran.err.count("\n") == 1
    assert ran.row["id"] in ran.err
    assert f"undo: tui-reseller undo {ran.row['id']}" in ran.err
    entry = desk("audit", "show", ran.row["id"], "--output", "json").row
    assert entry["reason"] == "ticket 7"
    assert entry["outcome"] == "applied"


def test_quiet_says_nothing_of_what_went_well(desk):
    assert desk("disable", "c1", "--yes", "--quiet").err == ""


def test_what_is_already_so_is_not_sent(desk):
    ran = desk("set", "c1", "city=Porto", "--yes")
    assert (ran.code, desk.service.sent) == (0, [])
    assert "Already so" in ran.err


def test_an_unknown_customer_is_7_and_nothing_is_sent(desk):
    ran = desk("enable", "ghost", "--yes")
    assert (ran.code, ran.out, desk.service.sent) == (7, "", [])


def test_a_rival_between_reading_and_sending_is_a_conflict(desk):
    def rival(count: int) -> None:
        if count == 2:
            desk.service.customers["c1"] = desk.service.customers["c1"].with_values({"city": "Faro"})

    desk.service.on_find = rival
    ran = desk("set", "c1", "city=Rom", answers=["yes"])
    assert ran.code == 8
    assert ran.row["outcome"] == "conflict"
    assert ran.row["changes"]["city"] == {"before": "Porto", "after": "Rom", "now": "Faro"}
    assert desk.service.sent == []


def test_a_rival_while_a_person_reads_is_a_conflict_also_among_several(desk):
    def rival(count: int) -> None:
        if count == 4:
            desk.service.customers["c1"] = desk.service.customers["c1"].with_values({"email": "rival@x.example"})

    desk.service.on_find = rival
    ran = desk("website-disable", "c1", "c2", "c3", answers=["yes"])
    assert {row["username"]: row["outcome"] for row in ran.rows} == {"c1": "conflict", "c2": "applied", "c3": "applied"}


def test_website_access_is_known_from_the_ledger(desk):
    assert desk("website-disable", "c1", "--yes").code == 0
    assert desk("show", "c1").row["website_access"] is False
    again = desk("website-enable", "c1", "--dry-run")
    assert again.row["changes"] == {"website_access": {"before": False, "after": True}}


def test_our_own_account_is_never_changed(desk):
    assert desk("disable", "acme-user", "--yes").code == 11


@pytest.mark.parametrize("argv", [["password", "c1", "--confirm", "c1"], ["create", *NEW, "--yes"]])
class TestPasswords:
    def test_a_generated_one_goes_to_stdout_once(self, desk, argv):
        ran = desk(*argv, "--generate-password")
        password = ran.row["password"]
        assert len(password) == 24
        assert desk.service.sent[0].password.reveal() == password
        assert ran.out.count(password) == 1
        assert password not in ran.err
        assert password.encode() not in desk.files()

    def test_in_a_table_it_has_a_line(self, desk, argv):
        ran = desk(*argv, "--generate-password", "--output", "table")
        assert ran.out.splitlines()[-1].endswith(": " + desk.service.sent[0].password.reveal())

    def test_a_rejected_one_is_not_shown(self, desk, argv):
        desk.service.errors = {Operation.PASSWORD: Rejected("no"), Operation.CREATE: Rejected("no")}
        ran = desk(*argv, "--generate-password")
        assert ran.code == 6
        assert "password" not in ran.row

    def test_one_whose_answer_is_lost_is_shown(self, desk, argv):
        desk.service.errors = {Operation.PASSWORD: AnswerLost("cut"), Operation.CREATE: AnswerLost("cut")}
        ran = desk(*argv, "--generate-password")
        assert ran.code == 10
        assert ran.row["password"] == desk.service.sent[0].password.reveal()

    def test_from_stdin_the_first_line_counts(self, desk, argv):
        ran = desk(*argv, "--password-stdin", stdin="canary-Pass-1\r\nsecond\n")
        assert ran.code == 0
        assert desk.service.sent[0].password.reveal() == "canary-Pass-1"
        assert "canary-Pass-1" not in ran.out + ran.err
        assert b"canary-Pass-1" not in desk.files()

    @pytest.mark.parametrize("stdin", ["", "\n", "\r\n", "\nlater"])
    def test_an_empty_one_is_2(self, desk, argv, stdin):
        assert desk(*argv, "--password-stdin", stdin=stdin).code == 2
        assert desk.service.sent == []

    def test_a_script_without_any_is_2(self, desk, argv):
        assert desk(*argv).code == 2
        assert desk(*argv, "--password-stdin", "--generate-password", stdin="x").code == 2

    def test_a_person_types_it_twice(self, desk, argv):
        assert desk(*argv, answers=["canary-Pass-1", "canary-Pass-2"]).code == 2
        assert desk(*argv, answers=[""]).code == 2
        assert desk.service.sent == []
        assert desk(*argv, answers=["canary-Pass-1", "canary-Pass-1"]).code == 0

    def test_a_short_one_is_2(self, desk, argv):
        assert desk(*argv, "--password-stdin", stdin="abc").code == 2


class TestSeveral:
    def test_each_has_a_result_and_one_batch(self, desk):
        ran = desk("disable", "c1", "c2", "c3", "--yes")
        assert ran.code == 0
        assert [row["username"] for row in ran.rows] == ["c1", "c2", "c3"]
        assert "3 customers: 3 applied" in ran.err
        assert len({row["batch"] for row in desk("audit", "list").rows}) == 1

    def test_one_that_is_not_applied_is_9_and_the_rest_goes_on(self, desk):
        def refuse(call):
            if call.username == "c2":
                raise Rejected("no")

        desk.service.on_send = refuse
        ran = desk("disable", "c1", "c2", "c3", "--yes")
        assert ran.code == 9
        outcomes = {row["username"]: row["outcome"] for row in ran.rows}
        assert outcomes == {"c1": "applied", "c2": "rejected", "c3": "applied"}

    def test_one_that_is_unknown_is_10(self, desk):
        def cut(call):
            if call.username == "c2":
                raise AnswerLost("cut")

        desk.service.on_send = cut
        ran = desk("disable", "c1", "c2", "c3", "--yes")
        assert ran.code == 10
        assert 'UNKNOWN - disable "c2"' in ran.err

    def test_refused_credentials_end_the_run(self, desk):
        desk.service.errors = {Operation.DISABLE: CredentialsRefused("no")}
        ran = desk("disable", "c1", "c2", "c3", "--yes")
        assert ran.code == 9
        assert len(desk.service.sent) == 1
        assert "3 not begun" in ran.err
        assert "tui-reseller job resume 1" in ran.err

    def test_nothing_starts_if_one_name_is_unknown(self, desk):
        ran = desk("disable", "c1", "ghost", "--yes")
        assert (ran.code, ran.out, desk.service.sent) == (7, "", [])
        assert '"ghost"' in ran.err

    def test_unknown_names_are_left_out_on_request(self, desk):
        ran = desk("disable", "c1", "ghost", "c2", "--yes", "--skip-unknown")
        assert ran.code == 9
        assert {row["username"]: row["outcome"] for row in ran.rows} == {
            "ghost": "not_sent", "c1": "applied", "c2": "applied",
        }  # fmt: skip

    def test_only_unknown_names_begin_no_job(self, desk):
        ran = desk("disable", "ghost", "spirit", "--yes", "--skip-unknown")
        assert (ran.code, desk.service.sent) == (9, [])
        assert {row["outcome"] for row in ran.rows} == {"not_sent"}
        assert desk("job", "list").out == ""

    def test_one_that_is_so_already_has_its_outcome(self, desk):
        desk("disable", "c2", "--yes")
        ran = desk("disable", "c1", "c2", "--yes")
        assert {row["username"]: row["outcome"] for row in ran.rows} == {"c1": "applied", "c2": "already_so"}

    def test_one_that_the_service_lists_twice_refuses_them_all(self, desk):
        desk.hold(25)
        twice = desk.service.customers["c7"]
        desk.service.customers["once more"] = twice
        names = [f"c{number}" for number in range(1, 25)]
        ran = desk("disable", *names, "--confirm", "24 acme")
        assert (ran.code, ran.out, desk.service.sent) == (11, "", [])
        assert 'lists "c7" more than once' in ran.err

    def test_names_from_stdin(self, desk):
        ran = desk("disable", "-", "--yes", stdin="c1\r\n\nc2\nc1\n  \n")
        assert ran.code == 0
        assert [row["username"] for row in ran.rows] == ["c1", "c2"]
        assert "dropped: 2 blank, 1 named twice" in ran.err

    @pytest.mark.parametrize("stdin", ["", "\n\n", b"\xff\xfe\n"])
    def test_stdin_without_names_is_2(self, desk, stdin):
        assert desk("disable", "-", "--yes", stdin=stdin).code == 2

    def test_a_name_that_begins_with_a_dash(self, desk):
        desk.hold(1)
        odd = desk.service.customers["-odd"] = desk.service.customers.pop("c1").with_values({"username": "-odd"})
        assert desk("disable", "--yes", "--", "-odd").code == 0
        assert desk.service.customers["-odd"].switch("sending") is not odd.switch("sending")

    def test_names_with_signs_that_only_python_takes_for_line_ends(self, desk):
        name = "a\x85b\u2028c"
        desk.service.customers[name] = desk.service.customers["c1"].with_values({"username": name})
        assert desk("disable", "-", "--yes", stdin=name + "\n").code == 0


class TestEvidence:
    def cut(self, desk, *, applied: bool) -> None:
        def lose(call):
            desk.service.errors = {call.operation: AnswerLost("the answer was lost")}
            if applied:
                desk.service._apply(call)

        desk.service.on_send = lose

    def test_without_verify_it_is_10_at_once_and_stays_open(self, desk):
        self.cut(desk, applied=True)
        ran = desk("disable", "c1", "--yes")
        assert ran.code == 10
        assert desk.clock.passed < 5
        assert ran.err.startswith('UNKNOWN - disable "c1": the request left, no usable answer came')
        assert f"tui-reseller verify {ran.row['id']}" in ran.err
        assert desk("needs-you").row["id"] == ran.row["id"]
        assert desk("email", "c1", "other@x.example", "--yes").code == 11
        assert desk("list", "--filter", "is:needs-you").row["username"] == "c1"

    @pytest.mark.parametrize(("applied", "outcome", "code"), [
        (True, "verified_applied", 0), (False, "verified_not_applied", 5),
    ])  # fmt: skip
    def test_verify_replaces_the_outcome(self, desk, applied, outcome, code):
        self.cut(desk, applied=applied)
        ran = desk("disable", "c1", "--yes", "--verify")
        assert (ran.code, ran.row["outcome"]) == (code, outcome)
        assert desk("needs-you").out == ""

    @pytest.mark.parametrize(("applied", "code"), [(True, 0), (False, 10)])
    def test_a_delete_is_proved_one_way_only(self, desk, applied, code):
        self.cut(desk, applied=applied)
        assert desk("delete", "c1", "--confirm", "c1", "--verify").code == code

    def test_somebody_else_in_between_is_8(self, desk):
        def lose(call):
            desk.service.errors = {call.operation: AnswerLost("cut")}
            desk.service.customers["c1"] = desk.service.customers["c1"].with_values({"city": "Faro"})

        desk.service.on_send = lose
        ran = desk("set", "c1", "city=Rom", "--yes", "--verify")
        assert (ran.code, ran.row["outcome"]) == (8, "conflict")

    def test_a_password_cannot_be_checked(self, desk):
        self.cut(desk, applied=True)
        ran = desk("password", "c1", "--confirm", "c1", "--generate-password", "--verify")
        assert (ran.code, ran.row["outcome"]) == (10, "unverifiable")

    def test_several_are_settled_together(self, desk):
        self.cut(desk, applied=False)
        ran = desk("disable", "c1", "c2", "--yes", "--verify")
        assert ran.code == 9
        assert {row["outcome"] for row in ran.rows} == {"verified_not_applied"}

    def test_verify_by_id(self, desk):
        self.cut(desk, applied=True)
        number = desk("disable", "c1", "--yes").row["id"]
        desk.service.errors = {}
        ran = desk("verify", number)
        assert (ran.code, ran.row["outcome"]) == (0, "verified_applied")
        assert desk("verify", number).code == 0

    def test_needs_you_says_what_is_known_and_what_is_safe(self, desk):
        self.cut(desk, applied=False)
        number = desk("delete", "c1", "--confirm", "c1").row["id"]
        assert "Known: nothing observable yet. Safe: check; still being listed is no proof" in desk("needs-you").err
        desk.service.errors = {}
        assert desk("verify", number).code == 10
        ran = desk("needs-you")
        assert "Known: read back 4 times, " in ran.err
        assert "still unknown, it is listed, which is no proof" in ran.row["message"]

    def test_a_conflict_says_what_is_safe(self, desk):
        def lose(call):
            desk.service.errors = {call.operation: AnswerLost("cut")}
            desk.service.customers["c1"] = desk.service.customers["c1"].with_values({"city": "Faro"})

        desk.service.on_send = lose
        ran = desk("set", "c1", "city=Rom", "--yes", "--verify")
        assert "Safe: look at the customer, then resolve with a note. Not safe: repeat" in ran.err
        assert 'city "Faro"' in ran.row["message"]

    def test_resolve_by_id(self, desk):
        self.cut(desk, applied=True)
        number = desk("delete", "c1", "--confirm", "c1").row["id"]
        assert desk("resolve", number).code == 2
        assert desk("resolve", number, "--note", " ").code == 2
        ran = desk("resolve", number, "--note", "gone, says the provider")
        assert (ran.code, ran.row["outcome"]) == (0, "resolved")
        assert "gone, says the provider" in ran.row["message"]
        assert desk("resolve", number, "--note", "again").code == 2
        assert desk("needs-you").out == ""

    @pytest.mark.parametrize("verb", [["verify"], ["resolve", "--note", "x"], ["audit", "show"]])
    def test_an_id_that_is_not_there_is_2(self, desk, verb):
        assert desk(*verb, "nothing").code == 2


class TestSignals:
    @pytest.mark.parametrize(("number", "code"), [
        (signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129),
    ])  # fmt: skip
    def test_the_write_in_flight_has_its_outcome_in_the_ledger(self, desk, number, code):
        desk.service.on_send = lambda _call: os.kill(os.getpid(), number)
        ran = desk("disable", "c1", "--yes")
        assert ran.code == code
        assert ran.row["outcome"] == "unknown"
        assert desk("needs-you").row["id"] == ran.row["id"]

    def test_several_end_after_the_call_in_flight(self, desk):
        def stop(call):
            if call.username == "c2":
                os.kill(os.getpid(), signal.SIGINT)

        desk.service.on_send = stop
        desk.hold(24)
        names = [f"c{number}" for number in range(1, 25)]
        ran = desk("disable", *names, "--confirm", "24 acme", "--output", "json")
        assert ran.code == 130
        done = {row["username"] for row in json.loads(ran.out)}
        assert {"c1", "c2"} <= done < set(names)
        assert f"{24 - len(done)} not begun" in ran.err
        assert {name for name in names if desk.service.customers[name].switch("sending") is Switch.OFF} == done

    def test_the_handlers_are_put_back(self, desk):
        before = signal.getsignal(signal.SIGINT)
        desk("list")
        assert signal.getsignal(signal.SIGINT) is before
