"""What a write that was carried out changes in the list, by what is certain and without reading again."""

from tui_reseller.domain.action import Effect
from tui_reseller.domain.changes import wanted_by
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Call, Outcome
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.services.result import Result
from tui_reseller.services.session import Session


def list_updates(
    session: Session, call: Call, before: Customer | None, result: Result
) -> list[tuple[str, Customer | None]]:
    """Return what a result changes in the list: a certain change, or a switch that is unknown now. What this tool knows
    beside the service is learnt on the way.
    """
    action, outcome = session.provider.action(call.operation), result.outcome
    if outcome is Outcome.UNKNOWN and action.sets and before:
        session.last_set.note(call.username, dict.fromkeys(action.sets))
        return [(call.username, before.with_values(dict.fromkeys(action.turned)))]
    if not outcome.is_applied:
        return []
    if outcome is Outcome.VERIFIED_APPLIED and action.effect is Effect.CREATES:
        return []  # it was taken in as it was read
    if before:
        session.last_set.note(call.username, action.sets)
    if action.effect is Effect.RENAMES:
        session.last_set.renamed(call.username, call.fields[KEY])
        session.notes.renamed(call.username, call.fields[KEY])
    if action.effect is Effect.REMOVES:
        session.last_set.forget(call.username)
        session.notes.forget(call.username)
    after = after_call(session.provider, call, before)
    return [(call.username, after.with_values(result.told) if after else None)]


def after_call(provider: Provider, call: Call, before: Customer | None) -> Customer | None:
    """Return the customer as an applied call leaves it; None after a delete."""
    match provider.action(call.operation).effect:
        case Effect.REMOVES:
            return None
        case Effect.CREATES:
            return Customer.of(provider, call.username, {**provider.new_values, **call.fields})
        case _:
            return before.with_values(wanted_by(provider, call)) if before else None
