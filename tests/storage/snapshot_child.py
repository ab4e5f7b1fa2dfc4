"""Processes that save one list after the other and are killed in the middle, one for each line that is read.

For each it tells the last list whose saving had ended. Only children touch polars: a fork has no use for its threads.
"""

import asyncio
import itertools
import os
import random
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.harness.v2 import a_customer, frame_from
from tui_reseller.storage import query_result  # noqa: F401 - polars is imported once, not in every child
from tui_reseller.storage.snapshot import Snapshots

ROWS = 50


async def save_on(folder, began, told):
    snapshots = Snapshots(Path(folder))
    for turn in itertools.count(began):
        await snapshots.save(
            "acme", datetime.now(UTC), frame_from(a_customer(f"u{n}", city=str(turn)) for n in range(ROWS))
        )
        os.write(told, f"{turn}\n".encode())


def main(folder):
    chance = random.Random(7)
    last = 0
    for _line in sys.stdin:
        reading, told = os.pipe()
        child = os.fork()
        if not child:
            asyncio.run(save_on(folder, last + 1, told))
        os.close(told)
        said = os.read(reading, 4096)
        time.sleep(chance.random() * 0.012)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reading, "rb") as rest:
            last = int((said + rest.read()).split()[-1])
        sys.stdout.write(f"{last}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
