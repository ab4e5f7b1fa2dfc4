"""The screen on the ledger of a team: what others do is seen, and a server that is away leaves the list."""

import pytest

from tests.harness.waiting import soon
from tests.tui.desk import open_desk


@pytest.fixture
def desk_of(sandbox, tmp_path, team_cluster):
    return lambda role: open_desk(sandbox, tmp_path / role, size=(120, 40), ledger=team_cluster.address(role))


async def press_disable(desk, name):
    await desk.go_to(name)
    await desk.press("d")
    await desk.opened("Disable sending")
    await desk.press("ctrl+s")


async def test_what_one_does_is_on_the_screen_of_another(desk_of, sandbox, someone, tmp_path):
    (tmp_path / "ann").mkdir()
    (tmp_path / "bob").mkdir()
    name = someone()
    async with desk_of("ann") as ann, desk_of("bob") as bob:
        await soon("bob hears of others", lambda: bob.services.ledger.signs is not None)
        await press_disable(ann, name)
        await soon("it is sent", lambda: sandbox.log() != [])
        customer = bob.main.context.session.customers.get
        await soon("the other one sees it", lambda: customer(name).value("sending") is False)
        (entry,) = await bob.entries()
        assert (entry.username, entry.operation.value) == (name, "disable")


def _label(desk, name):
    found = desk.state.notes.of(desk.main.context.session.customers.get(name))
    return found.label if found else ""


async def test_a_note_names_the_role_that_wrote_it(desk_of, someone, tmp_path):
    (tmp_path / "ann").mkdir()
    (tmp_path / "bob").mkdir()
    name = someone()
    async with desk_of("ann") as ann, desk_of("bob") as bob:
        for desk, label, wrote in ((ann, "vip", "ann"), (bob, "gold", "bob")):
            await desk.go_to(name)
            await desk.press("x", "b")
            await desk.opened("Label and note")
            desk.field("label").value = label
            await desk.read_then("ctrl+s")
            await desk.told("Kept: label and note")
            for other in (ann, bob):
                await soon("it is seen", lambda other=other, label=label: _label(other, name) == label)
                await other.go_to(name)
                await other.press("x", "b")
                await other.opened("Label and note")
                assert f" by {wrote}" in other.words(), other.words()
                await other.press("escape")


async def test_a_server_that_is_away_leaves_the_list_and_sends_nothing(
    desk_of, sandbox, someone, tmp_path, team_cluster
):
    (tmp_path / "ann").mkdir()
    name = someone()
    async with desk_of("ann") as ann:
        await ann.go_to(name)
        before = len(sandbox.log())
        team_cluster.stop()
        try:
            await press_disable(ann, name)
            told = ann.main.context.log
            await soon("it is told", lambda: any("PostgreSQL is away" in text for _time, text in told))
            assert len(sandbox.log()) == before
            assert ann.main.context.session.customers.get(name) is not None
        finally:
            team_cluster.start()
        if ann.dialog is not None:
            await ann.press("escape")
        await press_disable(ann, name)
        await soon("it is sent", lambda: len(sandbox.log()) == before + 1)


async def test_a_screen_opens_while_the_server_is_away(desk_of, sandbox, someone, tmp_path, team_cluster):
    (tmp_path / "ann").mkdir()
    name = someone()
    team_cluster.stop()
    try:
        async with desk_of("ann") as ann:
            await soon("the list is there", lambda: ann.main.context.session.customers.get(name) is not None)
            told = ann.main.context.log
            await soon("it is told", lambda: any("PostgreSQL is away" in text for _time, text in told))
    finally:
        team_cluster.start()


async def test_who_is_here_is_seen_in_the_header_on_a_page_and_in_the_editor(desk_of, someone, tmp_path):
    (tmp_path / "ann").mkdir()
    (tmp_path / "bob").mkdir()
    name = someone()
    async with desk_of("ann") as ann:
        await ann.is_quiet()
        assert "here" not in ann.screen_text()[0]
        async with desk_of("bob") as bob:
            await bob.go_to(name)
            await bob.press("enter")
            await bob.opened("Edit")
            await soon(
                "ann sees bob edit", lambda: [one.customer for one in ann.state.here if one.is_editing] == [name]
            )
            assert "2 here" in ann.screen_text()[0]
            await ann.press("ampersand")
            await ann.opened("2 here: you, and")
            (line,) = ann.lines()
            assert line.startswith("bob ")
            assert f'edits "{name}"' in line
            await ann.press("enter")
            await soon("the cursor is there", lambda: ann.main.list.customer.username == name)
            await ann.press("enter")
            await ann.opened("Edit")
            assert "bob edits this since " in ann.words()
            await soon("bob is told", lambda: bob.has_told("ann edits this since"))
            await bob.press("escape")
            await soon("ann sees that it is over", lambda: [one.is_editing for one in ann.state.here] == [False])
            await ann.press("escape")
        await soon("bob is gone", lambda: ann.state.here == ())
        assert "here" not in ann.screen_text()[0]


async def test_without_a_team_nobody_is_here(at_desk):
    async with at_desk() as desk:
        await desk.press("ampersand")
        await desk.told("nobody else is seen")
