"""What others may see of this process: it holds keys and passwords."""

import resource
import sys
from contextlib import suppress

_PR_SET_DUMPABLE = 4  # prctl.h


def leave_no_core() -> None:
    """Leave no core dump: the key would be in it (S08)."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))


def hide_memory() -> None:
    """Let nobody but root look into our memory, or into the environment that we were started with, where Linux can do
    that: a key that stood there stays in what /proc shows also when the variable is gone.
    """
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - the help texts need none of it

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
