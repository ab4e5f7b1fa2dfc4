"""snapshot: the last list of an account on this disk. It can be deleted at any time: the service has it."""

import click

from tui_reseller.cli.console import size_text
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.group import LazyGroup, Verb
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import common
from tui_reseller.domain.audit import utc_text
from tui_reseller.domain.errors import BadConfig
from tui_reseller.services.services import LedgerUse, Services
from tui_reseller.services.session import Session

_WORDS = "Snapshots"


@click.group(
    cls=LazyGroup,
    verbs=(
        Verb("show", "snapshot:show", _WORDS, "Say when the list was read, and how long it is."),
        Verb("purge", "snapshot:purge", _WORDS, "Delete it, or those of all accounts."),
    ),
)
def snapshot() -> int:
    """The last list that was read, kept on this disk so that the next start need not wait.

    Examples:
      tui-reseller snapshot show
      tui-reseller snapshot purge --all

    """
    return 0


@click.command()
@common
def show(inv: Invocation) -> int:
    """Say when the list of a profile was read, and how many customers it had. None there ends with 3.

    Examples:
      tui-reseller snapshot show
      tui-reseller snapshot show --profile acme --output json

    """

    async def opened(_services: Services, session: Session) -> int:
        found = session.snapshot.head(session.account, 0)
        if found is None:
            raise BadConfig(f'no snapshot of profile "{session.profile.name}"', hint="tui-reseller list reads one")
        info, _ = found
        inv.out.item({"profile": session.profile.name, "read_at": utc_text(info.read_at), "customers": info.total})
        return ExitCode.OK

    return inv.with_session(opened, ledger=LedgerUse.NONE)


@click.command()
@click.option("--all", "of_all", is_flag=True, help="Those of all accounts, also of removed profiles.")
@common
def purge(inv: Invocation, *, of_all: bool) -> int:
    """Delete the list of a profile from this disk, with what was set aside as damaged. Nothing else changes.

    Examples:
      tui-reseller snapshot purge
      tui-reseller snapshot purge --profile acme
      tui-reseller snapshot purge --all

    """
    if of_all and inv.common.profile:
        raise click.UsageError("--all and --profile: one of the two is too many")

    def report(profile: str | None, freed: int) -> int:
        inv.out.item({"profile": profile, "freed_bytes": freed})
        inv.console.say(f"{size_text(freed)} freed" if freed else "there was nothing to delete")
        return ExitCode.OK

    async def work(services: Services) -> int:
        return report(None, services.snapshot.purge())

    async def opened(_services: Services, session: Session) -> int:
        return report(session.profile.name, session.snapshot.remove(session.account))

    return inv.run(work) if of_all else inv.with_session(opened, ledger=LedgerUse.NONE)
