"""A ledger of an older version is brought to ours as it is, with what stands in it."""

import psycopg
import pytest

from tests.storage.operations import done
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.domain.team import Team
from tui_reseller.storage.ledger.postgresql import schema
from tui_reseller.storage.ledger.postgresql.administration import TeamAdministration
from tui_reseller.storage.ledger.postgresql.ledger import TeamLedger


def _fill_as_then(database):
    """The rules had three columns; the words of outcomes are not needed here."""
    rules = [(name, operation.value, action.is_repeatable) for name, service in PROVIDERS.items()
             for operation, action in service.actions.items()]  # fmt: skip
    with database.cursor() as cursor:
        cursor.executemany("INSERT INTO rules VALUES (%s, %s, %s)", rules)


@pytest.fixture
def older(a_cluster, monkeypatch):
    """Make a ledger of the first version that teams had, with a row in it; return who administers it."""
    a_cluster.ask("CREATE DATABASE older", database="postgres")
    with (
        monkeypatch.context() as patch,
        psycopg.connect(a_cluster.address("postgres", "older"), autocommit=True) as made,
    ):
        patch.setattr(schema, "FILES", [one for one in schema.FILES if one[0] <= 8])
        patch.setattr(schema, "VERSION", 8)
        patch.setattr(schema, "_fill", _fill_as_then)
        schema.migrate(made)
        schema.join_as_admin(made)
    a_cluster.ask(
        "SET search_path = reseller; SELECT write('acc', hello('{}'), "
        """'[{"do": "note", "kind": "rules", "entry": "x", "body": "{}"}]')""",
        database="older",
    )
    yield Team(a_cluster.address("postgres", "older"))
    a_cluster.ask("DROP DATABASE older WITH (FORCE)", database="postgres")


async def test_what_an_older_ledger_has_stays_and_its_chain_is_whole(older, a_cluster, intent):
    team = TeamAdministration(older)
    assert await team.migrate() == (8, schema.VERSION)
    ((account),) = (await team.show()).accounts
    assert (account.account, account.head.number, account.settings.per_second) == ("acc", 1, None)
    assert (await team.set_account("acc", per_second=3.5)).per_second == 3.5
    ledger = TeamLedger(older)
    try:
        await done(ledger, intent(account="acc"))
        report = await ledger.check()
    finally:
        await ledger.aclose()
    assert (report.is_whole, report.rows) == (True, 4)


def test_nothing_is_left_of_what_the_planner_was_shown(a_cluster):
    a_cluster.ask("CREATE DATABASE fresh", database="postgres")
    try:
        with psycopg.connect(a_cluster.address("postgres", "fresh"), autocommit=True) as made:
            schema.migrate(made)
        for table in ("accounts", "rows", "jobs", "job_items"):
            assert a_cluster.ask(f"SELECT count(*) FROM reseller.{table}", database="fresh") == [(0,)], table
        looked_at = "SELECT DISTINCT tablename FROM pg_stats WHERE tablename IN ('rows', 'job_items')"
        assert sorted(a_cluster.ask(looked_at, database="fresh")) == [("job_items",), ("rows",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            a_cluster.ask("TRUNCATE reseller.rows", database="fresh")
    finally:
        a_cluster.ask("DROP DATABASE fresh WITH (FORCE)", database="postgres")
