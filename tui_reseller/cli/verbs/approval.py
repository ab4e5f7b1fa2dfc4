"""Four eyes: plan propose, and approval list, show, approve, deny."""

from datetime import timedelta

import click

from tui_reseller.cli.applying import write_items
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.group import LazyGroup, Verb
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import common
from tui_reseller.domain.approval import LONGEST, SHORTEST, USUAL, Proposal, Verdict
from tui_reseller.domain.errors import InvalidInput, RefusedHere
from tui_reseller.domain.printed import command
from tui_reseller.domain.text import clean, quoted
from tui_reseller.services.approval_ports import ApprovalsPort
from tui_reseller.services.services import Services

_WORDS = "Many customers"
_COLUMNS = ("proposal", "state", "plan", "items", "by", "reason", "approvals", "until", "job")
_REASON = click.option("--reason", metavar="TEXT", required=True, help="Why; kept in the audit log.")
_NUMBER = click.argument("number", metavar="NUMBER", type=click.IntRange(min=1))
_DIGEST = click.option("--digest", metavar="D", help="Of the plan that was read: what approval list calls its plan.")
_SHORT = 12


@click.group(
    cls=LazyGroup,
    verbs=(
        Verb("list", "approval:list_proposals", _WORDS, "List proposals, newest first."),
        Verb("show", "approval:show", _WORDS, "Show every change of a proposal, and who said what."),
        Verb("approve", "approval:approve", _WORDS, "Approve of exactly the plan that you read."),
        Verb("deny", "approval:deny", _WORDS, "Say no; one no is enough."),
    ),
)
def approval() -> int:
    """Approve of plans that others propose, where the ledger of a team asks for it.

    Examples:
      tui-reseller approval list
      tui-reseller approval show 7
      tui-reseller approval approve 7 --digest 0f3a91c2d4e5 --reason 'read all 200'

    """
    return 0


def _port(services: Services) -> ApprovalsPort:
    if services.approvals is None:
        raise InvalidInput("nobody approves in a ledger of your own: it takes that of a team", field="ledger")
    return services.approvals


@click.command()
@click.argument("name", metavar="PLAN")
@_REASON
@click.option("--days", metavar="N", type=click.FloatRange(min=0, min_open=True), help="How long it stands (7).")
@common
def propose(inv: Invocation, *, name: str, reason: str, days: float | None) -> int:
    """Ask others to approve of a plan. What they approve is exactly this plan; then it is applied as ever.

    Examples:
      tui-reseller plan propose stop.plan --reason 'ticket 4711'
      tui-reseller plan apply stop.plan --confirm '200 acme'

    """
    lasting = USUAL if days is None else timedelta(days=min(days, 10_000))
    if not SHORTEST <= lasting <= LONGEST:
        raise InvalidInput(f"--days is at most {LONGEST.days}", field="days")

    async def work(services: Services) -> int:
        plan = services.plans.load(name)
        found = await _port(services).propose(plan, _said(reason), lasting)
        _tell(inv, services, found)
        inv.console.say(f"others look at it: {command('approval', 'show', str(found.number))}")
        return ExitCode.OK

    return inv.run(work)


@click.command()
@common
def list_proposals(inv: Invocation) -> int:
    """List proposals, newest first; those of one account if --profile names it.

    Examples:
      tui-reseller approval list
      tui-reseller approval list --output json

    """

    async def work(services: Services) -> int:
        found = await _port(services).all(inv.account_named(services))
        with inv.out.rows(_COLUMNS) as rows:
            for one in found:
                rows.add(one.as_dict(services.clock.now()))
        return ExitCode.OK

    return inv.run(work)


@click.command()
@_NUMBER
@common
def show(inv: Invocation, *, number: int) -> int:
    """Show every change of a proposal: a row a customer, before -> after.

    Examples:
      tui-reseller approval show 7
      tui-reseller approval show 7 --output csv > review.csv

    """

    async def work(services: Services) -> int:
        await _read(inv, services, number)
        return ExitCode.OK

    return inv.run(work)


@click.command()
@_NUMBER
@_DIGEST
@_REASON
@common
def approve(inv: Invocation, *, number: int, digest: str | None, reason: str) -> int:
    """Approve of the plan that you read, by its digest; without it, all of it is shown and you are asked.

    It takes the right approve, and another role than that which proposed the plan. One vote each.

    Examples:
      tui-reseller approval approve 7 --digest 0f3a91c2d4e5 --reason 'read all 200'

    """
    return _vote(inv, number, Verdict.APPROVE, digest, reason)


@click.command()
@_NUMBER
@_DIGEST
@_REASON
@common
def deny(inv: Invocation, *, number: int, digest: str | None, reason: str) -> int:
    """Say no to a plan, for good: whoever wants it makes another one.

    Examples:
      tui-reseller approval deny 7 --digest 0f3a91c2d4e5 --reason 'these are the wrong 200'

    """
    return _vote(inv, number, Verdict.DENY, digest, reason)


def _vote(inv: Invocation, number: int, verdict: Verdict, digest: str | None, reason: str) -> int:
    _said(reason)

    async def work(services: Services) -> int:
        plan = await _port(services).plan_of(number)
        if digest is None:
            await _ask(inv, services, number, verdict)
        elif len(digest) < _SHORT or not plan.digest.startswith(digest.lower()):
            raise RefusedHere(
                f"refused: the plan of proposal {number} is not {quoted(digest, 70)}; nothing was changed",
                hint=f"it is {plan.digest[:_SHORT]}; look at it: {command('approval', 'show', str(number))}",
            )
        _tell(inv, services, await _port(services).review(number, verdict, plan.digest, reason))
        return ExitCode.OK

    return inv.run(work)


async def _ask(inv: Invocation, services: Services, number: int, verdict: Verdict) -> None:
    if not inv.console.can_ask:
        raise RefusedHere("refused: without a terminal this needs --digest; nothing was changed")
    await _read(inv, services, number)
    if inv.console.ask(f"Type {verdict.value} to {verdict.value} exactly this") != verdict.value:
        raise RefusedHere("refused: not confirmed; nothing was changed")


async def _read(inv: Invocation, services: Services, number: int) -> None:
    port = _port(services)
    found, plan = await port.get(number), await port.plan_of(number)
    if found is not None:
        for line in proposal_lines(found, services):
            inv.console.say(line)
    write_items(inv, plan)


def proposal_lines(found: Proposal, services: Services) -> list[str]:
    """Return what is to be said of a proposal beside its changes."""
    standing = found.standing(services.clock.now()).value
    until = f"{found.until:%Y-%m-%d %H:%M}"
    said = [f"{one.verdict.value} by {clean(one.role)}: {clean(one.reason)}" for one in found.reviews]
    return [
        f"proposal {found.number} by {clean(found.role)}: {clean(found.reason)}",
        f"{standing}; {found.given} of {found.needed} approvals; until {until} UTC; plan {found.digest[:_SHORT]}",
        *said,
    ]


def _tell(inv: Invocation, services: Services, found: Proposal) -> None:
    inv.out.item(found.as_dict(services.clock.now()), _COLUMNS)


def _said(reason: str) -> str:
    if not reason.strip():
        raise InvalidInput("a reason is needed: it is what others will find in the audit log", field="reason")
    return reason
