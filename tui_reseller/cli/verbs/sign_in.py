"""sign-in: a link to a customer's account, once."""

from collections.abc import Mapping

import click

from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import common, one_customer
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.text import quoted
from tui_reseller.services import sign_in as asking
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session

COLUMNS = ("time", "username", "link", "operator", "profile", "reason")


@click.command()
@one_customer
@click.option("--dry-run", is_flag=True, help="Say what would be refused; no link is asked for.")
@click.option("--reason", metavar="TEXT", default="", help="Why; kept in the audit log.")
@click.option("--unlock", metavar="REASON", help="Open a protected profile for this command.")
@common
def sign_in(inv: Invocation, *, username: str, dry_run: bool, reason: str, unlock: str | None) -> int:
    """Print a link that signs you in as an administrator of a customer's account.

    It works once, for about a minute, for whoever has it: it is printed to stdout and kept nowhere. Who asked for it,
    when and for whom is written down (audit sign-ins).

    Examples:
      tui-reseller sign-in ACCOUNT --reason 'ticket 4711'
      xdg-open "$(tui-reseller sign-in ACCOUNT)"

    """

    async def opened(_services: Services, session: Session) -> int:
        asking.refuse(session, username, reason)
        if dry_run:
            raise RefusedHere("refused: a dry run asks for no link")
        await inv.connect(session)
        link = await asking.link_for(session, username, reason)
        inv.out.write(link.reveal() + "\n")
        inv.out.flush()
        inv.console.say(f"signs in once as an administrator of {quoted(username)}, for about a minute")
        return ExitCode.OK

    return inv.with_session(opened, writing=Writing(dry_run=dry_run, reason=reason, unlock=unlock))


@click.command()
@common
def sign_ins(inv: Invocation) -> int:
    """List who asked for sign-in links, when and for whom, newest first; of the profile's account.

    Examples:
      tui-reseller audit sign-ins --profile acme

    """

    async def work(services: Services) -> int:
        account = services.profiles.choose(inv.common.profile).account
        with inv.out.rows(COLUMNS) as rows:
            for time, body in await asking.past(services.ledger, account):
                rows.add(_row(time, body, in_table=inv.out.format == "table"))
        return ExitCode.OK

    return inv.with_ledger(work)


def _row(time: str, body: Mapping[str, object], *, in_table: bool) -> Mapping[str, object]:
    operator = body.get("operator")
    named = operator.get("user") if in_table and isinstance(operator, dict) else operator
    return {"time": time, **{name: body.get(name) for name in COLUMNS[1:]}, "operator": named}
