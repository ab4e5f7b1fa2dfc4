"""The entry point: hands the command line what wiring built."""

import os
import sys
from collections.abc import Sequence

_NOT_FOR_US = ("PYTHONINSPECT", "PYTHONOPTIMIZE")
"""What an interpreter obeys: one gives a prompt, beside the key, when we have ended; one takes away the help texts."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    if arguments is None:
        if any(os.environ.get(name) for name in _NOT_FOR_US):
            from tui_reseller.system.child_process import start_again  # noqa: PLC0415

            start_again(without=_NOT_FOR_US)
        arguments = sys.argv[1:]
    from tui_reseller.cli.main import run  # noqa: PLC0415 - so that importing this module stays free of effects
    from tui_reseller.wiring import entry_points  # noqa: PLC0415

    return run(arguments, entry_points(os.environ))


if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # with -m it is the current folder: what lies about there must not run in our name
    sys.exit(main())
