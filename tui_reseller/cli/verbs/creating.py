"""create: one customer from arguments, one or several from a file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import click

from tui_reseller.cli.argument_values import read_pairs
from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.new_customers import read_new_customers
from tui_reseller.cli.operator_files import read_text
from tui_reseller.cli.options import writing
from tui_reseller.cli.passwords import generated_password, password_source
from tui_reseller.cli.provider_help import create_fields, of_operation
from tui_reseller.cli.writing import WriteRequest, write
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.secret import Secret
from tui_reseller.services.validation import checked_field_names, findings_for

SHOWN_ERRORS = 20
_PASSWORD = "password"  # noqa: S105 - the name of a column


@click.command()
@click.argument("pairs", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option("--from", "source", metavar="FILE|-", help="One JSON object, JSON Lines or CSV with these field names.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
@click.option("--generate-password", is_flag=True, help="Make passwords of 24 characters; written to stdout once.")
@writing
@of_operation(Operation.CREATE, create_fields)
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

    In a file, a column password is taken.

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
        text = read_text(source)
        return write(
            inv, options, Operation.CREATE, lambda service: _several(service, text, generate=generate_password)
        )
    fields = read_pairs(pairs)
    password = password_source(inv.console, from_stdin=password_stdin, generated=generate_password)
    return write(
        inv, options, Operation.CREATE, lambda service: _one(service, fields, password, is_generated=generate_password)
    )


def _one(
    provider: Provider, fields: Mapping[str, str], password: Callable[[], Secret], *, is_generated: bool
) -> WriteRequest:
    """Return the request for one customer. What is wrong with its fields is said before a password is asked for."""
    checked_field_names(provider, fields, provider.create_fields)
    call = Call(Operation.CREATE, fields.get(KEY, ""), _without_key(fields))
    _refuse(provider, [("", call)], with_password=False)
    if not provider.action(Operation.CREATE).needs_password:
        return WriteRequest([call])
    value = password()
    return WriteRequest([replace(call, password=value)], {call.username: value} if is_generated else {})


def _several(provider: Provider, text: str, *, generate: bool) -> WriteRequest:
    """Return the request for the customers of a file. Raises InvalidInput with everything that is wrong with them."""
    needs_password = provider.action(Operation.CREATE).needs_password
    calls: list[tuple[str, Call]] = []
    generated: dict[str, Secret] = {}
    lines: dict[str, int] = {}
    for row in read_new_customers(provider, text):
        username = row.values.get(KEY, "")
        if username in lines:
            raise InvalidInput(f"line {row.line}: the username of line {lines[username]} again", field=KEY)
        lines[username] = row.line
        password = Secret(row.values[_PASSWORD]) if row.values.get(_PASSWORD) else None
        if password is None and generate and needs_password:
            password = generated[username] = generated_password()
        calls.append((f"line {row.line}: ", Call(Operation.CREATE, username, _without_key(row.values), password)))
    _refuse(provider, calls, with_password=True)
    return WriteRequest([call for _, call in calls], generated)


def _without_key(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name not in {KEY, _PASSWORD}}


def _refuse(provider: Provider, calls: Sequence[tuple[str, Call]], *, with_password: bool) -> None:
    """Raise InvalidInput with everything that is wrong with any of them; nothing has been sent."""
    wrong = [
        prefix + finding.message
        for prefix, call in calls
        for finding in findings_for(provider, call)
        if not finding.warning and (with_password or finding.field != _PASSWORD)
    ]
    if wrong:
        more = f"\n... and {len(wrong) - SHOWN_ERRORS} more" if len(wrong) > SHOWN_ERRORS else ""
        raise InvalidInput("\n".join(wrong[:SHOWN_ERRORS]) + more, hint="nothing was sent")
