"""How one database differs from another where readers ask it."""

from typing import NamedTuple


class Dialect(NamedTuple):
    """How a database differs where the statements of readers are not the same for all.

    Order is the column by which operations sort: numbers where one chain has all rows. Has_end is the condition that an
    intent was given an end. Hints says whether a statement may name the index to be used. Role is who wrote an intent
    `i`, by what the database knows.
    """

    order: str
    has_end: str
    hints: bool
    role: str = "''"

    def by(self, index: str) -> str:
        """Return that an index is to be used."""
        return f"INDEXED BY {index}" if self.hints else ""

    @property
    def by_number(self) -> str:
        """That no index is to be used, but the order of the rows."""
        return "NOT INDEXED" if self.hints else ""

    @property
    def account(self) -> str:
        """The column of the account in an intent `i`, not to be found by an index."""
        return "+i.account" if self.hints else "i.account"
