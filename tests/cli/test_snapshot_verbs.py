"""snapshot show and purge, and list --to: real files, written by the command."""

import asyncio
import csv
import io
import json
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from tests.harness.v2 import a_customer, frame_from
from tui_reseller.cli import screen
from tui_reseller.cli.entry_points import ScreenOptions
from tui_reseller.cli.verbs import sandbox
from tui_reseller.domain.switch import Switch

READ_AT = datetime.now(UTC) - timedelta(hours=2)
HOSTILE = [
    a_customer("=evil", email="a@x.example", sending=Switch.ON, first_name="\x1b]0;owned\x07", city='\u202ekcab, "x"'),
    a_customer("+34", phone="+34 1", last_name="日本語", website="a\r\nb\tc", extra={"id": "é\n"}),
    a_customer("łukasz", sending=Switch.OFF, website_access=Switch.ON, city="Łódź"),
]  # fmt: skip


def keep(desk, customers=HOSTILE, profile="acme"):
    """Give a profile this snapshot."""
    services = desk.services(None, False)
    found = services.profiles.get(profile)
    account = services.open(found).account
    asyncio.run(services.snapshot.save(account, READ_AT, frame_from(customers)))
    return account


def test_show_says_when_it_was_read_and_how_long_it_is(desk):
    keep(desk)
    ran = desk("snapshot", "show", "--output", "json")
    found = json.loads(ran.out)
    assert ran.code == 0
    assert found.pop("read_at").startswith(f"{READ_AT:%Y-%m-%dT%H:%M:%S}")
    assert found == {"profile": "acme", "customers": 3}
    assert str(desk.folder) not in ran.out + ran.err


def test_show_without_a_snapshot_is_3(desk):
    ran = desk("snapshot", "show")
    assert (ran.code, ran.out) == (3, "")
    assert "acme" in ran.err


def test_purge_deletes_the_snapshot_of_the_chosen_profile_only(desk):
    desk.add("beta")
    keep(desk)
    keep(desk, profile="beta")
    ran = desk("snapshot", "purge", "--profile", "beta")
    assert ran.code == 0
    assert ran.row["profile"] == "beta"
    assert ran.row["freed_bytes"] > 1000
    assert "KiB freed" in ran.err
    assert desk("snapshot", "show", "--profile", "beta").code == 3
    assert desk("snapshot", "show", "--profile", "acme").code == 0
    again = desk("snapshot", "purge", "--profile", "beta")
    assert (again.code, again.row["freed_bytes"]) == (0, 0)
    assert "nothing to delete" in again.err


def test_purge_all_leaves_no_customer_on_the_disk(desk):
    desk.add("beta")
    keep(desk)
    keep(desk, profile="beta")
    ran = desk("snapshot", "purge", "--all")
    assert (ran.code, ran.row["profile"]) == (0, None)
    assert not list((desk.folder / "cache").rglob("*.parquet"))
    assert desk("snapshot", "purge", "--all").row["freed_bytes"] == 0
    assert desk("snapshot", "purge", "--all", "--profile", "beta").code == 2


@pytest.mark.parametrize("argv", [["snapshot"], ["snapshot", "show"], ["snapshot", "purge"]])
def test_help_has_examples(desk, argv):
    ran = desk(*argv, "--help")
    assert ran.code == 0
    assert "Examples:\n    tui-reseller snapshot" in ran.out


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("more", [
    [], ["--filter", "łukasz"], ["--sort", "username:desc"], ["--columns", "city,username"], ["--columns", "city"],
])  # fmt: skip
def test_a_file_holds_what_the_output_holds(desk, tmp_path, form, more):
    keep(desk, [customer for customer in HOSTILE if not customer.extra])
    path = tmp_path / f"out.{form}"
    ran = desk("list", "--offline", "--to", str(path), *more)
    assert (ran.code, ran.out) == (0, ""), ran.err
    assert f"in {path} (" in ran.err
    assert path.read_bytes().decode() == desk("list", "--offline", "--output", form, *more).out


def test_extra_fields_are_in_the_file(desk, tmp_path):
    keep(desk)
    for ending in ("csv", "jsonl", "ndjson", "parquet"):
        assert desk("list", "--offline", "--to", str(tmp_path / f"out.{ending}")).code == 0
    expected = [customer.as_dict() for customer in HOSTILE]
    assert list(map(json.loads, (tmp_path / "out.ndjson").read_text().splitlines())) == expected
    cells = [row["extra"] for row in csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text()))]
    assert [cell and json.loads(cell) for cell in cells] == ["", {"id": "é\n"}, ""]
    assert pl.read_parquet(tmp_path / "out.parquet").equals(frame_from(HOSTILE))
    assert [json.loads(line) for line in desk("list", "--offline").out.splitlines()] == expected


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "table"])
def test_every_output_tells_the_same_customers(desk, form):
    keep(desk)
    out = desk("list", "--offline", "--output", form, "--columns", "sending", "--limit", "2").out
    rows = {
        "json": lambda: [row["sending"] for row in json.loads(out)],
        "jsonl": lambda: [json.loads(line)["sending"] for line in out.splitlines()],
        "csv": lambda: [{"on": True}.get(row["sending"]) for row in csv.DictReader(io.StringIO(out))],
        "table": lambda: [{"on": True}.get(line.strip()) for line in out.splitlines()[1:]],
    }[form]()
    assert rows[-2:] == [True, None]


def test_an_empty_list_is_a_file_too(desk, tmp_path):
    keep(desk)
    ran = desk("list", "--offline", "--to", str(tmp_path / "none.csv"), "--filter", "nobody", "--columns", "username")
    assert (ran.code, (tmp_path / "none.csv").read_text()) == (0, "username\n")


def test_a_file_that_is_there_needs_force_and_the_service_is_not_asked_before(desk, tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("mine")
    ran = desk("list", "--to", str(path))
    assert (ran.code, ran.out, desk.service.lists) == (2, "", 0)
    assert "there already" in ran.err
    assert path.read_text() == "mine"
    assert desk("list", "--to", str(path), "--force").code == 0
    assert path.read_text().startswith("username,")
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--to", "out.txt"], ".parquet"),
        (["--to", "missing/out.csv"], "there is no folder"),
        (["--to", "."], ".parquet"),
        (["--to", "a.csv", "--limit", "1"], "--limit"),
        (["--to", "a.csv", "--output", "csv"], "--output"),
        (["--to", "~nobody-at-all/a.csv"], "no folder ~nobody-at-all"),
        (["--force"], "--to"),
    ],
)
def test_a_target_that_cannot_be_is_2(desk, more, said):
    keep(desk)
    ran = desk("list", "--offline", *more)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_the_home_folder_is_meant_by_its_sign(desk, tmp_path, monkeypatch):
    keep(desk)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert desk("list", "--offline", "--to", "~/out.csv").code == 0
    assert (tmp_path / "out.csv").exists()


def test_slow_link_is_for_the_screen_and_the_demo(desk, monkeypatch):
    monkeypatch.setattr(screen, "need_terminal", lambda: None)
    monkeypatch.setattr(sandbox, "need_terminal", lambda: None)
    assert desk("--slow-link").code == desk("demo", "--slow-link").code == desk("--slow-link", "demo").code == 0
    assert [given[0] if isinstance(given[0], ScreenOptions) else given[1] for given in desk.opened] == [
        ScreenOptions(slow_link=True)
    ] * 3
    assert desk().code == 0
    assert desk.opened[-1] == (ScreenOptions(),)
