"""A new customer with details that create does not carry: two calls, two entries of the ledger, one batch."""

import secrets
from dataclasses import replace

from tui_reseller.domain.action import Effect
from tui_reseller.domain.fingerprint import seen_of
from tui_reseller.domain.operation import Call
from tui_reseller.domain.provider import Provider
from tui_reseller.services.door import Permit
from tui_reseller.services.list_updates import after_call
from tui_reseller.services.result import Result
from tui_reseller.services.session import Session
from tui_reseller.services.write import Aim, carry_out

_SIGNS = 4
TWO_CALLS = "Names and address are set by a second call, as soon as the customer can be read; each has its own outcome."


def split(provider: Provider, call: Call) -> tuple[Call, Call | None]:
    """Return what create carries of what is wanted of a new customer, and the call that sets the rest, if there is
    any: what is empty is so already. Other calls are made as they are.
    """
    if provider.action(call.operation).effect is not Effect.CREATES:
        return call, None
    later = {name: text for name, text in call.fields.items() if name in provider.set_after_create and text}
    at_once = {name: text for name, text in call.fields.items() if name not in provider.set_after_create}
    if provider.after_create is None or not later:
        return replace(call, fields=at_once), None
    return replace(call, fields=at_once), Call(provider.after_create, call.username, later)


def joined(call: Call, then: Call | None) -> Call:
    """Return both as one call, as it stands in a file: split() takes it apart."""
    return call if then is None else replace(call, fields={**call.fields, **then.fields})


def batch_for(then: Call | None) -> str | None:
    """Return the name under which both calls stand in the ledger; None for one alone."""
    return None if then is None else secrets.token_hex(_SIGNS)


async def carry_out_then(
    session: Session, created: Call, first: Result, then: Call, permit: Permit, reason: str, batch: str | None
) -> Result:
    """Carry out the second call on a customer that certainly was created, as *first* says, as soon as it can be read:
    for as long as the service's readings may be behind. Never raises a ResellerError.
    """
    made = after_call(session.provider, created, None)
    meant = {} if made is None else seen_of(session.provider, made.with_values(first.told))
    return await carry_out(session, then, permit, Aim(meant=meant, reason=reason, batch=batch))
