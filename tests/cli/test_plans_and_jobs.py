"""plan, job and undo as commands, against a real sandbox."""

import json
import os
import signal
import stat
import threading
import time

import pytest

from tui_reseller.domain.credential import Credential
from tui_reseller.domain.environment import NAME
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.secret import Secret
from tui_reseller.system import detached_job


@pytest.fixture
def console(consoles):
    made = consoles("shares")
    for number in range(6):
        made.sandbox.plant(f"many-{number}", active=True, email=f"many{number}@example.com", city="Vigo")
    return made


def begin(console):
    return len(console.sandbox.log())


def planned(console, tmp_path, *arguments, name="a.plan"):
    ran = console("plan", "new", *arguments, "--out", str(tmp_path / name))
    assert ran.code == 0, ran.err
    return str(tmp_path / name), ran


def test_a_plan_is_made_shown_applied_and_undone(console, tmp_path):
    since = begin(console)
    plan, ran = planned(console, tmp_path, "--filter", "username~^many-", "--action", "disable")
    assert (ran.row["items"], ran.row["refused"]) == (6, [])
    assert "--confirm '6 env'" in ran.err
    shown = console("plan", "show", plan)
    assert [row["username"] for row in shown.rows] == [f"many-{number}" for number in range(6)]
    assert shown.rows[0]["changes"] == {"sending": {"before": True, "after": False}}
    assert console("plan", "apply", plan, "--yes").code == 11
    assert console("plan", "apply", plan, "--confirm", "5 env").code == 11
    dry = console("plan", "apply", plan, "--dry-run")
    assert (dry.code, len(dry.rows)) == (0, 6)
    assert begin(console) == since
    applied = console("plan", "apply", plan, "--confirm", "6 env", "--reason", "ticket 4711")
    assert applied.code == 0, applied.err
    assert [row["outcome"] for row in applied.rows] == ["applied"] * 6
    assert "undo job-1" in applied.err
    assert begin(console) == since + 6
    again = console("plan", "apply", plan, "--confirm", "6 env")
    assert (again.code, "applied already, as job 1" in again.err) == (11, True)
    listed = console("job", "list").row
    assert (listed["job"], listed["state"], listed["outcomes"]) == (1, "finished", {"applied": 6})
    results = console("job", "results", "job-1")
    assert {row["outcome"] for row in results.rows} == {"applied"}
    undone = console("undo", "job-1", "--confirm", "6 env")
    assert undone.code == 0, undone.err
    assert {row["operation"] for row in undone.rows} == {"enable"}
    assert begin(console) == since + 12
    assert console("undo", "job-1", "--confirm", "6 env").code == 2


def test_one_operation_is_undone_by_its_id(console):
    ran = console("set", "many-0", "city=Lugo", "--yes")
    undone = console("undo", ran.row["id"], "--yes")
    assert undone.code == 0, undone.err
    assert console.sandbox.control("GET", "customers/many-0")["city"] == "Vigo"
    assert console("undo", ran.row["id"], "--yes").code == 2
    assert console("undo", "no-such-id", "--yes").code == 2


def test_home_is_meant_by_its_sign_where_no_shell_reads_it(console, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "rows.csv").write_text("username,password\nmany-0,\nmany-1,\n", "utf-8")
    made = console("plan", "new", "--from=~/rows.csv", "--action", "password", "--out=~/a.plan")
    assert made.code == 0, made.err
    assert (tmp_path / "a.plan").is_file()
    assert console("plan", "show", "~/a.plan").code == 0
    ran = console("plan", "apply", "~/a.plan", "--confirm", "2 env", "--passwords-to=~/new.csv")
    assert ran.code == 0, ran.err
    assert (tmp_path / "new.csv").is_file()


def test_a_stale_plan_says_who_changed(console, tmp_path):
    plan, _ = planned(console, tmp_path, "--filter", "username~^many-", "--action", "set", "city=Lugo")
    console.sandbox.plant("many-3", city="Oslo")
    console("list", "--limit", "1")
    diff = console("plan", "diff", plan)
    assert (diff.code, diff.row["username"]) == (8, "many-3")
    assert diff.row["changes"] == {"city": {"before": "Vigo", "now": "Oslo"}}
    refused = console("plan", "apply", plan, "--confirm", "6 env")
    assert (refused.code, '"many-3"' in refused.err) == (11, True)
    rest = console("plan", "apply", plan, "--confirm", "6 env", "--skip-changed")
    assert (rest.code, len(rest.rows)) == (0, 5)


