"""What the database refuses, whoever asks: by bare psql, and by the application."""

import pytest

from tests.storage.operations import done
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.providers import FOREIGN, PROVIDERS, provider_of
from tui_reseller.storage.ledger.encoding import escaped

OPS = """'[{"do": "note", "kind": "rules", "entry": "x", "body": "{}"}]'"""


@pytest.fixture
async def written(of, intent):
    """Return an operation that ann has begun and finished, and the ledger that did."""
    ann = of("ann")
    return await done(ann, intent()), ann


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO reseller.rows SELECT * FROM reseller.rows LIMIT 1",
        "UPDATE reseller.rows SET body = '{}'",
        "DELETE FROM reseller.rows",
        "TRUNCATE reseller.rows",
        "INSERT INTO reseller.members VALUES ('*', 'ann', 'admin')",
        "UPDATE reseller.members SET may = 'admin'",
        "DELETE FROM reseller.members",
        "TRUNCATE reseller.members",
        "DELETE FROM reseller.open_operations",
        "UPDATE reseller.sessions SET until = 'infinity'",
        "SELECT * FROM reseller.sessions",
        "UPDATE reseller.meta SET lease_seconds = 1",
        "UPDATE reseller.rules SET is_repeatable = true",
        "DROP TABLE reseller.rows",
        "ALTER TABLE reseller.rows DISABLE TRIGGER ALL",
        "CREATE FUNCTION reseller.may(which text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "SET ROLE reseller_owner",
        "SET ROLE reseller_admin",
        "SET SESSION AUTHORIZATION bob",
        "SELECT reseller.member_add('ann', '*', '{admin}')",
        "SELECT reseller.member_remove('bob', '*')",
        "SELECT reseller.account_set('a', gen_random_uuid(), '{\"per_second\": 1000}')",
        "UPDATE reseller.accounts SET per_second = 1000",
        "SELECT reseller.append(r) FROM reseller.rows r",
        "SELECT reseller.add_outcome('a', gen_random_uuid(), 'b', 'applied', '', false, NULL)",
        "SELECT reseller.lock_account('a', gen_random_uuid())",
    ],
)
async def test_psql_of_an_operator_is_refused(team_cluster, written, statement):
    _entry, ann = written
    ran = team_cluster.psql(statement, "ann")
    assert ran.returncode != 0, ran.stdout
    assert "permission denied" in ran.stderr or "must be owner" in ran.stderr, ran.stderr
    assert (await ann.check()).rows == 2
    assert (await ann.check()).is_whole


@pytest.mark.parametrize("statement", ["UPDATE reseller.rows SET body = '{}'", "DELETE FROM reseller.rows"])
async def test_rows_are_append_only_for_their_owner_too(team_cluster, written, statement):
    assert "append-only" in team_cluster.psql(statement, "postgres").stderr
    assert (await written[1].check()).is_whole


@pytest.mark.parametrize(
    "call", ["beat('SESSION')", f"write('acc', 'SESSION', {OPS})", "rejoin('acc', 'SESSION', 'SESSION', '{}')"]
)
async def test_a_session_is_that_of_its_role(team_cluster, written, call):
    ((session,),) = team_cluster.ask("SELECT id::text FROM reseller.sessions")
    ran = team_cluster.psql("SELECT reseller." + call.replace("SESSION", session), "bob")
    assert ran.returncode != 0 or ran.stdout.split()[2] == "f", ran.stdout
    assert team_cluster.psql(f"SELECT reseller.bye('{session}')", "bob").returncode == 0
    ((ended,),) = team_cluster.ask(f"SELECT ended FROM reseller.sessions WHERE id = '{session}'")
    assert ended is None


