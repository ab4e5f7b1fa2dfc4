"""Forms of data, and that nothing remote acts on a terminal, a spreadsheet or a parser."""

import csv
import io
import json
import os
import subprocess
import sys
import time

import pytest

from tests.harness.v2 import FIELDS, a_customer
from tui_reseller.cli.table import display_width, format_table, truncate
from tui_reseller.domain.errors import Rejected
from tui_reseller.domain.operation import Operation

HOSTILE = {
    "first_name": "\x1b]0;owned\x07",
    "last_name": "=cmd|'/c calc'!A1",
    "address": "line\r\nnext\ttab",
    "city": "\u202ekcab",
    "state": "\ue000half",
    "phone": "+1 555",
    "website": "[bold red]x[/]",
}
FORBIDDEN = {chr(code) for code in (*range(0x20), 0x7F, *range(0x80, 0xA0), 0x202E)} - {"\n"}


def plant(desk) -> None:
    desk.service.customers["c1"] = desk.service.customers["c1"].with_values(HOSTILE)


def test_json_is_one_array_and_jsonl_one_object_a_line(desk):
    assert [row["username"] for row in json.loads(desk("list", "--output", "json").out)] == ["c1", "c2", "c3"]
    assert [row["username"] for row in desk("list").rows] == ["c1", "c2", "c3"]
    assert json.loads(desk("list", "--output", "json", "--filter", "nobody").out) == []
    assert list(json.loads(desk("show", "c1", "--output", "json").out)) == list(FIELDS)
    assert isinstance(json.loads(desk("enable", "c1", "--yes", "--output", "json").out), list)


def test_unknown_is_null(desk):
    assert desk("show", "c1").row["website_access"] is None


def test_json_carries_every_value_as_it_is(desk):
    plant(desk)
    for verb in (["list"], ["show", "c1"]):
        ran = desk(*verb)
        assert ran.out.isascii()
        assert {name: ran.rows[0][name] for name in HOSTILE} == HOSTILE


@pytest.mark.parametrize("form", ["table", "csv"])
@pytest.mark.parametrize("argv", [
    ["list"], ["show", "c1"], ["set", "c1", "city=Rom", "--yes"], ["set", "c1", "city=Rom", "--dry-run"],
])  # fmt: skip
def test_no_control_byte_leaves_as_table_or_csv(desk, argv, form):
    plant(desk)
    ran = desk(*argv, "--output", form)
    assert ran.code == 0
    assert not FORBIDDEN & set(ran.out + ran.err)


def test_a_csv_cell_is_no_formula(desk):
    plant(desk)
    found = next(csv.DictReader(io.StringIO(desk("list", "--output", "csv").out)))
    assert found["last_name"].startswith("'=")
    assert found["phone"].startswith("'+")
    assert list(found) == list(FIELDS)
    assert found["sending"] == "on"
    assert found["website_access"] == "unknown"


def test_the_csv_of_a_write_has_the_changes_as_json(desk):
    found = next(csv.DictReader(io.StringIO(desk("disable", "c1", "--yes", "--output", "csv").out)))
    assert json.loads(found["changes"]) == {"sending": {"before": True, "after": False}}


def test_hostile_arguments_do_not_reach_the_terminal(desk):
    for argv in (["show", "\x1b[2J"], ["\x1b[2J"], ["list", "--\x1b[2J"], ["list", "--filter", "email~(\x1b[2J"]):
        ran = desk(*argv)
        assert ran.code in {2, 7}
        assert not FORBIDDEN & set(ran.err)


def test_a_message_of_the_service_is_cleaned(desk):
    desk.service.errors[Operation.DISABLE] = Rejected("no\x1b[31m\nway")
    ran = desk("disable", "c1", "--yes", "--output", "table")
    assert ran.code == 6
    assert not FORBIDDEN & set(ran.out + ran.err)


def test_columns_sort_and_limit(desk):
    ran = desk("list", "--columns", "email,username", "--sort", "username:desc", "--limit", "2")
    assert ran.rows == [{"email": f"c{n}@x.example", "username": f"c{n}"} for n in (3, 2)]
    assert ran.err == "2 of 3\n"
    assert desk("list", "--limit", "2", "--quiet").err == ""


def test_a_table_is_aligned_by_what_is_seen():
    lines = format_table(["a", "b"], [["日本", "x"], ["e\u0301", "y"]], None)
    assert lines == ["a     b", "日本  x", "e\u0301     y"]
    assert display_width("日本e\u0301") == 5


@pytest.mark.parametrize("width", range(3, 60))
def test_a_table_is_never_wider_than_the_terminal(width):
    rows = [["日本語" * 5, "x" * 30, "short"], ["a", "b", "c"]]
    assert all(display_width(line) <= width for line in format_table(["one", "two", "three"], rows, width))


def test_cutting_leaves_a_sign():
    assert truncate("abcdef", 4) == "abc…"
    assert truncate("日本語", 4) == "日…"


