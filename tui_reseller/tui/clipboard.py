"""Text to the operator's terminal: through tmux where there is one, else as a terminal sequence."""

import os
import subprocess
from collections.abc import Callable

LIMIT = 32_768


def copy(text: str, to_terminal: Callable[[str], None]) -> str:
    """Send a text; return what to say. Whether the terminal took it cannot be known, so nothing says "copied"."""
    if len(text.encode("utf-8", "replace")) > LIMIT:
        return "too long for the clipboard (32 kB)"
    safe = text.encode("utf-8", "replace").decode()
    if os.environ.get("TMUX"):
        try:
            subprocess.run(["tmux", "load-buffer", "-w", "-"], input=safe.encode(), timeout=2, check=True)  # noqa: S607
        except (OSError, subprocess.SubprocessError):
            to_terminal(safe)
    else:
        to_terminal(safe)
    return "sent to your terminal's clipboard"
