"""note: our own label and note on a customer. They stand in the ledger, and are never sent to the service."""

from collections.abc import Mapping

import click

from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.fresh_list import loaded
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.operator_files import STDIN, read_text
from tui_reseller.cli.options import common
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import BadConfig, CustomerNotFound
from tui_reseller.domain.exact_text import spelt_out
from tui_reseller.domain.filters import parse_filter
from tui_reseller.domain.listing import ListQuery
from tui_reseller.domain.note import LABEL, NOTE, NOTE_COLUMNS, Note, no_note
from tui_reseller.domain.printed import command
from tui_reseller.domain.provider import KEY
from tui_reseller.domain.text import clean, quoted
from tui_reseller.services.listing import marks_for
from tui_reseller.services.near_names import near_names
from tui_reseller.services.notes import OpenedNote, draft_note, open_note, write_note
from tui_reseller.services.services import LedgerUse, Services
from tui_reseller.services.session import Session

COLUMNS = (KEY, *NOTE_COLUMNS, "time", "operator")
LARGEST = 64 * 1024
"""Bytes of stdin that are read for a note: many times what one may have."""


@click.command()
@click.argument("username", required=False)
@click.option("--label", metavar="TEXT", help="One line of at most 40 characters; empty takes it away.")
@click.option("--note", "text", metavar="TEXT|-", help="Several lines, at most 2,000 characters; - reads stdin.")
@click.option("--clear", is_flag=True, help="Take both away. What stood there stays in the ledger.")
@click.option("--history", is_flag=True, help="All that was ever written, newest first, through renames.")
@click.option("--list", "of_all", is_flag=True, help="Those of all customers of the last list.")
@click.option("--dry-run", is_flag=True, help="Show what would stand there; nothing is written.")
@common
def note(
    inv: Invocation,
    *,
    username: str | None,
    label: str | None,
    text: str | None,
    clear: bool,
    history: bool,
    of_all: bool,
    dry_run: bool,
) -> int:
    """Show or write a label and a note of ours on a customer. They are never sent to the service.

    They stand in the ledger, for everybody who uses it, and stay in it for ever: write no secrets. Written also under
    a read-only or protected profile, since no customer changes. Found by list --filter note:TEXT and is:noted.

    Examples:
      tui-reseller note garcia.mail
      tui-reseller note garcia.mail --label vip --note 'pays late; call Ana first'
      tui-reseller note garcia.mail --note - < note.txt
      tui-reseller note garcia.mail --clear
      tui-reseller note --list --output csv

    """
    wanted = _wanted(label, text, clear=clear)
    if (username is None) is not of_all:
        raise click.UsageError("name one customer, or ask for all of them with --list")
    if (of_all or history) and (wanted or of_all is history):
        raise click.UsageError("--list and --history only show: leave the other options out")
    if dry_run and not wanted:
        raise click.UsageError("--dry-run belongs to --label, --note and --clear")

    async def opened(session: Session) -> int:
        if username is None:
            return await _list(inv, session)
        if history:
            return await _history(inv, session, username)
        found = await open_note(session, await _customer(inv, session, username))
        return await _write(inv, session, found, wanted, dry_run=dry_run) if wanted else _show(inv, found)

    async def work(services: Services) -> int:
        profile = services.profiles.choose(inv.common.profile, writing=bool(wanted))
        async with inv.session(services, profile, LedgerUse.NONE) as session:
            return await opened(session)

    return inv.run(work)


def _wanted(label: str | None, text: str | None, *, clear: bool) -> dict[str, str]:
    """Return the texts that are to be written, by name. Stdin is read here: before the event loop takes the signals."""
    if clear and not (label is None and text is None):
        raise click.UsageError("--clear takes label and note away: leave --label and --note out")
    if clear:
        return dict.fromkeys(NOTE_COLUMNS, "")
    given = {LABEL: label, NOTE: read_text(STDIN, LARGEST) if text == STDIN else text}
    return {name: value for name, value in given.items() if value is not None}


async def _customer(inv: Invocation, session: Session, username: str) -> Customer:
    """Return the customer of the last list; one who is not in it is asked for. Raises CustomerNotFound, NoAnswer."""
    await loaded(inv, session)
    found = session.customers.get(username)
    if found is None:
        await inv.connect(session)
        found = await session.find(username)
    if found is None:
        near = await near_names(session, [username])
        raise CustomerNotFound(f"there is no customer {quoted(username)}; nothing was written", hint=near[username])
    return found


def _show(inv: Invocation, found: OpenedNote) -> int:
    _put(inv, found.note, found.customer.username)
    if found.note is None:
        inv.console.say("no label and no note")
    return ExitCode.OK


async def _write(
    inv: Invocation, session: Session, found: OpenedNote, wanted: Mapping[str, str], *, dry_run: bool
) -> int:
    texts = wanted.get(LABEL, found.label), wanted.get(NOTE, found.text)
    if dry_run:
        draft = draft_note(session, found, *texts)
        _put(inv, draft or found.note, found.customer.username)
        inv.console.say("nothing was written: a dry run" if draft else "it is so already")
        return ExitCode.OK
    written = await write_note(session, found, *texts)
    _put(inv, written or found.note, found.customer.username)
    inv.console.say("written" if written else "it is so already; nothing was written")
    return ExitCode.OK


def _put(inv: Invocation, found: Note | None, username: str) -> None:
    """Write a note to stdout; to a person line by line."""
    if inv.out.format != "table":
        inv.out.item(found.as_dict() if found else no_note(username), COLUMNS)
        return
    pairs = [(KEY, spelt_out(username))]
    if found is not None and not found.is_empty:
        pairs += [(LABEL, found.label)] if found.label else []
        pairs += [(NOTE if at == 0 else "", line) for at, line in enumerate(found.text.split("\n")) if found.text]
        pairs.append(("written", f"{found.time:%Y-%m-%d %H:%M} UTC by {found.operator.words}"))
    inv.out.write("".join(f"{name:<8}  {clean(value)}".rstrip() + "\n" for name, value in pairs))
    inv.out.flush()


async def _history(inv: Invocation, session: Session, username: str) -> int:
    found = await session.ledger.note_history(session.account, username)
    with inv.out.rows(COLUMNS) as rows:
        for one in found:
            rows.add(_row(inv, one))
    inv.console.say(f"{len(found):,} notes")
    return ExitCode.OK


async def _list(inv: Invocation, session: Session) -> int:
    if await loaded(inv, session) is None:
        name = session.profile.name
        raise BadConfig(f'no snapshot of profile "{name}"', hint=command("list", "--profile", name))
    noted = parse_filter("is:noted", session.provider)
    context = await marks_for(session, noted)
    await session.customers.query(ListQuery(noted, context=context))
    customers = session.customers.window(0, len(session.customers))
    with inv.out.rows(COLUMNS) as rows:
        for customer in customers:
            found = context.notes.of(customer)
            if inv.out.is_closed:
                break
            if found is not None:
                rows.add(_row(inv, found))
    inv.console.say(f"{len(customers):,} customers have a label or a note")
    return ExitCode.OK


def _row(inv: Invocation, found: Note) -> dict[str, object]:
    shown = {"time": f"{found.time:%Y-%m-%d %H:%M}", "operator": found.operator.name}
    return {**found.as_dict(), **(shown if inv.out.format == "table" else {})}