class TestSnapshots:
    def test_offline_needs_a_snapshot_and_nothing_else(self, desk):
        assert desk("list", "--offline").code == 3
        assert desk("list").code == 0
        desk.credentials.asked = desk.service.lists = 0
        assert len(desk("list", "--offline").rows) == 3
        assert (desk.credentials.asked, desk.service.lists) == (0, 0)

    def test_max_age_takes_a_younger_one_only(self, desk):
        assert desk("list", "--max-age", "10m").code == 0
        desk.clock.passed += 300
        assert desk("list", "--max-age", "10m").code == 0
        assert desk.service.lists == 1
        desk.clock.passed += 600
        assert desk("list", "--max-age", "10m").code == 0
        assert desk.service.lists == 2

    def test_a_list_that_lost_a_fifth_is_held_back(self, desk):
        desk.hold(10)
        assert desk("list").code == 0
        desk.hold(7)
        ran = desk("list")
        assert (ran.code, ran.out) == (5, "")
        assert "--accept-smaller" in ran.err
        assert len(desk("list", "--offline").rows) == 10
        assert len(desk("list", "--accept-smaller").rows) == 7
        assert len(desk("list", "--offline").rows) == 7


def test_a_name_with_half_a_character_among_many_is_only_unknown(desk):
    desk.hold(30)
    names = [*desk.service.customers, "x\udcff"]
    assert desk("disable", *names, "--confirm", "31 acme").code == 7
    ran = desk("disable", *names, "--confirm", "31 acme", "--skip-unknown")
    assert (len(desk.service.sent), "unexpected" in ran.err) == (30, False)


class TestOddSnapshots:
    @pytest.fixture(autouse=True)
    def damaged(self, desk):
        assert desk("list").code == 0
        self.spoil(desk)
        desk.credentials.asked = desk.service.lists = 0

    @staticmethod
    def spoil(desk):
        (file,) = desk.folder.glob("cache/*/list-*")
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)

    def test_offline_says_that_it_was_set_aside_and_that_there_is_none(self, desk):
        ran = desk("list", "--offline")
        assert (ran.code, ran.out) == (3, "")
        assert "damaged or foreign and was set aside" in ran.err
        assert 'no snapshot of profile "acme"' in ran.err
        again = desk("list", "--offline")
        assert (again.code, "set aside" in again.err) == (3, False)
        assert (desk.credentials.asked, desk.service.lists) == (0, 0)
        assert desk("list").code == 0
        assert len(desk("list", "--offline").rows) == 3

    @pytest.mark.parametrize("more", [(), ("--max-age", "10m")])
    def test_reading_says_so_and_goes_to_the_service(self, desk, more):
        ran = desk("list", *more)
        assert (ran.code, len(ran.rows), desk.service.lists) == (0, 3, 1)
        assert "set aside" in ran.err
        assert len(desk("list", "--offline").rows) == 3

    def test_a_smaller_list_cannot_be_held_back_without_an_older_one(self, desk):
        desk.hold(1)
        assert len(desk("list").rows) == 1

    def test_a_write_of_many_takes_the_list_from_the_service(self, desk):
        desk.hold(30)
        names = [f"c{n}" for n in range(1, 31)]
        ran = desk("disable", *names, "--yes", "--confirm", "30 acme")
        assert (ran.code, len(ran.rows), len(desk.service.sent)) == (0, 30, 30), ran.err
        found = {row["username"]: row["sending"] for row in desk("list", "--offline").rows}
        assert found == dict.fromkeys(names, False)


class TestRetention:
    @staticmethod
    def keep(desk, duration):
        path = desk.services(None, False).profiles.config.path
        path.write_text(f'[settings]\nretention = "{duration}"\n\n' + path.read_text().replace("default", "# default"))
        path.chmod(0o600)

    def test_too_old_a_snapshot_is_none_and_goes(self, desk):
        assert desk("list").code == 0
        self.keep(desk, "1h")
        desk.clock.passed += 3500
        assert len(desk("list", "--offline").rows) == 3
        desk.clock.passed += 200
        ran = desk("list", "--offline")
        assert ran.code == 3
        assert "no snapshot" in ran.err
        assert not list(desk.folder.glob("cache/*/head.json"))

    def test_zero_keeps_nothing(self, desk):
        self.keep(desk, "0d")
        assert len(desk("list").rows) == 3
        assert desk("disable", "c1", "--yes").code == 0
        assert desk("list", "--offline").code == 3
        assert list(desk.folder.glob("cache/*")) == []

    def test_a_retention_that_is_none_is_refused_with_its_line(self, desk):
        self.keep(desk, "30")
        ran = desk("list")
        assert ran.code == 3
        assert "config.toml:2: settings.retention: a duration is a number" in ran.err


