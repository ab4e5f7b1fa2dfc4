"""list and show: what the service knows."""

from collections.abc import Iterator

import click

from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.names import read_duration
from tui_reseller.cli.options import common
from tui_reseller.cli.query import DEFAULT_COLUMNS, ListQuery, read_columns, read_sort
from tui_reseller.cli.talk import Talk
from tui_reseller.domain.customer import FIELDS, Customer
from tui_reseller.domain.errors import BadConfig, CustomerNotFound
from tui_reseller.domain.filters import parse_filter
from tui_reseller.domain.listing import ListContext
from tui_reseller.domain.text import quoted
from tui_reseller.services import listing
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session

PIECE = 2000


@click.command()
@click.option("--filter", "filter_", metavar="EXPR", default="", help="Only these: madrid sending:off email~^info@")
@click.option("--sort", metavar="COLUMN[:desc]", default="", help="Order; without it, the order of the service.")
@click.option("--columns", metavar="A,B", help="Fields to write, and their order.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="At most so many.")
@click.option("--offline", is_flag=True, help="Only the snapshot; neither network nor keyring is touched.")
@click.option("--max-age", metavar="AGE", help="Take the snapshot if it is younger: 90s, 10m, 2h, 1d.")
@click.option("--accept-smaller", is_flag=True, help="Take a list over that has lost a fifth or more.")
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
) -> int:
    """List customers, and keep the list as the snapshot.

    Examples:
      tui-reseller list
      tui-reseller list --filter 'sending:off -country=es' --sort email
      tui-reseller list --output csv --columns username,email > customers.csv
      tui-reseller list --offline --filter is:needs-you
      tui-reseller list --max-age 10m --limit 20

    """
    if offline and max_age:
        raise click.UsageError("--offline and --max-age: one of the two is too many")
    age = read_duration(max_age) if max_age else None
    query = ListQuery(parse_filter(filter_), *read_sort(sort), read_columns(columns), limit)

    async def opened(services: Services, session: Session) -> int:
        if offline or age:
            info = await listing.load(session)
            if offline and info is None:
                raise BadConfig(f'no snapshot of profile "{session.profile.name}"', hint="tui-reseller list reads one")
            if offline or (info and age and services.clock.now() - info.read_at <= age):
                return await _write_list(inv, session, query)
        if not await _refresh(inv, session, accept_smaller=accept_smaller):
            return ExitCode.NO_ANSWER
        return await _write_list(inv, session, query)

    return inv.with_session(opened)


async def _refresh(inv: Invocation, session: Session, *, accept_smaller: bool) -> bool:
    """Read the list; return False if so much is missing that it is held back."""
    await listing.load(session)
    await inv.connect(session)
    fresh = await listing.read_all(session)
    if fresh.held and accept_smaller:
        fresh = await listing.accept(session, fresh)
    if fresh.held:
        inv.talk.warn(
            f"held back: the list came with {len(fresh.customers):,} customers, the last one had {fresh.previous:,}. "
            "The snapshot is unchanged.\n--accept-smaller takes it over, --offline shows the last one"
        )
        return False
    if fresh.not_kept:
        inv.talk.warn(f"the snapshot was not kept: {fresh.not_kept}")
    return True


async def _write_list(inv: Invocation, session: Session, query: ListQuery) -> int:
    entries = await session.ledger.needs_you(session.account)
    context = ListContext(needs_you=frozenset(entry.username for entry in entries))
    matched = session.customers.query(query.filter, query.sort, descending=query.descending, context=context)
    shown = min(matched, query.limit or matched)
    columns = query.columns or (DEFAULT_COLUMNS if inv.out.format == "table" else FIELDS)
    with inv.out.rows(columns) as rows:
        for customer in _windows(session, shown):
            if inv.out.is_closed:
                break
            found = customer.as_dict()
            rows.add({name: found[name] for name in columns} if query.columns else found)
    _tell(inv.talk, session, query, shown, matched)
    return ExitCode.FINE


def _windows(session: Session, count: int) -> Iterator[Customer]:
    for start in range(0, count, PIECE):
        yield from session.customers.window(start, min(start + PIECE, count))


def _tell(talk: Talk, session: Session, query: ListQuery, shown: int, matched: int) -> None:
    if query.limit:
        talk.say(f"{shown:,} of {matched:,}")
    old = listing.age(session)
    if old is not None and session.read_at is not None and old.total_seconds() >= 60:
        talk.say(f"list of {session.read_at:%Y-%m-%d %H:%M} UTC")


@click.command()
@click.argument("username")
@common
def show(inv: Invocation, *, username: str) -> int:
    """Show one customer, as the service has it now.

    Examples:
      tui-reseller show garcia.mail
      tui-reseller show garcia.mail --output json | jq .sending

    """

    async def opened(_services: Services, session: Session) -> int:
        await session.learn_website()
        await inv.connect(session)
        customer = await session.find(username)
        if customer is None:
            raise CustomerNotFound(f"there is no customer {quoted(username)}")
        inv.out.item(customer.as_dict(), None if customer.extra and inv.out.format == "table" else FIELDS)
        return ExitCode.FINE

    return inv.with_session(opened)
