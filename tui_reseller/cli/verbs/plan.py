"""plan: many changes out of a file or a filter, checked and reviewed before the first is sent."""

from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

import click

from tui_reseller.cli.applying import ApplyOptions, apply, write_items
from tui_reseller.cli.argument_values import FilePath, read_pairs
from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.given_passwords import read_given
from tui_reseller.cli.group import LazyGroup, Verb
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.made_plan import MadePlan
from tui_reseller.cli.messages import changes_text
from tui_reseller.cli.operator_files import read_operator_file
from tui_reseller.cli.options import common, writing
from tui_reseller.cli.provider_help import actions_text, help_from_tables
from tui_reseller.cli.reading_options import ReadingGiven, odd_names_option, reading_from, reads_files
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.filters import Filter, parse_selection
from tui_reseller.domain.listing import ListQuery
from tui_reseller.domain.operation import Call
from tui_reseller.domain.plan import Plan
from tui_reseller.domain.text import clean
from tui_reseller.services import listing, plans
from tui_reseller.services.files.actions import action_of, columns_of
from tui_reseller.services.files.reading import Read, read_file
from tui_reseller.services.requested import RequestedChange
from tui_reseller.services.services import LedgerUse, Services
from tui_reseller.services.session import Session

_WORDS = "Many customers"
_path = FilePath()


@click.group(
    cls=LazyGroup,
    verbs=(
        Verb("new", "plan:new", _WORDS, "Make a plan from a file or a filter. Nothing is sent."),
        Verb("show", "plan:show", _WORDS, "Show every change of a plan."),
        Verb("diff", "plan:diff", _WORDS, "Show which customers changed since the plan was made."),
        Verb("propose", "approval:propose", _WORDS, "Ask others to approve of a plan."),
        Verb("apply", "plan:apply_plan", _WORDS, "Apply a plan as a job."),
    ),
)
def plan() -> int:
    """Prepare many changes, look at them, and apply them as a job.

    Examples:
      tui-reseller plan new --filter 'country:es sending:on' --action disable --out stop.plan
      tui-reseller plan new --from new-customers.csv --action create --out new.plan
      tui-reseller plan show stop.plan
      tui-reseller plan apply stop.plan --confirm '200 acme' --reason 'ticket 4711'

    """
    return 0


@click.command()
@click.option("--from", "place", metavar="FILE|-", help="CSV or JSON, a customer a row.")
@click.option("--filter", "filter_", metavar="EXPR", help="All customers that match, as in list --filter.")
@click.option("--all", "of_all", is_flag=True, help="All customers of the account.")
@click.option("--action", metavar="A", help="What to do with all of them; else the file has a column action.")
@click.option("--out", metavar="NEWFILE", type=_path, help="Write the plan here; else it is kept in the state folder.")
@click.option("--skip-refused", is_flag=True, help="Make a plan of the rows that can be taken.")
@reads_files
@odd_names_option
@click.argument("pairs", nargs=-1, metavar="[FIELD=VALUE]...")
@common
@help_from_tables(actions_text)
def new(
    inv: Invocation,
    *,
    place: str | None,
    filter_: str | None,
    of_all: bool,
    action: str | None,
    out: Path | None,
    skip_refused: bool,
    allow_odd_names: bool,
    pairs: Sequence[str],
    **given: Unpack[ReadingGiven],
) -> int:
    """Make a plan. Every row is checked against a list that is at most 10 minutes old; nothing is sent.

    Columns: action, username, new_username (rename), the fields of the action, password; by name or by title. Others
    may only say what is so already, as in an export. An empty cell leaves the field as it is. With refused rows it
    ends with 2 and no plan, or with --skip-refused with 9 and a plan of the others.

    Examples:
      tui-reseller plan new --filter 'sending:on country=es' --action disable
      tui-reseller plan new --from moves.csv --out moves.plan
      tui-reseller plan new --from crm.csv --action set --map 'Town=city' --ignore-columns Since,Score
      tui-reseller plan new --filter is:missing-data --action set country=ES

    """
    if [place is not None, filter_ is not None, of_all].count(True) != 1:
        raise click.UsageError("name a file with --from, a filter with --filter, or --all; one of the three")
    if place is None and not action:
        raise click.UsageError("a filter and --all need --action")
    reading = reading_from(given, allow_odd_names=allow_odd_names)
    if place is not None and pairs:
        raise click.UsageError("FIELD=VALUE goes with --filter and --all; a file has its own values")
    if place is None and not reading.is_plain:
        raise click.UsageError("options for a file go with --from")
    source = read_operator_file(place)

    async def opened(services: Services, session: Session) -> int:
        operation = action_of(session.provider, action) if action else None
        await inv.connect(session)
        await listing.refresh_for_many(session)
        if source is not None:
            read = read_file(session.provider, source.content, operation, reading.options)
            origin = "stdin" if source.is_stdin else f"file {clean(Path(source.place).name, longest=80)}"
        else:
            chosen = Filter() if filter_ is None else parse_selection(filter_, session.provider)
            read = await _matching(session, chosen, action or "", read_pairs(pairs))
            origin = "all customers" if filter_ is None else f"filter {clean(filter_, longest=200)}"
        drafted = await plans.draft(
            session, read.wanted, origin=origin, refusals=read.refusals, source=read.source, checking=reading.checking
        )
        for note in (*read.notes, *drafted.notes):
            inv.console.say(f"note: {note}")
        passwords = frozenset(wanted.call.username for wanted in read.wanted if wanted.call.password)
        made = MadePlan(inv, services, session, drafted, passwords, source, reading.words)
        return made.report(out, skip_refused=skip_refused)

    return inv.with_session(opened)


