"""undo: take back an operation, or all that was done as one, from the audit log."""

import click

from tui_reseller.cli.applying import ApplyOptions, apply
from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import writing
from tui_reseller.cli.verbs.audit import known_entry
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.text import quoted
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session
from tui_reseller.services.undo import draft_undo


@click.command()
@click.argument("named", metavar="ID|JOB")
@writing
def undo(inv: Invocation, options: Writing, *, named: str) -> int:
    """Take back one operation (its id) or all that a job has done (job-7). Works long afterwards, too.

    The opposite of each is made a plan and applied as a job. Customers that somebody changed since are left alone;
    what cannot be taken back (new customers, deletes, passwords) is said beforehand.

    Examples:
      tui-reseller undo job-7 --dry-run
      tui-reseller undo job-7 --confirm '200 acme' --reason 'ticket 4711'
      tui-reseller undo ID --yes

    """

    async def opened(services: Services, session: Session) -> int:
        batch = await services.ledger.entries(AuditQuery(account=session.account, batch=named))
        entries = batch or [await known_entry(services, named)]
        if entries[0].account != session.account:
            raise InvalidInput(f"{quoted(named)} was done in another account (profile {quoted(entries[0].profile)})")
        await inv.connect(session)
        drafted = await draft_undo(session, entries, f"undo of {named}")
        for refusal in drafted.refusals[:20]:
            inv.console.warn(f"left alone: {refusal.message}")
        if len(drafted.refusals) > 20:
            inv.console.warn(f"... and {len(drafted.refusals) - 20:,} more are left alone")
        if not drafted.plan.items:
            raise InvalidInput("nothing of it can be taken back")
        code = await apply(inv, services, session, drafted.plan, options, ApplyOptions())
        return ExitCode.PARTIAL if code == ExitCode.OK and drafted.refusals else code

    return inv.with_session(opened, writing=options)
