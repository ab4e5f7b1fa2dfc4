"""Which customer stands at which place of a list, remembered while the list does not change.

Skipping half a million rows for each page of a million would cost more than the pages themselves.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from tui_reseller.sandbox.store import Store

_MOST_LISTS = 16


class Places:
    """Known places: for each list, offsets with the number of the customer there."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._as_of_order = store.order
        self._known: dict[Hashable, list[tuple[int, int]]] = {}

    def before(self, wanted: Hashable, offset: int) -> tuple[int, int] | None:
        """Return the last known place that is not behind an offset, and who stands there."""
        if self._as_of_order != self._store.order:
            self._known.clear()
            self._as_of_order = self._store.order
        known = self._known.get(wanted, [])
        found = bisect_right(known, (offset, 1 << 63))
        return known[found - 1] if found else None

    def note(self, wanted: Hashable, offset: int, idents: Sequence[int]) -> None:
        """Remember both ends of a page."""
        if not idents:
            return
        if len(self._known) >= _MOST_LISTS and wanted not in self._known:
            self._known.clear()
        known = self._known.setdefault(wanted, [])
        for place in ((offset, idents[0]), (offset + len(idents) - 1, idents[-1])):
            found = bisect_right(known, place)
            if not found or known[found - 1] != place:
                insort(known, place)
