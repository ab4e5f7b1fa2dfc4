"""ledger backup, restore, accept; audit anchor and verify --anchor: on a real ledger in folders of its own."""

import shutil
import sqlite3
from contextlib import closing

import pytest


def change(desk, *names):
    for name in names:
        ran = desk("disable", name, "--yes")
        assert ran.code == 0, ran.err
        assert desk("enable", name, "--yes").code == 0


@pytest.fixture
def file(desk):
    return desk.folder / "state" / "ledger.sqlite3"


@pytest.fixture
def backup(desk, tmp_path):
    change(desk, "c1")
    path = tmp_path / "a backup"
    ran = desk("ledger", "backup", str(path))
    assert ran.code == 0
    assert ran.row == {"file": str(path), "rows": 4, "anchor": desk("audit", "anchor").row["anchor"]}
    return path


def cut_off(file, number):
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.executescript(f"DROP TRIGGER IF EXISTS no_delete; DELETE FROM rows WHERE number > {number}")


def test_a_backup_replaces_nothing(desk, backup):
    ran = desk("ledger", "backup", str(backup))
    assert (ran.code, ran.out) == (2, "")
    assert "is there already" in ran.err


def test_a_restore_asks_tells_what_is_lost_and_keeps_it(desk, backup, file):
    change(desk, "c2")
    refused = desk("ledger", "restore", str(backup))
    assert (refused.code, refused.out) == (11, "")
    assert "--yes" in refused.err
    no = desk("ledger", "restore", str(backup), answers=["y"])
    assert no.code == 11
    assert "the present ledger has 2 operations that the backup does not have" in no.err
    assert desk("audit", "list").rows[0]["username"] == "c2"
    ran = desk("ledger", "restore", str(backup), answers=["yes"])
    assert ran.code == 0
    kept = ran.row["kept"]
    assert ran.row == {
        "rows": 5, "anchor": desk("audit", "anchor").row["anchor"], "kept": kept, "operations_missing": 2,
        "unknown_missing": 0, "open": 0, "jobs_paused": 0,
    }  # fmt: skip
    assert kept in ran.err
    assert (file.parent / kept).is_file()
    assert {row["username"] for row in desk("audit", "list").rows} == {"c1"}
    verified = desk("audit", "verify")
    assert (verified.code, verified.row["receipt"]) == (0, True)
    back = desk("ledger", "restore", str(file.parent / kept), "--yes")
    assert back.code == 0
    assert "the backup has 2 operations that the present one does not have" in back.err
    assert {row["username"] for row in desk("audit", "list").rows} == {"c1", "c2"}


def test_a_damaged_ledger_names_the_way_that_helps(desk, backup, file):
    file.write_bytes(b"no database at all" * 300)
    ran = desk("disable", "c2", "--yes")
    assert ran.code == 3
    assert "tui-reseller ledger restore" in ran.err
    ran = desk("ledger", "restore", str(backup), "--yes")
    assert ran.code == 0
    assert "cannot be read" in ran.err
    assert desk("disable", "c2", "--yes").code == 0


def test_after_rows_were_cut_off_nothing_is_sent_and_reading_goes_on(desk, backup, file):
    change(desk, "c2")
    cut_off(file, 4)
    sent = len(desk.service.sent)
    ran = desk("disable", "c3", "--yes")
    assert ran.code == 3
    assert ran.err.count("the ledger ends with row 4, but row 8 was written") == 1
    assert "ledger accept --reason" in ran.err
    assert len(desk.service.sent) == sent
    for reading in (["audit", "list"], ["list"], ["needs-you"]):
        ran = desk(*reading)
        assert ran.code == 0
        assert reading == ["list"] or "ends with row 4, but row 8" in ran.err
    ran = desk("audit", "verify")
    assert (ran.code, ran.row["whole"], ran.row["receipt"]) == (1, True, False)
    assert "ends with row 4" in ran.err
    assert desk("ledger", "accept", "--reason", "x").code == 11
    assert desk("ledger", "accept", "--reason", " ", "--yes").code == 2
    ran = desk("ledger", "accept", "--reason", "ticket 4711", "--yes")
    assert ran.err.count("nothing is sent:") == 1
    assert ran.err.rstrip().splitlines()[-1].startswith("accepted")
    assert (ran.code, ran.row["rows"]) == (0, 5)
    assert desk("disable", "c3", "--yes").code == 0
    ran = desk("ledger", "accept", "--reason", "again", "--yes")
    assert ran.code == 2
    assert "nothing to accept" in ran.err


def test_a_state_folder_that_was_moved_away_is_missed(desk, file):
    change(desk, "c1")
    file.parent.rename(desk.folder / "away")
    file.parent.mkdir(mode=0o700)
    ran = desk("disable", "c1", "--yes")
    assert ran.code == 3
    assert "ends with row 0, but row 4 was written" in ran.err
    shutil.rmtree(file.parent)
    (desk.folder / "away").rename(file.parent)
    assert desk("disable", "c1", "--yes").code == 0


def test_an_anchor_shows_what_neither_chain_nor_receipt_can(desk, backup, file):
    """Who can write to the config folder too takes the receipt away: only what was kept elsewhere tells."""
    change(desk, "c2")
    anchor = desk("audit", "anchor").row
    assert anchor["rows"] == 8
    assert desk("audit", "verify", "--anchor", anchor["anchor"]).row["anchor"] is True
    assert desk("audit", "verify", "--anchor", f"0:{'0' * 64}").code == 0
    change(desk, "c3")
    ran = desk("audit", "verify", "--anchor", anchor["anchor"])
    assert (ran.code, ran.row["rows"]) == (0, 12)
    assert "after row 8" in ran.err
    cut_off(file, 4)
    for receipt in (desk.folder / "config").glob("ledger-receipt-*"):
        receipt.unlink()
    assert desk("audit", "verify").code == 0
    assert "what this cannot see" in desk("audit", "verify").err
    ran = desk("audit", "verify", "--anchor", anchor["anchor"])
    assert (ran.code, ran.row["anchor"]) == (1, False)
    assert "row 8 of the anchor is not there" in ran.err
    assert "the log ends with row 4" in ran.err
    change(desk, "c2", "c3")
    ran = desk("audit", "verify", "--anchor", anchor["anchor"])
    assert ran.code == 1
    assert "rewritten, or it is another one" in ran.err


@pytest.mark.parametrize("anchor", ["", "7", "7:abc", f"x:{'0' * 64}", f"-1:{'0' * 64}"])
def test_what_is_no_anchor_is_2(desk, anchor):
    ran = desk("audit", "verify", "--anchor", anchor)
    assert (ran.code, ran.out) == (2, "")
    assert "NUMBER:HASH" in ran.err


def test_what_stands_in_a_file_name_does_not_reach_the_terminal(desk, tmp_path):
    change(desk, "c1")
    name = "b\x1b[2J\nx"
    assert desk("ledger", "backup", str(tmp_path / name)).code == 0
    ran = desk("ledger", "backup", str(tmp_path / name))
    assert "\x1b" not in ran.err
    ran = desk("ledger", "restore", str(tmp_path / name / "none"))
    assert "\x1b" not in ran.err + ran.out
