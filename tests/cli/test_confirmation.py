"""What is asked before a write, and what a script must say instead."""

import pytest

from tui_reseller.domain.operation import Operation

GRADED = [
    (["enable", "c1"], Operation.ENABLE),
    (["disable", "c1"], Operation.DISABLE),
    (["website-enable", "c1"], Operation.WEBSITE_ENABLE),
    (["website-disable", "c1"], Operation.WEBSITE_DISABLE),
    (["set", "c1", "city=Rom"], Operation.SET),
    (["email", "c1", "new@x.example"], Operation.EMAIL),
]
TYPED = [
    (["delete", "c1"], Operation.DELETE),
    (["rename", "c1", "new-name"], Operation.RENAME),
    (["password", "c1", "--generate-password"], Operation.PASSWORD),
]


@pytest.mark.parametrize(("argv", "operation"), GRADED)
def test_a_script_needs_yes(desk, argv, operation):
    ran = desk(*argv)
    assert (ran.code, ran.out, desk.service.sent) == (11, "", [])
    assert "--yes" in ran.err
    desk.service.customers["c1"] = desk.service.customers["c1"].with_values(
        {"sending": operation is not Operation.ENABLE}
    )
    assert desk(*argv, "--yes").code == 0
    assert [call.operation for call in desk.service.sent] == [operation]


@pytest.mark.parametrize(("argv", "operation"), TYPED)
def test_a_script_needs_confirm_and_yes_does_not_replace_it(desk, argv, operation):
    for more in ([], ["--yes"], ["--yes", "--confirm", "c2"], ["--confirm", ""], ["--confirm", "C1"]):
        ran = desk(*argv, *more)
        assert (ran.code, ran.out, desk.service.sent) == (11, "", []), more
        assert "--confirm" in ran.err
    assert desk(*argv, "--confirm", "c1").code == 0
    assert [call.operation for call in desk.service.sent] == [operation]


@pytest.mark.parametrize(("argv", "_operation"), GRADED)
@pytest.mark.parametrize("answer", ["", "y", "YES", "no", "yes "])
def test_on_a_terminal_anything_but_yes_is_no(desk, argv, _operation, answer):
    assert desk(*argv, answers=[answer]).code == 11
    assert desk.service.sent == []


def test_the_question_shows_consequence_profile_and_the_change(desk):
    ran = desk("disable", "c1", answers=["yes"])
    assert ran.code == 0
    for part in ("profile acme", "api.example.com", "sending on -> off", "mail is refused", 'Applied - disable "c1"'):
        assert part in ran.err


@pytest.mark.parametrize(("argv", "_operation"), TYPED)
def test_on_a_terminal_the_username_is_typed(desk, argv, _operation):
    assert desk(*argv, "--yes", answers=["yes"]).code == 11
    assert desk.service.sent == []
    assert desk(*argv, answers=["c1"]).code == 0
    assert len(desk.service.sent) == 1


def test_confirm_allows_what_yes_would(desk):
    assert desk("disable", "c1", "--confirm", "c2").code == 11
    assert desk("disable", "c1", "--confirm", "c1").code == 0


def test_above_25_customers_the_count_and_the_profile_are_typed(desk):
    desk.hold(26)
    names = "\n".join(desk.service.customers)
    assert desk("disable", "-", "--yes", stdin=names).code == 11
    assert desk("disable", "-", "--confirm", "26 beta", stdin=names).code == 11
    assert desk.service.sent == []
    assert desk("disable", "-", "--confirm", "26 acme", stdin=names).code == 0
    assert len(desk.service.sent) == 26
    assert desk.service.lists == 1


def test_a_share_of_the_last_list_counts_too(desk):
    desk.hold(60)
    five = [f"c{number}" for number in range(1, 6)]
    assert desk("list").code == 0
    assert desk("disable", *five, "--yes").code == 11
    assert desk("disable", *five[:4], "--yes").code == 0


def test_a_protected_profile_is_locked_then_asks_one_grade_more(desk):
    desk.add("acme", protected=True)
    assert desk("disable", "c1", "--confirm", "c1").code == 11
    assert desk("disable", "c1", "--yes", "--unlock", "ticket 1").code == 11
    assert desk("disable", "c1", "--unlock", "", "--confirm", "c1").code == 2
    assert desk.service.sent == []
    assert desk("disable", "c1", "--confirm", "c1", "--unlock", "ticket 1").code == 0
    assert desk("audit", "list").row["reason"] == "ticket 1"


def test_several_profiles_and_none_named_refuses_writes_only(desk):
    desk.add("beta")
    assert desk("profile", "use", "acme").code == 0
    assert desk("list").code == 0
    ran = desk("enable", "c1", "--yes")
    assert ran.code == 11
    assert "--profile" in ran.err
    assert desk("enable", "c1", "--yes", "--profile", "acme").code == 0


@pytest.mark.parametrize(("argv", "_operation"), GRADED + TYPED)
def test_a_dry_run_reads_shows_and_sends_nothing(desk, argv, _operation):
    ran = desk(*argv, "--dry-run")
    assert ran.code == 0
    assert ran.row["outcome"] == "not_sent"
    assert ran.row["id"] is None
    assert "password" not in ran.row
    assert desk.service.sent == []
    assert desk("audit", "list").out == ""


def test_a_dry_run_has_the_exact_changes(desk):
    ran = desk("set", "c1", "city=Rom", "country=PT", "--dry-run")
    assert ran.row["changes"] == {"city": {"before": "Porto", "after": "Rom"}}


def test_a_dry_run_on_a_locked_profile_says_that_it_would_be_refused(desk):
    desk.add("acme", protected=True)
    ran = desk("disable", "c1", "--dry-run")
    assert ran.code == 0
    assert "locked" in ran.err


def test_a_key_that_is_nowhere_is_asked_for_on_a_terminal_only(desk):
    desk.credentials.key = None
    assert desk("show", "c1").code == 3
    ran = desk("show", "c1", answers=["typed-key-canary"])
    assert ran.code == 0
    assert "typed-key-canary" not in ran.out + ran.err
    assert b"typed-key-canary" not in desk.files()
