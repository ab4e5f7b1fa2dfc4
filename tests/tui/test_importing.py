"""Import from the screen: a file is looked at, its columns are mapped, its rows found fault with, and it is planned."""

import json

import pytest

from tests.harness.handed_in import FIELDS, REFUSED, ROWS
from tests.harness.waiting import soon
from tui_reseller.system.whole_file import completed

CRM = "Username;Town;First Name;Score\r\nuser1;Lugo;Ana;7\r\nuser2;M\u00c3\u00bcnchen;;8\r\nUSER3;x;;9\r\n"


async def look_at(desk, path, action="Change details"):
    """Open the import of a file, and choose what is to be done."""
    await desk.press("less_than_sign")
    await desk.opened("Import")
    desk.field("file").value = str(path)
    await desk.read_then()
    if action:
        await desk.opened("What is to be done")
        line = next(line for line in desk.words().splitlines() if line.endswith(action))
        await desk.press(line.split()[0])
    await desk.opened(f"Import {path.name}")


def line_of(desk, words):
    return next(at for at, line in enumerate(desk.lines()) if words in line)


async def choose(desk, words):
    """Press Enter on the line with these words."""
    desk.app.screen.query_one("#page-rows").highlighted = line_of(desk, words)
    await desk.press("enter")


async def test_a_file_of_another_system_becomes_a_job(at_desk, tmp_path, sandbox):
    path = tmp_path / "crm.csv"
    path.write_text(CRM)
    async with at_desk() as desk:
        await look_at(desk, path)
        assert "CSV with semicolons, UTF-8" in desk.lines()[0]
        await choose(desk, "? not known: Enter maps it")
        await desk.opened("Column Town")
        await choose(desk, "city             City")
        await desk.opened("Import crm.csv")
        await choose(desk, "? not known: Enter maps it")
        await desk.opened("Column Score")
        await choose(desk, "leave it aside")
        await desk.opened("Import crm.csv: 1 to do, 0 so already, 2 refused")
        lines = "\n".join(desk.lines())
        assert 'line 3, city: "MÃ¼nchen": it is "München"' in lines
        assert 'line 4, username: there is no customer "USER3"' in lines
        assert "note: 1 empty cell leaves the field as it is" in lines
        await choose(desk, "line 4, username")
        await desk.opened("Line 4")
        assert any("USER3" in line for line in desk.lines())
        await desk.press("escape")
        await choose(desk, "Doubtful cells  are refused")
        await desk.opened("Import crm.csv: 2 to do, 0 so already, 1 refused")
        await desk.press("p")
        await desk.opened("1 findings stop the plan")
        await desk.press("s")
        await desk.opened("Plan: change details for 2 customers")
        assert sandbox.log() == []
        await desk.press("escape")
        await desk.opened("Import crm.csv: 2 to do")
        await desk.press("p")
        await desk.opened("Plan: change details for 2 customers")
        await desk.read_then()
        await desk.applied(("set", "user1"), ("set", "user2"))


async def test_an_export_that_nobody_edited_is_so_already(at_desk, tmp_path):
    async with at_desk() as desk:
        path = tmp_path / "all.csv"
        await desk.press("o")
        await desk.opened("Export")
        desk.field("file").value = str(path)
        await desk.read_then()
        await desk.told("Exported ")
        await look_at(desk, path)
        assert f"0 to do, {desk.state.total} so already, 0 refused" in desk.title, desk.lines()
        await desk.press("p")
        await desk.told("Nothing to do, all are so already")


async def test_new_customers_get_the_passwords_of_the_file(at_desk, tmp_path, sandbox):
    path = tmp_path / "new.jsonl"
    rows = [{**dict(zip(FIELDS, row, strict=True)), "action": "create"} for row in ROWS]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    async with at_desk() as desk:
        await look_at(desk, path, action="")
        assert any("a column names it" in line for line in desk.lines())
        assert "3 to do" in desk.title
        await desk.press("p")
        await desk.opened("Plan: new customer for 3 customers")
        assert not desk.app.screen.query("#field-file")
        await desk.press("escape", "escape")
        assert sandbox.log() == []


