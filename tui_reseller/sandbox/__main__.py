"""Run just the sandbox: `python -m tui_reseller.sandbox`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tui_reseller.sandbox.serve import SandboxUsage, serve


def main() -> int:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m tui_reseller.sandbox", description="A pretend SendGrid.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8025, help="port, 0 for a free one (default: %(default)s)")
    parser.add_argument("--customers", type=int, default=1000, help="how many to invent (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="which customers to invent (default: %(default)s)")
    parser.add_argument("--db", type=Path, help="file to keep everything in (default: a temporary one)")
    parser.add_argument("--dialect", default="seed", help="seed, 2014 or 2018 (default: %(default)s)")
    parser.add_argument("--faults", default="", help="for example latency:ms=300,drop-after:operation=disable")
    arguments = parser.parse_args()
    try:
        return serve(**vars(arguments))
    except SandboxUsage as error:
        parser.error(str(error))


if __name__ == "__main__":
    sys.exit(main())
