"""set and email: what is known of a customer."""

from collections.abc import Sequence

import click

from tui_reseller.cli.argument_values import read_pairs
from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import writing
from tui_reseller.cli.writing import WriteRequest, write
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.services.validation import checked_field_names


@click.command()
@click.argument("username")
@click.argument("pairs", nargs=-1, required=True, metavar="FIELD=VALUE...")
@writing
def set_details(inv: Invocation, options: Writing, *, username: str, pairs: Sequence[str]) -> int:
    """Change names and address of a customer.

    Fields: first_name last_name address city state zip country phone website. Only fields that differ are sent.

    Examples:
      tui-reseller set garcia.mail city=Madrid zip=28013
      tui-reseller set garcia.mail phone= --yes
      tui-reseller set garcia.mail country=ES --dry-run

    """
    fields = read_pairs_for_set(pairs)
    return write(inv, options, WriteRequest([Call(Operation.SET, username, fields)]))


def read_pairs_for_set(pairs: Sequence[str]) -> dict[str, str]:
    """Return fields that set takes. Raises InvalidInput naming the right verb for the others."""
    names = {text.partition("=")[0]: "" for text in pairs}
    checked_field_names(RESELLER_V2, names, RESELLER_V2.action(Operation.SET).takes)
    return read_pairs(pairs)


@click.command()
@click.argument("username")
@click.argument("address", metavar="NEW")
@writing
def email(inv: Invocation, options: Writing, *, username: str, address: str) -> int:
    """Change the contact address of a customer.

    Examples:
      tui-reseller email garcia.mail post@garcia.example
      tui-reseller email garcia.mail post@garcia.example --yes --reason 'asked by phone'

    """
    return write(inv, options, WriteRequest([Call(Operation.EMAIL, username, {"email": address})]))
