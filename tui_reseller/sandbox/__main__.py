"""Run just the sandbox: `python -m tui_reseller.sandbox`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tui_reseller.sandbox.serve import SandboxUsage, serve
from tui_reseller.sandbox.v3.terms import LARGEST_PAGE


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
    parser.add_argument("--eu-port", type=int, default=0, help="port of the EU's host, 0 for a free one (default: 0)")
    parser.add_argument("--scopes", default="", help="what the v3 key may do, with commas (default: everything)")
    parser.add_argument("--max-page", type=int, default=LARGEST_PAGE, help="longest page of v3 (default: %(default)s)")
    parser.add_argument("--limit", default="", help="calls of v3 and the seconds of their window, as 600/60")
    parser.add_argument(
        "--no-accounts-on-behalf",
        dest="accounts_on_behalf",
        action="store_false",
        help="refuse calls of v3 on behalf of an account id",
    )
    arguments = parser.parse_args()
    try:
        return serve(**vars(arguments))
    except SandboxUsage as error:
        parser.error(str(error))


if __name__ == "__main__":
    sys.exit(main())
