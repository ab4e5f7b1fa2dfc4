"""Items of a job as rows, and the number by which a job is named."""

from collections.abc import Callable

import click

from tui_reseller.cli.argument_values import JobNumber
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.messages import changes_text
from tui_reseller.domain.job import Job, JobItem
from tui_reseller.domain.providers import provider_of

RESULT_COLUMNS = ("username", "operation", "outcome", "id", "changes", "message", "line")
ALL_COLUMNS = (*RESULT_COLUMNS, "state")
"""A table has the state among the outcomes."""


def by_number(function: Callable[..., int]) -> Callable[..., int]:
    """Add the argument that names a job."""
    return click.argument("number", metavar="ID", type=JobNumber())(function)


def as_row(inv: Invocation, job: Job, item: JobItem) -> dict[str, object]:
    """Return an item as the output of a command has it."""
    provider = provider_of(job.account)
    if inv.out.format != "table":
        return item.as_dict(provider)
    changes = changes_text(provider, item.item.operation, item.item.changes(provider))
    return {**item.as_dict(provider), "changes": changes, "outcome": item.word}
