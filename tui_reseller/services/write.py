"""Carry out one write, once: check, read again, compare, write the intent down, send, write the outcome down."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime

from tui_reseller.domain.action import Effect
from tui_reseller.domain.audit import Intent
from tui_reseller.domain.changes import Change, changes_of, conflicts_of, wanted_by
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import (
    Conflict,
    CustomerNotFound,
    LedgerUnavailable,
    NeverSent,
    RefusedHere,
    Rejected,
    ResellerError,
)
from tui_reseller.domain.fingerprint import UNKNOWN, Fingerprint, Likeness, differing, fingerprint_of, likeness, seen_of
from tui_reseller.domain.operation import Call, Outcome
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.switch import Switch
from tui_reseller.domain.text import quoted
from tui_reseller.domain.whole import in_one_form
from tui_reseller.services import resend
from tui_reseller.services.attribution import conflict_of
from tui_reseller.services.door import Permit
from tui_reseller.services.ends import refuse_end, takes_end
from tui_reseller.services.lag import another, filled_of_same, find_up_to_date
from tui_reseller.services.list_updates import after_call, list_updates
from tui_reseller.services.result import Result
from tui_reseller.services.sending import AT_ONCE, Sending, Turn, answer
from tui_reseller.services.session import Session
from tui_reseller.services.validation import refuse_invalid, without_unchanged

ALREADY = "nothing was sent"
TAKES_END = "nothing was sent; the stop that stands ends then"
TAKES_NO_END = "nothing was sent; no end is kept, since it was not stopped by this tool"


@dataclass(frozen=True, slots=True)
class Aim:
    """What a write is for, beside the call itself.

    Loaded is the customer as the operator saw it: if a field that is to change is no longer so, nothing is sent. Read
    is the customer as this command has just read it, with nobody asked since: it is not read again. Meant tells the
    customer from another one who bears the username by now. Undoes is the id of what it takes back. Nothing is begun if
    the customer was touched since one of these rows or moments of the ledger.
    """

    loaded: Customer | None = None
    meant: Fingerprint = field(default_factory=lambda: UNKNOWN)
    reason: str = ""
    batch: str | None = None
    undoes: str = ""
    item: tuple[int, int] | None = None
    read: Customer | None = None
    untouched_since: tuple[int | datetime, ...] = ()

    @classmethod
    def at(cls, provider: Provider, loaded: Customer | None, reason: str = "") -> "Aim":
        """Return the aim at a customer that an operator saw; at none, who is new."""
        return cls(loaded, UNKNOWN if loaded is None else seen_of(provider, loaded), reason)


NOTHING = Aim()


async def carry_out(session: Session, call: Call, permit: Permit, aim: Aim = NOTHING) -> Result:
    """Carry out a write that the door let through, and tell what became of it.

    Never raises a ResellerError: what stopped it stands in the result.
    """
    call, action = in_one_form(session.provider, call), session.provider.action(call.operation)
    try:
        with session.desk.changing(call.username):
            before = await prepare(session, call, aim)
            if before is not None and is_already_so(session.provider, call, before):
                found = await already(session, call, before, aim)
                if found is not None:
                    return found
            elif before is not None and is_of_fields(session.provider, call) and not action.is_whole:
                call = without_unchanged(call, {name: before.text(name) for name in call.fields})
            result = await send(session, call, before, permit, aim)
            done = replace(call, username=result.username)
            await session.held.keep(*list_updates(session, done, before, result))
    except ResellerError as error:
        return stopped(call, error)
    return result


async def prepare(session: Session, call: Call, aim: Aim) -> Customer | None:
    """Check a call and read its customer again. Raises what speaks against it; sends nothing but the reading."""
    session.policy.check(call, aim.reason)
    refuse_invalid(session.provider, call)
    if session.customers.is_ambiguous(call.username):
        raise RefusedHere(f"refused: {listed_twice(call.username)}; nothing was sent")
    if session.provider.action(call.operation).effect is Effect.CREATES:
        await _refuse_like_a_lost_one(session, call)
        return None
    now = aim.read or await find_up_to_date(session, call.username)
    if now is None:
        raise CustomerNotFound(f"there is no customer {quoted(call.username)}; nothing was sent")
    like = likeness(aim.meant, now)
    if like is not Likeness.ANOTHER and touches_details(session.provider, call):
        now = await filled_of_same(session, now, wanted_by(session.provider, call))
    loaded = None if like is Likeness.ANOTHER else aim.loaded
    found = [] if loaded is None else conflicts_of(session.provider, call, loaded, now)
    if found or like is not Likeness.SAME:
        await session.held.keep((call.username, now))  # so that whoever looks again sees what is there now
    if found:
        raise await conflict_of(session, call.username, found)
    refuse_another(call, aim.meant, now)
    refuse_state(session.provider, call, now)
    if call.until is not None and now.switch(session.provider.action(call.operation).switch) is not Switch.ON:
        await refuse_end(session, call, now)
    return now


async def _refuse_like_a_lost_one(session: Session, call: Call) -> None:
    """Raise RefusedHere if a new customer with the same address may be there already: nothing else would tell two apart
    where the service gives the key.
    """
    names = [name for name in call.fields if session.provider.by_name[name].is_address]
    if not session.provider.names_customers or not names:
        return
    for entry in await session.ledger.needs_you(session.account):
        asked_for = {change.field: change.after for change in entry.changes}
        if entry.operation is call.operation and all(asked_for.get(name) == call.fields[name] for name in names):
            raise RefusedHere(
                f"refused: whether a customer with this address was opened by operation {entry.id} is not known; "
                "nothing was sent",
                hint=f"look for it, then close that one with a note (id {entry.id})",
            )


def listed_twice(username: str) -> str:
    """Say that a username does not tell who is meant."""
    return f"the service lists {quoted(username)} more than once"


def refuse_another(call: Call, meant: Fingerprint, now: Customer) -> None:
    """Raise Conflict if another customer bears the username by now, or nobody can say who it is."""
    why = why_another(call.username, meant, now)
    if why:
        raise Conflict(f"{why}; nothing was sent", hint="look at it first")


def why_another(username: str, meant: Fingerprint, now: Customer) -> str:
    """Return why a customer is not, or may not be, the one that was meant; nothing if it is."""
    match likeness(meant, now):
        case Likeness.SAME:
            return ""
        case Likeness.ANOTHER:
            return another(username)
        case Likeness.CHANGED:
            changed = ", ".join(differing(meant, now))
            return f"{quoted(username)} was changed since ({changed}): it may be another customer"


def touches_details(provider: Provider, call: Call) -> bool:
    """Whether a call changes what is told for one customer at a time."""
    return provider.are_details((*call.fields, *provider.action(call.operation).turned))


def refuse_state(provider: Provider, call: Call, now: Customer) -> None:
    """Raise NeverSent if the service never does this to a customer who is as this one is now."""
    for name, reasons in provider.action(call.operation).refused_when.items():
        if why := reasons.get(now.text(name)):
            raise NeverSent(f"refused: {quoted(call.username)}: {why}; nothing was sent")


def is_of_fields(provider: Provider, call: Call) -> bool:
    """Whether a call sets fields of a customer, of which those that are so already can be left out."""
    action = provider.action(call.operation)
    return action.effect is Effect.CHANGES and bool(action.takes)


def is_already_so(provider: Provider, call: Call, now: Customer) -> bool:
    """Whether a customer that was just read has all that a call wants, as far as the service tells."""
    wanted, action = wanted_by(provider, call), provider.action(call.operation)
    is_told = action.effect is Effect.CHANGES and bool(wanted) and provider.untold.isdisjoint(wanted)
    return is_told and all(now.value(name) == value for name, value in wanted.items())


async def already(session: Session, call: Call, now: Customer, aim: Aim) -> Result | None:
    """Write down that a customer is so already; nothing is sent. None if an outcome of it is open: what was read may
    still change then, and only sending settles it. Raises ResellerError if it cannot be written down.
    """
    changes = tuple(Change(name, now.value(name), value) for name, value in wanted_by(session.provider, call).items())
    said = ALREADY if call.until is None else TAKES_END if await takes_end(session, call) else TAKES_NO_END
    entry_id = await session.ledger.already(_intent(session, call, now, changes, aim), said)
    if entry_id is None:
        return None
    await session.held.keep((call.username, now))
    return Result(call.username, call.operation, Outcome.ALREADY_SO, said, entry_id, ())


async def send(
    session: Session,
    call: Call,
    before: Customer | None,
    permit: Permit,
    aim: Aim = NOTHING,
    turn: Turn = AT_ONCE,
) -> Result:
    """Send a call that was checked, with its intent before and its outcome after; the list does not learn of it here.

    *Before* is the customer as read just before. Raises ResellerError if nothing was begun: no permit, no key, no
    ledger, a lock, touched since.
    """
    permit.refuse_other(session.account, call, aim.item[0] if aim.item else None)
    session.policy.check(call, aim.reason)
    changes = changes_of(session.provider, call, before)
    await session.desk.write_down()  # until then nothing more is sent
    service = await session.service()  # may ask for a key: before anything is written down
    open_at = session.clock.monotonic()
    intent = _intent(session, call, before, changes, aim)
    entry_id = await session.ledger.begin(intent, untouched_since=aim.untouched_since)
    sending = Sending(session, entry_id, open_at, service, call, permit, aim.item[0] if aim.item else None)
    try:
        outcome, receipt, error = await answer(session, sending, turn)
        message = receipt.message
        if isinstance(error, Rejected):
            outcome, message = await resend.classify(session, entry_id, error, attempts=sending.attempts)
    except BaseException as broken:  # cancelled, or a mistake of our own: neither is in the table of 4.1
        await asyncio.shield(_finish(session, entry_id, *sending.broken_off(broken)))
        raise
    message += await _finish(session, entry_id, outcome, message, receipt.username)
    name = receipt.username or call.username
    return Result(
        name, call.operation, outcome, message, entry_id, changes, error, told=receipt.told, link=receipt.link
    )


def _intent(session: Session, call: Call, before: Customer | None, changes: tuple[Change, ...], aim: Aim) -> Intent:
    return Intent(
        profile=session.profile.name,
        account=session.account,
        operation=call.operation,
        username=call.username,
        changes=changes,
        operator=session.operator,
        before=before.as_dict() if before else None,
        reason=session.policy.reason_for(aim.reason),
        batch=aim.batch,
        item=aim.item,
        until=call.until,
        undoes=aim.undoes,
        fingerprint=fingerprint_of(session.provider, _left_by(session.provider, call, before)),
    )


async def _finish(session: Session, entry_id: str, outcome: Outcome, message: str, target: str | None = None) -> str:
    """Write an outcome down, with the key that the service gave; if the disk refuses, keep it and say so. Returns what
    to add to the message.
    """
    try:
        await session.ledger.finish(entry_id, outcome, message, target=target, is_answer=True)
    except LedgerUnavailable as error:
        session.desk.unwritten.append((entry_id, outcome, message, target))
        return f" (this outcome could not be written down yet: {error.message})"
    return ""


def _left_by(provider: Provider, call: Call, before: Customer | None) -> Customer:
    return before or after_call(provider, call, None) or Customer.of(provider, call.username)


def preview(provider: Provider, call: Call, before: Customer | None) -> tuple[Change, ...]:
    """Return the changes that a call would make, for --dry-run and reviews."""
    return changes_of(provider, call, before)


def stopped(call: Call, error: ResellerError) -> Result:
    """Return the result of a call that an error kept from being sent."""
    outcome = Outcome.CONFLICT if isinstance(error, Conflict) else Outcome.NOT_SENT
    message = error.message + (f" - {error.hint}" if error.hint else "")
    return Result(call.username, call.operation, outcome, message, error=error)
