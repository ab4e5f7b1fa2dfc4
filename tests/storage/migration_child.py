"""A process that opens a ledger, again and again from what is in another folder, for tests that kill it.

`migrate STATE` opens one; with a limit in bytes, on a disk that lets no file grow beyond it.
"""

import asyncio
import resource
import signal
import sys
from pathlib import Path

from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.storage.ledger.sqlite.ledger import Ledger


async def migrate(state: Path, limit: int) -> None:
    if limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    ledger = Ledger(state)
    try:
        report = await ledger.check()
        said = f"{report.rows} {report.broken_at}"
    except LedgerUnavailable as error:
        said = error.message
    await ledger.aclose()
    sys.stdout.write(said + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    asyncio.run(migrate(Path(sys.argv[1]), int(sys.argv[2])))
