"""Options that many verbs share: decorators that add them, and hand the verb the values of arguments.py."""

from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any, TypeVar

import click

from tui_reseller.cli.arguments import Common, Writing, start_of

F = TypeVar("F", bound=Callable[..., object])
Handler = Callable[..., int]
"""What does the work of a verb."""


_MARK = "changes_customers"


_FORMATS = ("table", "json", "jsonl", "csv")
_PROFILE = click.option("--profile", metavar="NAME", help="The reseller account to use.")
_COMMON: Sequence[Callable[[F], F]] = (
    click.option("--bom", is_flag=True, help="Mark CSV as UTF-8: spreadsheets open it rightly by a double click."),
    click.option(
        "--timeout",
        metavar="S",
        type=click.FloatRange(min=0, min_open=True),
        help="Longest wait for a call (at most 45).",
    ),
    click.option("--read-only", is_flag=True, help="Refuse everything that changes a customer."),
    click.option("--quiet", is_flag=True, help="Say only what went wrong or is not known."),
    click.option("--debug", is_flag=True, help="Write times and sizes of calls to the log file; never contents."),
)

_WRITING: Sequence[Callable[[F], F]] = (
    click.option("--yes", is_flag=True, help="Do not ask. Never replaces --confirm."),
    click.option("--dry-run", is_flag=True, help="Show the exact changes; nothing is sent."),
    click.option("--reason", metavar="TEXT", default="", help="Why; kept in the audit log."),
    click.option("--unlock", metavar="REASON", help="Open a protected profile for this command."),
    click.option("--break-glass", metavar="REASON", help="Without the approval that the account asks for; a right."),
    click.option("--verify", is_flag=True, help="If the answer is lost, check against the service, up to 90 s."),
    click.option(
        "--confirm",
        metavar="TEXT",
        help='What the screen asks to be typed: the username, or "COUNT PROFILE" for many.',
    ),
)


one_customer = click.argument("username")
"""Whom a verb means that is about one customer."""


def _add(options: Sequence[Callable[[F], F]], function: F) -> F:
    for option in reversed(options):
        function = option(function)
    return function


def _common(*formats: str) -> Sequence[Callable[[F], F]]:
    """Return what every verb takes, with the formats of output that only this one has."""
    output = click.option(
        "--output",
        type=click.Choice([*_FORMATS, *formats]),
        help="Output format: table on a terminal, else jsonl.",
    )
    return (_PROFILE, output, *_COMMON)


def group_options(function: F) -> F:
    """Add the options that may stand before the verb as well."""
    return _add(_common(), function)


def common_with(*formats: str) -> Callable[[Handler], Handler]:
    """Add what every verb takes, to a verb that has more formats of output; what common() does."""
    return partial(_called, _common(*formats))


def common(function: Handler) -> Handler:
    """Add what every verb takes; the verb gets an Invocation as its first argument."""
    return _called(_common(), function)


def _called(options: Sequence[Callable[[Any], Any]], function: Handler) -> Handler:
    @wraps(function)
    @click.pass_context
    def called(ctx: click.Context, /, **given: object) -> int:
        from tui_reseller.cli.invocation import Invocation  # noqa: PLC0415 - after parsing, not before the screen

        start = start_of(ctx)
        taken = {name: given.pop(name) or getattr(start.common, name) for name in Common.__dataclass_fields__}
        return function(Invocation(start, Common(**taken)), **given)  # type: ignore[arg-type]  # click has checked

    return _add(options, called)


def writing(function: Handler) -> Handler:
    """Add what every writing verb takes; the verb gets an Invocation and a Writing first.

    Its rows are written by a thread and must arrive; a dry run only reads.
    """

    @wraps(function)
    def called(invocation: object, /, **given: object) -> int:
        from tui_reseller.cli import streams  # noqa: PLC0415

        options = Writing(**{name: given.pop(name) for name in Writing.__dataclass_fields__})  # type: ignore[arg-type]
        if not options.dry_run:
            streams.start_writer_threads()
        return function(invocation, options, **given)

    setattr(called, _MARK, True)
    return _add(_WRITING, common(called))


def writing_options() -> list[click.Parameter]:
    """Return the options that every writing verb takes."""
    return click.command()(_add(_WRITING, lambda: None)).params


def is_writing(command: click.Command) -> bool:
    """Whether a verb changes customers: it was made by `writing`."""
    return getattr(command.callback, _MARK, False)
