"""Whether there is a shell that could bring a stopped process back."""

import os
from pathlib import Path


def has_shell_above() -> bool:
    """Whether somebody can let us go on after Ctrl-Z: whoever started our group of processes, in the same session.

    Under `ssh -t HOST tui-reseller`, in a window of tmux of our own, in a container there is nobody, and a process that
    stops stays so (POSIX calls the group orphaned).
    """
    group, session = os.getpgrp(), os.getsid(0)
    parent = os.getppid()
    try:
        while os.getpgid(parent) == group:  # a script that started us
            parent = _parent_of(parent)
        return os.getsid(parent) == session
    except (OSError, ValueError):
        return False  # gone, out of sight, or of another session


def _parent_of(pid: int) -> int:
    """Return the parent of a process (proc(5), field 4). The name in brackets may hold spaces and brackets itself."""
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[1])
