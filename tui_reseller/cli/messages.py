"""What the command says of writes: consequence, before -> after, what became of it, what is safe now. Pure."""

from collections import Counter
from collections.abc import Collection, Sequence

from tui_reseller.domain.action import Effect
from tui_reseller.domain.audit import Entry
from tui_reseller.domain.changes import Change, Collision
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.printed import Foreign, command
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.text import quoted
from tui_reseller.domain.value import Value, value_words
from tui_reseller.services.advice import known, safe, safe_for
from tui_reseller.services.result import Result

SHOWN = 10
"""So many customers of a review are listed; of the rest the number is given."""


def review(
    operation: Operation, profile: Profile, lines: Sequence[tuple[str, Sequence[Change]]], warnings: Sequence[str] = ()
) -> list[str]:
    """Return what a person reads before the question: what, where, before -> after, consequence."""
    protected = ", protected" if profile.protected else ""
    many = f" for {len(lines):,} customers" if len(lines) > 1 else ""
    action = profile.service.action(operation)
    found = [f"{action.heading}{many} - profile {profile.name} ({profile.host}{protected})"]
    found += [
        f"  {quoted(username)}  {changes_text(profile.service, operation, changes)}".rstrip()
        for username, changes in lines[:SHOWN]
    ]
    if len(lines) > SHOWN:
        found.append(f"  ... and {len(lines) - SHOWN:,} more")
    return [*found, " ".join(action.consequence), *(f"note: {warning}" for warning in warnings)]


def odd_names(why: Sequence[str]) -> list[str]:
    """Return what is said of odd new usernames that are allowed: of the first ones, and how many more there are."""
    more = [f"and {len(why) - SHOWN:,} more odd usernames"] if len(why) > SHOWN else []
    return [*why[:SHOWN], *more]


def changes_text(provider: Provider, operation: Operation, changes: Sequence[Change]) -> str:
    """Return changes on one line."""
    action = provider.action(operation)
    if action.effect is Effect.CREATES:
        return ", ".join(f"{c.field} {_shown(provider, c.field, c.after)}" for c in changes if c.field != KEY)
    if not changes and action.effect is Effect.CHANGES and (action.takes or action.sets):
        return "(already so)"
    return ", ".join(
        f"{c.field} {_shown(provider, c.field, c.before)} -> {_shown(provider, c.field, c.after)}" for c in changes
    )


def conflict_text(provider: Provider, collisions: Sequence[Collision]) -> str:
    """Return on one line what a field was, was to be, and is now."""
    return ", ".join(
        f"{c.field} {_shown(provider, c.field, c.before)} -> {_shown(provider, c.field, c.wanted)}, "
        f"now {_shown(provider, c.field, c.now)}"
        for c in collisions
    )


def _shown(provider: Provider, name: str, value: Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None:
        return "unknown" if name in provider.switches else "(none)"
    return quoted(value_words(value))


def next_step(profile: str, *step: str) -> str:
    """Return the command of a next step under a profile: of several, none is guessed."""
    return command(*step, "--profile", Foreign(profile)) or command(*step)


def result_line(provider: Provider, result: Result, profile: str) -> str:
    """Return the sentence on what became of one write under a profile."""
    action = provider.action(result.operation)
    what = f"{result.operation.value} {quoted(result.username)}"
    number = f" [{result.id}]" if result.id else ""
    if result.outcome is Outcome.UNKNOWN:
        check = f" - check: {next_step(profile, 'verify', result.id)}" if result.id and action.is_checkable else ""
        return (
            f"UNKNOWN - {what}: the request left, no usable answer came ({result.message}). It may have been carried "
            f"out, may be carried out later, or not at all. {safe(action, result.outcome)}{number}{check}"
        )
    undo = (
        f" - undo: {next_step(profile, 'undo', result.id)}"
        if result.outcome.is_applied and action.undo is not None and result.id
        else ""
    )
    said = f": {result.message}" if result.message else ""
    advice = f". {safe(action, result.outcome)}" if result.id and result.outcome.needs_you else ""
    return f"{result.outcome.word} - {what}{said}{advice}{number}{undo}"


def open_line(entry: Entry) -> str:
    """Return the sentence on an open outcome: what is known, and what is safe."""
    outcome = entry.outcome or Outcome.UNKNOWN
    what = f"{outcome.word} - {entry.operation.value} {quoted(entry.username)}"
    return f"{what}. Known: {known(entry)}. {safe_for(entry)} [{entry.id}]"


def by_customer(provider: Provider, results: Sequence[Result], two_calls: Collection[str]) -> list[Result]:
    """Return a result for each customer: where it takes two calls, that of the second once the first is applied; none
    of who was created and waits for the second.
    """
    found: dict[str, Result] = {}
    for result in results:
        name, is_first = result.username, provider.action(result.operation).effect is Effect.CREATES
        if name in two_calls and is_first and result.outcome.is_applied:
            found.pop(name, None)
        elif is_first or name not in found:
            found[name] = result
    return list(found.values())


def results_line(
    provider: Provider,
    results: Sequence[Result],
    asked: int,
    batch: str,
    profile: str,
    two_calls: Collection[str] = (),
) -> str:
    """Return the sentence on what became of many, a result for each, under a profile. What new customers who take two
    calls are given is not taken back.
    """
    counts = Counter(result.outcome for result in results)
    said = [f"{counts[outcome]:,} {outcome.word.lower()}" for outcome in Outcome if counts[outcome]]
    if asked > len(results):
        said.append(f"{asked - len(results):,} not begun")
    applied = [one for one in results if one.outcome.is_applied and one.username not in two_calls]
    is_undoable = any(provider.action(result.operation).undo for result in applied)
    undo = f" - undo: {next_step(profile, 'undo', batch)}" if is_undoable and batch else ""
    number = f" [batch {batch}]" if batch else ""
    return f"{asked:,} customers: {', '.join(said)}{number}{undo}"
