"""A ledger whose last rows are missing: the screen says so, shows what there is, and sends nothing."""

import sqlite3
from contextlib import closing

from tests.harness.waiting import soon


async def test_missing_rows_are_told_and_nothing_is_sent(at_desk, sandbox, someone, tmp_path):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("d")
        await desk.opened("Disable sending")
        await desk.press("ctrl+s")
        await soon("it is sent", lambda: sandbox.log() != [])
        await soon("it is written down", lambda: not desk.main.context.session.desk.in_flight)
        await desk.told("u undo")  # so nothing reads the ledger any more
        await desk.services.ledger.aclose()
    sent = len(sandbox.log())
    with closing(sqlite3.connect(tmp_path / "state" / "ledger.sqlite3", isolation_level=None)) as connection:
        connection.executescript("DROP TRIGGER no_delete; DELETE FROM rows WHERE number > 1")
    async with at_desk(size=(120, 40)) as desk:
        await soon("it is told", lambda: any("nothing is sent" in text for _time, text in desk.main.context.log))
        (told,) = [text for _time, text in desk.main.context.log if "nothing is sent" in text]
        assert "the ledger ends with row 1, but row 2 was written" in told
        assert "ledger accept --reason" in told
        await desk.go_to(name)
        await desk.press("e")
        await desk.opened("Enable sending")
        await desk.press("ctrl+s")
        await soon("it is refused", lambda: sum("nothing is sent" in text for _t, text in desk.main.context.log) > 1)
        assert desk.dialog is None or "nothing is sent" in desk.problem
        assert len(await desk.entries()) == 1
        assert len(sandbox.log()) == sent