@pytest.mark.parametrize("action", [("disable",), ("set", "city=Lugo"), ("email",)], ids=lambda action: action[0])
def test_who_was_replaced_since_the_list_is_read_again_before_a_small_plan(console, tmp_path, action):
    """Also where all was agreed to by options: nobody is asked, and the list may be ten minutes old."""
    if action == ("email",):
        file = tmp_path / "new.csv"
        file.write_text("username,email\n" + "".join(f"many-{n},n{n}@new.example\n" for n in range(6)))
        plan, _ = planned(console, tmp_path, "--from", str(file), "--action", "email")
    else:
        plan, _ = planned(console, tmp_path, "--filter", "username~^many-", "--action", *action)
    console.sandbox.bury("many-3")
    console.sandbox.plant("many-3", active=True, email="eve@x.example", first_name="Eve", last_name="Lin", city="Vigo")
    since = begin(console)
    refused = console("plan", "apply", plan, "--confirm", "6 env")
    assert (refused.code, '"many-3"' in refused.err) == (11, True)
    assert begin(console) == since
    rest = console("plan", "apply", plan, "--confirm", "6 env", "--skip-changed")
    assert (rest.code, len(rest.rows)) == (0, 5)
    assert "many-3" not in {row["username"] for row in console.sandbox.log(since) if row["by"] == "client"}


def test_an_edited_plan_and_one_of_another_account_are_refused(console, tmp_path):
    plan, _ = planned(console, tmp_path, "--filter", "username~^many-", "--action", "disable")
    text = (tmp_path / "a.plan").read_text()
    (tmp_path / "edited.plan").write_text(text.replace("many-5", "user1"))
    assert console("plan", "show", str(tmp_path / "edited.plan")).code == 2
    head, *items = text.splitlines()
    (tmp_path / "short.plan").write_text("\n".join([head, *items[:-1]]))
    assert console("plan", "show", str(tmp_path / "short.plan")).code == 2
    console.environment["TUI_RESELLER_API_USER"] = "somebody-else"
    other = console("plan", "apply", plan, "--confirm", "6 env")
    assert (other.code, "another account" in other.err) == (11, True)


def test_bad_rows_make_no_plan_unless_they_are_skipped(console, tmp_path):
    file = tmp_path / "moves.csv"
    file.write_text("action,username,city\nset,many-0,Lugo\nset,nobody,Lugo\nfly,many-1,\n")
    refused = console("plan", "new", "--from", str(file), "--out", str(tmp_path / "x.plan"))
    assert refused.code == 2
    assert [(row["line"], row["column"]) for row in refused.row["refused"]] == [(3, "username"), (4, "action")]
    assert not (tmp_path / "x.plan").exists()
    skipped = console("plan", "new", "--from", str(file), "--out", str(tmp_path / "x.plan"), "--skip-refused")
    assert (skipped.code, skipped.row["items"]) == (9, 1)


def test_passwords_are_made_into_a_new_private_file(console, tmp_path):
    plan, _ = planned(console, tmp_path, "--filter", "username~^many-[01]", "--action", "password")
    file = tmp_path / "new.csv"
    assert console("plan", "apply", plan, "--confirm", "2 env").code == 2
    ran = console("plan", "apply", plan, "--confirm", "2 env", "--passwords-to", str(file))
    assert ran.code == 0, ran.err
    assert file.stat().st_mode & 0o777 == 0o600
    rows = file.read_text().splitlines()
    assert [row.partition(",")[0] for row in rows] == ["username", "many-0", "many-1"]
    assert all(row.partition(",")[2].encode() not in console.files() for row in rows[1:]) or file.is_relative_to(
        console.folder
    )
    assert rows[1].partition(",")[2] not in ran.out + ran.err


