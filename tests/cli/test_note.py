"""note, and what list and show tell of labels and notes: for scripts and for people, and never to the service."""

import csv
import io
import json
from datetime import timedelta

import pytest

from tests.harness.hostile import SIXTY, is_harmless
from tui_reseller.domain.audit import utc_text

NOTE = "pays late\ncall Ana first"


def noted(desk, username="c1", *more):
    ran = desk("note", username, "--label", "vip", "--note", NOTE, *more)
    assert ran.code == 0, ran.err
    return ran


def test_a_note_is_written_shown_and_cleared_and_nothing_is_sent(desk):
    empty = {"username": "c1", "label": None, "note": None, "time": None, "operator": None}
    assert desk("note", "c1").row == empty
    written = noted(desk).row
    assert list(written) == list(empty), "the same keys, in one order"
    assert (written["label"], written["note"]) == ("vip", NOTE)
    assert written["time"][:16] in {utc_text(desk.clock.now() + timedelta(minutes=late))[:16] for late in (0, 1)}
    assert set(written["operator"]) == {"user", "host", "ssh_from", "uid", "login_uid", "claims"}
    assert desk("note", "c1").row == written
    assert desk("note", "c2").row == {**empty, "username": "c2"}
    cleared = desk("note", "c1", "--clear").row
    assert (cleared["label"], cleared["note"]) == (None, None)
    assert desk("note", "c1").row == empty
    assert desk.service.sent == []
    history = desk("note", "c1", "--history").rows
    assert [row["label"] for row in history] == [None, "vip"]
    assert history[1] == written
    assert desk("audit", "list").out == ""


def test_one_text_leaves_the_other_and_an_empty_one_takes_it_away(desk):
    noted(desk)
    assert desk("note", "c1", "--label", "gold").row["note"] == NOTE
    ran = desk("note", "c1", "--note", "")
    assert (ran.row["label"], ran.row["note"]) == ("gold", None)
    ran = desk("note", "c1", "--note", "", "--label", "gold")
    assert (ran.code, ran.row["label"]) == (0, "gold")
    assert "it is so already; nothing was written" in ran.err
    assert len(desk("note", "c1", "--history").rows) == 3


def test_a_note_comes_from_stdin_with_its_line_ends(desk):
    ran = desk("note", "c1", "--note", "-", stdin="\ufeffone\r\ntwo é\n\n")
    assert (ran.code, ran.row["note"]) == (0, "one\ntwo é")
    assert desk("note", "c1", "--note", "-", stdin="x" * 2_001).code == 2
    assert "more than 65,536 bytes" in desk("note", "c1", "--note", "-", stdin="x" * 70_000).err
    ran = desk("note", "c1", "--note", "-", stdin=b"\xff")
    assert (ran.code, "not UTF-8" in ran.err) == (2, True)
    assert desk("note", "c1").row["note"] == "one\ntwo é"


def test_a_dry_run_writes_nothing(desk):
    desk("list")
    before = desk.files()
    ran = noted(desk, "c1", "--dry-run")
    assert (ran.row["label"], ran.row["note"]) == ("vip", NOTE)
    assert "nothing was written: a dry run" in ran.err
    assert NOTE.encode() not in desk.files()
    assert desk("note", "c1").row["label"] is None
    assert len(desk.files()) >= len(before)
    assert desk("note", "c1", "--label", "a\x1bb", "--dry-run").code == 2


@pytest.mark.parametrize("settings", [{"read_only": True}, {"protected": True}])
def test_a_profile_that_may_not_be_written_may_be_annotated(desk, settings):
    desk.add("careful", **settings)
    assert desk("--profile", "careful", "--read-only", "note", "c1", "--label", "vip").code == 0
    assert desk("--profile", "careful", "note", "c1").row["label"] == "vip"
    assert desk.service.sent == []


def test_with_several_profiles_writing_names_one_and_accounts_do_not_share(desk):
    desk.add("other")
    ran = desk("note", "c1", "--label", "vip")
    assert (ran.code, "none named" in ran.err) == (11, True)
    assert desk("--profile", "acme", "note", "c1", "--label", "vip").code == 0
    assert desk("--profile", "other", "note", "c1").row["label"] is None


