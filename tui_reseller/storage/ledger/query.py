"""What an audit query asks for, in SQL; and under which names a customer is found. Texts here are escaped()."""

from collections.abc import Sequence
from datetime import UTC
from typing import NamedTuple

from tui_reseller.domain.audit import AuditQuery, utc_text
from tui_reseller.storage.ledger.rows import escaped

LAST = 2**63 - 1
"""No row has a higher number (SQLite: INTEGER)."""


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
    first: int = 0
    last: int = LAST


def asked(
    query: AuditQuery, spans: Sequence[tuple[Span, Sequence[str]]], accounts: Sequence[str]
) -> tuple[str, list[str | int]]:
    """Return the condition on an intent `i`, and its values. Accounts are the spellings of the one that is asked for.
    Spans stand for the username, each with the spellings of its account (none: of any account).
    """
    where, values = ["1"], list[str | int]()
    if accounts and not spans:  # it stands in every span: here it would draw SQLite to a worse index
        where.append(_among("account", accounts, values))
    for column, value in (("profile", query.profile), ("batch", query.batch)):
        if value is not None:
            where.append(f"i.{column} = ?")
            values.append(escaped(value))
    if query.operation is not None:
        where.append("i.operation = ?")
        values.append(query.operation.value)
    for sign, moment in ((">=", query.since), ("<", query.until)):
        if moment is not None:
            where.append(f"i.time {sign} ?")
            values.append(utc_text(moment.astimezone(UTC)))
    if spans:
        where.append(f"({' OR '.join(_within(span, names, values) for span, names in spans)})")
    return " AND ".join(where), values


def _among(column: str, accepted: Sequence[str], values: list[str | int]) -> str:
    values += accepted
    return f"i.{column} IN ({', '.join('?' * len(accepted))})"


def _within(span: Span, accounts: Sequence[str], values: list[str | int]) -> str:
    """Each alternative fits an index, with the condition that the index is for: only so does SQLite use it in an OR."""
    alternatives = list[str]()
    for column in ("username", "target"):
        of_account = f"{_among('account', accounts, values)} AND " if accounts else ""
        alternatives.append(f"(i.kind = 'intent' AND {of_account}i.{column} = ? AND i.number BETWEEN ? AND ?)")
        values += [span.username, span.first, span.last]
    return " OR ".join(alternatives)


def spans_of(username: str, account: str | None, renames: Sequence[Rename]) -> list[Span]:
    """Return the spans of a username, and of the customer that has it or had it last under its other names.

    What stands under the name itself is shown whoever had it. Before the rename that gave it, the customer is found
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
