"""credits, ips, offerings: what is overwritten as a whole, shown and set; and credits added to what is left."""

from collections.abc import Sequence

import click

from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.group import LazyGroup, Verb
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.operation_verb import verb_for
from tui_reseller.cli.options import common, one_customer
from tui_reseller.cli.provider_help import of_operation
from tui_reseller.cli.write_request import WriteRequest
from tui_reseller.cli.writing import write
from tui_reseller.domain.errors import CustomerNotFound
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.text import quoted
from tui_reseller.domain.whole import fields_from_words, in_one_form
from tui_reseller.services.services import LedgerUse, Services
from tui_reseller.services.session import Session

_WORDS = "What a customer has"
_MAY_BE_NEGATIVE = {"ignore_unknown_options": True}
"""A number below 0 is no option."""


@click.group(
    "credits",
    cls=LazyGroup,
    verbs=(
        Verb("show", "overwriting:show_credits", _WORDS, "Show how much a customer may send, and what is left."),
        Verb("set", "overwriting:set_credits", _WORDS, "Set the credits of a customer anew."),
        Verb("add", "overwriting:add_credits", _WORDS, "Add to what is left, or take from it."),
    ),
)
def credits_group() -> int:
    """Show and set how much a customer may send.

    Examples:
      tui-reseller credits show garcia.mail
      tui-reseller credits set garcia.mail recurring 5000 monthly
      tui-reseller credits add garcia.mail 500 --yes

    """
    return 0


@click.group(
    "ips",
    cls=LazyGroup,
    verbs=(
        Verb("show", "overwriting:show_ips", _WORDS, "Show the sending addresses of a customer."),
        Verb("set", "overwriting:set_ips", _WORDS, "Set the sending addresses of a customer."),
    ),
)
def ips_group() -> int:
    """Show and set the addresses that a customer's mail leaves from.

    Examples:
      tui-reseller ips show garcia.mail
      tui-reseller ips set garcia.mail 203.0.113.1 203.0.113.2

    """
    return 0


@click.group(
    "offerings",
    cls=LazyGroup,
    verbs=(
        Verb("show", "overwriting:show_offerings", _WORDS, "Show what an account has booked."),
        Verb("set", "overwriting:set_offerings", _WORDS, "Overwrite what an account has booked."),
    ),
)
def offerings_group() -> int:
    """Show and set what an account has booked: a package and add-ons.

    Examples:
      tui-reseller offerings show ACCOUNT
      tui-reseller offerings set ACCOUNT org.ei.pro.v1 org.ei.dedicated_ip.v1:2

    """
    return 0


def _show(inv: Invocation, username: str, operation: Operation) -> int:
    """Write what a customer has of the fields that an operation overwrites, as the service has it now."""

    async def opened(_services: Services, session: Session) -> int:
        if (lacking := session.policy.lacking(operation)) is not None:
            raise lacking
        provider = session.provider
        await inv.connect(session)
        found = await session.find(username, taken := provider.action(operation).takes)
        if found is None:
            raise CustomerNotFound(f"there is no customer {quoted(username)}")
        group = provider.groups[provider.groups_of(taken)[0]]
        inv.out.item({KEY: found.username, **{name: found.value(name) for name in group}}, (KEY, *group))
        return ExitCode.OK

    return inv.with_session(opened, ledger=LedgerUse.LAST_SET)


@click.command()
@one_customer
@common
@of_operation(Operation.CREDITS_SET)
def show_credits(inv: Invocation, *, username: str) -> int:
    """Show how much a customer may send, and what is left, as the service has it now.

    Examples:
      tui-reseller credits show garcia.mail
      tui-reseller credits show garcia.mail --output json | jq .credits_remain

    """
    return _show(inv, username, Operation.CREDITS_SET)


@click.command()
@one_customer
@common
@of_operation(Operation.IPS_SET)
def show_ips(inv: Invocation, *, username: str) -> int:
    """Show the addresses that a customer's mail leaves from, as the service has them now.

    Examples:
      tui-reseller ips show garcia.mail

    """
    return _show(inv, username, Operation.IPS_SET)


@click.command()
@one_customer
@common
@of_operation(Operation.OFFERINGS_SET)
def show_offerings(inv: Invocation, *, username: str) -> int:
    """Show the package and the add-ons of an account, as the service has them now.

    Examples:
      tui-reseller offerings show ACCOUNT

    """
    return _show(inv, username, Operation.OFFERINGS_SET)


def _set(inv: Invocation, options: Writing, operation: Operation, username: str, words: Sequence[str]) -> int:
    def request(provider: Provider) -> WriteRequest:
        call = Call(operation, username, fields_from_words(provider, operation, words))
        return WriteRequest([in_one_form(provider, call)])

    return write(inv, options, operation, request)


@click.command()
@one_customer
@click.argument("kind", metavar="unlimited|nonrecurring|recurring")
@click.argument("amount", nargs=-1, metavar="[NUMBER [monthly|weekly|daily]]")
@verb_for(Operation.CREDITS_SET)
def set_credits(
    inv: Invocation, options: Writing, operation: Operation, *, username: str, kind: str, amount: Sequence[str]
) -> int:
    """Set the credits of a customer: without a limit, a number once, or a number again and again.

    The count begins anew. With no credits left the service takes no more of the customer's mail.

    Examples:
      tui-reseller credits set garcia.mail recurring 5000 monthly
      tui-reseller credits set garcia.mail nonrecurring 20000 --yes --reason 'contract 4711'
      tui-reseller credits set garcia.mail unlimited --dry-run

    """
    return _set(inv, options, operation, username, [kind, *amount])


@click.command(context_settings=_MAY_BE_NEGATIVE)
@one_customer
@click.argument("number", metavar="NUMBER")
@verb_for(Operation.CREDITS_ADD)
def add_credits(inv: Invocation, options: Writing, operation: Operation, *, username: str, number: str) -> int:
    """Add to the credits that are left, or take from them where the number is below 0.

    Where the answer is lost, nobody can tell whether it was added: credits set leaves no doubt. It cannot be undone.

    Examples:
      tui-reseller credits add garcia.mail 500
      tui-reseller credits add garcia.mail -200 --yes

    """
    return _set(inv, options, operation, username, [number])


@click.command()
@one_customer
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@verb_for(Operation.IPS_SET)
def set_ips(inv: Invocation, options: Writing, operation: Operation, *, username: str, addresses: Sequence[str]) -> int:
    """Set the addresses that a customer's mail leaves from: these alone, from now on.

    Examples:
      tui-reseller ips set garcia.mail 203.0.113.1 203.0.113.2
      tui-reseller ips set garcia.mail 203.0.113.7 --dry-run

    """
    return _set(inv, options, operation, username, [",".join(addresses)])


@click.command()
@one_customer
@click.argument("package")
@click.argument("addons", nargs=-1, metavar="[ADDON[:NUMBER]]...")
@verb_for(Operation.OFFERINGS_SET)
def set_offerings(
    inv: Invocation, options: Writing, operation: Operation, *, username: str, package: str, addons: Sequence[str]
) -> int:
    """Overwrite what an account has booked: this package and these add-ons, and nothing else.

    What the new offerings do not allow is taken away; the review says what. Undo books what was booked before.

    Examples:
      tui-reseller offerings set ACCOUNT org.ei.pro.v1 org.ei.dedicated_ip.v1:2
      tui-reseller offerings set ACCOUNT org.ei.essentials.v1 --confirm ACCOUNT
      tui-reseller offerings set ACCOUNT org.ei.free.v1 --dry-run

    """
    return _set(inv, options, operation, username, [package, *addons])
