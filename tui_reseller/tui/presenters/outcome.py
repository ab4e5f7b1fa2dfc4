"""What became of an operation, in one line."""

from datetime import datetime

from tui_reseller.domain.audit import utc_text
from tui_reseller.domain.changes import Change
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.printed import Foreign, Typed, Word, command
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.text import clean, quoted
from tui_reseller.services.result import Result
from tui_reseller.tui.presenters.detail import verb_of, word
from tui_reseller.tui.presenters.header import clock_text

COPY_HINT = "   y copy as command"
KINDS = {
    Outcome.APPLIED: "good", Outcome.VERIFIED_APPLIED: "good", Outcome.ALREADY_SO: "good", Outcome.UNKNOWN: "warning",
}  # fmt: skip


def kind_of(result: Result) -> str:
    """Return how a result is to be shown."""
    return KINDS.get(result.outcome, "bad")


def changes_words(changes: tuple[Change, ...]) -> str:
    """Say changes before -> after."""
    return ", ".join(f"{change.field} {word(change.before)} -> {word(change.after)}" for change in changes)


def result_line(result: Result, now: datetime, *, is_undo: bool = False) -> str:
    """Say an outcome: word, time, what, to whom; where it was not applied also why.

    After an undo the key undoes another operation, the one before: it is not named.
    """
    if result.outcome is Outcome.CONFLICT:
        return f"{result.outcome.word} {clock_text(now, now)}  {result.message}"
    what = verb_of(result.operation)
    if result.operation not in {Operation.PASSWORD, Operation.CREATE, Operation.DELETE} and result.changes:
        what = clean(changes_words(result.changes), longest=120)
    line = f"{result.outcome.word} {clock_text(now, now)}  {what}  {quoted(result.username, 40)}"
    if result.outcome is Outcome.UNKNOWN:
        return f"{line}   ! says what is safe   ({result.message})"
    if not result.outcome.is_applied:
        return f"{line}  {result.message}"
    if result.id is None:
        return f"{line}  {result.message}"
    undo = "   u undo" if RESELLER_V2.action(result.operation).undo and result.changes and not is_undo else ""
    return f"{line}{undo}{COPY_HINT}"


def as_command(
    operation: Operation,
    username: str,
    changes: tuple[Change, ...],
    profile: str,
    *,
    until: datetime | None = None,
    reason: str = "",
) -> str | None:
    """Return the shell command that does the same, never with a secret; None if a name, value or reason may not stand
    in a command.
    """
    who = Foreign(username)
    values = [Foreign(change.after, f"{change.field}=") for change in changes if isinstance(change.after, str)]
    words: list[Word] = [verb_of(operation), "--profile", profile]
    words += ["--until", utc_text(until)] if until is not None else []
    words += ["--reason", Typed(reason)] if reason else []
    if operation is Operation.CREATE:
        words += ["--generate-password", *values]
    elif operation in {Operation.EMAIL, Operation.RENAME}:
        words += ["--confirm", who] if operation is Operation.RENAME else []
        words += [who, *(Foreign(str(change.after)) for change in changes[:1])]
    else:
        words += ["--confirm", who] if operation in {Operation.DELETE, Operation.PASSWORD} else []
        words += [who, *(values if operation is Operation.SET else [])]
    return command(*words)