def test_lost_answers_end_with_10_and_resume_settles_them(console, tmp_path):
    plan, _ = planned(console, tmp_path, "--filter", "username~^many-", "--action", "disable")
    console.sandbox.fault("drop-after", operation="disable", times=2)
    ran = console("plan", "apply", plan, "--confirm", "6 env")
    assert ran.code == 10, ran.err
    assert "job resume 1" in ran.err
    shown = console("job", "show", "1").row
    assert (shown["state"], shown["outcomes"]["unknown"]) == ("finished_with_unknowns", 2)
    resumed = console("job", "resume", "1")
    assert resumed.code == 0, resumed.err
    assert json.loads(console("job", "show", "1").out)["outcomes"] == {"applied": 4, "verified_applied": 2}


def test_rejected_ones_are_tried_again_and_nothing_else(console, tmp_path):
    plan, _ = planned(console, tmp_path, "--filter", "username~^many-", "--action", "disable")
    console.sandbox.fault("status", code=400, shape="E1", operation="disable", times=1)
    since = begin(console)
    ran = console("plan", "apply", plan, "--confirm", "6 env")
    assert ran.code == 9, ran.err
    again = console("job", "retry", "1")
    assert again.code == 0, again.err
    assert begin(console) == since + 6


def test_at_a_signal_what_is_on_its_way_has_some_seconds_and_is_unknown_after_that(console, tmp_path, monkeypatch):
    monkeypatch.setattr("tui_reseller.cli.running.ANSWER_SECONDS", 0.3)
    plan, _ = planned(console, tmp_path, "--filter", "username~^many-", "--action", "disable")
    console.sandbox.fault("latency", ms=4000, operation="disable", times=9)
    since = begin(console)
    threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
    began = time.monotonic()
    ran = console("plan", "apply", plan, "--confirm", "6 env")
    assert (ran.code, time.monotonic() - began < 3.9) == (143, True)
    shown = console("job", "show", "1").row
    assert (shown["state"], shown["outcomes"]) == ("stopped", {"unknown": 1})
    while begin(console) == since:  # it is carried out after all; the next test counts what is
        assert time.monotonic() - began < 20
        time.sleep(0.05)


def test_a_detached_job_goes_on_in_a_process_of_its_own(console, tmp_path):
    plan, _ = planned(console, tmp_path, "--filter", "username~^many-", "--action", "disable")
    since = begin(console)
    console.sandbox.fault("latency", ms=1000, operation="disable", times=1)
    ran = console("plan", "apply", plan, "--confirm", "6 env", "--detach")
    assert ran.code == 0, ran.err
    assert ran.row["state"] == "running"
    pid = int(ran.err.rpartition("(process ")[2].partition(")")[0])
    assert pid != os.getpid()
    deadline = time.monotonic() + 20
    while console("job", "show", "1").row["state"] != "finished":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    watched = console("job", "watch", "1")
    assert (watched.code, watched.row["outcomes"]) == (0, {"applied": 6})
    assert begin(console) == since + 6
    assert console.environment["TUI_RESELLER_API_KEY"].encode() not in console.files()


def test_a_detached_job_that_nobody_runs_is_not_said_to_run(console, tmp_path, monkeypatch):
    plan, _ = planned(console, tmp_path, "--filter", "username~^many-", "--action", "disable")
    start = detached_job.child_process.start
    monkeypatch.setattr(
        detached_job.child_process, "start", lambda name, _argv, **pipes: start(name, ["job", "show", "99"], **pipes)
    )
    ran = console("plan", "apply", plan, "--confirm", "6 env", "--detach")
    assert (ran.code, ran.row["state"]) == (9, "stopped")
    assert "job 1 does not run" in ran.err


UNDOABLE = [
    ("disable", [], True),
    ("delete", [], False),
    ("password", ["--passwords-to", "made.csv"], False),
]


