"""What v3 knows of a customer beyond v2: made from the seed and the customer's number where nobody has said otherwise.

Nothing of it is stored for the invented customers, so that a million of them are there as soon as before. What a client
or a test sets is stored, and wins. A customer who came later, through either API or planted, has what was said of them.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING

from tui_reseller.sandbox.journal import moment
from tui_reseller.sandbox.store import FIRST_ID, Customer
from tui_reseller.sandbox.v3 import trouble

if TYPE_CHECKING:
    from tui_reseller.sandbox.store import Store

REGIONS = ("global", "eu")
_EU_EVERY = 10
_OPENED_FROM = 1_325_376_000  # 2012-01-01
_OPENED_WITHIN = 410_227_200  # seconds: thirteen years
_NUMBERS = struct.Struct("<8I")


class Inventions:
    """The invented facts of one sandbox."""

    eu_every = _EU_EVERY

    def __init__(self, store: Store) -> None:
        self.seed, self.last = store.origin()
        self._eu_at = (3 + self.seed % 8) % _EU_EVERY  # never one of the two customers of the documentation's sample

    def is_invented(self, ident: int) -> bool:
        """Say whether this customer was there from the beginning."""
        return FIRST_ID <= ident <= self.last

    def region(self, ident: int, said: str) -> str:
        """Return `global` or `eu`: one in ten of the invented customers is of the EU."""
        return said or ("eu" if self.is_invented(ident) and ident % _EU_EVERY == self._eu_at else "global")

    def region_of(self, customer: Customer) -> str:
        """Return the region of a customer."""
        return self.region(customer.ident, str(customer.values["region"]))

    def region_sql(self) -> str:
        """Return the same as an expression of SQL."""
        return (
            f"CASE WHEN region <> '' THEN region WHEN id BETWEEN {FIRST_ID} AND {self.last}"
            f" AND id % {_EU_EVERY} = {self._eu_at} THEN 'eu' ELSE 'global' END"
        )

    def numbers(self, ident: int, what: str, *below: int) -> tuple[int, ...]:
        """Return small numbers, each below its bound, that depend on the customer and on what they are for."""
        content = b"%d:%d:%s" % (self.seed, ident, what.encode("ascii"))
        drawn = _NUMBERS.unpack(hashlib.blake2b(content, digest_size=_NUMBERS.size).digest())
        return tuple(number % bound for number, bound in zip(drawn, below, strict=False))

    def reputation(self, customer: Customer, today: int) -> float:
        """Return 0 to 100, a whole number or not; in the EU nobody can work it out, and it stays as it began.

        Whoever has bounces or complaints these days (`trouble`) has lost much of it.
        """
        ident = customer.ident
        if self.region_of(customer) == "eu" or not self.is_invented(ident):
            return 100
        kind, tenths = self.numbers(ident, "reputation", 4, 80)
        lost = 35 if trouble.harms(self.seed, ident, today) else 0
        value = 100 - lost - tenths / 10
        return int(value) if kind else round(value, 1)

    def created_at(self, ident: int, said: str) -> str:
        """Return when an account was opened, as RFC 3339: some time of the years before this API."""
        if said:
            return said
        (seconds,) = self.numbers(ident, "created", _OPENED_WITHIN)
        return moment(_OPENED_FROM + seconds) if self.is_invented(ident) else moment(_OPENED_FROM)

    def vendors_state(self, ident: int) -> str:
        """Return a state that the vendor has set, which counts for those who may not send; few are indeterminate."""
        if not self.is_invented(ident):
            return ""
        (drawn,) = self.numbers(ident, "state", 100)
        return "suspended" if drawn < 15 else "banned" if drawn < 25 else "indeterminate" if drawn == 25 else ""