async def test_an_account_is_that_of_its_members(team_cluster, of, intent, account):
    others = "reseller-v2|https://api.example.com:443|other"
    team_cluster.ask(f"SET search_path = reseller; SELECT member_add('sam', '{escaped(account)}', '{{write}}')")
    try:
        ann, sam = of("ann"), of("sam")
        hidden = await done(ann, intent(account=others))
        mine = await done(sam, intent())
        assert [entry.id for entry in await sam.entries(AuditQuery())] == [mine]
        assert await sam.get(hidden) is None
        assert await sam.newest(others) == 0
        assert (await sam.check()).rows == 2
        with pytest.raises(LedgerUnavailable, match='role "sam" may not write in this account'):
            await sam.begin(intent(account=others))
        with pytest.raises(LedgerUnavailable, match="no operation"):
            await sam.finish(hidden, Outcome.RESOLVED, "mine now")
        assert (await ann.check()).rows == 4
    finally:
        team_cluster.ask(f"SET search_path = reseller; SELECT member_remove('sam', '{escaped(account)}')")


async def test_an_auditor_reads_and_writes_nothing(team_cluster, of, written, intent, account, a_note):
    entry, _ann = written
    eve = of("eve")
    assert (await eve.get(entry)).outcome is Outcome.APPLIED
    assert await eve.recover() == 0
    for writing in (
        eve.begin(intent(username="other")),
        eve.already(intent(username="other"), "so"),
        eve.finish(entry, Outcome.RESOLVED, "seen"),
        eve.note(account, "rules", "acme", {}),
        eve.write_note("acme", account, a_note("a", "vip"), await eve.newest(account)),
    ):
        with pytest.raises(LedgerUnavailable, match='role "eve" may not write'):
            await writing
    for call in ("hello('{}')", f"write('acc', gen_random_uuid(), {OPS})"):
        assert "permission denied" in team_cluster.psql(f"SELECT reseller.{call}", "eve").stderr
    assert (await eve.check()).rows == 2


async def test_who_it_was_says_the_database_whatever_the_client_says(team_cluster, of, written, intent):
    await done(of("bob"), intent(username="other"))  # the intent says it was kim
    roles = team_cluster.ask("SELECT DISTINCT entry, role FROM reseller.rows ORDER BY entry")
    assert [role for _entry, role in roles] == ["ann", "bob"]


@pytest.mark.parametrize("column", ["body", "role", "time", "entry"])
async def test_what_a_superuser_changes_is_found(team_cluster, written, column):
    value = "role || 'x'" if column == "role" else f"replace({column}, '2', '3') || ' '"
    team_cluster.ask(
        f"SET session_replication_role = replica; UPDATE reseller.rows SET {column} = {value} WHERE number = 1"
    )
    found = await written[1].check()
    assert (found.broken_at, found.account) == (1, "https://api.sendgrid.com|acme")


async def test_a_chain_fits_no_other_ledger(team_cluster, written):
    team_cluster.ask("UPDATE reseller.meta SET id = gen_random_uuid()")
    assert (await written[1].check()).broken_at == 1


def test_what_is_written_is_durable_whatever_the_client_asked_for(team_cluster):
    ((session,),) = team_cluster.ask("SELECT reseller.hello('{}')", "ann")
    query = f"SELECT reseller.write('acc', '{session}', {OPS}); SHOW synchronous_commit"
    ran = team_cluster.psql(f"SET synchronous_commit = off; BEGIN; {query}; COMMIT", "ann")
    assert ran.stdout.split()[-3:] == ["on", "(1", "row)"] or " on" in ran.stdout, ran.stdout + ran.stderr


async def test_rules_are_those_of_the_program(team_cluster):
    services = {**PROVIDERS, "": provider_of("")}
    stored = {(a, b): (c, d) for a, b, c, d in team_cluster.ask("SELECT * FROM reseller.rules")}
    assert stored == {
        (name, operation.value): (action.is_repeatable, action.locks)
        for name, service in services.items()
        for operation, action in service.actions.items()
    }
    for account in (
        "",
        "x",
        "https://api.sendgrid.com|acme",
        "subusers-v3|https://a|b",
        "subusers-v3|",
        "new|x",
    ):
        ((name,),) = team_cluster.ask(f"SELECT reseller.provider_of('{account}')")
        found = provider_of(account)
        assert services.get(name, FOREIGN).id == found.id, account
