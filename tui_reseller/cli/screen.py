"""Open the full-screen application, where there is a terminal for it."""

import sys

import click

from tui_reseller.cli.arguments import Start
from tui_reseller.cli.entry_points import ScreenOptions


def open_screen(start: Start) -> int:
    """Open it with the options that stood before the verb; return the exit code. Raises UsageError, ResellerError."""
    need_terminal()
    common = start.common
    return start.entry_points.screen(
        ScreenOptions(common.profile, common.read_only, start.mouse, start.plain, start.slow_link)
    )


def need_terminal() -> None:
    """Raise UsageError where the full-screen application cannot be shown."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("the full-screen application needs a terminal; for scripts there are verbs")
