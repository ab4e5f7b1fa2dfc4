"""The values that arguments become: what stood before a verb, what every verb takes, what writing verbs take. Pure."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tui_reseller.cli.entry_points import EntryPoints


@dataclass(frozen=True, slots=True)
class Common:
    """What every verb takes."""

    profile: str | None = None
    output: str | None = None
    bom: bool = False
    timeout: float | None = None
    read_only: bool = False
    quiet: bool = False
    debug: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """What stood before the verb: the entry points, the options of the group, and those that only the screen needs."""

    entry_points: "EntryPoints"
    common: Common = Common()
    mouse: bool = True
    plain: bool = False
    slow_link: bool = False


@dataclass(frozen=True, slots=True)
class Writing:
    """What every verb takes that changes customers."""

    yes: bool = False
    dry_run: bool = False
    reason: str = ""
    unlock: str | None = None
    break_glass: str | None = None
    verify: bool = False
    confirm: str | None = None


def start_of(ctx: click.Context) -> Start:
    """Return what stood before the verb."""
    found = ctx.find_object(Start)
    if found is None:
        raise TypeError("the root command has stored no Start")
    return found
