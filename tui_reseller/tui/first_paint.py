"""The last list, painted before the screen library is loaded: most of the start is its import.

What is painted is true: rows of the last list with the time they were read. The application then paints the same
screen again and brings it to life. Keys that are pressed meanwhile wait in the terminal.
"""

import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.listing import SnapshotInfo
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.view import ListLayout
from tui_reseller.tui.presenters.header import counts_line, header_line
from tui_reseller.tui.presenters.rows import NARROW, SIDE_BY_SIDE, SMALLEST, columns, fit, title_line
from tui_reseller.tui.terminal import CLEAR
from tui_reseller.tui.view_state import ViewState

DETAIL_LINES = 8
LINES_AROUND = 5
ENTER, LEAVE = "\x1b[?1049h\x1b[?25l\x1b[H\x1b[2J", "\x1b[?1049l\x1b[?25h"
ReadHead = Callable[[int], tuple[SnapshotInfo, Sequence[Customer]] | None]


def paint(head: ReadHead, profile: Profile, badge: str, now: datetime, layout: ListLayout) -> bool:
    """Paint the first rows of a snapshot; return whether there was anything to paint."""
    width, height = os.get_terminal_size(sys.stderr.fileno())
    if width < SMALLEST[0] or height < SMALLEST[1]:
        return False
    is_wide = width >= SIDE_BY_SIDE
    room = height - LINES_AROUND - (0 if is_wide else DETAIL_LINES)
    found = head(room)
    if found is None:
        return False
    info, customers = found
    state = ViewState(
        badge=badge,
        profile=profile.name,
        host=profile.host,
        read_at=info.read_at,
        progress="reading ...",
        total=info.total,
        shown=info.total,
        columns=layout.columns,
    )
    sys.stderr.write(ENTER + "\r\n".join(_lines(profile.service, state, customers, now, width, is_wide=is_wide)))
    sys.stderr.flush()
    return True


def _lines(
    provider: Provider, state: ViewState, customers: Sequence[Customer], now: datetime, width: int, *, is_wide: bool
) -> list[str]:
    side = width * 3 // 5 if is_wide else width
    shown = columns(provider, side, state.columns, narrow=width < NARROW, hidden=provider.untold_switches)
    badge, rest = header_line(state, now, width)
    lines = [f"\x1b[7m{badge}\x1b[0m{rest}", f" / {counts_line(state):>{width - 3}}"]
    lines.append(title_line(shown, "", descending=False))
    for row, customer in enumerate(customers):
        text = (">   " if row == 0 else "    ") + " ".join(fit(customer, column) for column in shown)
        lines.append(f"\x1b[7m{text}\x1b[0m" if row == 0 else text)
    return lines


def erase() -> None:
    """Leave what was painted, where the application never came to paint over it."""
    sys.stderr.write(CLEAR + LEAVE)
    sys.stderr.flush()