async def test_blanks_odd_names_and_the_encoding_are_said_on_the_page(at_desk, tmp_path):
    path = tmp_path / "latin.csv"
    path.write_bytes("username,city,state\nuser1,M\u00e1laga,\n".encode("cp1252"))
    async with at_desk() as desk:
        await look_at(desk, path, action="")
        assert any("--encoding cp1252" in line for line in desk.lines())
        await choose(desk, "not recognised")
        await desk.opened("Encoding")
        await desk.write("cp1252")
        await desk.read_then()
        await desk.opened("Import latin.csv")
        await choose(desk, "not chosen: Enter chooses")
        await desk.opened("What is to be done")
        await desk.press("7")
        await desk.opened("Import latin.csv: 1 to do")
        await choose(desk, "Empty cells     leave the field")
        await soon(
            "said",
            lambda: desk.dialog is not None and any("Empty cells     empty the field" in line for line in desk.lines()),
        )
        await choose(desk, "Odd new names   are refused")
        await soon(
            "said",
            lambda: (
                desk.dialog is not None and any("Odd new names   taken as they are" in line for line in desk.lines())
            ),
        )


@pytest.mark.in_turn(2)
@pytest.mark.parametrize("name", ["XLSX", "gzip", "a column twice", "no usernames", "an open quote"])
async def test_what_is_refused_is_refused_in_the_same_words(at_desk, tmp_path, name):
    path = tmp_path / "bad.csv"
    path.write_bytes(REFUSED[name].content)
    async with at_desk() as desk:
        await desk.press("less_than_sign")
        await desk.opened("Import")
        desk.field("file").value = str(path)
        await desk.read_then()
        await soon("an answer", lambda: desk.title != "Import")
        if "What is to be done" in desk.title:
            await desk.press("7")
            await desk.opened("Import bad.csv")
        assert any(REFUSED[name].words.split("\n")[0] in line for line in desk.lines())


async def test_a_file_that_cannot_be_read_is_said_in_the_form(at_desk, tmp_path):
    async with at_desk() as desk:
        await desk.press("less_than_sign")
        await desk.opened("Import")
        for place, words in ((tmp_path / "none.csv", "No such file"), (tmp_path, "is not a plain file")):
            desk.field("file").value = str(place)
            await desk.read_then()
            await soon(words, lambda words=words: words in desk.words())


def test_a_path_is_completed_as_far_as_there_is_one_way(tmp_path):
    (tmp_path / "moves").mkdir()
    for name in ("crm.csv", "crm-old.csv", ".hidden"):
        (tmp_path / name).write_bytes(b"")
    begin = f"{tmp_path}/"
    assert completed(f"{begin}m") == f"{begin}moves/"
    assert completed(f"{begin}c") == f"{begin}crm"
    assert completed(f"{begin}crm-") == f"{begin}crm-old.csv"
    assert completed(f"{begin}.h") == f"{begin}.hidden"
    assert completed(begin) is None
    assert completed(f"{begin}x") is None
    assert completed(f"{begin}none/x") is None


async def test_what_was_said_of_a_file_is_not_lost_by_one_escape(at_desk, tmp_path):
    path = tmp_path / "crm.csv"
    path.write_text(CRM)
    async with at_desk() as desk:
        await look_at(desk, path)
        await desk.press("escape")
        await soon("left: nothing was said yet", lambda: desk.dialog is None)
        await look_at(desk, path)
        await choose(desk, "? not known: Enter maps it")
        await desk.opened("Column Town")
        await choose(desk, "city             City")
        await desk.opened("Import crm.csv")
        await desk.press("p")
        await soon("why not", lambda: desk.dialog is not None and "no plan yet: which field is Score?" in desk.words())
        await desk.press("escape")
        await desk.opened("Leave and discard what you said of the file?")
        await desk.press("escape")
        await desk.opened("Import crm.csv")
        assert desk.lines()[line_of(desk, "Town")].endswith(" city")
        await desk.press("escape")
        await desk.opened("Leave and discard what you said of the file?")
        await desk.read_then()
        await soon("left", lambda: desk.dialog is None)