def test_a_reader_that_goes_away_ends_it_quietly(desk):
    code = (
        "import sys; from tui_reseller.cli import streams; from tui_reseller.cli.output import Output\n"
        "out = Output('jsonl')\n"
        "with streams.installed(), out.rows(['a']) as rows:\n"
        "    for n in range(200000):\n"
        "        rows.add({'a': n})\n"
        "    sys.exit(0 if out.is_closed else 3)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    child.stdout.readline()
    child.stdout.close()
    said = child.stderr.read()
    child.stderr.close()
    assert (child.wait(20), said) == (0, b"")


def test_help_into_a_closed_pipe_is_quiet():
    code = "import sys; from tui_reseller.cli.main import run; sys.exit(run(['--help'], None))"
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run([sys.executable, "-c", code], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_an_encoding_that_lacks_a_sign_does_not_stop_the_output(home):
    code = (
        "from tui_reseller.cli import streams; from tui_reseller.cli.output import Output\n"
        "with streams.installed(): Output('table').item({'city': 'Łódź'})"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=True)
    assert ran.stdout == b"city  \\u0141\\xf3d\\u017a\n"


def test_many_rows_cost_little(desk):
    desk.hold(20_000)
    began = time.monotonic()
    assert len(desk("list").out.splitlines()) == 20_000
    assert time.monotonic() - began < 8


class TestAudit:
    def test_it_is_newest_first_and_export_oldest_first(self, desk):
        desk("disable", "c1", "--yes")
        desk("enable", "c1", "--yes")
        assert [row["operation"] for row in desk("audit", "list").rows] == ["enable", "disable"]
        assert [row["operation"] for row in desk("audit", "export").rows] == ["disable", "enable"]
        assert desk("audit", "list", "--operation", "disable").row["username"] == "c1"
        assert desk("audit", "list", "--limit", "1").row["operation"] == "enable"
        assert desk("audit", "list", "--since", "1h", "--username", "c2").out == ""
        assert desk("audit", "list", "--since", "whenever").code == 2
        assert desk("audit", "list", "--since", "999999d").code == 2
        assert len(desk("audit", "list", "--since", "36500d").rows) == 2
        assert "c1" in desk("audit", "list", "--output", "table").out

    def test_its_object(self, desk):
        desk("disable", "c1", "--yes")
        row = desk("audit", "list").row
        assert list(row) == [
            "username", "operation", "outcome", "id", "changes", "message", "time", "profile", "operator", "reason",
            "batch", "until", "undoes",
        ]  # fmt: skip
        assert row["time"].endswith("Z")
        assert list(row["operator"]) == ["user", "host", "ssh_from", "uid", "login_uid", "claims"]

    def test_the_chain_is_checked(self, desk):
        desk("disable", "c1", "--yes")
        assert desk("audit", "verify").row["whole"] is True


def test_usernames_are_never_cut_in_a_table():
    names = [f"garcia@example.com-{end * 40}" for end in "xy"]
    rows = [[name, "e" * 90, "on", "a" * 40] for name in names]
    lines = format_table(["username", "email", "sending", "city"], rows, 100, whole={"username"})
    assert [line.split("  ")[0] for line in lines[1:]] == names
    assert max(map(len, lines)) <= 100
    narrow = format_table(["username", "email"], rows_of_two(rows), 40, whole={"username"})
    assert [line.split("  ")[0].strip() for line in narrow[1:]] == names


def rows_of_two(rows):
    return [row[:2] for row in rows]


def test_a_table_shows_each_character_of_a_username(desk, terminal):
    desk.service.customers = {name: a_customer(name) for name in ("a b", "a\tb", "a\u200bb")}
    found = desk("list", "--output", "table").out
    assert "a\\tb" in found
    assert "a\\u200bb" in found


def test_csv_is_marked_for_spreadsheets(desk, tmp_path):
    assert desk("list", "--output", "csv", "--bom").out.startswith("\ufeffusername,")
    assert desk("audit", "list", "--output", "csv", "--bom").out.startswith("\ufefftime,")
    assert desk("list", "--output", "jsonl", "--bom").out.startswith("{")
    for name, mark in (("a.csv", b"\xef\xbb\xbfusername"), ("a.jsonl", b'{"')):
        assert desk("list", "--to", str(tmp_path / name), "--bom").code == 0
        assert (tmp_path / name).read_bytes().startswith(mark)


def test_usernames_with_zero_bytes_between_them(desk):
    desk.service.customers = {name: a_customer(name) for name in ("a\nb", "zoe")}
    assert desk("list", "-0").out == "a\nb\0zoe\0"
    assert desk("list", "-0", "--limit", "1").out == "a\nb\0"
    assert desk("list", "-0", "--output", "csv").code == 2
    assert desk("disable", "-0", "zoe", "--yes").code == 2


def test_json_in_a_cell_stays_json(desk):
    assert desk("set", "c1", "address=Str 1; -2", "--yes").code == 0
    (row,) = csv.DictReader(io.StringIO(desk("audit", "list", "--output", "csv").out))
    assert json.loads(row["changes"])["address"]["after"] == "Str 1; -2"
