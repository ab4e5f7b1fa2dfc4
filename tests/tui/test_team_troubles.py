"""Whatever keeps a team's ledger from being written to: the screen says who and what next, the list stays, nothing is
sent; nothing waits to be sent either.
"""

import pytest

from tests.harness.team_troubles import TROUBLES, trouble
from tests.harness.waiting import soon
from tests.tui.desk import open_desk
from tui_reseller.domain.switch import Switch


async def _press(desk, name, key, title):
    """Ask for it once the list is that of now; return how often anything was told before."""
    before = Switch.OFF if key == "e" else Switch.ON
    customers = desk.main.context.session.customers
    await soon("the list is that of now", lambda: (one := customers.get(name)) and one.switch("sending") is before)
    await desk.is_quiet()
    await desk.go_to(name)
    await desk.press(key)
    await desk.opened(title)
    told = len(desk.main.context.log)
    await desk.press("ctrl+s")
    return told


async def _sent(desk, sandbox, name, key, title):
    before = len(sandbox.log())
    await _press(desk, name, key, title)
    await soon("it is sent", lambda: len(sandbox.log()) == before + 1)
    await soon("it is written down", lambda: not desk.main.context.session.desk.in_flight)


@pytest.mark.in_turn(4)
@pytest.mark.parametrize("kind", TROUBLES)
async def test_who_writes_is_told_why_and_what_next_and_nothing_is_sent(sandbox, someone, tmp_path, team_cluster, kind):
    name, folder = someone(), tmp_path / "t"
    for made in (folder, tmp_path / "home"):
        made.mkdir()

    def desk_at(address):
        return open_desk(sandbox, tmp_path / "home", size=(120, 40), ledger=address)

    async with desk_at(team_cluster.address("ann")) as desk:
        await _sent(desk, sandbox, name, "d", "Disable sending")
    before = len(sandbox.log())
    with trouble(kind, team_cluster, folder) as found:
        async with desk_at(found.address) as desk:
            told = await _press(desk, name, "e", "Enable sending")

            def said(desk=desk):
                log = [text for _time, text in list(desk.main.context.log)[told:]]
                return "\n".join([*log, desk.problem if desk.dialog is not None and desk.title else ""])

            await soon(f"it is told: {found.words}", lambda: found.words in said(desk))
            assert found.what_next in said(), said()
            assert len(sandbox.log()) == before
            assert desk.main.context.session.customers.get(name) is not None
            if desk.dialog is not None:
                await desk.press("escape")
    if kind == "rows missing":
        return
    async with desk_at(team_cluster.address("ann")) as desk:
        await desk.is_quiet()
        assert len(sandbox.log()) == before, "nothing has waited"
        await _sent(desk, sandbox, name, "e", "Enable sending")
