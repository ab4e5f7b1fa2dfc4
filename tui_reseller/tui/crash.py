"""What a defect leaves behind: a report of versions and frames, without local variables and without messages' data."""

import os
import platform
import tempfile
from pathlib import Path

from tui_reseller import __version__
from tui_reseller.system.traceback_locations import traceback_locations


class _Where:
    folder: Path | None = None


def reports_go_to(folder: Path) -> None:
    """Name the folder for reports."""
    _Where.folder = folder


def write_report(error: BaseException | None) -> str:
    """Write a report that only we can read; return its path.

    Kinds and places of an error and of those behind it: never their own texts or notes, which may hold anything.
    """
    head = f"TUI Reseller {__version__}, Python {platform.python_version()}, {platform.system()}\n"
    handle, name = tempfile.mkstemp(prefix="crash-", suffix=".txt", dir=_Where.folder)
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(head + traceback_locations(error))
    return name
