"""ledger init, migrate, show, account, member: the ledger that a team shares on PostgreSQL."""

import click

from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.group import LazyGroup, Verb
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import common
from tui_reseller.cli.output import Row
from tui_reseller.domain.audit import utc_text
from tui_reseller.domain.errors import InvalidInput, RefusedHere
from tui_reseller.domain.team import (
    EVERY_ACCOUNT,
    HIGHEST_RATE,
    LOWEST_RATE,
    MOST_APPROVALS,
    RIGHTS,
    AccountSettings,
    Member,
)
from tui_reseller.domain.text import quoted
from tui_reseller.services.services import Services
from tui_reseller.services.team_ports import TeamPort

_WORDS, _ACCOUNTS = "People", "Accounts"
_YES = click.option("--yes", is_flag=True, help="Do not ask.")
_ACCOUNT = click.option(
    "--account", metavar="NAME", help="A profile, or the key of an account as `ledger show` prints it; else all."
)


def team_of(services: Services) -> TeamPort:
    """Return the team's ledger that is configured. Raises InvalidInput if none is."""
    if services.team is None:
        raise InvalidInput(
            "no ledger of a team is configured: this one is a file of yours",
            field="ledger",
            hint='TUI_RESELLER_LEDGER=postgresql://HOST/DATABASE, or ledger = "..." below [team] in the config',
        )
    return services.team


@click.command()
@_YES
@common
def init(inv: Invocation, *, yes: bool) -> int:
    """Make the ledger of a team in a database of PostgreSQL: a schema of its own, and four roles.

    The role needs CREATEROLE, and CREATE on the database. It becomes the first administrator of the ledger.

    Examples:
      TUI_RESELLER_LEDGER=postgresql://ledger.example.com/reseller tui-reseller ledger init --yes

    """

    async def work(services: Services) -> int:
        team = team_of(services)
        if not yes and not inv.console.can_ask:
            raise RefusedHere("refused: without a terminal this needs --yes; nothing was changed")
        if not yes and inv.console.ask("Type yes to make a ledger in this database") != "yes":
            raise RefusedHere("refused: not confirmed; nothing was changed")
        version = await team.init()
        inv.out.item({"version": version})
        inv.console.say("the ledger is made; further people: tui-reseller ledger member add ROLE --may write")
        return ExitCode.OK

    return inv.run(work)


@click.command()
@common
def migrate(inv: Invocation) -> int:
    """Bring the ledger of a team to the version of this program, all of it or nothing.

    Programs of older versions cannot use it afterwards. The role needs what ledger init needs.

    Examples:
      tui-reseller ledger migrate

    """

    async def work(services: Services) -> int:
        had, has = await team_of(services).migrate()
        inv.out.item({"had": had, "version": has})
        inv.console.say("nothing was to be done" if had == has else f"the ledger has version {has} now")
        return ExitCode.OK

    return inv.run(work)


@click.command()
@common
def show(inv: Invocation) -> int:
    """Show the ledger of a team: who you are there; of each account the last row, who holds its lock, what is set.

    Examples:
      tui-reseller ledger show
      tui-reseller ledger show --output json

    """

    async def work(services: Services) -> int:
        found = await team_of(services).show()
        accounts: list[Row] = [
            {
                "account": one.account,
                "head": one.head.text if one.head.number else None,
                "open": one.open,
                "locked_by": f"{one.lock[0]} ({one.lock[1]})" if one.lock else None,
                **_settings(one.settings),
            }
            for one in found.accounts
        ]
        me: Row = {"role": found.role, "may": [_row(member) for member in found.may]}
        inv.out.item({
            "ledger": found.place, "id": found.id, "version": found.version, "me": me, "accounts": accounts,
        })  # fmt: skip
        return ExitCode.OK

    return inv.run(work)


@click.group(
    cls=LazyGroup, verbs=(Verb("set", "team_ledger:set_account", _ACCOUNTS, "Set what holds for all who work in it."),)
)
def account() -> int:
    """Set what holds for all who work in an account of a team's ledger.

    Examples:
      tui-reseller ledger account set acme --per-second 50

    """
    return 0


