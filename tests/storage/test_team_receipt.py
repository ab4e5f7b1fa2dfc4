"""What is missing at the end of a chain, or another ledger in its place, is seen by the receipt on this machine."""

import pytest

from tests.storage.operations import done
from tui_reseller.domain.audit import AuditQuery, Operator
from tui_reseller.domain.errors import InvalidInput, LedgerUnavailable
from tui_reseller.domain.team import Team
from tui_reseller.storage.ledger.postgresql.ledger import TeamLedger
from tui_reseller.storage.ledger.postgresql.vault import TeamVault

KIM = Operator("kim", "bastion")
CUT = "SET session_replication_role = replica; SET search_path = reseller; "
OTHER = "reseller-v2|https://api.example.com:443|other"


@pytest.fixture
async def of(team_cluster, tmp_path):
    """Open the ledger as somebody, on a machine of his own."""
    opened = []

    def open_as(role, database="team"):
        there = Team(team_cluster.address(role, database))
        opened.append(TeamLedger(there, receipts=tmp_path / f"config of {role}"))
        return opened[-1]

    yield open_as
    for ledger in opened:
        await ledger.aclose()


async def two_operations(ledger, intent):
    await done(ledger, intent(username="one"))
    await done(ledger, intent(username="two"))
    await done(ledger, intent(username="elsewhere", account=OTHER))
    assert await TeamVault(ledger).doubt() == ""
    await ledger.aclose()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("DELETE FROM rows WHERE number > 2 AND username IS DISTINCT FROM 'elsewhere'", "the ledger ends with row 2"),
        ("UPDATE rows SET hash = sha256('x') WHERE number = 4", "row 4 is not the one that was written"),
        ("TRUNCATE rows, open_operations", "the ledger ends with row 0"),
    ],
)
async def test_what_is_missing_stops_writing_until_somebody_accepts_it(team_cluster, of, intent, what, words):
    ann = of("ann")
    await two_operations(ann, intent)
    team_cluster.ask(CUT + what)
    for _attempt in range(2):
        with pytest.raises(LedgerUnavailable, match=words) as refused:
            await ann.begin(intent(username="three"))
        assert "ledger accept --reason" in refused.value.hint
        await ann.aclose()
    await ann.entries(AuditQuery())
    vault = TeamVault(ann)
    assert words in await vault.doubt()
    await vault.accept("restored on purpose", KIM)
    assert await vault.doubt() == ""
    await done(ann, intent(username="three"))
    accepted = "SELECT body, role FROM reseller.rows WHERE kind = 'accepted' ORDER BY account LIMIT 1"
    ((body, role),) = team_cluster.ask(accepted)
    assert ("restored on purpose" in body, '"receipt":"' in body, role) == (True, True, "ann")
    with pytest.raises(InvalidInput, match="nothing to accept"):
        await vault.accept("again", KIM)
    await ann.aclose()
    await done(ann, intent(username="four"))


async def test_another_ledger_in_its_place_is_no_ledger_of_ours(team_cluster, of, intent):
    ann = of("ann")
    await two_operations(ann, intent)
    team_cluster.empty()
    other = TeamLedger(Team(team_cluster.address("bob")))  # keeps none
    for name in ("a", "b", "c"):
        await done(other, intent(username=name))
    await other.aclose()
    with pytest.raises(LedgerUnavailable, match="row 4 is not the one that was written"):
        await ann.begin(intent(username="three"))


async def test_what_others_wrote_since_is_no_doubt(of, intent):
    ann, bob = of("ann"), of("bob")
    await two_operations(ann, intent)
    for number in range(3):
        await done(bob, intent(username=f"b{number}"))
        await done(ann, intent(username=f"a{number}"))
    await ann.aclose()
    await done(ann, intent(username="last"))
    assert ann.complaint() == ""


async def test_who_may_only_read_compares_too(team_cluster, of, intent):
    await two_operations(of("ann"), intent)
    eve = of("eve")
    assert await TeamVault(eve).doubt() == ""
    team_cluster.ask(CUT + "DELETE FROM rows WHERE number > 2")
    assert "the ledger ends with row 2" in await TeamVault(eve).doubt()


@pytest.fixture
def copied(team_cluster):
    """Put a copy of the ledger at another place, as it is now."""
    made = []

    def copy(name):
        team_cluster.ask(f"CREATE DATABASE {name} TEMPLATE team", database="postgres")
        made.append(name)

    yield copy
    for name in made:
        team_cluster.ask(f"DROP DATABASE {name} WITH (FORCE)", database="postgres")


async def test_an_older_dump_at_another_place_is_seen_as_well(of, copied, intent):
    """As after a failover that lost rows, or on a new server."""
    ann = of("ann")
    await two_operations(ann, intent)
    copied("older")
    await done(ann, intent(username="three"))
    await ann.aclose()
    there = of("ann", "older")
    with pytest.raises(LedgerUnavailable, match="the ledger ends with row 4, but row 6 was written"):
        await there.begin(intent(username="four"))
    await done(there, intent(username="elsewhere", account=OTHER))
    vault = TeamVault(there)
    await vault.accept("the old server burnt", KIM)
    await there.aclose()
    await done(there, intent(username="four"))
    assert await vault.doubt() == ""


async def test_a_ledger_that_came_whole_to_another_place_is_no_doubt(of, copied, intent):
    ann = of("ann")
    await two_operations(ann, intent)
    copied("moved")
    there = of("ann", "moved")
    for name in ("three", "four"):
        await done(there, intent(username=name))
    assert (await TeamVault(there).doubt(), there.complaint()) == ("", "")
    await there.aclose()
    await done(there, intent(username="five"))


async def test_trying_out_an_older_dump_elsewhere_is_no_doubt_of_the_ledger_itself(of, copied, intent):
    ann, there = of("ann"), of("ann", "older")
    await two_operations(ann, intent)
    copied("older")
    await done(ann, intent(username="three"))
    await ann.aclose()
    await TeamVault(there).accept("to try it", KIM)
    for name in ("a", "b", "c", "d"):
        await done(there, intent(username=name))
    await there.aclose()
    await done(ann, intent(username="four"))
    assert await TeamVault(ann).doubt() == ""
