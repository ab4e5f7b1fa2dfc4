"""sign-in: a link to a customer's account, once."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

import click

from tui_reseller.cli import messages
from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.confirmation import Confirmation, ask, consent_from_options
from tui_reseller.cli.exit_codes import ExitCode, for_result
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import common, one_customer
from tui_reseller.cli.provider_help import of_operation
from tui_reseller.domain.audit import AuditQuery, operator_name
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.grading import gravest
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.text import quoted
from tui_reseller.services import door
from tui_reseller.services import sign_in as asking
from tui_reseller.services.door import Consent, Permit
from tui_reseller.services.result import Result
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session

COLUMNS = ("time", "username", "link", "operator", "profile", "reason", "outcome", "id")


@click.command()
@one_customer
@click.option("--yes", is_flag=True, help="Do not ask. Never replaces --confirm.")
@click.option("--confirm", metavar="TEXT", help="What is to be typed on a protected profile: the account.")
@click.option("--dry-run", is_flag=True, help="Say what would be refused; no link is asked for.")
@click.option("--reason", metavar="TEXT", default="", help="Why; kept in the audit log.")
@click.option("--unlock", metavar="REASON", help="Open a protected profile for this command.")
@click.option("--break-glass", metavar="REASON", help="Without the approval that the account asks for; a right.")
@common
@of_operation(Operation.SIGN_IN)
def sign_in(
    inv: Invocation,
    *,
    username: str,
    yes: bool,
    confirm: str | None,
    dry_run: bool,
    reason: str,
    unlock: str | None,
    break_glass: str | None,
) -> int:
    """Print a link that signs you in as an administrator of a customer's account.

    It works once, for about a minute, for whoever has it: it is printed to stdout and kept nowhere. Who asked for it,
    when and for whom, is written down before it is asked for, and then what became of it (audit sign-ins). After a lost
    answer a link may have been made: nobody was given it here, and it ends by itself within 60 s.

    Examples:
      tui-reseller sign-in ACCOUNT --reason 'ticket 4711'
      xdg-open "$(tui-reseller sign-in ACCOUNT --yes)"

    """
    call = asking.call_for(username)
    options = Writing(yes=yes, confirm=confirm, dry_run=dry_run, reason=reason, unlock=unlock, break_glass=break_glass)

    async def opened(_services: Services, session: Session) -> int:
        if (lacking := session.policy.lacking(call.operation)) is not None:
            raise lacking
        if dry_run:
            return _show_only(inv, session, call, reason)
        approach = door.approach(session, [call], reason)
        permit = approach.admit(session.customers.total, _consent(inv, session, call, options))
        await inv.connect(session)
        return await _ask_for_it(inv, session, call, permit, reason)

    return inv.with_session(opened, writing=options)


def _show_only(inv: Invocation, session: Session, call: Call, reason: str) -> int:
    """Say what would be refused. A dry run may be locked."""
    try:
        door.approach(session, [call], reason)
    except RefusedHere as error:
        inv.console.say(f"note: it would be {error.message}")
    inv.console.say("dry run: no link was asked for")
    return ExitCode.OK


def _consent(inv: Invocation, session: Session, call: Call, options: Writing) -> Consent:
    """Return the consent that the options give, or a person. Raises RefusedHere for none."""
    asked = Confirmation(gravest(session.provider, [call]), [call.username], session.profile, session.customers.total)
    given = consent_from_options(asked, options, can_ask=inv.console.can_ask)
    review = messages.review(call.operation, session.profile, [(call.username, ())])
    return given if given is not None else ask(asked, review, inv.console)


async def _ask_for_it(inv: Invocation, session: Session, call: Call, permit: Permit, reason: str) -> int:
    """Ask for the link, print it alone, and say what became of it."""
    began = session.clock.now()
    try:
        result = await asking.ask_for_link(session, call, permit, reason)
    except asyncio.CancelledError:
        await _say_cut_off(inv, session, call, began)
        raise
    if result.link is not None:
        inv.out.write(result.link.reveal() + "\n")
        inv.out.flush()
    say = inv.console.say if result.link is not None else inv.console.warn
    say(messages.result_line(session.provider, result, session.profile.name))
    if result.link is not None:
        say(f"signs in once as an administrator of {quoted(call.username)}, for about a minute")
    return for_result(result)


async def _say_cut_off(inv: Invocation, session: Session, call: Call, began: datetime) -> None:
    """Say what stands of a link that was on its way when a signal came."""
    query = AuditQuery(session.account, username=call.username, operation=call.operation, since=began)
    for entry in await session.ledger.entries(query):
        if entry.outcome is Outcome.UNKNOWN:
            result = Result(entry.username, entry.operation, Outcome.UNKNOWN, entry.message, entry.id)
            inv.console.warn(messages.result_line(session.provider, result, session.profile.name))


@click.command()
@common
def sign_ins(inv: Invocation) -> int:
    """List who asked for sign-in links, when and for whom, newest first; of the profile's account. Of versions that
    wrote notes of it, there are two rows for each link: asked, and what became of it.

    Examples:
      tui-reseller audit sign-ins --profile acme

    """

    async def work(services: Services) -> int:
        account = services.profiles.choose(inv.common.profile).account
        with inv.out.rows(COLUMNS) as rows:
            for found in await asking.past(services.ledger, account):
                rows.add(_row(found, in_table=inv.out.format == "table"))
        return ExitCode.OK

    return inv.with_ledger(work)


def _row(found: Mapping[str, object], *, in_table: bool) -> Mapping[str, object]:
    operator = found.get("operator")
    named = operator_name(operator) if in_table and isinstance(operator, dict) else operator
    return {**{name: found.get(name) for name in COLUMNS}, "operator": named}
