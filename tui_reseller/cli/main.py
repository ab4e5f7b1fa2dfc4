"""The command: reads arguments, calls a verb or opens the screen, and turns every end into an exit code."""

import errno
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from tui_reseller import __version__
from tui_reseller.cli.arguments import Common, Start, start_of
from tui_reseller.cli.group import LazyGroup, Verb
from tui_reseller.cli.options import group_options, is_writing
from tui_reseller.cli.stopped import Stopped

if TYPE_CHECKING:
    from tui_reseller.cli.entry_points import EntryPoints
    from tui_reseller.domain.errors import ResellerError

PROGRAM = "tui-reseller"

_READ, _WRITE, _MANY, _KNOW, _OWN = "Customers", "Changes", "Many customers", "Accounting", "Setting up"
VERBS = (
    Verb("list", "reading:list_customers", _READ, "List customers; updates the snapshot."),
    Verb("show", "reading:show", _READ, "Show one customer."),
    Verb("stats", "stats:stats", _READ, "Say what a customer sends, or rank all of them."),
    Verb("note", "note:note", _READ, "Our own label and note on a customer; never sent."),
    Verb("create", "creating:create", _WRITE, "Open a new customer, or several from a file."),
    Verb("set", "details:set_details", _WRITE, "Change names and address."),
    Verb("email", "details:email", _WRITE, "Change the contact address."),
    Verb("enable", "switches:enable", _WRITE, "Enable sending."),
    Verb("disable", "switches:disable", _WRITE, "Disable sending."),
    Verb("website-enable", "switches:website_enable", _WRITE, "Let customers log in to the website."),
    Verb("website-disable", "switches:website_disable", _WRITE, "Close the website to customers."),
    Verb("password", "typed:password", _WRITE, "Set a new password."),
    Verb("rename", "typed:rename", _WRITE, "Change the username."),
    Verb("delete", "typed:delete", _WRITE, "Close an account for ever."),
    Verb("credits", "overwriting:credits_group", _WRITE, "How much a customer may send: show, set, add."),
    Verb("ips", "overwriting:ips_group", _WRITE, "Sending addresses of a customer: show, set."),
    Verb("offerings", "overwriting:offerings_group", _WRITE, "Package and add-ons of an account: show, set."),
    Verb("sign-in", "sign_in:sign_in", _WRITE, "Print a link that signs you in as a customer."),
    Verb("plan", "plan:plan", _MANY, "Many changes, checked and reviewed before the first is sent."),
    Verb("approval", "approval:approval", _MANY, "Plans of others, to approve of or to deny."),
    Verb("job", "job:job", _MANY, "Plans being applied: watch, pause, stop, resume, results."),
    Verb("worker", "worker:worker", _MANY, "Send items of jobs that run in a ledger of a team."),
    Verb("undo", "undo:undo", _MANY, "Take back an operation, or all that a job has done."),
    Verb("audit", "audit:audit", _KNOW, "Who did what, when, to whom, and what became of it."),
    Verb("needs-you", "outcomes:needs_you", _KNOW, "List outcomes that are not known."),
    Verb("verify", "outcomes:verify_one", _KNOW, "Check one of them against the service."),
    Verb("resolve", "outcomes:resolve", _KNOW, "Close one of them with a note."),
    Verb("due", "due:due", _KNOW, "Suspensions with an end: list them, enable sending again."),
    Verb("ledger", "ledger:ledger", _KNOW, "The audit log as a file: back it up, restore it."),
    Verb("team", "team_ledger:here", _KNOW, "Who is working now, in a ledger that a team shares."),
    Verb("profile", "profile:profile", _OWN, "Our reseller accounts: add, set, test, remove."),
    Verb("config", "config:config", _OWN, "The config file: check it, edit it, print its schema."),
    Verb("demo", "sandbox:demo", _OWN, "The screen on a sandbox with invented customers."),
    Verb("sandbox", "sandbox:sandbox", _OWN, "A simulated service to try against."),
    Verb("snapshot", "snapshot:snapshot", _OWN, "The last list on disk: show or delete it."),
    Verb("doctor", "doctor:doctor", _OWN, "Say what stands in the way: terminal, keyring, config, service."),
    Verb("man", "man:man", _OWN, "Print the manual page."),
    Verb("completion", "completion:completion", _OWN, "Print the completion script of a shell."),
)
_ASKED = "_TUI_RESELLER_COMPLETE"
"""Set by the script of a shell in which Tab was pressed."""
_WHY = {errno.EPIPE: "its reader has gone", errno.EBADF: "stdout is closed"}
"""Clearer than what the operating system says."""


