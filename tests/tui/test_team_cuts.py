"""The line to a team's ledger is cut behind every n-th message of one write at the screen, either way: after the next
write the ledger, the service and the screen say the same.

Every ninth message by default; `TUI_RESELLER_CUT_STEP=1 python -m pytest -m long -n0 -s tests/tui/test_team_cuts.py`
takes each.
"""

import os
from collections import Counter

import pytest

from tests.harness.cut_line import CutLine
from tests.harness.waiting import soon
from tests.tui.desk import open_desk
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.team import Team
from tui_reseller.storage.ledger.postgresql.ledger import TeamLedger

pytestmark = pytest.mark.long
STEP = int(os.environ.get("TUI_RESELLER_CUT_STEP", "9"))
MOST = 400
"""Messages of one write, many times over."""


@pytest.fixture
def line(team_cluster, tmp_path):
    with CutLine.before(team_cluster, tmp_path / "line") as made:
        yield made


@pytest.fixture
async def bob(team_cluster):
    """The ledger as another one sees it."""
    ledger = TeamLedger(Team(team_cluster.address("bob")))
    yield ledger
    await ledger.aclose()


async def _disable(desk, name):
    """Ask for it, and wait until it is known what became of it."""
    await desk.go_to(name)
    await desk.press("d")
    await desk.opened("Disable sending")
    told = len(desk.main.context.log)
    await desk.press("ctrl+s")
    await soon("something is told", lambda: len(desk.main.context.log) > told)
    await soon("it is over", lambda: not desk.main.context.session.desk.in_flight)
    if desk.dialog is not None:
        await desk.press("escape")


def _fits(outcome: Outcome | None, was_sent: bool) -> bool:
    return outcome is (Outcome.APPLIED if was_sent else Outcome.NOT_SENT)


@pytest.mark.parametrize("side", ["asked", "answered"])
async def test_a_write_whose_ledger_is_cut_at_any_message_is_told_as_it_was(
    line, bob, sandbox, someone, tmp_path, side
):
    cuts = range(0, MOST, STEP)
    names = [(someone(), someone()) for _ in cuts]
    (tmp_path / "ann").mkdir()
    told: Counter[str] = Counter()
    async with open_desk(sandbox, tmp_path / "ann", size=(120, 40), ledger=line.address("ann")) as ann:
        await _disable(ann, names.pop()[0])
        customer = ann.main.context.session.customers.get
        for after, (name, next_one) in zip(cuts, names, strict=False):
            line.arm(side, after)
            await _disable(ann, name)
            was_cut = line.was_cut
            line.disarm()
            await _disable(ann, next_one)
            sent = Counter(row["username"] for row in sandbox.for_clients())
            assert (sent[name] <= 1, sent[next_one]) == (True, 1), after
            for whom in (name, next_one):
                outcomes = [entry.outcome for entry in await bob.entries(AuditQuery(username=whom))]
                assert all(_fits(outcome, bool(sent[whom])) for outcome in outcomes), (after, whom, outcomes)
                assert outcomes or not sent[whom], after
                assert customer(whom).value("sending") is not bool(sent[whom]), after
            assert sandbox.held(name)["active"] is not bool(sent[name])
            told += Counter({"cuts": was_cut, "sent": sent[name]})
            if not was_cut:
                break
        assert (await bob.check()).is_whole
    print(f"\n{side}: {after} messages, {dict(told)}")
    assert not was_cut
    assert told["cuts"] > 0
