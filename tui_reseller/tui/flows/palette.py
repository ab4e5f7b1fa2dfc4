"""Every command by name, and the help, which says as well why some do nothing now. Enter does the chosen one."""

from dataclasses import dataclass, field

from tui_reseller.tui.command import Command
from tui_reseller.tui.dialogs.help_page import HelpPage
from tui_reseller.tui.dialogs.page import Page, Ranked
from tui_reseller.tui.presenters.commands import rank, rows, why_not, words_of
from tui_reseller.tui.presenters.help_map import CUSTOMER, MANY, WORDS, groups, reasons
from tui_reseller.tui.profile_context import ProfileContext

REMEMBERED = 5
"""So many commands that were chosen last stand on top of the palette."""


@dataclass(slots=True)
class _Used:
    """Ids of the commands that were chosen last."""

    ids: list[str] = field(default_factory=list)


async def commands(context: ProfileContext) -> None:
    """Find a command by its name; those used last stand on top."""
    used, found = context.memory(_Used), _rows(context)
    found.sort(key=lambda row: used.ids.index(row[0]) if row[0] in used.ids else REMEMBERED)
    hint = "type to filter   Enter does it   Esc back"
    await _do(context, Page("Commands", found, hint=hint, filtering=True, ranked=_ranked(context)))


async def keys(context: ProfileContext) -> None:
    """Read what every key does: as a map, what is at hand first."""

    def why(command: Command) -> str | None:
        return why_not(command, context.state, context.session.policy, has_customer=context.current is not None)

    first = MANY if context.state.marked else CUSTOMER
    first, where = (WORDS, "filter") if context.view.is_filtering else (first, "list")
    found = groups(context.host.commands, context.provider, why, first)
    now = reasons(context.host.commands, context.provider, why)
    title = f"Help: keys of the {where}"
    await _do(context, HelpPage(title, _rows(context), found, ranked=_ranked(context), reasons=now))


def _rows(context: ProfileContext) -> list[tuple[str, str]]:
    has_customer = context.current is not None
    return rows(context.host.commands, context.state, context.session.policy, has_customer=has_customer)


def _ranked(context: ProfileContext) -> Ranked:
    by_id = {command.id: command for command in context.host.commands}

    def ranked(command_id: str, line: str, typed: str) -> int | None:
        command = by_id.get(command_id)
        return rank(command, words_of(command, context.provider) if command else "", line, typed)

    return ranked


async def _do(context: ProfileContext, page: Page) -> None:
    """Do the command that is chosen on a page."""
    chosen = await context.dialogs.ask(page)
    if chosen:
        used = context.memory(_Used)
        used.ids = [chosen, *(one for one in used.ids if one != chosen)][:REMEMBERED]
        await context.host.run_command(chosen)
