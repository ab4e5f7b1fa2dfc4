"""What all processes of a machine know of a service's limit: a small file under a lock, one for each account."""

import contextlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tui_reseller.domain.errors import BadConfig
from tui_reseller.storage.paths import account_folder
from tui_reseller.system.files import held_file

LONGEST = 64 * 1024
"""Bytes of the file: more is not ours."""
WAIT = 0.05
"""Seconds to wait for others, who hold it for less than a thousandth."""
LATER = 30.0
"""Seconds until a file that could not be used is tried again: its holder may have been stopped."""


@dataclass
class Place:
    """What is kept, in plain values; None where nothing is, or nothing that can be read."""

    tree: object = None


class SharedPace:
    """The file of one account. Where it cannot be used, each process keeps a pace of its own."""

    def __init__(self, cache: Path, account: str) -> None:
        self._path = cache / f"pace-{account_folder(account)}.json"
        self._not_before = 0.0

    @contextlib.contextmanager
    def held(self) -> Iterator[Place | None]:
        """Hold the file alone, and keep what its holder changes; gives None where that cannot be. Raises nothing, and
        waits hardly at all.
        """
        with contextlib.ExitStack() as stack:
            place = None
            if time.monotonic() >= self._not_before:
                try:
                    handle = stack.enter_context(held_file(self._path, WAIT))
                    place = Place(_read(handle))
                except (BadConfig, OSError):
                    self._not_before = time.monotonic() + LATER
            yield place
            if place is not None:
                with contextlib.suppress(OSError):
                    _write(handle, place.tree)


def _read(handle: int) -> object:
    """Return what stands in the file; None for what another process did not finish."""
    try:
        found: object = json.loads(os.pread(handle, LONGEST, 0))
    except (ValueError, RecursionError):
        return None
    return found


def _write(handle: int, tree: object) -> None:
    """Overwrite the file. It need not survive a crash: then the service is asked anew."""
    content = json.dumps(tree).encode()
    os.pwrite(handle, content, 0)
    os.ftruncate(handle, len(content))
