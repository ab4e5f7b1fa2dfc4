"""How much of an unfinished record a strict parser holds, and when another try is worth it."""

from tui_reseller.api.reply import BadReply

MAX_RECORD = 1024 * 1024
"""Largest record in bytes or characters (design, "Sizes and times")."""
SMALL = 4096


class UnfinishedRecord:
    """Holds back small pieces of a large unfinished record, so that a slow drip costs no quadratic time."""

    __slots__ = ("held", "tried")

    def __init__(self) -> None:
        self.tried = 0
        self.held = 0

    def is_worth_a_try(self, arrived: int, *, may_complete: bool = True) -> bool:
        """Count what arrived, and say whether to parse now: always while the record is small, later when it has grown
        by a quarter; and never to grow beyond the largest record.
        """
        self.held += arrived
        if self.tried + self.held > MAX_RECORD:
            return True
        return may_complete and (self.tried < SMALL or self.held * 4 >= self.tried)

    def remains(self, size: int) -> None:
        """Note that a try left an unfinished record of this size. Raises BadReply if none may be that large."""
        check_size(size)
        self.tried, self.held = size, 0


def check_size(size: int) -> None:
    """Raise BadReply if no record may be that large."""
    if size > MAX_RECORD:
        raise BadReply("a record is larger than 1 MiB")
