"""The tree of verbs. A verb's module is imported only when the verb is called: the same entry opens the screen."""

from collections.abc import Sequence
from importlib import import_module
from inspect import cleandoc
from typing import NamedTuple

import click

ELSEWHERE = {
    "export": "list --output csv", "import": "plan new --from FILE", "stop": "disable", "start": "enable",
    "suspend": "disable USERNAME --until 3d", "block": "disable", "unblock": "enable", "close": "delete",
    "remove": "delete", "add": "create", "label": "note USERNAME --label TEXT", "history": "audit list",
    "log": "audit list", "usage": "stats", "search": "list --filter TEXT", "find": "list --filter TEXT",
}  # fmt: skip
"""What people call verbs elsewhere, and on the screen."""


class Verb(NamedTuple):
    """A verb before its module is loaded: where it lives, and its line in the help of the group."""

    name: str
    place: str
    section: str
    help: str


class LazyGroup(click.Group):
    """A group that knows its verbs by name only. Place is MODULE:ATTRIBUTE inside tui_reseller.cli.verbs."""

    def __init__(self, *, verbs: Sequence[Verb], **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]  # handed through to click as they are
        self.help = with_examples_kept(self.help)
        self._verbs = {verb.name: verb for verb in verbs}
        self._written: dict[str, str | None] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all verbs in the order of the help."""
        return list(self._verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a verb, or return None."""
        verb = self._verbs.get(cmd_name)
        if verb is None:
            return None
        module, _, attribute = verb.place.partition(":")
        from tui_reseller.cli.provider_help import text_for  # noqa: PLC0415 - only what is needed is imported

        command = getattr(import_module(f"tui_reseller.cli.verbs.{module}"), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{verb.place} is no command")
        command.name, command.short_help = verb.name, verb.help
        written = self._written.setdefault(cmd_name, command.help)
        command.help = with_examples_kept(written, text_for(command.callback))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb; an unknown one is a usage error that names the nearest."""
        if args[0] not in self._verbs and not ctx.resilient_parsing:
            from tui_reseller.domain.nearest import did_you_mean  # noqa: PLC0415 - for an error only

            hint = did_you_mean(args[0], self._verbs, f"verbs: {', '.join(self._verbs)}", likeness=0.5)
            if (means := ELSEWHERE.get(args[0])) and means.split()[0] in self._verbs:
                hint = f"here it is: {means}"
            raise click.UsageError(f'there is no verb "{args[0]}" - {hint}', ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Call the verb. A pipe that breaks inside one is a defect: click would take it for the end of stdout's reader.

        Raises RuntimeError for it; writing to stdout itself raises nothing (streams.py).
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise RuntimeError("a pipe broke") from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the verbs by section, without importing them."""
        sections = dict.fromkeys(verb.section for verb in self._verbs.values())
        for section in sections:
            with formatter.section(section):
                formatter.write_dl([(verb.name, verb.help) for verb in self._verbs.values() if verb.section == section])


def with_examples_kept(text: str | None, more: str = "") -> str | None:
    """Mark the examples in a help text, so that click leaves their lines as they are; put *more* before them."""
    if not text or "\b" in text:
        return text
    before = f"\n{more}\n" if more else ""
    return cleandoc(text).replace("\nExamples:\n", f"{before}\n\b\nExamples:\n")
