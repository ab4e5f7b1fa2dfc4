"""sign-in: a link to a customer's account, once."""

from collections.abc import Mapping

import click

from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import common, one_customer
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.printed import line
from tui_reseller.domain.text import quoted
from tui_reseller.services import sign_in as asking
from tui_reseller.services.door import Consent
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session

COLUMNS = ("time", "username", "link", "operator", "profile", "reason")


@click.command()
@one_customer
@click.option("--yes", is_flag=True, help="Do not ask. Never replaces --confirm.")
@click.option("--confirm", metavar="TEXT", help="What is to be typed on a protected profile: the account.")
@click.option("--dry-run", is_flag=True, help="Say what would be refused; no link is asked for.")
@click.option("--reason", metavar="TEXT", default="", help="Why; kept in the audit log.")
@click.option("--unlock", metavar="REASON", help="Open a protected profile for this command.")
@common
def sign_in(
    inv: Invocation, *, username: str, yes: bool, confirm: str | None, dry_run: bool, reason: str, unlock: str | None
) -> int:
    """Print a link that signs you in as an administrator of a customer's account.

    It works once, for about a minute, for whoever has it: it is printed to stdout and kept nowhere. Who asked for it,
    when and for whom is written down (audit sign-ins).

    Examples:
      tui-reseller sign-in ACCOUNT --reason 'ticket 4711'
      xdg-open "$(tui-reseller sign-in ACCOUNT --yes)"

    """

    async def opened(_services: Services, session: Session) -> int:
        asking.refuse(session, username, reason)
        consent = _consent(inv, session, username, options)
        await inv.connect(session)
        link = await asking.link_for(session, username, reason, consent)
        inv.out.write(link.reveal() + "\n")
        inv.out.flush()
        inv.console.say(f"signs in once as an administrator of {quoted(username)}, for about a minute")
        return ExitCode.OK

    options = Writing(yes=yes, confirm=confirm, dry_run=dry_run, reason=reason, unlock=unlock)
    return inv.with_session(opened, writing=options)


def _consent(inv: Invocation, session: Session, username: str, options: Writing) -> Consent:
    """Return the consent that the options give, or a person. Raises RefusedHere for none."""
    typed = asking.typed_text(session, username)
    given = Consent(options.yes or options.confirm is not None, options.confirm, dry_run=options.dry_run)
    if options.dry_run or options.confirm is not None or (options.yes and typed is None):
        asking.refuse_unagreed(session, username, given)
        return given
    if not inv.console.can_ask:
        needed = "--yes" if typed is None else line("--confirm", typed)
        raise RefusedHere(f"refused: no link was asked for; without a terminal this needs: {needed}")
    inv.console.warn(f"{asking.ACTION.title}: {quoted(username)} - profile {session.profile.name}")
    inv.console.warn(" ".join(asking.ACTION.consequence))
    wanted = f"Type {quoted(typed)} without the quotation marks" if typed is not None else "Type yes"
    answer = inv.console.ask(f"{wanted} to get the link")
    agreed = Consent(agreed=typed is not None or answer == "yes", typed=None if typed is None else answer)
    asking.refuse_unagreed(session, username, agreed)
    return agreed


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
