"""Whatever keeps a team's ledger from being written to: the command says who and what next, reads on, and sends
nothing; nothing waits to be sent either.
"""

import pytest

from tests.harness.team_troubles import KEPT, TROUBLES, trouble


@pytest.mark.in_turn(3)
@pytest.mark.parametrize("kind", TROUBLES)
def test_who_writes_is_told_why_and_what_next_and_nothing_is_sent(consoles, team_cluster, tmp_path, kind):
    ann = consoles(ledger=team_cluster.address("ann"))
    sandbox, name, folder = ann.sandbox, f"trouble-{kind.replace(' ', '-')}", tmp_path / "t"
    folder.mkdir()
    sandbox.plant(name, active=True, email=f"{name}@x.example")
    assert ann("disable", name, "--yes").code == 0
    before = len(sandbox.log())
    with trouble(kind, team_cluster, folder) as found:
        there = consoles(ledger=found.address)
        refused = there("enable", name, "--yes")
        assert (refused.code, found.words in refused.err) == (3, True), refused.err
        assert found.what_next in refused.err
        assert len(sandbox.log()) == before
        assert name in [row["username"] for row in there("list").rows]
        told = there("audit", "list", "--username", name)
        assert (told.code, len(told.rows)) == ((0, 1) if kind in KEPT else (3, 0)), told.err
    rows = team_cluster.ask("SELECT count(*) FROM reseller.rows")
    assert rows == [(1 if kind == "rows missing" else 2,)], "nothing was written either"
    if kind == "rows missing":
        assert ann("ledger", "accept", "--reason", "ticket 4711", "--yes").code == 0
    assert len(sandbox.log()) == before
    assert ann("enable", name, "--yes").code == 0
    assert len(sandbox.log()) == before + 1
