"""demo and sandbox: a pretend service, with the screen on it or as a server of its own."""

from pathlib import Path

import click

from tui_reseller.cli.argument_values import FilePath
from tui_reseller.cli.arguments import start_of
from tui_reseller.cli.entry_points import DemoOptions, SandboxOptions, ScreenOptions
from tui_reseller.cli.screen import need_terminal
from tui_reseller.domain.providers import PROVIDERS

_DIALECTS = click.Choice(["seed", "2014", "2018"])
_customers = click.option("--customers", type=click.IntRange(0, 5_000_000), default=1000, help="How many (1000).")
_seed = click.option("--seed", type=int, default=1, help="Same seed, same customers (1).")
_dialect = click.option("--dialect", type=_DIALECTS, default="seed", help="Generation of the documentation (seed).")
_faults = click.option("--faults", metavar="F", default="", help="Faults to begin with: latency:ms=300,drop-after")


@click.command()
@_customers
@_seed
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of the sandbox; 0 picks a free one (0).")
@click.option("--provider", type=click.Choice(list(PROVIDERS)), default=next(iter(PROVIDERS)), help="Which service.")
@click.option("--format", "format_", type=click.Choice(["json", "xml"]), default="json", help="Format of the answers.")
@_dialect
@_faults
@click.option("--read-only", is_flag=True, help="Refuse everything that changes a customer.")
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
@click.option("--plain", is_flag=True, help="Screen for readers: ASCII, one pane at a time, focus in words.")
@click.option("--slow-link", is_flag=True, help="Draw less often: for slow lines.")
@click.pass_context
def demo(
    ctx: click.Context,
    *,
    customers: int,
    seed: int,
    port: int,
    provider: str,
    format_: str,
    dialect: str,
    faults: str,
    read_only: bool,
    no_mouse: bool,
    plain: bool,
    slow_link: bool,
) -> int:
    """Open the screen on an embedded sandbox. All state is in a temporary folder and ends with it.

    Examples:
      tui-reseller demo
      tui-reseller demo --customers 100000 --seed 7
      tui-reseller demo --provider reseller-v2 --format xml
      tui-reseller demo --faults latency:ms=300,drop-after:operation=disable

    """
    start = start_of(ctx)
    need_terminal()
    options = SandboxOptions(port=port, customers=customers, seed=seed, dialect=dialect, faults=faults)
    read_only = read_only or start.common.read_only
    mouse, plain, slow_link = start.mouse and not no_mouse, start.plain or plain, start.slow_link or slow_link
    screen = ScreenOptions(None, read_only, mouse, plain, slow_link)
    if format_ not in PROVIDERS[provider].formats:
        raise click.UsageError(
            f"{PROVIDERS[provider].title} answers in {', '.join(PROVIDERS[provider].formats)}: choose one by --format"
        )
    return start.entry_points.demo(options, screen, DemoOptions(provider, format_))


@click.command()
@click.option("--host", default="127.0.0.1", metavar="HOST", help="Address to serve on (127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), default=8025, help="Port; 0 picks a free one (8025).")
@_customers
@_seed
@click.option("--db", metavar="FILE", type=FilePath(), help="Keep the customers here.")
@_dialect
@_faults
@click.option("--eu-port", type=click.IntRange(0, 65535), default=0, help="v3: port of the EU's host; 0 picks one (0).")
@click.option("--scopes", metavar="A,B", default="", help="v3: what the key may do (everything).")
@click.option("--max-page", type=click.IntRange(1), default=500, help="v3: the longest page of a list (500).")
@click.option("--no-accounts-on-behalf", is_flag=True, help="v3: refuse calls on behalf of an account id.")
@click.option("--limit", metavar="N/SECONDS", default="", help="v3: so many calls in so many seconds (no limit).")
@click.pass_context
def sandbox(
    ctx: click.Context,
    *,
    host: str,
    port: int,
    customers: int,
    seed: int,
    db: Path | None,
    dialect: str,
    faults: str,
    eu_port: int,
    scopes: str,
    max_page: int,
    limit: str,
    no_accounts_on_behalf: bool,
) -> int:
    """Serve a pretend service until it is interrupted. One JSON line on stdout says where.

    Examples:
      tui-reseller sandbox
      tui-reseller sandbox --port 0 --customers 50 --dialect 2018
      tui-reseller sandbox --faults rate-limit:retry_after=2
      tui-reseller sandbox --limit 600/60 --scopes subusers.read,user.profile.read

    """
    on_behalf = not no_accounts_on_behalf
    options = SandboxOptions(
        host, port, customers, seed, db, dialect, faults, eu_port, scopes, max_page, limit, on_behalf
    )
    return start_of(ctx).entry_points.sandbox(options)
