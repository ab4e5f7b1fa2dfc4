"""man: the manual page, as man reads it."""

import click

from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.output import Output


@click.command()
def man() -> int:
    """Print the manual page. pip and packages of the system put it where man looks by itself: below share/man of the
    place they install to.

    Examples:
      tui-reseller man | man -l -
      tui-reseller man > ~/.local/share/man/man1/tui-reseller.1

    """
    from tui_reseller.cli.man_page import page  # noqa: PLC0415 - it imports every verb

    out = Output("table")
    out.write(page())
    out.flush()
    return ExitCode.OK