@click.command()
@click.argument("name", metavar="NAME")
@click.option("--approvals", metavar="N", type=click.IntRange(0, MOST_APPROVALS), help="How many others must approve.")
@click.option("--per-second", metavar="R", type=float, help="Calls that all machines together send; 0: no limit.")
@common
def set_account(inv: Invocation, *, name: str, approvals: int | None, per_second: float | None) -> int:
    """Set what holds for all who work in an account, whatever their machine: a profile, or the key of an account.

    It needs the right admin there, and is a row of the log. What is not named stays as it is.

    Examples:
      tui-reseller ledger account set acme --per-second 50
      tui-reseller ledger account set acme --per-second 0

    """
    if approvals is None and per_second is None:
        raise click.UsageError("say what is to be set: --approvals N, or --per-second R")
    if per_second and not LOWEST_RATE <= per_second <= HIGHEST_RATE:
        raise InvalidInput(
            f"--per-second is {LOWEST_RATE:g} to {HIGHEST_RATE:g}, or 0 for no limit", field="per_second"
        )

    async def work(services: Services) -> int:
        key = _account(services, name)
        found = await team_of(services).set_account(key, approvals=approvals, per_second=per_second)
        inv.out.item({"account": key, **_settings(found)})
        return ExitCode.OK

    return inv.run(work)


def _settings(found: AccountSettings) -> Row:
    return {"approvals": found.approvals, "per_second": found.per_second}


@click.group(
    cls=LazyGroup,
    verbs=(
        Verb("list", "team_ledger:list_members", _WORDS, "List who may do what."),
        Verb("add", "team_ledger:add", _WORDS, "Let somebody work there."),
        Verb("remove", "team_ledger:remove", _WORDS, "Take rights away."),
    ),
)
def member() -> int:
    """Say who may work with the ledger of a team.

    Examples:
      tui-reseller ledger member list
      tui-reseller ledger member add bob --may write
      tui-reseller ledger member add eve --account acme --may read
      tui-reseller ledger member remove bob

    """
    return 0


@click.command()
@common
def here(inv: Invocation) -> int:
    """List who has a window open: in which account, at which customer, and since when it is edited.

    It is a hint, never a lock; who was killed stays in it for two minutes. Host is what the window says of itself.

    Examples:
      tui-reseller team
      tui-reseller team --output jsonl | jq -r 'select(.editing) | .customer'

    """

    async def work(services: Services) -> int:
        found = await team_of(services).here()
        with inv.out.rows(("role", "host", "account", "customer", "editing", "since")) as rows:
            for one in found:
                rows.add({
                    "role": one.role, "host": one.host, "account": one.account, "customer": one.customer or None,
                    "editing": one.is_editing, "since": utc_text(one.since),
                })  # fmt: skip
        return ExitCode.OK

    return inv.run(work)


@click.command()
@common
def list_members(inv: Invocation) -> int:
    """List who may do what; who is no administrator sees only itself.

    Examples:
      tui-reseller ledger member list

    """

    async def work(services: Services) -> int:
        found = await team_of(services).members()
        with inv.out.rows(("role", "account", "may")) as rows:
            for one in found:
                rows.add(_row(one))
        return ExitCode.OK

    return inv.run(work)


@click.command()
@click.argument("role", metavar="ROLE")
@_ACCOUNT
@click.option("--may", metavar="RIGHTS", required=True, help=f"With commas: {', '.join(RIGHTS)}.")
@common
def add(inv: Invocation, *, role: str, account: str | None, may: str) -> int:
    """Let a role of PostgreSQL work with the ledger: read, write (and read), or admin (all, and say who may).

    Where an account asks for it: approve (and read) what others propose; break-glass, to write without that.

    Examples:
      tui-reseller ledger member add bob --may write
      tui-reseller ledger member add eve --account acme --may read

    """
    rights = tuple(word.strip() for word in may.split(","))
    if wrong := [word for word in rights if word not in RIGHTS]:
        raise InvalidInput(f"there is no right {quoted(wrong[0])}: there are {', '.join(RIGHTS)}", field="may")

    async def work(services: Services) -> int:
        given = Member(role, _account(services, account), rights)
        await team_of(services).add_member(given)
        inv.out.item(_row(given))
        return ExitCode.OK

    return inv.run(work)


@click.command()
@click.argument("role", metavar="ROLE")
@_ACCOUNT
@common
def remove(inv: Invocation, *, role: str, account: str | None) -> int:
    """Take all rights in an account from somebody; without --account those that hold for all accounts.

    What a role may do in one account by itself stays. It holds from the next statement on, also for who is connected.

    Examples:
      tui-reseller ledger member remove bob
      tui-reseller ledger member remove eve --account acme

    """

    async def work(services: Services) -> int:
        found = await team_of(services).remove_member(role, _account(services, account))
        inv.out.item({"role": role, "removed": found})
        return ExitCode.OK if found else ExitCode.NOT_FOUND

    return inv.run(work)


def _account(services: Services, named: str | None) -> str:
    """Return the key of an account that was named by a profile, or by itself."""
    if named is None:
        return EVERY_ACCOUNT
    return named if "|" in named else services.profiles.get(named).account


def _row(one: Member) -> Row:
    return {"role": one.role, "account": one.account, "may": list(one.may)}