@pytest.mark.parametrize(("action", "more", "is_offered"), UNDOABLE)
def test_undo_is_offered_only_for_what_can_be_taken_back(console, tmp_path, monkeypatch, action, more, is_offered):
    monkeypatch.chdir(tmp_path)
    plan, _ = planned(console, tmp_path, "--filter", "username~^many-[01]", "--action", action)
    said = console("plan", "apply", plan, "--confirm", "2 env", *more).err
    said += console("job", "show", "1").err + console("job", "results", "1").err
    assert said.count("tui-reseller undo job-1") == (3 if is_offered else 0), said
    if is_offered:
        assert console("undo", "job-1", "--confirm", "2 env").code == 0
        assert "undo" not in console("job", "show", "1").err


def test_an_item_on_its_way_is_told_from_one_that_was_not_begun(console, tmp_path):
    plan, _ = planned(console, tmp_path, "--filter", "username~^many-", "--action", "disable")
    console.sandbox.fault("latency", ms=4000, operation="disable", times=1)
    assert console("plan", "apply", plan, "--confirm", "6 env", "--detach").code == 0
    deadline = time.monotonic() + 20
    while not (shown := console("job", "show", "1")).row["in_flight"]:
        assert time.monotonic() < deadline
    assert shown.err.endswith(" - tui-reseller job watch 1\n")
    results = console("job", "results", "1")
    assert [(row["outcome"], row["state"]) for row in results.rows] == [(None, "in_flight")] + [(None, "not_begun")] * 5
    assert console("job", "results", "1", "--output", "csv").out.splitlines()[0].endswith(",state")
    assert "job resume" not in results.err
    assert console("job", "watch", "1").code == 0
    assert {row["state"] for row in console("job", "results", "1").rows} == {"done"}


def test_a_detached_job_that_cannot_go_on_says_why_in_the_log(console, tmp_path):
    profile = Profile(NAME, console.sandbox.api_user, console.sandbox.base_url)
    log = tmp_path / "state" / "tui-reseller.log"
    pid = detached_job.detach(log, 99, profile, Credential(Secret(console.sandbox.api_key)))
    ended = next(child for child in detached_job._children if child.pid == pid)
    assert ended.wait(20) == 2
    assert "no job 99" in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert console.sandbox.api_key not in log.read_text()


def test_mistakes_are_said(console):
    assert console("plan", "new", "--filter", "x").code == 2
    assert console("plan", "new").code == 2
    assert console("plan", "new", "--filter", "x", "--action", "fly").code == 2
    assert console("plan", "show", "no-such").code == 2
    assert console("job", "show", "99").code == 2
    assert console("job", "pause", "x").code == 2
    assert console("job", "resume", "99").code == 2


@pytest.mark.parametrize("text", ["", " ", '""', "city:", "username=", "sending:on city="])
def test_an_unset_variable_in_a_filter_makes_no_plan(console, text):
    ran = console("plan", "new", "--filter", text, "--action", "disable")
    assert (ran.code, ran.out) == (2, "")
    assert "everybody" in ran.err


def test_everybody_is_named_by_an_option(console, tmp_path):
    _, everybody = planned(console, tmp_path, "--all", "--action", "disable")
    row = everybody.row
    assert row["items"] + row["already"] == row["total"] >= 6
    for both in (["--all", "--filter", "city:Vigo"], []):
        assert console("plan", "new", *both, "--action", "disable").code == 2


CREATING = "username,email,first_name,last_name,address,city,state,zip,country,phone,website,password"


@pytest.mark.parametrize("spelt", [str, str.upper, lambda own: f" {own}", lambda own: f"{own}\u3000"])
@pytest.mark.parametrize(("action", "rows"), [
    ("disable", "username\n{own}\n"),
    ("set", "username,city\n{own},Oslo\n"),
    ("rename", "username,new_username\nmany-0,{own}\n"),
    ("create", CREATING + "\n{own},a@b.example,A,B,x,Y,Z,08001,ES,1234567,http://x.example,Canary-Pass-1\n"),
])  # fmt: skip
def test_a_row_of_our_own_account_is_refused_when_the_plan_is_made(console, tmp_path, action, rows, spelt):
    (tmp_path / "own.csv").write_text(rows.format(own=spelt(console.sandbox.api_user)), "utf-8")
    ran = console("plan", "new", "--from", str(tmp_path / "own.csv"), "--action", action)
    assert ran.code == 2
    assert "our own reseller account" in ran.err
