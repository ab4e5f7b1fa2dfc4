"""A process that saves one list after the other until it is killed."""

import asyncio
import itertools
import sys
from datetime import UTC, datetime
from pathlib import Path

from tui_reseller.domain.customer import Customer
from tui_reseller.storage.snapshot import Snapshots


async def main(folder):
    snapshots = Snapshots(Path(folder))
    for turn in itertools.count(1):
        await snapshots.save("acme", datetime.now(UTC), [Customer(f"u{n}", city=str(turn)) for n in range(3000)])
        sys.stdout.write(f"{turn}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
