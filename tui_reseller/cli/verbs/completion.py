"""completion: the script that teaches a shell our verbs, options and profiles."""

import os
from pathlib import PurePath

import click
from click.shell_completion import get_completion_class

from tui_reseller.cli.output import Output

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS), required=False)
@click.pass_context
def completion(ctx: click.Context, *, shell: str | None) -> int:
    """Print the completion script of a shell; without a name, of yours.

    Examples:
      tui-reseller completion bash > ~/.local/share/bash-completion/completions/tui-reseller
      tui-reseller completion zsh > ~/.zfunc/_tui-reseller
      tui-reseller completion fish > ~/.config/fish/completions/tui-reseller.fish

    """
    own = PurePath(os.environ.get("SHELL", "")).name
    named = shell or (own if own in SHELLS else "bash")
    kind = get_completion_class(named)
    if kind is None:
        raise click.UsageError(f"no completion for {named}", ctx)
    out = Output("table")
    out.write(kind(ctx.find_root().command, {}, "tui-reseller", "_TUI_RESELLER_COMPLETE").source() + "\n")
    out.flush()
    return 0
