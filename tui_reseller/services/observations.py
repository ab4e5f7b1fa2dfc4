"""One reading of a customer whose operation is open: what is seen, and what it proves (reliability R2, R4, 4.3)."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import partial

from tui_reseller.domain.action import Effect
from tui_reseller.domain.audit import Entry
from tui_reseller.domain.changes import Change
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.fingerprint import Likeness, differing, fingerprint_of, likeness
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.text import quoted
from tui_reseller.domain.value import Value, value_words
from tui_reseller.services.attribution import attribution_of, bore_the_name, changed_by
from tui_reseller.services.session import Session

NAMED = 3
"""So many fields are named in a sentence."""


Find = Callable[[str], Awaitable[Customer | None]]
"""Reads one customer."""
ANOTHER = "another customer bears the name by now"
READ_BACK = "read back"
"""How every sentence begins that tells of a reading: the rest of the audit log tells of answers."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one reading shows, in words that name what was read.

    Certain evidence counts at once; the other kind must last through the settle time. Row is the customer as read.
    An absence is controlled if the same question found a customer that must be there (R3).
    """

    at: datetime
    outcome: Outcome
    words: str
    certain: bool = False
    row: Customer | None = None
    is_absence: bool = False
    is_controlled: bool = True


async def observe(session: Session, entry: Entry, find: Find | None = None) -> Observation:
    """Read once and compare with the customer before and with what was wanted. *Find* reads from elsewhere than the
    service, such as a whole list. Raises NoAnswer, Rejected.
    """
    effect, fields = session.provider.action(entry.operation).effect, [change.field for change in entry.changes]
    find = find or partial(_found, session, fields, is_new=effect is Effect.CREATES)
    match effect:
        case Effect.RENAMES:
            return await _observe_rename(session, entry, find)
        case Effect.REMOVES:
            return await _observe_removal(session, entry, find)
        case _:
            return await _observe_fields(session, entry, find)


async def _found(session: Session, fields: Sequence[str], username: str, *, is_new: bool) -> Customer | None:
    """Ask for one customer, with details if fields are of them; these do not tell whose they are, so that it is asked
    once more who has the name. Of somebody else nothing but that is told. A new customer that was there has been
    created, whatever became of it since.
    """
    found = await session.find(username, fields)
    if found is None or session.provider.names_customers or not session.provider.are_details(fields):
        return found
    present = await session.find(username)
    if present is None:
        return found if is_new else None
    return found if likeness(fingerprint_of(session.provider, found), present) is Likeness.SAME else present


async def _observe_fields(session: Session, entry: Entry, find: Find) -> Observation:
    now = await find(entry.username)
    at, action = session.clock.now(), session.provider.action(entry.operation)
    is_new = action.effect is Effect.CREATES
    if now is None:
        return await _absent(session, entry, find, Outcome.VERIFIED_NOT_APPLIED if is_new else Outcome.CONFLICT)
    if not is_new and (why := _why_another(session.provider, entry, now)):
        return Observation(at, Outcome.CONFLICT, f"{why} ({digest(now)}): it proves nothing of this one", row=now)
    is_told_otherwise = any(now.value(name) is not None for name in action.leaves)
    if action.sets and now.value(action.switch) is None and not is_told_otherwise:
        return Observation(at, Outcome.UNVERIFIABLE, f"it shows neither on nor off ({digest(now)})", row=now)
    outcome, words, certain = _classified(session.provider, entry, now)
    if is_new and outcome is Outcome.VERIFIED_APPLIED and await bore_the_name(session, entry):
        outcome, words = Outcome.CONFLICT, f"{words}; but it was there before, which proves nothing of this one"
    if not is_new and at - entry.time < timedelta(seconds=session.provider.reads_lag):
        certain = False  # it may show what was there before this operation, and before the one before it
    if outcome is Outcome.CONFLICT and not is_new:
        states = {c.field: _state(session.provider, c, now) for c in entry.changes}
        others = {name: now.value(name) for name, state in states.items() if state is State.OTHER}
        authors = await attribution_of(session, entry.username, others, entry.time)
        words += f", changed by {changed_by(session, list(others), authors)}"
    return Observation(at, outcome, f"{words} ({digest(now)})", certain, now)


def _why_another(provider: Provider, entry: Entry, now: Customer) -> str:
    """Say why another customer may bear the username by now, or nothing: neither who was meant, nor who that would be
    afterwards; or one of whom something differs that this operation did not change. What was not known of who was meant
    tells nobody apart.
    """
    meant = {name: value for name, value in entry.fingerprint.items() if value is not None}
    after = {c.field: c.after for c in entry.changes if c.field in meant and isinstance(c.after, str)}
    if not meant:
        return ""
    if all(likeness(one, now) is Likeness.ANOTHER for one in (meant, {**meant, **after})):
        return ANOTHER
    changed = {change.field for change in entry.changes}
    different = [provider.label(name) for name in differing(meant, now) if name not in changed]
    return f"{' and '.join(different)} not as before: it may be another customer" if different else ""


def _classified(provider: Provider, entry: Entry, now: Customer) -> tuple[Outcome, str, bool]:
    """Compare by R4: wanted, before, some of each, neither. Fields that prove nothing do not count."""
    action = provider.action(entry.operation)
    is_new = action.effect is Effect.CREATES
    told = (KEY, *provider.identity) if is_new else provider.columns
    states = {c: _state(provider, c, now, is_new=is_new) for c in entry.changes if c.field in told}
    found = {state: [c for c, s in states.items() if s is state] for state in State}
    as_wanted = found[State.WANTED] + found[State.STORED]
    counted = len(states) - len(found[State.EITHER])
    if not counted:
        return Outcome.UNVERIFIABLE, "no visible difference between before and wanted", not states
    if len(as_wanted) == counted:
        words = f"as wanted: {_values(as_wanted, now)}" + (f"; {action.unseen}" if action.unseen else "")
        if found[State.STORED]:
            stored = ", ".join(f"{c.field} (wanted {_shown(c.after)})" for c in found[State.STORED][:NAMED])
            words += f"; stored differently: {stored}"
        return Outcome.VERIFIED_APPLIED, words, True
    if is_new:
        other = [c for c in states if c not in as_wanted]
        words = f"the username is listed with other values, maybe not by us: {_values(other, now)}"
        return Outcome.CONFLICT, words, True
    if len(found[State.BEFORE]) == counted:
        return Outcome.VERIFIED_NOT_APPLIED, f"as before: {_values(found[State.BEFORE], now)}", False
    if not found[State.OTHER]:
        words = f"as wanted: {_values(as_wanted, now)}; as before: {_values(found[State.BEFORE], now)}"
        return Outcome.PARTIAL, words, False
    return Outcome.CONFLICT, f"neither as before nor as wanted: {_values(found[State.OTHER], now)}", False


async def _observe_rename(session: Session, entry: Entry, find: Find) -> Observation:
    """Ask for both names. The old one, if it is found, is the control for the absence of the new one."""
    wanted = str(next(change.after for change in entry.changes if change.field == KEY))
    new, old = await find(wanted), await find(entry.username)
    at = session.clock.now()
    if new and old:
        return Observation(at, Outcome.CONFLICT, f"both names are listed ({digest(old)}, {digest(new)})")
    if new:
        before = entry.before or {}
        if all(
            same(session.provider, name, new.value(name), _value(before.get(name)))
            for name in session.provider.identity
        ):
            words = f"listed under the new name, as before ({digest(new)}); log-in and SMTP name changed at once"
            return Observation(at, Outcome.VERIFIED_APPLIED, words, certain=True, row=new)
        return Observation(at, Outcome.CONFLICT, f"the new name is listed with other details ({digest(new)})")
    if old and (why := _why_another(session.provider, entry, old)):
        return Observation(at, Outcome.CONFLICT, f"{why} ({digest(old)}), and the new name is not listed", row=old)
    if old:
        words = f"listed under the old name, not under the new one ({digest(old)})"
        return Observation(at, Outcome.VERIFIED_NOT_APPLIED, words, row=old, is_absence=True)
    return Observation(at, Outcome.UNKNOWN, "neither name is listed")


async def _observe_removal(session: Session, entry: Entry, find: Find) -> Observation:
    now = await find(entry.username)
    if now is not None:
        words = f"it is listed, which is no proof: closing may be scheduled ({digest(now)})"
        return Observation(session.clock.now(), Outcome.UNKNOWN, words)
    return await _absent(session, entry, find, Outcome.VERIFIED_APPLIED)


async def _absent(session: Session, entry: Entry, find: Find, outcome: Outcome) -> Observation:
    at, other = session.clock.now(), known_other(session, entry.username)
    if other is None or await find(other) is None:
        return Observation(at, outcome, "not listed", is_absence=True, is_controlled=False)
    return Observation(at, outcome, f"not listed, while {quoted(other, 40)} is", is_absence=True)


def known_other(session: Session, username: str) -> str | None:
    """Return a customer that must be there: the first of the list with another name."""
    shown = session.customers.window(0, 2)
    return next((c.username for c in shown if c.username and c.username != username), None)


def times_text(readings: Sequence[Observation]) -> str:
    """Return how often was read, and when: how a verdict begins (R6)."""
    first, last = _moment(readings[0].at), _moment(readings[-1].at)
    return f"{READ_BACK} at {last}" if len(readings) == 1 else f"{READ_BACK} {len(readings)} times, {first} to {last}"


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%SZ")


def digest(row: Customer) -> str:
    """Return what identifies a row as it was read, for the audit log (R6)."""
    content = json.dumps(row.as_dict(), sort_keys=True, ensure_ascii=True)
    return f"row {hashlib.sha256(content.encode('ascii')).hexdigest()[:12]}"


class State(Enum):
    """What a field is now. STORED is as wanted, in a form the service may give it; EITHER proves nothing."""

    WANTED = "wanted"
    STORED = "stored"
    BEFORE = "before"
    EITHER = "either"
    OTHER = "other"


def _state(provider: Provider, change: Change, customer: Customer, *, is_new: bool = False) -> State:
    return state_of(provider, change, customer.value(change.field), is_new=is_new)


def state_of(provider: Provider, change: Change, now: Value, *, is_new: bool = False) -> State:
    """Compare one field with before and wanted: exactly, then as the service may store it (R4, D22)."""
    name, limit = change.field, provider.limit(change.field)
    if same(provider, name, now, change.after):
        return State.WANTED
    if name in provider.moving:
        return State.EITHER
    is_before = not is_new and same(provider, name, now, change.before)
    if _is_address(provider, name) or not isinstance(change.after, str):
        return State.BEFORE if is_before else State.OTHER
    stored = _normal(limit, change.after)
    if is_before:
        return State.EITHER if _normal(limit, change.before) == stored else State.BEFORE
    is_stored = _normal(limit, now) == stored or _normal(limit, now).casefold() == stored.casefold()
    return State.STORED if is_stored else State.OTHER


def _normal(limit: int, value: Value) -> str:
    """Return a text as the service may store it: without spaces around, cut at its limit, empty where it is left out
    (reseller-v2 4.5, 5.1).
    """
    return (value if isinstance(value, str) else "").strip()[:limit].strip()


def _is_address(provider: Provider, name: str) -> bool:
    found = provider.by_name.get(name)
    return found is not None and found.is_address


def same(provider: Provider, name: str, one: Value, other: Value) -> bool:
    """Whether two values are one; of an e-mail address the case of the domain does not count."""
    if _is_address(provider, name) and isinstance(one, str) and isinstance(other, str):
        return _folded(one) == _folded(other)
    return one == other


def _folded(address: str) -> tuple[str, str]:
    local, _, domain = address.rpartition("@")
    return local, domain.lower()


def _value(value: object) -> Value:
    return value if isinstance(value, str | bool) else None


def _values(changes: Iterable[Change], now: Customer) -> str:
    listed = list(changes)
    more = f" and {len(listed) - NAMED} more" if len(listed) > NAMED else ""
    return ", ".join(f"{c.field} {_shown(now.value(c.field))}" for c in listed[:NAMED]) + more


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "not given" if value is None else quoted(value_words(value), 40)
