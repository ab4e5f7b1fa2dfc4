"""The customer list in memory: filtered, sorted, by window, fast enough to follow the keys at 100,000 rows."""

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter

from tui_reseller.domain.customer import DETAIL_FIELDS, FIELDS, SWITCH_FIELDS, Customer
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.filters import SEARCHED, Filter, Term
from tui_reseller.domain.listing import ListContext
from tui_reseller.domain.switch import Switch

_BETWEEN = "\x1f"
_searched = attrgetter(*SEARCHED)
_EXPECTED = ("email", *DETAIL_FIELDS)
"""Fields whose lack makes a customer match is:missing-data."""


class PlainList:
    """All customers in the order in which they came, and the rows that the present query shows.

    A row that is taken out leaves a gap, so that row numbers stay good while a query stands.
    """

    def __init__(self, customers: Iterable[Customer] = ()) -> None:
        self._filter, self._sort, self._descending, self._context = Filter(), "", False, ListContext()
        self._customers: list[Customer | None] = []
        self._texts: list[str] = []
        self._rows_of: dict[str, tuple[int, ...]] = {}
        self._shown: list[int] = []
        self._orders: dict[tuple[str, bool], list[int]] = {}
        self._emails: Counter[str] | None = None
        self.version = 0
        self.replace(customers)

    def __len__(self) -> int:
        return len(self._shown)

    @property
    def total(self) -> int:
        """All customers, shown or not."""
        return self._total

    def window(self, start: int, stop: int) -> list[Customer]:
        """Return shown rows from start up to but not including stop."""
        return [self._at(row) for row in self._shown[max(0, start) : max(0, stop)]]

    def query(
        self, filter_: Filter, sort: str = "", *, descending: bool = False, context: ListContext | None = None
    ) -> int:
        """Filter and sort; return how many rows are shown.

        Sort is a field, or empty for the service's order. Case is ignored, equal rows keep the service's order, and
        rows without a value come last both ways. Raises InvalidInput for a field that there is not.
        """
        if sort and sort not in FIELDS:
            near = difflib.get_close_matches(sort, FIELDS, n=1) or ["username"]
            raise InvalidInput(f'no field "{sort}" to sort by', field="sort", hint=f"perhaps {near[0]}")
        self._filter, self._sort, self._descending = filter_, sort, descending
        self._context = context or ListContext()
        self._shown = list(self._found(filter_, self._order(sort, descending=descending)))
        return len(self._shown)

    def count(self, filter_: Filter, *, context: ListContext | None = None) -> int:
        """Return how many customers another filter would show."""
        before, self._context = self._context, context or ListContext()
        try:
            return len(self._found(filter_, self._order("", descending=False)))
        finally:
            self._context = before

    def _found(self, filter_: Filter, rows: Sequence[int]) -> Sequence[int]:
        for term in sorted(filter_.terms, key=lambda term: term.kind != "word"):
            rows = self._matching(term, rows)
        return rows

    def get(self, username: str) -> Customer | None:
        """Return a customer by exact username; of several, the first."""
        rows = self._rows_of.get(username)
        return self._at(rows[0]) if rows else None

    def row_of(self, username: str) -> int | None:
        """Return the shown row of a username; of several, the first customer's."""
        rows = self._rows_of.get(username)
        try:
            return self._shown.index(rows[0]) if rows else None
        except ValueError:
            return None

    def is_ambiguous(self, username: str) -> bool:
        """Whether the service listed this username more than once: then no operation says which one it means."""
        return len(self._rows_of.get(username, ())) > 1

    def usernames(self) -> list[str]:
        """Return all usernames that the present query shows, in order."""
        return [self._at(row).username for row in self._shown]

    def apply(self, username: str, customer: Customer | None) -> None:
        """Put a changed or renamed customer in the place of *username*, add a new one, or take one out.

        A changed row keeps its place until the next query, also where it no longer fits: nothing jumps under a cursor.
        """
        self._forget()
        rows = self._rows_of.get(username)
        if customer is None:
            if rows:
                self._take_out(rows[0])
        elif rows:
            row = rows[0]
            self._unindex(username, row)
            self._customers[row], self._texts[row] = customer, _search_text(customer)
            self._rows_of[customer.username] = tuple(sorted((*self._rows_of.get(customer.username, ()), row)))
        else:
            self.extend((customer,))

    def replace(self, customers: Iterable[Customer]) -> None:
        """Put a new list in the place of the old one; the present query stays."""
        self._customers, self._texts, self._rows_of, self._total = [], [], {}, 0
        self._forget()
        self._add(customers)
        self.query(self._filter, self._sort, descending=self._descending, context=self._context)

    def extend(self, customers: Iterable[Customer]) -> None:
        """Add customers of a list that is still arriving. Those that the filter matches are shown at the end."""
        first = len(self._customers)
        self._add(customers)
        self._forget()
        rows: Sequence[int] = range(first, len(self._customers))
        for term in self._filter.terms:
            rows = self._matching(term, rows)
        self._shown.extend(rows)

    def _add(self, customers: Iterable[Customer]) -> None:
        for row, customer in enumerate(customers, len(self._customers)):
            self._customers.append(customer)
            self._texts.append(_search_text(customer))
            name = customer.username
            self._rows_of[name] = (*self._rows_of[name], row) if name in self._rows_of else (row,)
            self._total += 1

    def _at(self, row: int) -> Customer:
        customer = self._customers[row]
        assert customer is not None  # noqa: S101 - a row that is taken out is neither shown nor in the index
        return customer

    def _take_out(self, row: int) -> None:
        self._unindex(self._at(row).username, row)
        self._customers[row] = None
        self._total -= 1
        if row in self._shown:
            self._shown.remove(row)

    def _unindex(self, username: str, row: int) -> None:
        left = tuple(other for other in self._rows_of[username] if other != row)
        if left:
            self._rows_of[username] = left
        else:
            del self._rows_of[username]

    def _forget(self) -> None:
        self._orders, self._emails = {}, None
        self.version += 1

    def _order(self, sort: str, *, descending: bool) -> list[int]:
        """Return all rows in order. Kept until the list changes: sorting is the one slow part of a query."""
        found = self._orders.get((sort, descending))
        if found is not None:
            return found
        pairs = [(row, customer) for row, customer in enumerate(self._customers) if customer is not None]
        if not sort:
            rows = [row for row, _customer in pairs]
            found = rows[::-1] if descending else rows
        else:
            key = _sort_key(sort)
            keyed = [(key(customer), row) for row, customer in pairs]
            present = [pair for pair in keyed if pair[0]]
            present.sort(key=lambda pair: pair[0], reverse=descending)
            found = [row for _text, row in present] + [row for text, row in keyed if not text]
        self._orders[sort, descending] = found
        return found

    def _matching(self, term: Term, rows: Sequence[int]) -> Sequence[int]:
        if term.kind == "word" and _BETWEEN not in term.text:
            texts, word = self._texts, term.text
            if term.negated:
                return [row for row in rows if word not in texts[row]]
            return [row for row in rows if word in texts[row]]
        return [row for row in rows if term.matches(self._at(row), self._is_word)]

    def _is_word(self, word: str, customer: Customer) -> bool:
        if word == "marked":
            return customer.username in self._context.marked
        if word == "needs-you":
            return customer.username in self._context.needs_you
        if word == "missing-data":
            return any(not getattr(customer, name) for name in _EXPECTED)
        if word == "duplicate-email":
            if self._emails is None:
                self._emails = Counter(other.email.lower() for other in self._customers if other and other.email)
            return bool(customer.email) and self._emails[(customer.email or "").lower()] > 1
        return False


def _search_text(customer: Customer) -> str:
    try:
        return _BETWEEN.join(_searched(customer)).lower()
    except TypeError:
        return _BETWEEN.join(value or "" for value in _searched(customer)).lower()


def _sort_key(name: str) -> Callable[[Customer], str]:
    """Return what a field is sorted by: its text in lower case, empty where there is no value."""
    if name in SWITCH_FIELDS:

        def of_switch(customer: Customer) -> str:
            state: Switch = getattr(customer, name)
            return "" if state is Switch.UNKNOWN else state.value

        return of_switch

    def of_text(customer: Customer) -> str:
        return (getattr(customer, name) or "").lower()

    return of_text
