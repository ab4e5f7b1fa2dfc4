"""The machine and the terminal that we run in, as far as they matter: nothing here holds a value of the operator's."""

import locale
import os
import platform
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

PACKAGES = ("textual", "httpx", "keyring", "polars", "platformdirs")
MANY_COLOURS = ("256color", "kitty")
"""How the TERM of a terminal ends that has more than sixteen colours: of others the screen library takes no more."""
MULTIPLEXERS = {"TMUX": "tmux", "STY": "screen", "ZELLIJ": "zellij"}


@dataclass(frozen=True, slots=True)
class Machine:
    """Terminal is TERM, columns and lines its size where there is one; around is the multiplexer, far whether the line
    is ssh. Colours are as many as the terminal is thought to have, 0 with NO_COLOR. Clock is in seconds since 1970.
    """

    terminal: str
    columns: int
    lines: int
    colours: int
    around: str
    far: bool
    encoding: str
    zone: str
    clock: float
    python: str
    system: str
    own_version: str
    packages: Mapping[str, str]


def machine(environ: Mapping[str, str] = os.environ) -> Machine:
    """Look at the machine and the terminal."""
    size = shutil.get_terminal_size((0, 0))
    return Machine(
        terminal=environ.get("TERM", ""),
        columns=size.columns,
        lines=size.lines,
        colours=colours(environ),
        around=", ".join(name for variable, name in MULTIPLEXERS.items() if environ.get(variable)),
        far="SSH_CONNECTION" in environ,
        encoding=(getattr(sys.stdout, "encoding", "") or locale.getpreferredencoding(do_setlocale=False)).lower(),
        zone=f"{time.strftime('%Z')} {time.strftime('%z')}",
        clock=time.time(),
        python=platform.python_version(),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        own_version=_version("tui-reseller"),
        packages={name: _version(name) for name in PACKAGES},
    )


def colours(environ: Mapping[str, str] = os.environ) -> int:
    """Return how many colours the terminal is thought to have; none with NO_COLOR."""
    term = environ.get("TERM", "")
    if "NO_COLOR" in environ or term in {"", "dumb"}:
        return 0
    if environ.get("COLORTERM", "") in {"truecolor", "24bit"}:
        return 1 << 24
    return 256 if term.rpartition("-")[2] in MANY_COLOURS else 16


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - a start needs no versions

    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
