"""enable, disable, website-enable, website-disable: two independent switches, one or several customers."""

from collections.abc import Sequence
from datetime import UTC, datetime

import click

from tui_reseller.cli.argument_values import given_usernames, read_usernames
from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.operation_verb import verb_for
from tui_reseller.cli.provider_help import having
from tui_reseller.cli.write_request import WriteRequest
from tui_reseller.cli.writing import write
from tui_reseller.domain.operation import Call, Operation, verb_of
from tui_reseller.domain.provider import Provider
from tui_reseller.services.time_input import local_text, read_end

_UNTIL = "Note an end: 2026-11-30T09:00 (local time) or 3d; tui-reseller due gives sending back."
_NAMES = "tui-reseller list --filter country:es -0"
_ZEROS = "Usernames from stdin end with a zero byte, as list -0 writes them."


def _switch(operation: Operation, does: str) -> click.Command:
    verb = verb_of(operation)
    examples = (
        f"tui-reseller {verb} garcia.mail",
        f"tui-reseller {verb} garcia.mail nordlys --yes --reason 'ticket 4711'",
        f"tui-reseller {verb} --dry-run garcia.mail",
        f"tui-reseller {verb} --confirm '200 acme' - < usernames.txt",
        f"{_NAMES} | tui-reseller {verb} -0 --yes -",
    )
    text = (
        f"{does}\n\n- reads usernames from stdin: one a line, or a file with a column username.\n\nExamples:\n  "
        + "\n  ".join(examples)
    )

    def called(
        inv: Invocation,
        options: Writing,
        operation: Operation,
        *,
        usernames: Sequence[str],
        skip_unknown: bool,
        zeros: bool,
        until: str | None = None,
    ) -> int:
        end = None if until is None else read_end(until, datetime.now(UTC))
        given = given_usernames(usernames, zeros=zeros)

        def request(provider: Provider) -> WriteRequest:
            names = read_usernames(given, provider, operation, inv.console, zeros=zeros)
            return WriteRequest([Call(operation, name, until=end) for name in names], skip_unknown=skip_unknown)

        if end is not None:
            inv.console.say(
                f"until {local_text(end)}, kept for each that this stops: tui-reseller due gives sending back"
            )
        return write(inv, options, operation, request)

    decorated = verb_for(operation)(called)
    if any(provider.action(operation).takes_end for provider in having(operation)):
        decorated = click.option("--until", metavar="TIME", help=_UNTIL)(decorated)
    decorated = click.option("-0", "--null", "zeros", is_flag=True, help=_ZEROS)(decorated)
    decorated = click.option("--skip-unknown", is_flag=True, help="Leave out usernames that are unknown.")(decorated)
    decorated = click.argument("usernames", nargs=-1, required=True, metavar="USERNAME...")(decorated)
    return click.command(verb, help=text)(decorated)


enable = _switch(Operation.ENABLE, "Enable sending for customers. Login does not change.")
disable = _switch(Operation.DISABLE, "Disable sending for customers: their mail is refused. Login does not change.")
website_enable = _switch(Operation.WEBSITE_ENABLE, "Let customers log in to the website. Sending does not change.")
website_disable = _switch(Operation.WEBSITE_DISABLE, "Close the website to customers. Sending goes on.")
