"""What an audit query asks for, as a condition in SQL."""

from collections.abc import Sequence
from datetime import UTC

from tui_reseller.domain.audit import AuditQuery, utc_text
from tui_reseller.storage.ledger.encoding import escaped
from tui_reseller.storage.ledger.spans import Span


def condition_of(
    query: AuditQuery, spans: Sequence[tuple[Span, Sequence[str]]], accounts: Sequence[str]
) -> tuple[str, list[str | int]]:
    """Return the condition on an intent `i`, and its values. Accounts are the spellings of the one that is asked for.
    Spans stand for the username, each with the spellings of its account (none: of any account).
    """
    where, values = ["TRUE"], list[str | int]()
    if accounts and not spans:  # every span has it; here it would make SQLite choose a worse index
        where.append(_among("account", accounts, values))
    for column, value in (("profile", query.profile), ("batch", query.batch)):
        if value is not None:
            where.append(f"i.{column} = ?")
            values.append(escaped(value))
    if query.operation is not None:
        where.append("i.operation = ?")
        values.append(query.operation.value)
    for operator, moment in ((">=", query.since), ("<", query.until)):
        if moment is not None:
            where.append(f"i.time {operator} ?")
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
