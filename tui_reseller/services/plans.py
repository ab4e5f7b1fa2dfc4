"""Make a plan: what is wanted against the present list, row by row, before any write (reliability O03-O07, O13)."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from tui_reseller.domain.action import Effect
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import InvalidInput, RefusedHere
from tui_reseller.domain.fingerprint import Fingerprint
from tui_reseller.domain.plan import Item, Plan, Refusal
from tui_reseller.domain.printed import Foreign, line
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.providers import provider_of
from tui_reseller.domain.text import clean, quoted
from tui_reseller.services import listing
from tui_reseller.services.plan_checks import PLAIN, Checking, checker_for
from tui_reseller.services.reading_again import is_read_before_sending, read_again
from tui_reseller.services.requested import RequestedChange
from tui_reseller.services.session import Session

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Undone:
    """The operation that an item takes back, and whom it meant."""

    entry: str
    meant: Fingerprint


@dataclass(frozen=True, slots=True)
class Drafted:
    """A plan, the rows that were not taken into it, and what is worth a word about the others."""

    plan: Plan
    refusals: Sequence[Refusal] = ()
    notes: Sequence[str] = ()


async def draft(
    session: Session,
    wanted: Sequence[RequestedChange],
    *,
    origin: str,
    refusals: Sequence[Refusal] = (),
    hidden: Collection[str] = (),
    source: str = "",
    undone: Mapping[str, Undone] | None = None,
    present: Mapping[str, Customer] | None = None,
    checking: Checking = PLAIN,
) -> Drafted:
    """Check each wanted change against the list; return a plan of those that can be done and would change something.

    Present are customers that were read one by one just now, and stand for the list. The plan may be empty. Raises
    InvalidInput if there is no list. Nothing is sent.
    """
    read_at = session.held.read_at if present is None else session.clock.now()
    if read_at is None:
        raise InvalidInput("there is no list yet that a plan could be made from", hint="wait until it is read")
    checker = await checker_for(session, wanted, present, checking)
    items: list[Item] = []
    for number, one in enumerate(wanted):
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)  # a million rows must not hold the screen
        item = checker.item(one)
        if item is not None:
            was = undone.get(one.call.username) if undone else None
            items.append(replace(item, undoes=was.entry, fingerprint=was.meant) if was else item)
    total = session.customers.total or len(items)
    unseen = sorted(set(hidden) & {item.username for item in items})
    plan = Plan(
        session.profile.name, session.account, origin, session.clock.now(), read_at, total, _in_order(items, hidden),
        checker.already, unseen, checker.warnings(), source,
    )  # fmt: skip
    found = sorted([*refusals, *checker.refusals], key=lambda refusal: refusal.line)
    return Drafted(plan, found, checker.notes())


def _in_order(items: list[Item], hidden: Collection[str]) -> tuple[Item, ...]:
    """Hidden ones first: they are what nobody has in view (interaction 6.6)."""
    unseen = frozenset(hidden)
    return tuple(sorted(items, key=lambda item: item.username not in unseen)) if unseen else tuple(items)


def moved(plan: Plan, present: Mapping[str, Customer]) -> list[Item]:
    """Return the items whose customers are no longer as the plan saw them."""
    return [item for item in plan.items if item.moved(provider_of(plan.account), present.get(item.username))]


def moved_since(plan: Plan, loaded: Mapping[str, Customer]) -> int:
    """Return how many customers the plan sees otherwise than the operator did who chose them."""
    return sum(
        any(
            name not in provider_of(plan.account).untold and loaded[item.username].value(name) != value
            for name, value in item.before.items()
        )
        for item in plan.items
        if item.username in loaded
    )


def check_place(plan: Plan, session: Session) -> None:
    """Raise RefusedHere if a plan was made for another account, InvalidInput if it holds a field that its operation
    does not take: a plan is a file, and its digest is no signature.
    """
    if plan.account != session.account:
        other = line("--profile", Foreign(plan.profile))
        raise RefusedHere(
            f'refused: this plan was made for another account (profile "{plan.profile}"); nothing was sent',
            hint=f"make the plan again{f', or: {other}' if other else ''}",
        )
    for item in plan.items:
        for step in item.steps:
            if session.provider.has(step.operation):  # the door says of the others what to do instead
                _refuse_foreign_fields(session.provider, step)


def _refuse_foreign_fields(provider: Provider, item: Item) -> None:
    action = provider.action(item.operation)
    taken = (KEY,) if action.effect is Effect.RENAMES else action.takes
    for name in item.fields:
        if name not in taken:
            raise InvalidInput(
                f"this plan cannot be applied: {item.operation.value} of {quoted(item.username, 40)} takes no "
                f"{clean(name, longest=40)}; nothing was sent",
                field=clean(name, longest=40),
                hint="make the plan again",
            )


async def unmoved(plan: Plan, session: Session, *, skip_changed: bool = False, is_final: bool = False) -> Plan:
    """Return a plan that still fits a list of at most ten minutes. Finally, before it is applied, a list that was not
    read just now is not enough: customers that the job does not read itself are read again, if they are few. Raises
    RefusedHere if customers changed since the plan was made, unless those may be left out (reliability O06).
    """
    provider, meant = session.provider, {item.username for item in plan.items}
    is_new = await listing.refresh_for_many(session)
    reads = is_final and not is_new
    unread = [item for item in plan.items if reads and not is_read_before_sending(provider, item)]
    asked = {one.username for one in unread if provider.action(one.operation).effect is not Effect.CREATES}
    present = dict(session.customers.named(meant - asked))
    if asked:
        present.update(await read_again(session, asked, {name for one in unread for name in one.before}))
    ambiguous = session.customers.ambiguous(meant)
    changed = [
        item for item in plan.items if item.username in ambiguous or item.moved(provider, present.get(item.username))
    ]
    if not changed:
        return plan
    if not skip_changed:
        names = ", ".join(quoted(item.username, 40) for item in changed[:5])
        more = f" and {len(changed) - 5:,} more" if len(changed) > 5 else ""
        raise RefusedHere(
            f"refused: the plan is stale, {len(changed):,} of {len(plan.items):,} customers changed since it was made: "
            f"{names}{more}; nothing was sent",
            hint="look at them (plan diff), then make the plan again or leave them out (--skip-changed)",
        )
    gone = {item.username for item in changed}
    return replace(plan, items=tuple(item for item in plan.items if item.username not in gone))
