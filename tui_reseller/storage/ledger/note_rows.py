"""Labels and notes as rows of the ledger, and whose they are now: rows and operations, replayed in their order."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from tui_reseller.domain.action import Effect
from tui_reseller.domain.audit import Operator, utc_text
from tui_reseller.domain.errors import Conflict
from tui_reseller.domain.fingerprint import fingerprint_from
from tui_reseller.domain.note import Note
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.text import clean, quoted
from tui_reseller.storage.ledger.encoding import compact, escaped, unescaped
from tui_reseller.storage.ledger.rows import LedgerRow

KIND = "note"


class NoteRow(NamedTuple):
    """What a database has of a note. Username is escaped(); role is who wrote it, where the database knows that."""

    number: int
    username: str
    time: str
    body: str
    role: str = ""


class AppliedRow(NamedTuple):
    """What a database has of an operation that was carried out: number of its intent, number of the outcome that says
    so, and columns of the intent. Names are escaped().
    """

    begun: int
    number: int
    operation: str
    username: str
    target: str | None
    body: str


def note_row(number: int, profile: str, account: str, note: Note) -> LedgerRow:
    """Return the row of a note."""
    body = {
        "label": note.label,
        "note": note.text,
        "operator": note.operator.as_dict(),
        "fingerprint": dict(note.fingerprint),
    }
    name = escaped(note.username)
    columns = (escaped(profile), escaped(account), None, name, None, None, None)
    return LedgerRow(number, KIND, name, utc_text(note.time), *columns, compact(body))


def read_note(row: NoteRow) -> Note:
    """Return the note of a row. Raises ValueError, KeyError or TypeError on a foreign row."""
    content = json.loads(row.body)
    label, text = content["label"], content["note"]
    if not (isinstance(label, str) and isinstance(text, str)):
        raise TypeError("a note")
    return Note(
        unescaped(row.username),
        _whole(label),
        _whole(text),
        replace(Operator.from_dict(content["operator"]), role=row.role),
        datetime.fromisoformat(row.time),
        {name: value and _whole(value) for name, value in fingerprint_from(content.get("fingerprint")).items()},
        row.number,
    )


def _whole(text: str) -> str:
    """Return a text without halves of characters: we write none, and no list could hold them."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def following(provider: Provider) -> tuple[Operation, ...]:
    """Return the operations that bear on whose a note is: those that give a name away or take it, and those that change
    what a customer is told by.
    """
    return tuple(
        operation
        for operation, action in provider.actions.items()
        if action.changes_who or not set(provider.identity).isdisjoint((*action.sets, *action.takes))
    )


def standing_notes(provider: Provider, rows: Iterable[NoteRow], applied: Sequence[AppliedRow]) -> list[Note]:
    """Return the note that stands for each customer, under the present username; also those that say that what stood
    there was cleared.

    A note follows its customer through a rename, ends with a delete, and is never that of somebody who is created under
    the name later. What we changed ourselves of a customer does not make another one of them. Rows are those of one
    account, in any order.
    """
    moved = {name for row in applied for name in (row.username, row.target) if name}
    kept: dict[str | int, NoteRow] = {}
    for row in sorted(rows):
        kept[row.number if row.username in moved else row.username] = row  # of most customers only the last one counts
    found: dict[str, Note] = {}
    events: list[NoteRow | AppliedRow] = [*kept.values(), *applied]
    for event in sorted(events, key=lambda event: event.number):
        if isinstance(event, NoteRow):
            found[event.username] = read_note(event)
        else:
            _follow(provider, event, found)
    return list(found.values())


def _follow(provider: Provider, applied: AppliedRow, found: dict[str, Note]) -> None:
    """Do to the notes, by escaped username, what an operation did to its customer."""
    effect = provider.action(Operation.read(applied.operation)).effect
    if effect is Effect.CHANGES:
        if applied.username in found:
            found[applied.username] = _changed(provider, found[applied.username], applied)
        return
    note = found.pop(applied.username, None)
    if effect is Effect.REMOVES:
        return
    new = applied.target or applied.username
    on_new = note if effect is Effect.CREATES else found.pop(new, None)
    # Of those under the new name, one from before the intent was about somebody else who had it.
    its = [on_new] if on_new is not None and on_new.number > applied.begun else []
    if effect is Effect.RENAMES and note is not None:
        its.append(note)
    if its:
        found[new] = replace(max(its, key=lambda one: one.number), username=unescaped(new))


def _changed(provider: Provider, note: Note, applied: AppliedRow) -> Note:
    changes: Mapping[str, Mapping[str, object]] = json.loads(applied.body)["changes"]
    values = {name: pair.get("after") for name, pair in changes.items() if name in provider.identity}
    if not (values and note.fingerprint):
        return note
    return replace(note, fingerprint=fingerprint_from({**note.fingerprint, **values}))


def refuse_overtaken(
    provider: Provider, note: Note, rows: Iterable[NoteRow], applied: Iterable[AppliedRow], seen: int
) -> None:
    """Raise Conflict if somebody wrote about the customer, or renamed or deleted it, behind the row that the writer had
    seen. Rows and applied are those of the username.
    """
    newer = max((row for row in rows if row.number > seen), default=None)
    if newer is not None:
        by = clean(read_note(newer).operator.name, longest=40)
        raise Conflict(
            f"the note on {quoted(note.username)} was changed by {by} meanwhile; nothing was written",
            hint="look at it again, then decide",
        )
    for row in applied:
        action = provider.action(Operation.read(row.operation))
        if row.number > seen and action.changes_who:
            raise Conflict(
                f"{quoted(note.username)} is another customer since ({row.operation}); nothing was written",
                hint="look at it again, then decide",
            )


def earlier_names(names: Collection[str], renames: Iterable[tuple[str, str]]) -> set[str]:
    """Return names, and all that customers may have had before they got them. Renames are pairs of old and new."""
    given: dict[str, set[str]] = {}
    for old, new in renames:
        given.setdefault(new, set()).add(old)
    found, waiting = set(names), list(names)
    while waiting:
        for old in given.get(waiting.pop(), ()):
            if old not in found:
                found.add(old)
                waiting.append(old)
    return found
