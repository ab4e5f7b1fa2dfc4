"""Export from the screen: what is shown, marked or all; nothing half-written."""

import json

import polars as pl

from tests.harness.waiting import soon


async def test_what_is_shown_marked_or_all_goes_to_a_file(at_desk, tmp_path):
    async with at_desk() as desk:
        await desk.press("slash")
        await desk.write("user1")
        await desk.press("enter")
        await soon("filtered", lambda: desk.state.filter_text == "user1")
        shown, total = desk.main.context.session.customers.usernames(), desk.state.total
        await desk.press("space")
        for key, name, count in (("s", "shown.jsonl", len(shown)), ("m", "marked.csv", 1), ("a", "all.parquet", total)):
            await desk.press("o")
            await desk.opened("Export")
            await desk.press(key)
            await soon("the form", lambda: bool(desk.app.screen.query("#field-file")))
            desk.field("file").value = str(tmp_path / name)
            await desk.read_then()
            await desk.told(f"Exported {count} customers to {tmp_path / name}")
    found = [json.loads(line)["username"] for line in (tmp_path / "shown.jsonl").read_text().splitlines()]
    assert found == list(shown)
    assert len((tmp_path / "marked.csv").read_text().splitlines()) == 2
    assert len(pl.read_parquet(tmp_path / "all.parquet")) == total


async def test_a_file_that_is_there_stays_unless_it_may_be_replaced(at_desk, tmp_path):
    old = tmp_path / "old.csv"
    old.write_text("mine")
    async with at_desk() as desk:
        await desk.press("o")
        await desk.opened("Export")
        desk.field("file").value = str(tmp_path / "old.txt")
        await desk.read_then()
        assert ".parquet" in desk.problem + desk.words()
        desk.field("file").value = str(old)
        await desk.read_then()
        await desk.told("Nothing was exported: ")
        assert old.read_text() == "mine"
        await desk.press("o")
        await desk.opened("Export")
        desk.field("file").value = str(old)
        desk.app.screen.query_one("#field-there").choose("replace")
        await desk.read_then()
        await desk.told("Exported ")
    assert old.read_text().startswith("username,")
