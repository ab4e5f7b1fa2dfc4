"""password, rename, delete: what cannot be undone or stops mail, so the username is typed."""

import click

from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.operation_verb import verb_for
from tui_reseller.cli.options import one_customer
from tui_reseller.cli.passwords import old_password_source, password_source, passwords_from_stdin
from tui_reseller.cli.reading_options import odd_names_option
from tui_reseller.cli.write_request import WriteRequest
from tui_reseller.cli.writing import write
from tui_reseller.domain.errors import InvalidInput, RefusedHere
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.services.plan_checks import Checking


@click.command()
@one_customer
@click.option("--password-stdin", is_flag=True, help="Read it from the first line of stdin.")
@click.option("--old-password-stdin", is_flag=True, help="Read the old one from the first line of stdin, before it.")
@click.option("--generate-password", is_flag=True, help="Make one of 24 characters; it is written to stdout once.")
@verb_for(Operation.PASSWORD)
def password(
    inv: Invocation,
    options: Writing,
    operation: Operation,
    *,
    username: str,
    password_stdin: bool,
    old_password_stdin: bool,
    generate_password: bool,
) -> int:
    """Set a new password. The old one stops working at once, for SMTP and website.

    Subusers v3 changes it only with the old one, which is asked for or comes from stdin.

    Examples:
      tui-reseller password garcia.mail
      tui-reseller password garcia.mail --confirm garcia.mail --generate-password
      pass show garcia | tui-reseller password garcia.mail --confirm garcia.mail --password-stdin
      tui-reseller password garcia.mail --confirm garcia.mail --old-password-stdin --password-stdin < both.txt

    """
    if old_password_stdin:
        old, new = passwords_from_stdin(is_new=password_stdin, generated=generate_password)
    else:
        old = old_password_source(inv.console)
        new = password_source(inv.console, from_stdin=password_stdin, generated=generate_password)

    def request(provider: Provider) -> WriteRequest:
        why = provider.action(operation).why_old_password
        if old_password_stdin and not why:
            raise InvalidInput(f"{provider.title} takes no old password; nothing was sent", field="old_password")
        present = old() if why else None
        if present is not None and not present:
            raise RefusedHere("refused: there is no old password; nothing was sent", hint=why)
        value = new()
        generated = {username: value} if generate_password else {}
        return WriteRequest([Call(operation, username, password=value, old_password=present)], generated)

    return write(inv, options, operation, request)


@click.command()
@one_customer
@click.argument("new", metavar="NEW")
@odd_names_option
@verb_for(Operation.RENAME)
def rename(
    inv: Invocation, options: Writing, operation: Operation, *, username: str, new: str, allow_odd_names: bool
) -> int:
    """Change the username. SMTP and website log in only with the new one; programs with the old one are refused.

    Examples:
      tui-reseller rename garcia.mail garcia.post
      tui-reseller rename garcia.mail garcia.post --confirm garcia.mail

    """
    call = Call(operation, username, {KEY: new})
    checking = Checking(allow_odd_names=allow_odd_names)
    return write(inv, options, operation, lambda _service: WriteRequest([call], checking=checking))


@click.command()
@one_customer
@verb_for(Operation.DELETE)
def delete(inv: Invocation, options: Writing, operation: Operation, *, username: str) -> int:
    """Close an account for ever, at the end of its billing cycle. This is not "disable sending": see disable.

    Examples:
      tui-reseller delete garcia.mail
      tui-reseller delete garcia.mail --confirm garcia.mail --reason 'contract ended'
      tui-reseller delete garcia.mail --dry-run

    """
    call = Call(operation, username)
    return write(inv, options, operation, lambda _service: WriteRequest([call]))
