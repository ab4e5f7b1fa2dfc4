"""Ledgers that were files before, in a team's ledger: taking one in, and checking those that are there."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from tui_reseller.domain.audit import ChainReport
from tui_reseller.domain.errors import LedgerUnavailable, RefusedHere
from tui_reseller.domain.printed import command
from tui_reseller.domain.team import Team
from tui_reseller.domain.text import quoted
from tui_reseller.domain.vault import Anchor
from tui_reseller.storage.ledger.archive import ITEM_COLUMNS, JOB_COLUMNS, Leaving, Place, head_of
from tui_reseller.storage.ledger.encoding import compact
from tui_reseller.storage.ledger.postgresql.errors import team_errors
from tui_reseller.storage.ledger.postgresql.link import Link
from tui_reseller.storage.ledger.postgresql.password import Password

_MANY = 5_000
"""Rows that are fetched at once when all are read."""
_NOTHING_WRITTEN = "nothing was moved"
_AS_IT_WAS = (
    "SELECT r.number + a.base, r.kind, CASE WHEN r.kind = 'job' THEN job_named(r.entry, -a.jobs) ELSE r.entry END, "
    "r.time, r.profile, r.account_was, r.operation, r.username, r.target, job_named(r.batch, -a.jobs), r.outcome, "
    "r.body, r.format, r.undoes, encode(r.hash, 'hex') FROM archives a JOIN rows r ON r.archive = a.id "
    "WHERE a.id = %s ORDER BY r.number"
)
"""The rows of an archive as they stood in the file: COLUMNS and hash."""


class Taken(NamedTuple):
    """What was taken in. Opened counts operations that lock their customers, shift is what was added to the numbers of
    jobs.
    """

    place: Place
    opened: int
    shift: int


def take_in(
    team: Team, password: Password, leaving: Leaving, said: Mapping[str, object], decide: Callable[[Place], None]
) -> Taken:
    """Take a ledger in, all of it or nothing; it is checked where it stands, before it counts.

    Decide is called just before that: what it writes down says where to ask whether it came to that (is_there). Said is
    what the chains of the accounts keep beside the last row of the archive. Raises RefusedHere for one that is there,
    LedgerUnavailable; after decide() that does not say that it did not come to it.
    """
    with closing(Link(team, password)) as link, team_errors(link.place):
        try:
            return _taken(link, team.ledger, leaving, said, decide)
        except psycopg.errors.UniqueViolation:
            raise RefusedHere(
                f"refused: an operation or a plan of this ledger stands in {link.place} already; {_NOTHING_WRITTEN}",
                hint="was a copy of it moved there?",
            ) from None


def _taken(
    link: Link, address: str, leaving: Leaving, said: Mapping[str, object], decide: Callable[[Place], None]
) -> Taken:
    database = link.database
    _refuse_known(link, leaving)
    ((ledger_id,),) = link.execute("SELECT id::text FROM meta")
    ((shift,),) = link.execute("SELECT archive_jobs(?)", (leaving.last_job,))
    ((session,),) = link.execute("SELECT hello(?)", (Jsonb(dict(said)),))
    with database.transaction():
        link.execute("SELECT archive_begin()")
        _copy(database, "arriving_rows", leaving.rows())
        _copy(database, "arriving_jobs", leaving.jobs(), JOB_COLUMNS)
        _copy(database, "arriving_items", leaving.items(), ITEM_COLUMNS)
        ((made,),) = link.execute("SELECT archive_take(?)", (shift,))
        head, broken = _checked(database, made)
        if broken is not None or head != leaving.head:
            raise LedgerUnavailable(
                f"ledger {link.place}: what arrived is not what was sent (row {broken or head.number}); "
                f"{_NOTHING_WRITTEN}",
                hint=command("audit", "verify"),
            )
        body = compact({"archive": made, "head": head.text, **said})
        ((opened,),) = link.execute("SELECT archive_end(?, ?, ?)", (made, session, body))
        place = Place(address, ledger_id, made)
        decide(place)
    link.execute("SELECT bye(?)", (session,))
    return Taken(place, int(opened), int(shift))


def _refuse_known(link: Link, leaving: Leaving) -> None:
    """Raise RefusedHere for a ledger that was moved in before, or of which an older or newer copy was."""
    known = "SELECT id, role::text, moved FROM archives WHERE first = decode(?, 'hex')"
    for number, role, moved in link.execute(known, (leaving.first,)):
        raise RefusedHere(
            f"refused: this ledger, or a copy of it, is in {link.place} already: archive {number}, moved by "
            f"{quoted(role)} at {moved:%Y-%m-%d %H:%M} UTC; {_NOTHING_WRITTEN}",
            hint="rows that were written to the copy since cannot be brought after it",
        )


def is_there(team: Team, password: Password, place: Place) -> bool:
    """Whether an archive is there. Waits for the end of what may be about to make it. Raises LedgerUnavailable."""
    with closing(Link(team, password)) as link, team_errors(link.place):
        ((found,),) = link.execute("SELECT archive_is_there(?, ?)", (place.ledger, place.archive))
        return bool(found)


def check_archives(database: psycopg.Connection[Any]) -> ChainReport:
    """Walk the chains of all archives; each must end where the chains of the accounts say. Who may not read in all
    accounts sees none. Raises psycopg.Error.
    """
    rows = 0
    ends: dict[str, set[str]] = {}
    noted = "SELECT DISTINCT entry, body::json->>'head' FROM rows WHERE kind = 'archive' AND may('*', 'read')"
    for entry, head in database.execute(noted).fetchall():
        ends.setdefault(entry, set()).add(head)
    there = [number for (number,) in database.execute("SELECT id FROM archives ORDER BY id").fetchall()]
    for name in sorted({f"archive-{number}" for number in there} | set(ends)):
        number = int(name.rpartition("-")[2])
        head, broken = _checked(database, number)
        if broken is None and ends.get(name) != {head.text}:
            broken = head.number
        if broken is not None:
            return ChainReport(broken, broken, name)
        rows += head.number
    return ChainReport(rows)


def _checked(database: psycopg.Connection[Any], number: int) -> tuple[Anchor, int | None]:
    with database.transaction(), database.cursor(name="archive") as cursor:
        cursor.itersize = _MANY
        return head_of(cursor.execute(_AS_IT_WAS, (number,)))


def _copy(
    database: psycopg.Connection[Any], table: str, rows: Iterator[tuple[Any, ...]], columns: tuple[str, ...] = ()
) -> None:
    named = f" ({', '.join(columns)})" if columns else ""
    query = f"COPY {table}{named} FROM STDIN"
    with closing(rows), database.cursor() as cursor, cursor.copy(query.encode()) as copy:  # type: ignore[type-var]
        for row in rows:
            copy.write_row(row)
