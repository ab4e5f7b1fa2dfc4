"""What a defect leaves behind: a report of versions and frames, without local variables and without messages' data."""

import os
import platform
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tui_reseller import __version__


class _Where:
    folder: Path | None = None


def reports_go_to(folder: Path) -> None:
    """Name the folder for reports."""
    _Where.folder = folder


def write_report(lines: Sequence[str]) -> str:
    """Write a report that only we can read; return its path."""
    head = f"TUI Reseller {__version__}, Python {platform.python_version()}, {platform.system()}\n"
    frames = [line for line in lines if line.lstrip().startswith(("File ", "Traceback"))]
    kind = lines[-1].split(":", 1)[0].strip() if lines else "unknown"
    handle, name = tempfile.mkstemp(prefix="crash-", suffix=".txt", dir=_Where.folder)
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(head + "".join(frames) + kind + "\n")
    return name
