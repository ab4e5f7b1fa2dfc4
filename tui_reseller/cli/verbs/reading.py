"""list and show: what the service knows."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from tui_reseller.cli.argument_values import FilePath
from tui_reseller.cli.console import Console, size_text
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.fresh_list import loaded, read_details, refreshed
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import common, one_customer
from tui_reseller.cli.query import ListRequest, default_columns, list_request
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.duration import read_duration
from tui_reseller.domain.errors import BadConfig, CustomerNotFound, LedgerUnavailable, NotAskedFor, RefusedHere
from tui_reseller.domain.export import ExportFormat
from tui_reseller.domain.listing import ListQuery
from tui_reseller.domain.note import NOTE_COLUMNS
from tui_reseller.domain.printed import command
from tui_reseller.domain.text import quoted
from tui_reseller.services import export, listing
from tui_reseller.services.notes import open_note
from tui_reseller.services.services import LedgerUse, Services
from tui_reseller.services.session import Session

PIECE = 2000
_BY_COLUMNS = {"csv": ExportFormat.CSV, "jsonl": ExportFormat.JSON_LINES}
"""Forms that are written by whole columns: a customer as an object of its own costs ten times as much."""


@dataclass(frozen=True, slots=True)
class _Target:
    """A file for the list. Force lets it replace one that is there."""

    path: Path
    force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """How the list is come by and where it goes, beside the query. Age is how old a snapshot may be."""

    target: _Target | None
    age: timedelta | None
    offline: bool
    accept_smaller: bool
    details: bool
    zeros: bool


@click.command()
@click.option("--filter", "filter_", metavar="EXPR", default="", help="Only these: madrid sending:off email~^info@")
@click.option("--sort", metavar="COLUMN[:desc]", default="", help="Order; without it, the order of the service.")
@click.option("--columns", metavar="A,B", help="Fields to write, and their order.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="At most so many.")
@click.option("--offline", is_flag=True, help="Only the snapshot; neither network nor keyring is touched.")
@click.option("--max-age", metavar="AGE", help="Take the snapshot if it is younger: 90s, 10m, 2h, 1d.")
@click.option("--accept-smaller", is_flag=True, help="Take a list over that has lost a fifth or more.")
@click.option("--details", is_flag=True, help="Read also what the service tells for one customer at a time.")
@click.option("--to", metavar="FILE", type=FilePath(), help="Write them to a file: .csv, .jsonl or .parquet.")
@click.option("--force", is_flag=True, help="Let --to replace a file that is there.")
@click.option("-0", "--null", "zeros", is_flag=True, help="Only usernames, each with a zero byte behind it.")
@common
def list_customers(
    inv: Invocation,
    *,
    filter_: str,
    sort: str,
    columns: str | None,
    limit: int | None,
    offline: bool,
    max_age: str | None,
    accept_smaller: bool,
    details: bool,
    to: Path | None,
    force: bool,
    zeros: bool,
) -> int:
    """List customers, and keep the list as the snapshot.

    Examples:
      tui-reseller list
      tui-reseller list --filter 'sending:off -country=es' --sort email
      tui-reseller list --output csv --columns username,email > customers.csv
      tui-reseller list --offline --filter is:needs-you
      tui-reseller list --filter note:contract --columns username,label,note
      tui-reseller list --max-age 10m --limit 20
      tui-reseller list --to customers.parquet --force
      tui-reseller list --filter sending:off --details --output csv
      tui-reseller list --filter country:es -0 | tui-reseller disable -0 --yes -

    """
    _refuse_too_many({"--offline": offline, "--details": details})
    _refuse_too_many({"--offline": offline, "--max-age": max_age})
    _refuse_beside_usernames(zeros and (columns or to or inv.common.output))
    age = read_duration(max_age) if max_age else None
    target = _read_target(inv, to, limit=limit, force=force)
    wanted = _Wanted(
        target=target, age=age, offline=offline, accept_smaller=accept_smaller, details=details, zeros=zeros,
    )  # fmt: skip

    async def opened(services: Services, session: Session) -> int:
        query = list_request(session.provider, filter_, sort, columns, limit)
        return await _listed(inv, services, session, query, wanted)

    return inv.with_session(opened, ledger=LedgerUse.NONE)  # what was last set is learnt with the list


async def _listed(inv: Invocation, services: Services, session: Session, query: ListRequest, wanted: _Wanted) -> int:
    if wanted.target:  # before anybody waits for the list
        export.check(services.exporter, wanted.target.path, overwrite=wanted.target.force)
    is_there = await _is_on_disk(inv, services, session, wanted)
    if not is_there and not await refreshed(inv, session, accept_smaller=wanted.accept_smaller):
        return ExitCode.NO_ANSWER
    if wanted.details:
        await inv.connect(session)
        await read_details(inv, session, query)
    marks = await listing.marks_for(session, query.filter, query.columns)
    await session.customers.query(ListQuery(query.filter, query.sort, query.descending, marks))
    _warn_of_ledger(inv, session)
    if wanted.target:
        return await _write_file(inv, services, session, query, wanted.target)
    if wanted.zeros:
        return _write_usernames(inv, session, query)
    return await _write_list(inv, services, session, query)


async def _is_on_disk(inv: Invocation, services: Services, session: Session, wanted: _Wanted) -> bool:
    """Take the snapshot, if it will do. Raises BadConfig if there is none and nothing else may be asked."""
    if not (wanted.offline or wanted.age):
        return False
    info = await loaded(inv, session)
    if info is None and wanted.offline:
        name = session.profile.name
        raise BadConfig(f'no snapshot of profile "{name}"', hint=command("list", "--profile", name))
    is_young = info is not None and wanted.age is not None and services.clock.now() - info.read_at <= wanted.age
    return wanted.offline or is_young


def _refuse_beside_usernames(given: object) -> None:
    if given:
        raise click.UsageError("-0 writes usernames and nothing else: leave --columns, --output and --to out")


def _refuse_too_many(given: Mapping[str, object]) -> None:
    if all(given.values()):
        raise click.UsageError(f"{' and '.join(given)}: one of the two is too many")


def _read_target(inv: Invocation, to: Path | None, *, limit: int | None, force: bool) -> _Target | None:
    if to is None:
        if force:
            raise click.UsageError("--force belongs to --to")
        return None
    if limit:
        raise click.UsageError("--limit and --to: one of the two is too many")
    if inv.common.output:
        raise click.UsageError("--to takes its form from the ending of the file: leave --output out")
    return _Target(to, force)


def _warn_of_ledger(inv: Invocation, session: Session) -> None:
    trouble = session.last_set.trouble
    if trouble is not None:
        inv.console.warn(f"who may log in is not known, for the audit log cannot be read: {trouble.message}")


async def _write_file(
    inv: Invocation, services: Services, session: Session, query: ListRequest, target: _Target
) -> int:
    def show_progress(done: int, total: int) -> None:
        inv.console.progress(f"{done:,} of {total:,}")

    done = await export.export(
        services.exporter,
        session,
        target.path,
        columns=query.columns,
        overwrite=target.force,
        bom=inv.common.bom,
        progress=show_progress,
    )
    inv.console.say(f"{done.rows:,} customers are in {target.path} ({size_text(done.size)})")
    _say_extent(inv.console, session, query, done.rows, done.rows)
    return ExitCode.OK


async def _write_list(inv: Invocation, services: Services, session: Session, query: ListRequest) -> int:
    matched = len(session.customers)
    shown = min(matched, query.limit or matched)
    notes = None if set(NOTE_COLUMNS).isdisjoint(query.columns) else session.notes.present
    table = await session.customers.table(notes=notes) if inv.out.format in _BY_COLUMNS else None
    if table is None:
        _write_rows(inv, session, query, shown)
    else:
        form = _BY_COLUMNS[inv.out.format]
        if form is ExportFormat.CSV:
            inv.out.begin_csv()
        columns = query.columns or (session.provider.columns if form is ExportFormat.CSV else ())
        for text in services.exporter.texts(table, form, columns, shown):
            inv.out.write(text)
            if inv.out.is_closed:
                break
            await asyncio.sleep(0)  # a signal may wait
        inv.out.flush()
    _say_extent(inv.console, session, query, shown, matched)
    return ExitCode.OK


def _write_usernames(inv: Invocation, session: Session, query: ListRequest) -> int:
    names = session.customers.usernames()
    shown = names[: query.limit] if query.limit else names
    inv.out.write("".join(f"{name}\0" for name in shown))
    inv.out.flush()
    _say_extent(inv.console, session, query, len(shown), len(names))
    return ExitCode.OK


def _write_rows(inv: Invocation, session: Session, query: ListRequest, count: int) -> None:
    columns = query.columns or (
        default_columns(session.provider) if inv.out.format == "table" else session.provider.columns
    )
    with inv.out.rows(columns) as rows:
        for customer in _windows(session, count):
            if inv.out.is_closed:
                break
            found = customer.as_dict()
            if not query.columns:
                rows.add(found)
                continue
            note = session.notes.present.of(customer)
            found |= {name: note.value(name) if note else None for name in NOTE_COLUMNS}
            rows.add({name: found[name] for name in columns})


def _windows(session: Session, count: int) -> Iterator[Customer]:
    for start in range(0, count, PIECE):
        yield from session.customers.window(start, min(start + PIECE, count))


def _say_extent(console: Console, session: Session, query: ListRequest, shown: int, matched: int) -> None:
    if query.limit:
        console.say(f"{shown:,} of {matched:,}")
    old = listing.age(session)
    if old is not None and session.held.read_at is not None and old.total_seconds() >= 60:
        console.say(f"list of {session.held.read_at:%Y-%m-%d %H:%M} UTC")


@click.command()
@one_customer
@common
def show(inv: Invocation, *, username: str) -> int:
    """Show one customer, as the service has it now.

    Examples:
      tui-reseller show garcia.mail
      tui-reseller show garcia.mail --output json | jq .sending

    """

    async def opened(_services: Services, session: Session) -> int:
        _warn_of_ledger(inv, session)
        await inv.connect(session)
        try:
            customer = await session.find(username, session.provider.details)
        except NotAskedFor as error:
            inv.console.warn(error.message)
            customer = await session.find(username)
        if customer is None:
            raise CustomerNotFound(f"there is no customer {quoted(username)}")
        if inv.out.format != "table":
            inv.out.item(customer.as_dict(), session.provider.columns)
            return ExitCode.OK
        found = customer.as_dict()
        with suppress(LedgerUnavailable, RefusedHere):  # a customer is shown all the same
            note = (await open_note(session, customer)).note
            found |= {name: note.value(name) for name in NOTE_COLUMNS if note.value(name)} if note else {}
        inv.out.item(found)
        return ExitCode.OK

    return inv.with_session(opened, ledger=LedgerUse.LAST_SET)
