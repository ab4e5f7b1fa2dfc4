"""What the command says of writes: consequence, before -> after, what became of it, what is safe now. Pure."""

from collections.abc import Sequence

from tui_reseller.domain.audit import Entry
from tui_reseller.domain.changes import Change, Collision, Value, value_words
from tui_reseller.domain.operation import REVERSIBLE, SWITCHED, Operation, Outcome
from tui_reseller.domain.printed import Foreign, command
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.text import quoted
from tui_reseller.services.advice import known, safe
from tui_reseller.services.result import Result

TITLES = {
    Operation.ENABLE: "Start sending",
    Operation.DISABLE: "Stop sending",
    Operation.WEBSITE_ENABLE: "Website access on",
    Operation.WEBSITE_DISABLE: "Website access off",
    Operation.SET: "Change details",
    Operation.EMAIL: "Change the contact address",
    Operation.CREATE: "New customer - cannot be undone",
    Operation.PASSWORD: "Reset password - cannot be undone",
    Operation.RENAME: "Rename - mail stops until the customer changes settings",
    Operation.DELETE: "Delete customer - cannot be undone",
}

CONSEQUENCES = {
    Operation.ENABLE: "The customer's mail is accepted again. Website access does not change.",
    Operation.DISABLE: "The customer's mail is refused from now on. Website access does not change.",
    Operation.WEBSITE_ENABLE: "The customer can log in to the website again. Sending does not change.",
    Operation.WEBSITE_DISABLE: "The customer can no longer log in to the website. Sending goes on.",
    Operation.SET: "Only the fields named here change.",
    Operation.EMAIL: "Notices go to the new address. The username for SMTP and website stays.",
    Operation.CREATE: "A new account is opened; it may be billed. A delete later closes it for ever.",
    Operation.PASSWORD: "The old password stops working at once, for SMTP and website: programs that send with it are "
    "refused.",
    Operation.RENAME: "From now on SMTP and website log in only with the new name. Programs of the customer that send "
    "with the old name are refused until they are changed.",
    Operation.DELETE: 'This closes the account at the end of its billing cycle. It is not "stop sending": until then '
    "mail may still go out, and the list may still show it. The username can never be used again.",
}

SHOWN = 10
"""So many customers of a review are listed; of the rest the number is told."""


def review(
    operation: Operation, profile: Profile, lines: Sequence[tuple[str, Sequence[Change]]], warnings: Sequence[str] = ()
) -> list[str]:
    """Return what a person reads before the question: what, where, before -> after, consequence."""
    protected = ", protected" if profile.protected else ""
    many = f" for {len(lines):,} customers" if len(lines) > 1 else ""
    found = [f"{TITLES[operation]}{many} - profile {profile.name} ({profile.host}{protected})"]
    found += [
        f"  {quoted(username)}  {changes_text(operation, changes)}".rstrip() for username, changes in lines[:SHOWN]
    ]
    if len(lines) > SHOWN:
        found.append(f"  ... and {len(lines) - SHOWN:,} more")
    return [*found, CONSEQUENCES[operation], *(f"note: {warning}" for warning in warnings)]


def changes_text(operation: Operation, changes: Sequence[Change]) -> str:
    """Return changes on one line."""
    if operation is Operation.CREATE:
        return ", ".join(f"{c.field} {_shown(c.field, c.after)}" for c in changes if c.field != "username")
    if not changes and operation in {Operation.SET, Operation.EMAIL, *SWITCHED}:
        return "(already so)"
    return ", ".join(f"{c.field} {_shown(c.field, c.before)} -> {_shown(c.field, c.after)}" for c in changes)


def conflict_text(collisions: Sequence[Collision]) -> str:
    """Return on one line what a field was, was to be, and is now."""
    return ", ".join(
        f"{c.field} {_shown(c.field, c.before)} -> {_shown(c.field, c.wanted)}, now {_shown(c.field, c.now)}"
        for c in collisions
    )


def _shown(name: str, value: Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None:
        return "unknown" if name in {"sending", "website_access"} else "(none)"
    return quoted(value_words(value))


def next_step(profile: str, *step: str) -> str:
    """Return a command that goes on under a profile: of several, none is guessed."""
    return command(*step, "--profile", Foreign(profile)) or command(*step)


def result_line(result: Result, profile: str) -> str:
    """Return the sentence on what became of one write under a profile."""
    what = f"{result.operation.value} {quoted(result.username)}"
    number = f" [{result.id}]" if result.id else ""
    if result.outcome is Outcome.UNKNOWN:
        check = (
            f" - check: {next_step(profile, 'verify', result.id)}"
            if result.id and result.operation.is_checkable
            else ""
        )
        return (
            f"UNKNOWN - {what}: the request left, no usable answer came ({result.message}). It may have been carried "
            f"out, may be carried out later, or not at all. {safe(result.operation, result.outcome)}{number}{check}"
        )
    undo = (
        f" - undo: {next_step(profile, 'undo', result.id)}"
        if result.outcome.is_applied and result.operation in REVERSIBLE and result.id
        else ""
    )
    said = f": {result.message}" if result.message else ""
    advice = f". {safe(result.operation, result.outcome)}" if result.id and result.outcome.needs_you else ""
    return f"{result.outcome.word} - {what}{said}{advice}{number}{undo}"


def open_line(entry: Entry) -> str:
    """Return the sentence on an open outcome: what is known, and what is safe."""
    outcome = entry.outcome or Outcome.UNKNOWN
    what = f"{outcome.word} - {entry.operation.value} {quoted(entry.username)}"
    return f"{what}. Known: {known(entry)}. {safe(entry.operation, outcome)} [{entry.id}]"


def results_line(results: Sequence[Result], asked: int, batch: str, profile: str) -> str:
    """Return the sentence on what became of many, under a profile."""
    counts = dict.fromkeys(outcome.word for outcome in Outcome)
    said = [
        f"{sum(result.outcome.word == word for result in results):,} {word.lower()}"
        for word in counts
        if any(result.outcome.word == word for result in results)
    ]
    if asked > len(results):
        said.append(f"{asked - len(results):,} not begun")
    is_undoable = any(result.outcome.is_applied and result.operation in REVERSIBLE for result in results)
    undo = f" - undo: {next_step(profile, 'undo', batch)}" if is_undoable and batch else ""
    number = f" [batch {batch}]" if batch else ""
    return f"{asked:,} customers: {', '.join(said)}{number}{undo}"