async def _matching(session: Session, chosen: Filter, action: str, fields: dict[str, str]) -> Read:
    operation = action_of(session.provider, action)
    for name in fields:
        if name not in columns_of(session.provider, operation):
            raise InvalidInput(f"{operation.value} takes no {name}", field=name)
    await session.customers.query(ListQuery(chosen, context=await listing.marks_for(session, chosen)))
    names = [name for name in session.customers.usernames() if name]
    return Read([RequestedChange(Call(operation, name, fields)) for name in names])


def _loaded(services: Services, name: str, inv: Invocation) -> Plan:
    found = services.plans.load(name)
    read = f"list of {found.read_at:%Y-%m-%d %H:%M} UTC"
    inv.console.say(
        f"{len(found.items):,} of {found.total:,} customers, {found.origin}, profile {found.profile}, {read}"
    )
    return found


@click.command()
@click.argument("name", metavar="PLAN")
@common
def show(inv: Invocation, *, name: str) -> int:
    """Show every change of a plan: a row a customer, before -> after.

    Examples:
      tui-reseller plan show stop.plan
      tui-reseller plan show stop.plan --output csv > review.csv

    """

    async def work(services: Services) -> int:
        write_items(inv, _loaded(services, name, inv))
        return ExitCode.OK

    return inv.run(work)


@click.command()
@click.argument("name", metavar="PLAN")
@common
def diff(inv: Invocation, *, name: str) -> int:
    """Show which customers are no longer as the plan saw them. Ends with 8 if there are any.

    Examples:
      tui-reseller plan diff stop.plan

    """

    async def opened(services: Services, session: Session) -> int:
        found = _loaded(services, name, inv)
        plans.check_place(found, session)
        await inv.connect(session)
        await listing.refresh_for_many(session)
        present = session.customers.named({item.username for item in found.items})
        changed = plans.moved(found, present)
        with inv.out.rows(("username", "operation", "changes")) as rows:
            for item in changed:
                moved = item.moved(session.provider, present.get(item.username))
                changes: object = {change.field: {"before": change.before, "now": change.after} for change in moved}
                if inv.out.format == "table":
                    changes = changes_text(session.provider, item.operation, moved)
                rows.add({"username": item.username, "operation": item.operation.value, "changes": changes})
        inv.console.say(f"{len(changed):,} of {len(found.items):,} customers changed since the plan was made")
        return ExitCode.CONFLICT if changed else ExitCode.OK

    return inv.with_session(opened, ledger=LedgerUse.LAST_SET)


@click.command()
@click.argument("name", metavar="PLAN")
@click.option("--skip-changed", is_flag=True, help="Leave out customers that changed since the plan was made.")
@click.option("--detach", is_flag=True, help="Run it in a process of its own, which does not end with this one.")
@click.option("--from", "place", metavar="FILE|-", help="The plan's file again, for the passwords in it.")
@reads_files
@click.option("--passwords-to", metavar="NEWFILE", type=_path, help="Make passwords, and write them to this new file.")
@writing
def apply_plan(
    inv: Invocation,
    options: Writing,
    *,
    name: str,
    skip_changed: bool,
    detach: bool,
    place: str | None,
    passwords_to: Path | None,
    **given: Unpack[ReadingGiven],
) -> int:
    """Apply a plan as a job: first 1, then 10, then the rest; it pauses itself on errors.

    Refused: a plan of another account, one that was applied, one whose customers changed since.

    Examples:
      tui-reseller plan apply stop.plan --confirm '200 acme' --reason 'ticket 4711'
      tui-reseller plan apply new.plan --confirm '12 acme' --passwords-to new-passwords.csv
      tui-reseller plan apply stop.plan --confirm '200 acme' --detach

    """
    file = read_given(place, given, options)
    if detach and options.break_glass is not None:
        raise click.UsageError("--break-glass holds for this process alone, not for one that goes on by itself")
    how = ApplyOptions(skip_changed, detach, file, passwords_to)

    async def opened(services: Services, session: Session) -> int:
        return await apply(inv, services, session, _loaded(services, name, inv), options, how)

    return inv.with_session(opened, writing=options)
