"""Passwords that stand in the operator's file: of a plan that is applied, and of its job that goes on."""

from collections.abc import Mapping
from dataclasses import dataclass

import click

from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.operator_files import OperatorFile, read_operator_file, shown_place
from tui_reseller.cli.reading_options import ReadingGiven, reading_from
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.job import Job
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.providers import provider_of
from tui_reseller.domain.secret import Secret
from tui_reseller.services.files.options import ReadingOptions
from tui_reseller.services.files.reading import read_file
from tui_reseller.services.job_items import all_items
from tui_reseller.services.job_passwords import Given
from tui_reseller.services.services import Services


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file of the operator's, and how it is read."""

    source: OperatorFile
    reading: ReadingOptions


def read_given(place: str | None, given: ReadingGiven, options: Writing) -> GivenFile | None:
    """Read what `--from` names, if it was given and is needed. Raises InvalidInput, and click's error of usage."""
    reading = reading_from(given)
    if place is None and not reading.is_plain:
        raise click.UsageError("options for a file go with --from")
    source = None if options.dry_run else read_operator_file(place)
    return None if source is None else GivenFile(source, reading.options)


def passwords_in(provider: Provider, file: GivenFile, digest: str, action: Operation | None) -> Mapping[str, Secret]:
    """Return the passwords of a file by username. Action is the one for all, where the file has no column for it.

    Raises RefusedHere if it is not the file with this digest, InvalidInput if it cannot be read.
    """
    found = read_file(provider, file.source.content, action, file.reading)
    if digest and found.source != digest:
        shown = shown_place(file.source.place)
        raise RefusedHere(
            f"refused: {shown} is not the file that the plan was made from, or was changed since",
            hint="make the plan again from it",
        )
    return {one.call.username: one.call.password for one in found.wanted if one.call.password}


async def given_for(services: Services, job: Job, file: GivenFile | None) -> Given | None:
    """Return the passwords of a job that goes on, from the file of its plan, if it is named. Raises as above."""
    if file is None:
        return None
    firsts = {item.item.operation async for item in all_items(services.jobs, job.number) if not item.step}
    action = next(iter(firsts)) if len(firsts) == 1 else None
    return Given(passwords_in(provider_of(job.account), file, job.source, action))
