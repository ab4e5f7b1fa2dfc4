"""Find out what became of an operation whose answer was lost, by evidence only (reliability 4.2, 4.3)."""

from dataclasses import replace
from datetime import timedelta

from tui_reseller.domain.action import Effect
from tui_reseller.domain.audit import Entry
from tui_reseller.domain.errors import InvalidInput, ResellerError
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.text import quoted
from tui_reseller.services.lost_create import look_for
from tui_reseller.services.observations import Observation, observe, times_text
from tui_reseller.services.session import Session
from tui_reseller.services.whole_list import doubt, whole_list

SETTLE = 60.0
"""Seconds after which an absence or an unchanged value is evidence: as long as the readings take."""
READS_AT = (0.0, 2.0, 10.0, SETTLE)
FORCED_AFTER = timedelta(seconds=120)
"""From when an operation on its way may be closed by force: its process looks again before it sends by then."""
ALIKE = 5
"""So many customers with the same e-mail address are named."""


async def verify(session: Session, entry: Entry) -> tuple[Outcome, str]:
    """Read until there is evidence, up to 60 s, and write it down. Reads only; may run at any time, and beside others.

    Returns what then stands for the operation. A reading that fails proves nothing and is not written down. What was
    closed meanwhile stays closed. Raises LedgerUnavailable.

    The readings begin when the attempt has ended, so the last of them is at least 60 s after it (R3); a clock of the
    wall, which may jump, has no part in it.
    """
    standing = await session.ledger.get(entry.id) or entry
    if standing.outcome is None:
        return Outcome.UNKNOWN, "it is still on its way in another process"
    if not standing.outcome.needs_you:
        return standing.outcome, standing.message
    action = session.provider.action(entry.operation)
    if action.effect is Effect.CREATES and session.provider.names_customers:
        return await _sought(session, entry)
    if not action.is_checkable:
        words = action.uncheckable
        if action.needs_password and not action.why_old_password:
            words = "the service never tells: old and new password may both be valid; set a new one"
        return await _write_down(session, entry, Outcome.UNVERIFIABLE, words, is_observed=False)
    try:
        readings = await _read(session, entry)
        last = readings[-1] if _agree(readings) else replace(readings[-1], outcome=Outcome.UNKNOWN, row=None)
        words = last.words if _agree(readings) else f"readings disagree: {readings[-2].words}; then: {last.words}"
        if last.outcome is not Outcome.UNKNOWN and last.is_absence and not all(r.is_controlled for r in readings):
            last, words = await _in_whole_list(session, entry, last)
        elif action.effect is Effect.RENAMES and last.outcome is Outcome.UNKNOWN and _agree(readings):
            words += await _with_its_email(session, entry)
    except ResellerError as error:
        return Outcome.UNKNOWN, f"still unknown: the reading failed ({error.message})"
    if last.row is not None:
        await session.held.keep((entry.username, last.row))
    return await _write_down(session, entry, last.outcome, f"{times_text(readings)}: {_open(last)}{words}")


async def _sought(session: Session, entry: Entry) -> tuple[Outcome, str]:
    """Look for the customer that a create opened under a key of the service's own."""
    try:
        sought = await look_for(session, entry)
    except ResellerError as error:
        return Outcome.UNKNOWN, f"still unknown: the reading failed ({error.message})"
    key = sought.customer.username if sought.customer is not None else None
    said = await _write_down(session, entry, sought.outcome, sought.words, is_observed=key is not None, target=key)
    if key is not None:
        await session.held.keep((key, sought.customer))
    return said


async def _read(session: Session, entry: Entry) -> list[Observation]:
    """Read at 0, 2, 10 and 60 s; fewer times if one reading is certain, or differs from the one before."""
    began = session.clock.monotonic()
    readings: list[Observation] = []
    for at in READS_AT:
        await session.clock.sleep(max(0.0, at - (session.clock.monotonic() - began)))
        readings.append(await observe(session, entry))
        if readings[-1].certain or not _agree(readings):
            break
    return readings


def _agree(readings: list[Observation]) -> bool:
    return readings[-1].certain or all(reading.outcome is readings[0].outcome for reading in readings)


def _open(reading: Observation) -> str:
    return "still unknown, " if reading.outcome is Outcome.UNKNOWN else ""


async def _write_down(
    session: Session, entry: Entry, outcome: Outcome, words: str, *, is_observed: bool = True, target: str | None = None
) -> tuple[Outcome, str]:
    """Write a verdict down, and what follows from it. Returns what stands: somebody may have closed it before. Target
    is the key of a new customer, where the service gave it.
    """
    await session.ledger.finish(entry.id, outcome, words, target=target, is_observed=is_observed)
    standing = await session.ledger.get(entry.id)
    if standing is not None and standing.outcome is not None:
        outcome, words = standing.outcome, standing.message
    effect = session.provider.action(entry.operation).effect
    if outcome is Outcome.VERIFIED_APPLIED and effect in {Effect.REMOVES, Effect.RENAMES}:
        if effect is Effect.REMOVES:
            await session.held.keep((entry.username, None))
        await session.last_set.learn()  # what is known of it ends, or follows the name
    return outcome, words


async def _in_whole_list(session: Session, entry: Entry, last: Observation) -> tuple[Observation, str]:
    """Decide by one whole list where the question may not work, if that list is a proof (absence.py)."""
    incoming = await whole_list(session)
    why = await doubt(session, incoming, [entry.username])
    if not why and await incoming.has(entry.username):
        why = f"in the whole list of {len(incoming):,} customers"
    if why:
        return replace(last, outcome=Outcome.UNKNOWN), f"absent, but {why}"
    return last, f"not listed, and not in the whole list of {len(incoming):,} customers"


async def _with_its_email(session: Session, entry: Entry) -> str:
    """Say under which name the e-mail address of a renamed customer is listed, if under any."""
    address = (entry.before or {}).get(session.provider.address_field)
    if not isinstance(address, str) or not address:
        return ""
    incoming = await whole_list(session)
    names = await incoming.with_email(address, ALIKE)
    if not names:
        return f", and its e-mail address is nowhere in the whole list of {len(incoming):,} customers"
    return ", but its e-mail address is, under " + ", ".join(quoted(name, 40) for name in names)


async def resolve(session: Session, entry: Entry, note: str, *, is_forced: bool = False) -> None:
    """Close an open outcome with a note of the operator. Never counted as success. Forced, also one that is on its way
    in a process that does not come back; if it does, it sends nothing any more.

    Raises InvalidInput without a note, and where there is nothing to resolve; LedgerUnavailable.
    """
    if not note.strip():
        raise InvalidInput("resolving needs a note: what do you know, and from whom?", field="note")
    standing = await session.ledger.get(entry.id) or entry
    if standing.outcome is None:
        _refuse_in_flight(session.clock.now() - standing.time, is_forced=is_forced)
    elif not standing.outcome.needs_you:
        raise InvalidInput(f"there is nothing to resolve: this operation is {standing.outcome.word.lower()}")
    await session.ledger.finish(entry.id, Outcome.RESOLVED, f"{session.operator.name}: {note.strip()}")


def _refuse_in_flight(age: timedelta, *, is_forced: bool) -> None:
    if not is_forced:
        raise InvalidInput(
            "this operation is still on its way in another process",
            hint="if that process never comes back: resolve --force, with what you know as the note",
        )
    if timedelta(0) <= age < FORCED_AFTER:
        raise InvalidInput(
            f"this operation was begun {int(age.total_seconds())} s ago and may be sent at any moment",
            hint=f"after {int(FORCED_AFTER.total_seconds())} s it can be forced",
        )
