"""Every verb once, on a real sandbox: what the keys say is what the service carries out."""

import pytest
from textual.widgets import Button

from tui_reseller.domain.operation import Outcome

FORMATS = ("json", "xml")


@pytest.mark.parametrize("wire", FORMATS)
async def test_d_stops_sending_and_e_starts_it_again(at_desk, sandbox, someone, wire):
    name = someone()
    async with at_desk(wire=wire) as desk:
        await desk.go_to(name)
        await desk.press("d")
        await desk.opened("Stop sending")
        await desk.write("ticket 4711")
        await desk.read_then("ctrl+s")
        await desk.told("Applied")
        assert sandbox.applied() == [("disable", name)]
        await desk.press("e")
        await desk.opened("Start sending")
        assert desk.field("reason").value == "ticket 4711"
        await desk.read_then()
        await until_applied(sandbox, 2)
        assert sandbox.applied() == [("disable", name), ("enable", name)]
        await desk.told("off -> on")
        entries = await desk.entries()
        assert [entry.outcome for entry in entries] == [Outcome.APPLIED] * 2
        assert {entry.reason for entry in entries} == {"ticket 4711"}
