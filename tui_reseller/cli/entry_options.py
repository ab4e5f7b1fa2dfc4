"""Options that choose operations of the audit log, and the query they become."""

from collections.abc import Callable
from typing import TypedDict, TypeVar

import click

from tui_reseller.cli.argument_values import read_time
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.services.services import Services

F = TypeVar("F", bound=Callable[..., int])
_TIME = "2026-11-20, 2026-11-20T14:00 (UTC), 24h"


class EntryOptions(TypedDict):
    """What the options were given."""

    username: str | None
    operation: str | None
    outcome: str | None
    batch: str | None
    operator: str | None
    me: bool
    since: str | None
    until: str | None


def selects_entries(function: F) -> F:
    """Add the options to a verb."""
    for option in (
        click.option("--until", metavar="TIME", help="Up to here, as --since."),
        click.option("--since", metavar="TIME", help=f"From here on: {_TIME}."),
        click.option("--me", is_flag=True, help="Only what this account has done, over any line."),
        click.option("--operator", metavar="NAME", help="Only what the account of this name has done."),
        click.option("--batch", metavar="ID", help="Only what was done as one."),
        click.option("--outcome", type=click.Choice([item.value for item in Outcome]), help="Only this outcome."),
        click.option("--operation", type=click.Choice([item.value for item in Operation]), help="Only this operation."),
        click.option("--username", metavar="NAME", help="Only this customer, also under its earlier and later names."),
    ):
        function = option(function)
    return function


def audit_query(services: Services, given: EntryOptions, limit: int = 0) -> AuditQuery:
    """Return the query. Raises InvalidInput for a time that cannot be read, and for --me with --operator."""
    if given["me"] and given["operator"] is not None:
        raise InvalidInput("--me and --operator do not go together")
    now = services.clock.now()
    return AuditQuery(
        profile=services.profiles.named,
        username=given["username"],
        operation=Operation(given["operation"]) if given["operation"] else None,
        outcome=Outcome(given["outcome"]) if given["outcome"] else None,
        batch=given["batch"],
        since=read_time(given["since"], now) if given["since"] else None,
        until=read_time(given["until"], now) if given["until"] else None,
        user=given["operator"],
        operator=services.operator if given["me"] else None,
        limit=limit,
    )
