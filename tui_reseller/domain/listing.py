"""Values of reading a list: what arrives, what a filter must know beside it, what a snapshot tells."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tui_reseller.domain.customer import Customer


@dataclass(frozen=True, slots=True)
class ListContext:
    """What the is: words of a filter need beside the customer."""

    marked: frozenset[str] = frozenset()
    needs_you: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """What is known of a snapshot: when it was read, and how many customers it had."""

    read_at: datetime
    total: int


@dataclass(frozen=True, slots=True)
class ListProgress:
    """A piece of a list that is arriving. Received is in bytes of the body so far."""

    customers: Sequence[Customer]
    received: int
