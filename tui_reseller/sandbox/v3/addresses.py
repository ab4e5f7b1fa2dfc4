"""Sending addresses: which the account has, and who sends from which.

All are of the ranges that were set aside for documentation (RFC 5737). Twenty-five invented customers share one, those
of the EU among themselves; there is room for 480 addresses and 60 of the EU, so that one page of 500 shows them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_reseller.sandbox.cells import Value, from_cell, unpacked
from tui_reseller.sandbox.past import customers_as_of, sql
from tui_reseller.sandbox.store import COLUMNS, FIRST_ID

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui_reseller.sandbox.store import Customer, Store
    from tui_reseller.sandbox.v3.invention import Inventions

_SHARED_BY = 25
_MOST = {"global": 480, "eu": 60}
_FREE = {"global": 4, "eu": 2}
_GLOBAL_NETS, _EU_NET = ("203.0.113.", "192.0.2."), "198.51.100."
_HOSTS = 250


def _address(region: str, index: int) -> str:
    if region == "eu":
        return f"{_EU_NET}{index + 1}"
    return f"{_GLOBAL_NETS[index // _HOSTS]}{index % _HOSTS + 1}"


class Addresses:
    """The addresses of one sandbox's account."""

    def __init__(self, store: Store, inventions: Inventions) -> None:
        self._store = store
        self._inventions = inventions
        customers = inventions.last - FIRST_ID + 1
        self.owned: dict[str, list[str]] = {}
        for region, sharing in (("global", _SHARED_BY), ("eu", _SHARED_BY * inventions.eu_every)):
            used = min(_MOST[region], -(-customers // sharing))
            self.owned[region] = [_address(region, index) for index in range(used + _FREE[region])]
        self.all = frozenset(self.owned["global"]) | frozenset(self.owned["eu"])

    def region_of(self, address: str) -> str:
        """Return the region that an address is of."""
        return "eu" if address.startswith(_EU_NET) else "global"

    def of(self, customer: Customer) -> list[str]:
        """Return the addresses that a customer sends from."""
        return self._of(customer.ident, customer.values["ip"], str(customer.values["region"]))

    def _of(self, ident: int, said: Value, region: str) -> list[str]:
        if said != "":
            found: list[str] = unpacked(said)
            return found
        if not self._inventions.is_invented(ident):
            return []
        region = self._inventions.region(ident, region)
        sharing = _SHARED_BY * (self._inventions.eu_every if region == "eu" else 1)
        return [_address(region, (ident - FIRST_ID) // sharing % _MOST[region])]

    def shared_by(self, wanted: Iterable[str], as_of: float | None) -> dict[str, list[str]]:
        """Return the usernames of all who send from each of some addresses, in the order of their numbers."""
        found: dict[str, list[str]] = {address: [] for address in wanted}
        for ident, username, said, region in self._candidates(found, as_of):
            for address in self._of(ident, from_cell(said), from_cell(region)):
                if address in found:
                    found[address].append(from_cell(username))
        return found

    def _candidates(self, wanted: dict[str, list[str]], as_of: float | None) -> Iterable[tuple[Any, ...]]:
        """Read those who may send from them: invented ones by their stretches of numbers, others by what was said."""
        head, source, values = customers_as_of(as_of, COLUMNS)
        select = sql(head, "SELECT id, username, ip, region FROM", source, "WHERE deleted = 0")
        stretches = [stretch for address in wanted for stretch in self._stretches(address)]
        if len(stretches) > _MOST["global"]:
            return self._store.each(select + " ORDER BY id", values)
        rows = self._store.select(select + " AND ip <> ''", values)
        for first, last in stretches:
            rows += self._store.select(select + " AND ip = '' AND id BETWEEN ? AND ?", (*values, first, last))
        return sorted(set(rows))

    def _stretches(self, address: str) -> list[tuple[int, int]]:
        region = self.region_of(address)
        if address not in self.owned[region]:
            return []
        index = self.owned[region].index(address)
        sharing = _SHARED_BY * (self._inventions.eu_every if region == "eu" else 1)
        step = sharing * _MOST[region]
        firsts = range(FIRST_ID + index * sharing, self._inventions.last + 1, step) if index < _MOST[region] else ()
        return [(first, first + sharing - 1) for first in firsts]
