"""Every command by name, and the help, which says as well why some do nothing now. Enter does the chosen one."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.presenters.commands import in_forms, rank, rows, words_of
from tui_reseller.tui.profile_context import ProfileContext

REMEMBERED = 5
"""So many commands that were chosen last stand on top of the palette."""


@dataclass(slots=True)
class _Used:
    """Ids of the commands that were chosen last."""

    ids: list[str] = field(default_factory=list)


async def commands(context: ProfileContext) -> None:
    """Find a command by its name; those used last stand on top."""
    await _choose(context, "Commands")


async def keys(context: ProfileContext) -> None:
    """Read what every key does."""
    await _choose(context, "Help: keys, and why some do nothing now", in_forms(context.provider), is_help=True)


async def _choose(
    context: ProfileContext, title: str, more: Sequence[tuple[str, str]] = (), *, is_help: bool = False
) -> None:
    provider, used = context.provider, context.memory(_Used)
    by_id = {command.id: command for command in context.host.commands}
    found = rows(context.host.commands, context.state, context.session.policy, has_customer=context.current is not None)
    if not is_help:
        found.sort(key=lambda row: used.ids.index(row[0]) if row[0] in used.ids else REMEMBERED)

    def ranked(command_id: str, line: str, typed: str) -> int | None:
        command = by_id.get(command_id)
        return rank(command, words_of(command, provider) if command else "", line, typed)

    hint = "type to filter   Enter does it   Esc back"
    chosen = await context.dialogs.ask(Page(title, [*found, *more], hint=hint, filtering=True, ranked=ranked))
    if chosen:
        used.ids = [chosen, *(one for one in used.ids if one != chosen)][:REMEMBERED]
        await context.host.run_command(chosen)
