"""set and email: what is known of a customer."""

from collections.abc import Sequence

import click

from tui_reseller.cli.argument_values import read_pairs
from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import writing
from tui_reseller.cli.provider_help import of_operation, taken_by
from tui_reseller.cli.writing import WriteRequest, write
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.provider import Provider
from tui_reseller.services.validation import checked_field_names


@click.command()
@click.argument("username")
@click.argument("pairs", nargs=-1, required=True, metavar="FIELD=VALUE...")
@writing
@of_operation(Operation.SET, taken_by(Operation.SET))
def set_details(inv: Invocation, options: Writing, *, username: str, pairs: Sequence[str]) -> int:
    """Change names and address of a customer.

    Only fields that differ are sent.

    Examples:
      tui-reseller set garcia.mail city=Madrid zip=28013
      tui-reseller set garcia.mail phone= --yes
      tui-reseller set garcia.mail country=ES --dry-run

    """

    def request(provider: Provider) -> WriteRequest:
        names = {text.partition("=")[0]: "" for text in pairs}
        checked_field_names(provider, names, provider.action(Operation.SET).takes)  # names the right verb for others
        return WriteRequest([Call(Operation.SET, username, read_pairs(pairs))])

    return write(inv, options, Operation.SET, request)


@click.command()
@click.argument("username")
@click.argument("address", metavar="NEW")
@writing
@of_operation(Operation.EMAIL)
def email(inv: Invocation, options: Writing, *, username: str, address: str) -> int:
    """Change the contact address of a customer.

    Examples:
      tui-reseller email garcia.mail post@garcia.example
      tui-reseller email garcia.mail post@garcia.example --yes --reason 'asked by phone'

    """
    call = Call(Operation.EMAIL, username, {"email": address})
    return write(inv, options, Operation.EMAIL, lambda _service: WriteRequest([call]))