@click.group(
    cls=LazyGroup,
    verbs=VERBS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Each verb has examples: tui-reseller VERB --help",
)
@group_options
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
@click.option("--plain", is_flag=True, help="Screen for readers: ASCII, one pane at a time, focus in words.")
@click.option("--slow-link", is_flag=True, help="Draw less often: for slow lines.")
@click.version_option(__version__, prog_name=PROGRAM)
@click.pass_context
def root(
    ctx: click.Context,
    *,
    profile: str | None,
    output: str | None,
    bom: bool,
    timeout: float | None,
    read_only: bool,
    quiet: bool,
    debug: bool,
    no_mouse: bool,
    plain: bool,
    slow_link: bool,
) -> int:
    """Manage the customers of an e-mail reseller account.

    Without a verb the full-screen application opens.

    Examples:
      tui-reseller
      tui-reseller demo
      tui-reseller --profile acme list --filter 'sending:off country:es'
      tui-reseller disable garcia.mail --reason 'ticket 4711'

    """
    entry_points = start_of(ctx).entry_points
    ctx.obj = Start(
        entry_points, Common(profile, output, bom, timeout, read_only, quiet, debug), not no_mouse, plain, slow_link
    )
    if ctx.invoked_subcommand is not None:
        return 0
    if output or bom or timeout or quiet:
        raise click.UsageError("--output, --bom, --timeout and --quiet belong to a verb", ctx)
    from tui_reseller.cli.screen import open_screen  # noqa: PLC0415 - see group.py: only what is needed is imported

    return open_screen(ctx.obj)


def verbs() -> Iterator[tuple[tuple[str, ...], click.Command, bool]]:
    """Yield every verb with the words that call it, and whether it changes customers. Imports all of them."""

    def below(path: tuple[str, ...], group: click.Group) -> Iterator[tuple[tuple[str, ...], click.Command, bool]]:
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if isinstance(command, click.Group):
                yield from below((*path, name), command)
            elif command is not None:
                yield (*path, name), command, is_writing(command)

    return below((), root)


def run(argv: Sequence[str], entry_points: "EntryPoints") -> int:
    """Do what the arguments say; return the exit code. Raises nothing that a caller would have to word."""
    from tui_reseller.cli import streams  # noqa: PLC0415

    with streams.installed():
        code = _done(argv, entry_points)
        try:
            return _delivered(code)
        except KeyboardInterrupt:  # whoever reads takes too long
            return 130


def _done(argv: Sequence[str], entry_points: "EntryPoints") -> int:
    from tui_reseller.domain.errors import ResellerError  # noqa: PLC0415

    try:
        if _ASKED in os.environ:
            return _completed(entry_points)
        return int(root.main(list(argv), PROGRAM, standalone_mode=False, obj=Start(entry_points)) or 0)
    except click.Abort:
        return 130
    except click.ClickException as error:
        return _usage(error)
    except ResellerError as error:
        return _expected(error)
    except (Stopped, KeyboardInterrupt) as ending:
        return ending.exit_code if isinstance(ending, Stopped) else 130
    except Exception as error:  # noqa: BLE001 - the outermost edge: no traceback reaches the terminal
        return _unexpected(error)


def _completed(entry_points: "EntryPoints") -> int:
    """Tell a shell what may stand at the cursor."""
    from tui_reseller.cli.completing import answer  # noqa: PLC0415 - a shell asks seldom
    from tui_reseller.cli.output import Output  # noqa: PLC0415

    out = Output("table")
    out.write(answer(root, Start(entry_points), PROGRAM))
    out.flush()
    return 0


def _delivered(code: int) -> int:
    """Return the exit code when all output has arrived; say it, and let no 0 stand, if it has not."""
    from tui_reseller.cli import streams  # noqa: PLC0415
    from tui_reseller.cli.console import Console  # noqa: PLC0415

    failure = streams.drained()
    changes = streams.has_writer_threads()
    if failure is None or (isinstance(failure, BrokenPipeError) and not changes):  # `list | head` has what it wanted
        return code
    done = "; what was done to customers stands in the audit log: tui-reseller audit list" if changes else ""
    why = _WHY.get(failure.errno or 0, failure.strerror)
    Console().warn(f"the output could not be written: {why}{done}")
    streams.flush()
    return code or 1


def _usage(error: click.ClickException) -> int:
    from tui_reseller.cli.console import Console  # noqa: PLC0415
    from tui_reseller.domain.printed import command  # noqa: PLC0415

    context = error.ctx if isinstance(error, click.UsageError) else None
    verb = context.command_path.split()[1:] if context else []
    lines = [error.format_message()]
    if isinstance(error, click.NoSuchOption) and context and _has_arguments(context.command):
        lines.append('what begins with "-" and is no option stands behind "--"')
    Console().warn("\n".join([*lines, f"help: {command(*verb, '--help')}"]))
    return 2


def _has_arguments(command: click.Command) -> bool:
    return any(isinstance(parameter, click.Argument) for parameter in command.params)


def _expected(error: "ResellerError") -> int:
    from tui_reseller.cli.console import Console  # noqa: PLC0415
    from tui_reseller.cli.exit_codes import for_error  # noqa: PLC0415

    Console().warn(error.message + (f"\n{error.hint}" if error.hint else ""))
    return for_error(error)


def _unexpected(error: Exception) -> int:
    from tui_reseller.cli.console import Console  # noqa: PLC0415
    from tui_reseller.cli.unexpected_error import log_unexpected  # noqa: PLC0415

    Console().warn(log_unexpected(error))
    return 1
