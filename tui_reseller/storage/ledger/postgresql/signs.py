"""Signs that something was written: others look then. So many a second at most."""

import math
import time

from tui_reseller.storage.ledger.postgresql.lane import SIGN_SECONDS
from tui_reseller.storage.ledger.postgresql.link import Link

_SIGN = "pg_notify('reseller', '')"


class Signs:
    """What one process gives. Owes is whether others have not yet been told that something was written."""

    def __init__(self) -> None:
        self.owes = False
        self._given_at = -math.inf

    def beside(self) -> str:
        """Return what gives a sign behind the columns of a query, empty where it is too early for one."""
        if time.monotonic() - self._given_at < SIGN_SECONDS:
            return ""
        self._given_at = time.monotonic()
        return f", {_SIGN}"

    def give(self, link: Link) -> None:
        """Give one now. Raises psycopg.Error."""
        self.owes, self._given_at = False, time.monotonic()
        link.execute(f"SELECT {_SIGN}")
