"""Under which names a customer is found, and in which rows: renames followed back and forth. Texts are escaped()."""

from collections.abc import Sequence
from typing import NamedTuple

FIRST = -(2**63)
LAST = 2**63 - 1
"""Numbers are signed integers of 64 bits; those of rows that were moved into another ledger are negative."""


class Rename(NamedTuple):
    """A rename that was carried out, by the number of its row."""

    number: int
    account: str
    old: str
    new: str


class Span(NamedTuple):
    """Rows in which a customer has a name: those of an account (None: of any) from one number to another."""

    account: str | None
    username: str
    first: int = FIRST
    last: int = LAST


def spans_of(username: str, account: str | None, renames: Sequence[Rename]) -> list[Span]:
    """Return the spans of a username, and of the customer that has it or had it last under its other names.

    Rows under the name itself are shown whoever had it. Before the rename that gave it, the customer is found
    under the name that it had then, and so on; after the rename that took it away, under the new one. Renames come in
    order.
    """
    found = [Span(account, username)]
    for place in dict.fromkeys(rename.account for rename in renames):
        of_account = [rename for rename in renames if rename.account == place]
        given = _last(of_account, new=username, before=LAST)
        taken = _last(of_account, old=username, before=LAST)
        if taken and (given is None or given.number < taken.number):
            given = _last(of_account, new=username, before=taken.number)
            found += _later(taken, of_account)
        while given:
            found.append(Span(place, given.old, last=given.number))
            given = _last(of_account, new=given.old, before=given.number)
    return found


def _later(taken: Rename, renames: Sequence[Rename]) -> list[Span]:
    """Return where a customer is found after a rename."""
    found = list[Span]()
    step: Rename | None = taken
    while step:
        now = step
        step = next((rename for rename in renames if rename.number > now.number and rename.old == now.new), None)
        found.append(Span(now.account, now.new, now.number, step.number if step else LAST))
    return found


def _last(renames: Sequence[Rename], *, before: int, old: str | None = None, new: str | None = None) -> Rename | None:
    return next(
        (
            rename
            for rename in reversed(renames)
            if rename.number < before and old in {None, rename.old} and new in {None, rename.new}
        ),
        None,
    )
