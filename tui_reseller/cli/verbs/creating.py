"""create: one customer from arguments, one or several from a file."""

from collections.abc import Mapping, Sequence

import click

from tui_reseller.cli.argument_values import read_pairs
from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.new_customers import NewCustomerRow, read_new_customers
from tui_reseller.cli.options import writing
from tui_reseller.cli.passwords import generated_password, new_password
from tui_reseller.cli.writing import WriteRequest, write
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.secret import Secret
from tui_reseller.services.validation import checked_field_names, findings_for

SHOWN_ERRORS = 20
_STAND_IN = Secret("stand-in-for-check-1")


@click.command()
@click.argument("pairs", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option("--from", "source", metavar="FILE|-", help="One JSON object, JSON Lines or CSV with these field names.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
@click.option("--generate-password", is_flag=True, help="Make passwords of 24 characters; written to stdout once.")
@writing
def create(
    inv: Invocation,
    options: Writing,
    *,
    pairs: Sequence[str],
    source: str | None,
    password_stdin: bool,
    generate_password: bool,
) -> int:
    """Open a new customer, or several from a file. It cannot be undone.

    Required: username email first_name last_name address city state zip country phone website, and a password.
    Further: company package whitelabel free_user billing_date ip ip_group. In a file, a column password is taken.

    Examples:
      tui-reseller create username=garcia.mail email=post@garcia.example ... --generate-password
      tui-reseller create --from new.csv --generate-password --dry-run
      tui-reseller create --from new.jsonl --yes --reason 'contract 4711' > made.jsonl

    """
    if bool(pairs) == bool(source):
        raise click.UsageError("name fields as FIELD=VALUE, or a file with --from; not both")
    if source and password_stdin:
        raise click.UsageError("--password-stdin is for one customer; in a file, password is a column")
    if source:
        return write(inv, options, _order_of(read_new_customers(source), generate=generate_password))
    fields = read_pairs(pairs)
    checked_field_names(RESELLER_V2, fields, RESELLER_V2.create_fields)
    # What is wrong with the fields is said before a password is asked for.
    _refuse([("", Call(Operation.CREATE, fields.get("username", ""), _without(fields), _STAND_IN))])
    value = new_password(inv.console, from_stdin=password_stdin, generated=generate_password)
    generated = {fields["username"]: value} if generate_password else {}
    return write(
        inv, options, WriteRequest([Call(Operation.CREATE, fields["username"], _without(fields), value)], generated)
    )


def _order_of(rows: Sequence[NewCustomerRow], *, generate: bool) -> WriteRequest:
    calls: list[tuple[str, Call]] = []
    generated: dict[str, Secret] = {}
    lines: dict[str, int] = {}
    for row in rows:
        username = row.values.get("username", "")
        if username in lines:
            raise InvalidInput(f"line {row.line}: the username of line {lines[username]} again", field="username")
        lines[username] = row.line
        password = Secret(row.values["password"]) if row.values.get("password") else None
        if password is None and generate:
            password = generated[username] = generated_password()
        calls.append((f"line {row.line}: ", Call(Operation.CREATE, username, _without(row.values), password)))
    _refuse(calls)
    return WriteRequest([call for _, call in calls], generated)


def _without(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name not in {"username", "password"}}


def _refuse(calls: Sequence[tuple[str, Call]]) -> None:
    """Raise InvalidInput with everything that is wrong with any of them; nothing has been sent."""
    wrong = [
        prefix + finding.message
        for prefix, call in calls
        for finding in findings_for(RESELLER_V2, call)
        if not finding.warning
    ]
    if wrong:
        more = f"\n... and {len(wrong) - SHOWN_ERRORS} more" if len(wrong) > SHOWN_ERRORS else ""
        raise InvalidInput("\n".join(wrong[:SHOWN_ERRORS]) + more, hint="nothing was sent")
