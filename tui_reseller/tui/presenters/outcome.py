"""What became of an operation, in one line."""

from collections.abc import Mapping
from datetime import datetime

from tui_reseller.domain.action import Action, Effect
from tui_reseller.domain.audit import utc_text
from tui_reseller.domain.changes import Change
from tui_reseller.domain.grading import grade_of
from tui_reseller.domain.operation import Call, Operation, Outcome, verb_of
from tui_reseller.domain.printed import Foreign, Typed, Word, command
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.text import clean, quoted
from tui_reseller.domain.whole import words_from_fields
from tui_reseller.services.policy import TYPED
from tui_reseller.services.result import Result
from tui_reseller.tui.presenters.entry import changes_words
from tui_reseller.tui.presenters.header import clock_text
from tui_reseller.tui.view_state import Hint, Note

COPY_HINT = Hint("y", "copy as command")
_KINDS = {
    Outcome.APPLIED: "good", Outcome.VERIFIED_APPLIED: "good", Outcome.ALREADY_SO: "good", Outcome.UNKNOWN: "warning",
}  # fmt: skip


def result_note(
    provider: Provider, result: Result, now: datetime, *, is_undo: bool = False, until: datetime | None = None
) -> Note:
    """Say an outcome: word, time, who, what, until when; where it was not applied also why; then what can be done now.

    After an undo the key undoes another operation, the one before: it is not named.
    """
    kind, action = _KINDS.get(result.outcome, "bad"), provider.action(result.operation)
    if result.outcome is Outcome.CONFLICT:
        return Note(f"{clock_text(now, now)}  {result.message}", kind, chip=result.outcome.word)
    what = verb_of(result.operation)
    if action.is_told_by_fields and result.changes:
        what = clean(changes_words(result.changes), longest=120)
    what += f" until {clock_text(until, now)}" if until is not None else ""
    line, chip = f"{clock_text(now, now)}  {quoted(result.username, 40)}  {what}", result.outcome.word
    if result.outcome is Outcome.UNKNOWN:
        return Note(line, kind, (Hint("!", "says what is safe"), Hint("", f"({result.message})")), chip)
    if not result.outcome.is_applied or result.id is None:
        return Note(f"{line}  {result.message}", kind, chip=chip)
    undo = (Hint("u", "undo"),) if action.undo is not None and result.changes and not is_undo else ()
    return Note(line, kind, (*undo, COPY_HINT), chip)


def _kept(action: Action, before: Mapping[str, object] | None) -> dict[str, str]:
    """Return what stays of the fields that are overwritten together."""
    return {name: str(before[name]) for name in action.takes if before and before.get(name) is not None}


def as_command(
    provider: Provider,
    operation: Operation,
    username: str,
    changes: tuple[Change, ...],
    profile: str,
    *,
    until: datetime | None = None,
    reason: str = "",
    before: Mapping[str, object] | None = None,
) -> str | None:
    """Return the shell command that does the same, never with a secret; None if a name, value or reason may not stand
    in a command. Before is the customer as it was: of what is overwritten as a whole some may be so already.
    """
    who, action = Foreign(username), provider.action(operation)
    values = [Foreign(change.after, f"{change.field}=") for change in changes if isinstance(change.after, str)]
    is_told_by_values = action.effect is Effect.CHANGES and bool(action.takes)
    words: list[Word] = [*verb_of(operation).split(), "--profile", profile]
    words += ["--until", utc_text(until)] if until is not None else []
    words += ["--reason", Typed(reason)] if reason else []
    call = Call(operation, username, {**_kept(action, before), **{c.field: str(c.after) for c in changes}})
    words += ["--confirm", who] if grade_of(provider, call, before) >= TYPED else []
    if action.effect is Effect.CREATES:
        words += ["--generate-password", *values] if action.needs_password else values
    elif action.effect is Effect.RENAMES or operation is Operation.EMAIL:  # these verbs take the new value alone
        words += [who, *(Foreign(str(change.after)) for change in changes[:1])]
    elif action.is_whole:
        known = {**(before or {}), **{change.field: change.after for change in changes}}
        fields = {name: str(known[name]) for name in action.takes if known.get(name) is not None}
        words += [who, *map(Foreign, words_from_fields(provider, operation, fields))]
    else:
        words += [who, *values] if is_told_by_values else [who]
    return command(*words)
