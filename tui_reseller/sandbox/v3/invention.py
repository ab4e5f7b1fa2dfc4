"""What v3 knows of a customer beyond v2: made from the seed and the customer's number where nobody has said otherwise.

Nothing of it is stored for the invented customers, so that a million of them are there as soon as before. What a client
or a test sets is stored, and wins. A customer who came later, through either API or planted, has what was said of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reseller.sandbox.store import FIRST_ID, Customer

if TYPE_CHECKING:
    from tui_reseller.sandbox.store import Store

REGIONS = ("global", "eu")
_EU_EVERY = 10


class Inventions:
    """The invented facts of one sandbox."""

    def __init__(self, store: Store) -> None:
        self.seed, self._last = store.origin()
        self._eu_at = (3 + self.seed % 8) % _EU_EVERY  # never one of the two customers of the documentation's sample

    def is_invented(self, ident: int) -> bool:
        """Say whether this customer was there from the beginning."""
        return FIRST_ID <= ident <= self._last

    def region(self, ident: int, said: str) -> str:
        """Return `global` or `eu`: one in ten of the invented customers is of the EU."""
        return said or ("eu" if self.is_invented(ident) and ident % _EU_EVERY == self._eu_at else "global")

    def region_of(self, customer: Customer) -> str:
        """Return the region of a customer."""
        return self.region(customer.ident, str(customer.values["region"]))

    def region_sql(self) -> str:
        """Return the same as an expression of SQL."""
        return (
            f"CASE WHEN region <> '' THEN region WHEN id BETWEEN {FIRST_ID} AND {self._last}"
            f" AND id % {_EU_EVERY} = {self._eu_at} THEN 'eu' ELSE 'global' END"
        )
