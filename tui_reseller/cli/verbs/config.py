"""config: the config file is checked, edited, and described for other editors."""

import json
from collections.abc import Sequence

import click

from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.group import LazyGroup, Verb
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import common
from tui_reseller.domain.config import ConfigFinding
from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.text import clean
from tui_reseller.services.services import Services

COLUMNS = ("file", "line", "column", "key", "problem")
_WORDS = "The config file"


@click.group(
    cls=LazyGroup,
    verbs=(
        Verb("check", "config:check", _WORDS, "Say all that is wrong with it, with line and column."),
        Verb("edit", "config:edit", _WORDS, "Edit a copy; it takes its place when nothing is wrong."),
        Verb("schema", "config:schema", _WORDS, "Print its JSON Schema, for editors."),
    ),
)
def config() -> int:
    """The config file: profiles, settings and keys of the screen.

    Examples:
      tui-reseller config check
      tui-reseller config edit
      tui-reseller config schema > ~/.config/tui-reseller/schema.json

    """
    return 0


@click.command()
@common
def check(inv: Invocation) -> int:
    """Say what is wrong with the config file, one row each: line, column, key, and the nearest key or value for a slip.
    Nothing wrong ends with 0, anything with 3. Nothing is asked of a service or a keyring.

    Examples:
      tui-reseller config check
      tui-reseller config check --output json

    """

    async def work(services: Services) -> int:
        file = services.profiles.config
        try:
            found = file.examine(file.text())
        except BadConfig as error:  # no file of ours, or no text
            found = [ConfigFinding(0, 0, "", error.message)]
        with inv.out.rows(COLUMNS) as rows:
            for each in found:
                place = {"file": str(file.path), "line": each.line or None, "column": each.column or None}
                rows.add({**place, "key": each.key or None, "problem": each.words})
        if not found:
            is_there = file.stamp() is not None
            inv.console.say(f"{clean(str(file.path))}: {'nothing is wrong' if is_there else 'there is none yet'}")
        return ExitCode.CONFIG if found else ExitCode.OK

    return inv.run(work)


@click.command()
@common
def edit(inv: Invocation) -> int:
    """Edit a copy of the config file with $VISUAL, else $EDITOR, else vi. If something is wrong with it, that is said,
    and you are asked whether to edit further; otherwise it takes the place of the file, all at once. An edit that was
    left early is kept, and gone on with.

    Examples:
      tui-reseller config edit
      EDITOR=nano tui-reseller config edit

    """
    from tui_reseller.services import config_edit  # noqa: PLC0415 - used by one verb
    from tui_reseller.system.editor import edit as run_editor  # noqa: PLC0415

    async def work(services: Services) -> int:
        file = services.profiles.config
        copy = config_edit.copy_of(file)
        goes_on = copy.exists()
        if goes_on:
            inv.console.say(f"going on with {clean(str(copy))}, which an earlier edit left; delete it to begin anew")

        def again(found: Sequence[ConfigFinding]) -> bool:
            for each in found:
                inv.console.warn(each.text(copy.name))
            return inv.console.can_ask and inv.console.ask("Edit further? [Y/n]").strip().lower() in {"", "y", "yes"}

        became = config_edit.edit(file, run_editor, again, goes_on=goes_on)
        inv.console.say(f"{clean(str(file.path))}: {became.value}")
        return ExitCode.OK

    return inv.run(work)


@click.command()
@common
def schema(inv: Invocation) -> int:
    """Print the JSON Schema of the config file. Editors that know TOML take it from the first line of the file,
    where it says "#:schema ./schema.json".

    Examples:
      tui-reseller config schema > ~/.config/tui-reseller/schema.json

    """
    from tui_reseller.domain.config_schema import schema as made  # noqa: PLC0415 - used by one verb

    inv.out.write(json.dumps(made(), indent=2) + "\n")
    inv.out.flush()
    return ExitCode.OK
