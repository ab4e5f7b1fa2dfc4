"""The schema of a team's ledger: numbered files, run in their order, each once, under a lock."""

from importlib.resources import files
from typing import Any

import psycopg
from psycopg import sql

from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.providers import PROVIDERS, provider_of

SCHEMA = "reseller"
_FOLDER = "sql"
_LOCK = 0x5455_4952_0001
"""Of migrations: TUIR, and a number."""


def _numbered() -> list[tuple[int, str]]:
    found = [one for one in files(__package__).joinpath(_FOLDER).iterdir() if one.name.endswith(".sql")]
    return sorted((int(one.name.partition("_")[0]), one.name) for one in found)


FILES = _numbered()
VERSION = FILES[-1][0]
"""Of the schema. A ledger with a higher one is refused, never changed."""


def version_of(database: psycopg.Connection[Any]) -> int:
    """Return the version of the schema in a database, 0 where there is none. Raises psycopg.Error."""
    ((name,),) = database.execute("SELECT to_regclass('reseller.meta')::text").fetchall()
    if name is None:
        return 0
    ((version,),) = database.execute("SELECT version FROM reseller.meta").fetchall()
    return int(version)


def migrate(database: psycopg.Connection[Any]) -> int:
    """Bring a database to our version, all in one transaction; return the version that it had.

    The role needs CREATEROLE, and CREATE on the database. Raises psycopg.Error.
    """
    with database.transaction():
        database.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        had = version_of(database)
        if had:
            database.execute("GRANT reseller_owner TO CURRENT_USER")
        for number, name in FILES:
            if number > had:
                _run(database, name)
            if number == 1:
                _as_owner(database)
        _as_owner(database)
        _fill(database)
        database.execute(
            "INSERT INTO meta (version) VALUES (%s) ON CONFLICT (one) DO UPDATE SET version = excluded.version",
            (VERSION,),
        )
        database.execute("RESET ROLE")
        database.execute("REVOKE reseller_owner FROM CURRENT_USER")
    return had


def join_as_admin(database: psycopg.Connection[Any]) -> None:
    """Give whoever makes a ledger all rights in it. Raises psycopg.Error."""
    with database.transaction():
        database.execute("GRANT reseller_owner, reseller_admin TO CURRENT_USER")
        _as_owner(database)
        database.execute(
            "INSERT INTO members SELECT '*', session_user, word FROM unnest(ARRAY['read', 'write', 'admin']) word "
            "ON CONFLICT DO NOTHING"
        )
        database.execute("RESET ROLE")
        database.execute("REVOKE reseller_owner FROM CURRENT_USER")


def _run(database: psycopg.Connection[Any], name: str) -> None:
    text = files(__package__).joinpath(_FOLDER, name).read_text(encoding="utf-8")
    database.execute(text.encode())  # bytes: what the file says, without places for values


def _as_owner(database: psycopg.Connection[Any]) -> None:
    database.execute("SET LOCAL ROLE reseller_owner")
    database.execute("SET LOCAL search_path = reseller, pg_temp")


def _fill(database: psycopg.Connection[Any]) -> None:
    """Fill the tables of rules and outcomes from the program's own: they stand there only once."""
    services = {**{one.id: one for one in PROVIDERS.values()}, "": provider_of("")}
    rules = [
        (name, operation.value, action.is_repeatable, action.locks)
        for name, service in services.items()
        for operation, action in service.actions.items()
    ]
    words = [(one.value, one.word, one.needs_you, one.is_applied, one.is_certainly_not) for one in Outcome]
    with database.cursor() as cursor:
        for table, values in (("rules", rules), ("outcomes", words)):
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            places = sql.SQL(", ").join([sql.Placeholder()] * len(values[0]))
            insert = sql.SQL("INSERT INTO {} VALUES ({})").format(sql.Identifier(table), places)
            cursor.executemany(insert, values)