@pytest.mark.parametrize(
    "argv",
    [
        [], ["c1", "--list"], ["--list", "--label", "x"], ["c1", "--history", "--clear"], ["--list", "--history"],
        ["c1", "--clear", "--label", "x"], ["c1", "--dry-run"], ["c1", "c2"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_makes_no_sense_together_is_a_mistake_of_usage(desk, argv):
    ran = desk("note", *argv)
    assert (ran.code, ran.out) == (2, "")
    assert "help: tui-reseller note --help" in ran.err


def test_a_customer_who_is_not_there_is_7_with_who_may_be_meant(desk):
    desk("list")
    ran = desk("note", "C1 ", "--label", "vip")
    assert (ran.code, ran.out) == (7, "")
    assert "nothing was written" in ran.err
    assert 'did you mean "c1"?' in ran.err


def test_a_customer_who_came_since_the_last_list_is_asked_for(desk):
    desk.hold(2)
    desk("list")
    desk.hold(3)
    assert desk("note", "c3", "--label", "new").row["label"] == "new"


@pytest.mark.in_turn(4)
@pytest.mark.parametrize("text", SIXTY)
def test_hostile_texts_are_refused_or_shown_clean(desk, text):
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")  # as a shell hands it in
    ran = desk("note", "c1", "--label", text)
    assert ran.code in {0, 2}
    assert is_harmless(ran.err.replace("\n", ""))
    if ran.code == 0:
        assert desk("note", "c1").row["label"] == text.strip()
    else:
        assert "nothing was written" in ran.err
    ran = desk("note", "c1", "--note", text)
    assert ran.code in {0, 2}
    for argv in (["note", "c1"], ["note", "--list"], ["note", "c1", "--history"], ["show", "c1"],
                 ["list", "--columns", "username,label,note"]):  # fmt: skip
        desk("list")
        shown = desk(*argv, "--output", "table")
        assert shown.code == 0, shown.err
        assert is_harmless((shown.out + shown.err).replace("\n", "")), argv


def test_a_person_reads_the_note_line_by_line(desk):
    noted(desk)
    lines = desk("note", "c1", "--output", "table").out.splitlines()
    assert lines[:4] == ["username  c1", "label     vip", "note      pays late", "          call Ana first"]
    assert lines[4].startswith(f"written   {desk.clock.now():%Y-%m-%d %H:%M} UTC by ")
    shown = desk("show", "c1", "--output", "table").out
    assert "label           vip" in shown
    assert "note            pays late call Ana first" in shown
    assert "label" not in desk("show", "c2", "--output", "table").out


def test_outputs_that_scripts_have_are_as_they_were(desk):
    before = {form: desk("list", "--output", form).out for form in ("table", "json", "jsonl", "csv")}
    shown = {form: desk("show", "c1", "--output", form).out for form in ("json", "jsonl", "csv")}
    noted(desk)
    for form, out in before.items():
        assert desk("list", "--output", form).out == out
        if form != "table":
            assert desk("show", "c1", "--output", form).out == shown[form]


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "table"])
def test_label_and_note_are_columns_by_name(desk, form):
    noted(desk)
    out = desk("list", "--columns", "label,username,note", "--output", form).out
    if form == "csv":
        rows = list(csv.reader(io.StringIO(out)))
        assert rows[:3] == [["label", "username", "note"], ["vip", "c1", "pays late\\ncall Ana first"], ["", "c2", ""]]
    elif form == "table":
        assert out.splitlines()[1].split() == ["vip", "c1", "pays", "late", "call", "Ana", "first"]
    else:
        rows = json.loads(out) if form == "json" else [json.loads(line) for line in out.splitlines()]
        assert rows[0] == {"label": "vip", "username": "c1", "note": NOTE}
        assert rows[1] == {"label": None, "username": "c2", "note": None}


def test_a_filter_finds_both_and_files_and_plans_take_it(desk, tmp_path):
    noted(desk)
    desk("note", "c2", "--label", "Ana's friend")
    found = {
        "note:ANA": ["c1", "c2"], "label:ana": ["c2"], "is:noted -label:vip": ["c2"], "-is:noted": ["c3"],
        'note:"late call"': ["c1"], "label=VIP": ["c1"], "note~^pays": ["c1"], 'note=""': ["c3"],
    }  # fmt: skip
    for text, names in found.items():
        assert [row["username"] for row in desk("list", "--filter", text).rows] == names, text
    path = tmp_path / "noted.csv"
    assert desk("list", "--filter", "is:noted", "--columns", "username,label", "--to", str(path)).code == 0
    assert path.read_text() == "username,label\nc1,vip\nc2,Ana's friend\n"
    plan = tmp_path / "stop.plan"
    assert desk("plan", "new", "--filter", "label=vip", "--action", "disable", "--out", str(plan)).code == 0
    assert [row["username"] for row in desk("plan", "show", str(plan)).rows] == ["c1"]
    ran = desk("list", "--filter", "labels:x")
    assert (ran.code, "label" in ran.err) == (2, True)


def test_all_notes_of_the_last_list_with_who_and_when(desk):
    ran = desk("note", "--list")
    assert (ran.code, "tui-reseller list --profile acme" in ran.err) == (3, True)
    noted(desk, "c2")
    desk("list")
    (row,) = desk("note", "--list").rows
    assert row == desk("note", "c2").row
    assert "1 customers have a label or a note" in desk("note", "--list").err
    desk.hold(1)
    desk("list", "--accept-smaller")
    assert desk("note", "--list").rows == []


def test_a_rename_takes_it_along_and_a_new_customer_of_the_name_has_none(desk):
    noted(desk)
    assert desk("rename", "c1", "new", "--confirm", "c1").code == 0
    desk("list")
    assert desk("note", "new").row["label"] == "vip"
    assert [row["username"] for row in desk("note", "new", "--history").rows] == ["c1"]
    assert desk("delete", "new", "--confirm", "new").code == 0
    desk.hold(3)
    desk("list")
    assert desk("note", "c1").row["label"] is None
    assert desk("note", "--list").rows == []
