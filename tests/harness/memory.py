"""How much memory this process took while something was going on.

Purpose. A bound on memory is only held if the *peak* is measured, not what is left afterwards. The kernel keeps the
peak of a process and forgets it on request; this asks it to forget, lets the work be done, and tells the difference.

    with Growth() as growth:
        ...
    assert growth.mebibytes < 128
"""

import gc
from pathlib import Path
from typing import Self

_STATUS = Path("/proc/self/status")
_FORGET = Path("/proc/self/clear_refs")


class Growth:
    """Peak of resident memory within the block, above what it was at its beginning."""

    def __init__(self) -> None:
        self.mebibytes = 0.0
        self._before = 0

    def __enter__(self) -> Self:
        gc.collect()
        _FORGET.write_text("5")  # the peak is forgotten: it begins anew at what is resident now
        self._before = _kibibytes("VmRSS")
        return self

    def __exit__(self, *_error: object) -> None:
        self.mebibytes = (_kibibytes("VmHWM") - self._before) / 1024


def _kibibytes(name: str) -> int:
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1])
