"""A team's ledger for trying it: in a database that holds nothing else, with people who may work there."""

from collections.abc import Callable, Mapping

import psycopg
from psycopg import sql

from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.printed import command
from tui_reseller.storage.ledger.postgresql import schema
from tui_reseller.storage.ledger.postgresql.errors import team_errors

DATABASE = "reseller"
PEOPLE: Mapping[str, str] = {"ann": "admin", "bob": "write"}
"""Who is there, and what they may do in every account."""


def prepare(address: Callable[[str], str]) -> None:
    """Make the ledger if it is not there, or bring it to our version. Address returns how the owner of a PostgreSQL
    gets to a database of it. Raises LedgerUnavailable.
    """
    with team_errors(DATABASE), psycopg.connect(address("postgres"), autocommit=True) as server:
        if not server.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,)).fetchall():
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        for person in PEOPLE:
            if not server.execute("SELECT FROM pg_roles WHERE rolname = %s", (person,)).fetchall():
                server.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(person)))
    with team_errors(DATABASE), psycopg.connect(address(DATABASE), autocommit=True) as database:
        had = schema.version_of(database)
        if had > schema.VERSION:
            raise LedgerUnavailable(
                f"a newer version of this program made it (schema {had}, known: {schema.VERSION})",
                hint=f"update tui-reseller, or use another folder: {command('ledger', 'dev')} --folder FOLDER",
            )
        schema.migrate(database)
        schema.join_as_admin(database)
        for person, may in PEOPLE.items():
            database.execute("SELECT reseller.member_add(%s, '*', %s)", (person, [may]))
