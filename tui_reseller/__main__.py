"""The entry point: hands the command line what wiring.py built."""

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    from tui_reseller.cli.main import run  # noqa: PLC0415 - so that importing this module stays free of effects
    from tui_reseller.wiring import entry_points  # noqa: PLC0415

    return run(sys.argv[1:] if arguments is None else arguments, entry_points(os.environ))


if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # with -m it is the current folder: what lies about there must not run in our name
    sys.exit(main())
