"""create: one customer from arguments, one or several from a file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Unpack

import click

from tui_reseller.cli.argument_values import read_pairs
from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.operator_files import OperatorFile, read_operator_file
from tui_reseller.cli.options import writing
from tui_reseller.cli.passwords import generated_password, password_source
from tui_reseller.cli.provider_help import create_fields, of_operation
from tui_reseller.cli.reading_options import Reading, ReadingGiven, odd_names_option, reading_from, reads_files
from tui_reseller.cli.write_request import WriteRequest
from tui_reseller.cli.writing import write
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.unnamed import name_for_now
from tui_reseller.services.creating import split
from tui_reseller.services.files.findings import refuse_findings
from tui_reseller.services.files.reading import read_file
from tui_reseller.services.plan_checks import Checking
from tui_reseller.services.requested import RequestedChange
from tui_reseller.services.validation import checked_field_names, findings_for

_PASSWORD = "password"  # noqa: S105 - the name of a column


@click.command()
@click.argument("pairs", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option("--from", "source", metavar="FILE|-", help="CSV or JSON, a customer a row.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
@click.option("--generate-password", is_flag=True, help="Make passwords of 24 characters; written to stdout once.")
@reads_files
@odd_names_option
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
    allow_odd_names: bool,
    **given: Unpack[ReadingGiven],
) -> int:
    """Open a new customer, or several from a file. It cannot be undone.

    In a file, a column password is taken. An empty cell is a field that is not given. Where details are set by a second
    call, as at Subusers v3, there are two results: the second call is made as soon as the customer can be read.

    Examples:
      tui-reseller create username=garcia.mail email=post@garcia.example ... --generate-password
      tui-reseller create --from new.csv --generate-password --dry-run
      tui-reseller create --from new.jsonl --yes --reason 'contract 4711' > made.jsonl

    """
    if bool(pairs) == bool(source):
        raise click.UsageError("name fields as FIELD=VALUE, or a file with --from; not both")
    if source and password_stdin:
        raise click.UsageError("--password-stdin is for one customer; in a file, password is a column")
    reading = reading_from(given, allow_odd_names=allow_odd_names)
    file = read_operator_file(source)
    if file is not None:
        return write(
            inv, options, Operation.CREATE, lambda service: _several(service, file, reading, generate=generate_password)
        )
    if not reading.is_plain:
        raise click.UsageError("options for a file go with --from")
    fields = read_pairs(pairs)
    password = password_source(inv.console, from_stdin=password_stdin, generated=generate_password)
    return write(
        inv,
        options,
        Operation.CREATE,
        lambda service: _one(service, fields, password, reading.checking, is_generated=generate_password),
    )


def _one(
    provider: Provider,
    fields: Mapping[str, str],
    password: Callable[[], Secret],
    checking: Checking,
    *,
    is_generated: bool,
) -> WriteRequest:
    """Return the request for one customer. What is wrong with its fields is said before a password is asked for."""
    checked_field_names(provider, fields, (*provider.create_fields, *provider.set_after_create))
    username = name_for_now() if provider.names_customers else fields.get(KEY, "")
    call, then = split(provider, Call(Operation.CREATE, username, _without_key(fields)))
    further = {username: then} if then else {}
    _refuse(provider, call, *further.values())
    if not provider.action(Operation.CREATE).needs_password:
        return WriteRequest([call], then=further, checking=checking)
    value = password()
    generated = {call.username: value} if is_generated else {}
    return WriteRequest([replace(call, password=value)], generated, then=further, checking=checking)


def _several(provider: Provider, source: OperatorFile, reading: Reading, *, generate: bool) -> WriteRequest:
    """Return the request for the customers of a file. Raises InvalidInput if none of them can be taken."""
    needs_password = provider.action(Operation.CREATE).needs_password
    read = read_file(provider, source.content, Operation.CREATE, reading.options)
    generated: dict[str, Secret] = {}
    rows: list[RequestedChange] = []
    for row in read.wanted:
        call = row.call
        if call.password is None and generate and needs_password:
            generated[call.username] = generated_password()
            call = replace(call, password=generated[call.username])
        rows.append(replace(row, call=call))
    read.wanted = rows
    refuse_findings(read.refusals if not rows else ())
    parts = [split(provider, row.call) for row in rows]
    further = {then.username: then for _call, then in parts if then}
    return WriteRequest([call for call, _ in parts], generated, then=further, read=read, checking=reading.checking)


def _without_key(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name not in {KEY, _PASSWORD}}


def _refuse(provider: Provider, *calls: Call) -> None:
    """Raise InvalidInput with everything that is wrong with calls but their password; nothing has been sent."""
    findings = [finding for call in calls for finding in findings_for(provider, call)]
    if wrong := [finding for finding in findings if not finding.warning and finding.field != _PASSWORD]:
        raise InvalidInput("\n".join(finding.message for finding in wrong), hint="nothing was sent")
