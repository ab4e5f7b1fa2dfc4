"""Make a plan: what is wanted against the present list, row by row, before any write (reliability O03-O07, O13)."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import InvalidInput, RefusedHere
from tui_reseller.domain.fingerprint import Fingerprint
from tui_reseller.domain.operation import Call
from tui_reseller.domain.plan import Item, Plan, Refusal
from tui_reseller.domain.printed import Foreign, line
from tui_reseller.domain.provider import KEY, Effect
from tui_reseller.domain.providers import provider_of
from tui_reseller.domain.text import quoted
from tui_reseller.services import listing
from tui_reseller.services.plan_file import RequestedChange
from tui_reseller.services.session import Session
from tui_reseller.services.validation import findings_for, without_unchanged
from tui_reseller.services.write import is_already_so, is_of_fields

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Undone:
    """The operation that an item takes back, and whom it meant."""

    entry: str
    meant: Fingerprint


@dataclass(frozen=True, slots=True)
class Drafted:
    """A plan, and the rows that were not taken into it."""

    plan: Plan
    refusals: Sequence[Refusal] = ()


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
    keep_already: bool = False,
) -> Drafted:
    """Check each wanted change against the list; return a plan of those that can be done and would change something.

    Present are customers that were read one by one just now, and stand for the list. With keep_already what is so
    already stays in the plan, so that its outcome is written down. Raises InvalidInput if there is nothing to do.
    Nothing is sent.
    """
    read_at = session.held.read_at if present is None else session.clock.now()
    if read_at is None:
        raise InvalidInput("there is no list yet that a plan could be made from", hint="wait until it is read")
    open_ = await session.ledger.needs_you(session.account)
    checker = _Checker(session, wanted, open_, present, keep_already=keep_already)
    items: list[Item] = []
    for number, one in enumerate(wanted):
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)  # a million rows must not hold the screen
        item = checker.item(one)
        if item is not None:
            was = undone.get(one.call.username) if undone else None
            items.append(replace(item, undoes=was.entry, fingerprint=was.meant) if was else item)
    if not items and not refusals and not checker.refusals:
        raise InvalidInput(f"nothing to do: {checker.already:,} are so already")
    total = session.customers.total or len(items)
    unseen = sorted(set(hidden) & {item.username for item in items})
    plan = Plan(
        session.profile.name, session.account, origin, session.clock.now(), read_at, total, _in_order(items, hidden),
        checker.already, unseen, checker.warnings(), source,
    )  # fmt: skip
    return Drafted(plan, sorted([*refusals, *checker.refusals], key=lambda refusal: refusal.line))


def _in_order(items: list[Item], hidden: Collection[str]) -> tuple[Item, ...]:
    """Hidden ones first: they are what nobody has in view (interaction 6.6)."""
    unseen = frozenset(hidden)
    return tuple(sorted(items, key=lambda item: item.username not in unseen)) if unseen else tuple(items)


class _Checker:
    """Checks wanted changes one by one; gathers what is refused, what is so already, and what is worth a word."""

    def __init__(
        self,
        session: Session,
        wanted: Sequence[RequestedChange],
        open_: Iterable[object],
        present: Mapping[str, Customer] | None,
        *,
        keep_already: bool,
    ) -> None:
        self.session = session
        self.keep_already = keep_already
        self.refusals: list[Refusal] = []
        self.already = 0
        self._locked = {str(getattr(entry, "username", "")) for entry in open_}
        new = [_new_name(one.call) for one in wanted]
        names = {one.call.username for one in wanted} | {name for name in new if name}
        self._present = session.customers.named(names) if present is None else present
        self._ambiguous = session.customers.ambiguous({one.call.username for one in wanted})
        self._lines: dict[str, int] = {}
        self._renamed = {one.call.username for one in wanted if _new_name(one.call)}
        self._said: Counter[str] = Counter()

    def item(self, one: RequestedChange) -> Item | None:
        """Return the item of a wanted change; None if it is refused or is so already."""
        why = self._refused(one)
        if why is not None:
            self.refusals.append(Refusal(one.line, *why))
            return None
        call, now = one.call, self._present.get(one.call.username)
        if now is not None and is_of_fields(self.session.provider, call):
            call = without_unchanged(call, {name: now.text(name) for name in call.fields})
            if not call.fields:
                self.already += 1
                return None
        item = Item.of(self.session.provider, call, now, line=one.line)
        if now is not None and is_already_so(self.session.provider, call, now):
            self.already += 1
            if not self.keep_already:
                return None
        if call.username in self._locked:
            self._said["an outcome is still open: it will be refused until that is resolved"] += 1
        return item

    def _refused(self, one: RequestedChange) -> tuple[str, str] | None:
        """Return why a row cannot be taken, and its column, or None."""
        call, name = one.call, one.call.username
        if name in self._lines:
            where = f" in line {self._lines[name]}" if self._lines[name] else ""
            return f"{quoted(name)} stands there already{where}: one change for each customer", "username"
        self._lines[name] = one.line
        for finding in findings_for(self.session.provider, call):
            if finding.field == "password" and call.password is None:  # it comes when the plan is applied
                continue
            if not finding.warning:
                return finding.message, finding.field
            self._said[finding.message] += 1
        now = self._present.get(name)
        if self.session.provider.action(call.operation).effect is Effect.CREATES:
            return (f"there is a customer {quoted(name)} already", "username") if now else None
        if name == self.session.profile.api_user:
            return f"{quoted(name)} is our own reseller account", "username"
        if now is None:
            return f"there is no customer {quoted(name)}", "username"
        if name in self._ambiguous:
            return f"the service lists {quoted(name)} more than once", "username"
        return self._new_name_taken(one) if _new_name(call) else None

    def _new_name_taken(self, one: RequestedChange) -> tuple[str, str] | None:
        new = _new_name(one.call)
        if new in self._renamed:
            return f"{quoted(new)} is itself renamed here: chains and swaps take a plan each", "new_username"
        if new in self._present:
            return f"there is a customer {quoted(new)} already", "new_username"
        if new in self._lines:
            return f"{quoted(new)} stands there already: it cannot be a new name as well", "new_username"
        self._lines[new] = one.line
        return None

    def warnings(self) -> tuple[str, ...]:
        """What is worth a word, each once, with how often."""
        return tuple(f"{count:,} x {words}" if count > 1 else words for words, count in self._said.most_common(20))


def _new_name(call: Call) -> str:
    return call.fields.get(KEY, "")


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
    """Raise RefusedHere if a plan was made for another account."""
    if plan.account != session.account:
        other = line("--profile", Foreign(plan.profile))
        raise RefusedHere(
            f'refused: this plan was made for another account (profile "{plan.profile}"); nothing was sent',
            hint=f"make the plan again{f', or: {other}' if other else ''}",
        )


async def unmoved(plan: Plan, session: Session, *, skip_changed: bool = False) -> Plan:
    """Return a plan that still fits a fresh list. Raises RefusedHere if customers changed since it was made, unless
    those may be left out (reliability O06).
    """
    await listing.refresh_for_many(session)
    present = session.customers.named({item.username for item in plan.items})
    changed = moved(plan, present)
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
