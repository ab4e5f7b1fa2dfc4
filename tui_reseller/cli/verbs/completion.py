"""completion: the script that teaches a shell our verbs, options, customers, plans and jobs."""

import os
from importlib.resources import files
from pathlib import PurePath

import click

from tui_reseller.cli.output import Output

SCRIPTS = {"bash": "tui-reseller.bash", "zsh": "_tui-reseller", "fish": "tui-reseller.fish"}


@click.command()
@click.argument("shell", type=click.Choice(list(SCRIPTS)), required=False)
def completion(*, shell: str | None) -> int:
    """Print the completion script of a shell; without a name, of yours. Packages of the system and pip put it where the
    shell looks by itself: below share/ of the place they install to.

    Examples:
      tui-reseller completion bash > ~/.local/share/bash-completion/completions/tui-reseller
      tui-reseller completion zsh > ~/.zfunc/_tui-reseller
      tui-reseller completion fish > ~/.config/fish/completions/tui-reseller.fish

    """
    own = PurePath(os.environ.get("SHELL", "")).name
    script = SCRIPTS[shell or (own if own in SCRIPTS else "bash")]
    out = Output("table")
    out.write((files("tui_reseller.cli") / "shells" / script).read_text(encoding="utf-8"))
    out.flush()
    return 0
