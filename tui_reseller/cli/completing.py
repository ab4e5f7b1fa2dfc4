"""What a shell is told when somebody presses Tab: the line is read as the command would read it, up to the cursor.

The scripts in shells/ ask through two variables of the environment, and take lines of kind, value and help with tabs
between: `plain` is a whole word, `open` one that goes on, `file` leaves it to the shell.
"""

import os
from collections.abc import MutableMapping
from typing import Any

import click
from click.shell_completion import CompletionItem, ShellComplete, split_arg_string

from tui_reseller.cli.arguments import Start
from tui_reseller.cli.offers import FILE, OPEN, offers_for
from tui_reseller.domain.printed import is_bare
from tui_reseller.domain.text import clean

LINE = "_TUI_RESELLER_LINE"
_CURSOR = "\ue000"
"""Stands where the cursor is while the line is split; no keyboard has it."""
_HELP = 60
"""Characters of a help beside an offer."""


def answer(root: click.Command, start: Start, program: str) -> str:
    """Return what may stand at the end of the line that a shell asks about."""
    words = split_arg_string(os.environ.get(LINE, "") + _CURSOR)
    incomplete = words[-1].replace(_CURSOR, "") if words else ""
    found = _Complete(root, {"obj": start}, program, "").get_completions(words[1:-1], incomplete)
    name, equals, _value = incomplete.partition("=")
    head = name + equals if equals and incomplete.startswith("-") else ""
    return "".join(_line(item, head) for item in found)


class _Complete(ShellComplete):
    """Click's reading of a line, with our offers for what click knows nothing of."""

    name = "any"

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """Return what fits. What cannot be read is not offered."""
        ctx, parameter, typed = _at_cursor(self.cli, self.ctx_args, self.prog_name, args, incomplete)
        if isinstance(parameter, click.Parameter):
            offers = offers_for(ctx, parameter)
            if offers is not None:
                return list(offers(ctx, typed))
        return parameter.shell_complete(ctx, typed)


def _at_cursor(
    root: click.Command, given: MutableMapping[str, Any], program: str, args: list[str], incomplete: str
) -> tuple[click.Context, click.Command | click.Parameter, str]:
    """Return the context of the verb, what stands at the cursor, and the part of it that is typed."""
    from click.shell_completion import _resolve_context, _resolve_incomplete  # noqa: PLC0415 - the only way

    ctx = _resolve_context(root, given, program, args)
    return ctx, *_resolve_incomplete(ctx, args, incomplete)


def _line(item: CompletionItem, head: str) -> str:
    if item.type in {FILE, "dir"}:
        return f"{FILE}\t \t\n"
    value = f"{head}{item.value}"
    if not is_bare(value):
        return ""
    kind = OPEN if item.type == OPEN else "plain"
    return f"{kind}\t{value}\t{clean(item.help or '', longest=_HELP)}\n"
