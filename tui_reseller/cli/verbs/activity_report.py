"""audit report: what was done in a period, as text for a ticket or as one JSON object."""

import click

from tui_reseller.cli.activity_report import ActivityReport
from tui_reseller.cli.argument_values import read_time
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import common
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.services.services import Services
from tui_reseller.services.suspensions import open_suspensions
from tui_reseller.services.time_input import start_of_day


@click.command()
@click.option("--today", is_flag=True, help="From the last midnight here on; so without --since.")
@click.option("--since", metavar="TIME", help="From here on: 2026-11-20, 2026-11-20T14:00 (UTC), 8h.")
@click.option("--me", is_flag=True, help="Only what this account of the operating system has done, over any line.")
@common
def report(inv: Invocation, *, today: bool, since: str | None, me: bool) -> int:
    """Report what was done, to whom, why and with what outcome; what needs you; which suspensions have an end.

    Plain text, also into a pipe; --output json or jsonl gives one object. Open outcomes of everybody are included.

    Examples:
      tui-reseller audit report --today --me
      tui-reseller audit report --since 8h --profile acme

    """
    if today and since is not None:
        raise InvalidInput("--today and --since do not go together")
    if inv.common.output == "csv":
        raise InvalidInput("a report is text, json or jsonl", hint="tui-reseller audit export --output csv")

    async def work(services: Services) -> int:
        found = await _gathered(inv, services, since, me=me)
        if inv.common.output in {None, "table"}:
            inv.out.write(found.text())
            inv.out.flush()
        else:
            inv.out.item(found.as_dict())
        return ExitCode.OK

    return inv.with_ledger(work)


async def _gathered(inv: Invocation, services: Services, since: str | None, *, me: bool) -> ActivityReport:
    now = services.clock.now()
    began = start_of_day(now) if since is None else read_time(since, now)
    named = services.profiles.named
    query = AuditQuery(profile=named, since=began, operator=services.operator if me else None)
    account = inv.account_named(services)
    return ActivityReport(
        since=began,
        now=now,
        profile=named or "",
        who=services.operator.words if me else "everybody on this account of the operating system",
        entries=(await services.ledger.entries(query))[::-1],
        needs_you=await services.ledger.needs_you(account),
        suspensions=await open_suspensions(services.ledger, account),
    )
