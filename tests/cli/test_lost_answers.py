"""A lost answer from end to end, on a real sandbox: what is said, what is locked, what is found out, what is noted."""

import re

import pytest


@pytest.fixture
def console(consoles):
    return consoles()


def test_what_was_found_out_stands_in_the_audit_log_with_time_and_row(console):
    console.sandbox.fault("drop-after", operation="email", times=1)
    lost = console("email", "user1", "later@x.example", "--yes")
    assert (lost.code, lost.row["outcome"]) == (10, "unknown")
    assert console("disable", "user1", "--yes").code == 11
    asked = console("needs-you")
    assert "Known: nothing observable yet. Safe: check. Not safe: send it again before it is resolved" in asked.err
    found = console("verify", lost.row["id"])
    assert (found.code, found.row["outcome"]) == (0, "verified_applied")
    said = console("audit", "show", lost.row["id"]).row["message"]
    assert said.startswith("read back at ")
    assert 'email "later@x.example"' in said
    assert "(row " in said
    assert console("disable", "user1", "--yes").code == 0
    assert console("enable", "user1", "--yes").code == 0


def test_debug_writes_times_and_sizes_of_calls_and_no_value_of_them(console):
    console.sandbox.fault("drop-after", operation="email", times=1)
    assert console("email", "user1", "debugged@x.example", "--yes", "--debug").code == 10
    (log,) = console.folder.rglob("tui-reseller.log")
    lines = log.read_text()
    assert re.search(r" DEBUG \S+ POST reseller\.manage\.json: 200, \d+\.\d{3} s, [1-9]\d* bytes$", lines, re.MULTILINE)
    assert re.search(r"json: no answer, \d+\.\d{3} s, 0 bytes, AnswerLost$", lines, re.MULTILINE)
    for value in ("user1", "debugged", console.sandbox.api_key):
        assert value not in lines


def test_website_access_cannot_be_checked_may_be_repeated_and_is_then_settled(console):
    console.sandbox.fault("drop-before", operation="website_disable", times=1)
    lost = console("website-disable", "user2", "--yes")
    assert lost.code == 10
    assert "Treat access as possibly still open. Safe: repeat with the same value." in lost.err
    checked = console("verify", lost.row["id"])
    assert (checked.code, checked.row["outcome"]) == (10, "unverifiable")
    assert console("website-enable", "user2", "--yes").code == 11
    assert console("website-disable", "user2", "--yes").code == 0
    settled = console("audit", "show", lost.row["id"]).row
    assert (settled["outcome"], settled["message"].startswith("superseded by ")) == ("resolved", True)
    assert console("resolve", lost.row["id"], "--note", "again").code == 2
    assert console("website-enable", "user2", "--yes").code == 0


def test_one_lost_answer_of_several_says_nothing_of_the_others(console):
    listed = console("list", "--filter", "sending:on -username~^user", "--columns", "username", "--limit", "4")
    names = [row["username"] for row in listed.rows]
    console.sandbox.fault("garbage", operation="disable", times=1)
    ran = console("disable", *names, "--yes")
    outcomes = [row["outcome"] for row in ran.rows]
    assert (ran.code, outcomes) == (10, ["unknown", *["applied"] * (len(names) - 1)])
    assert console("verify", ran.rows[0]["id"]).code == 0
    assert console("enable", *names, "--yes").code == 0
