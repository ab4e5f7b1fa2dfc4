"""set and email: what is known of a customer."""

from collections.abc import Sequence

import click

from tui_reseller.cli.argument_values import read_pairs
from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.operation_verb import verb_for
from tui_reseller.cli.options import one_customer
from tui_reseller.cli.provider_help import taken_by
from tui_reseller.cli.write_request import WriteRequest
from tui_reseller.cli.writing import write
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.provider import Provider
from tui_reseller.services.validation import checked_field_names


@click.command()
@one_customer
@click.argument("pairs", nargs=-1, required=True, metavar="FIELD=VALUE...")
@verb_for(Operation.SET, taken_by(Operation.SET))
def set_details(inv: Invocation, options: Writing, operation: Operation, *, username: str, pairs: Sequence[str]) -> int:
    """Change names and address of a customer.

    Only fields that differ are sent.

    Examples:
      tui-reseller set garcia.mail city=Madrid zip=28013
      tui-reseller set garcia.mail phone= --yes
      tui-reseller set garcia.mail country=ES --dry-run

    """

    def request(provider: Provider) -> WriteRequest:
        names = {text.partition("=")[0]: "" for text in pairs}
        checked_field_names(provider, names, provider.action(operation).takes)  # names the right verb for others
        return WriteRequest([Call(operation, username, read_pairs(pairs))])

    return write(inv, options, operation, request)


@click.command()
@one_customer
@click.argument("address", metavar="NEW")
@verb_for(Operation.EMAIL)
def email(inv: Invocation, options: Writing, operation: Operation, *, username: str, address: str) -> int:
    """Change the contact address of a customer.

    Examples:
      tui-reseller email garcia.mail post@garcia.example
      tui-reseller email garcia.mail post@garcia.example --yes --reason 'asked by phone'

    """

    def request(provider: Provider) -> WriteRequest:
        (field,) = provider.action(operation).takes
        return WriteRequest([Call(operation, username, {field: address})])

    return write(inv, options, operation, request)
