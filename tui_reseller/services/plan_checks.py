"""Each wanted change against the list: what is so already, what would change, and everything that speaks against it.

What is compared first is never doubtful and never refused for its looks: a file of ours that nobody edited changes
nothing, whatever its values hold.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tui_reseller.domain.action import Effect
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.fields import Finding
from tui_reseller.domain.note import NOTE_COLUMNS
from tui_reseller.domain.operation import Call
from tui_reseller.domain.plan import Item, Refusal
from tui_reseller.domain.provider import KEY
from tui_reseller.domain.text import quoted
from tui_reseller.domain.whole import in_one_form
from tui_reseller.services.creating import split
from tui_reseller.services.details import read_those_needed
from tui_reseller.services.files.actions import NEW_KEY
from tui_reseller.services.files.doubts import doubt
from tui_reseller.services.files.left_aside import why_not_noted, why_not_so
from tui_reseller.services.near_names import likely
from tui_reseller.services.new_names import NAMED, WAY_OUT, NewNames
from tui_reseller.services.requested import RequestedChange
from tui_reseller.services.session import Session
from tui_reseller.services.validation import findings_for
from tui_reseller.services.write import is_already_so, is_of_fields, listed_twice, why_another

Found = list[tuple[str, str]]
"""Why a row cannot be taken, and in which column; more than one may be wrong with it."""


@dataclass(frozen=True, slots=True)
class Checking:
    """What the operator said of the changes. With keep_already what is so already stays among the items, so that its
    outcome is written down.
    """

    keep_already: bool = False
    accept_doubtful: bool = False
    allow_odd_names: bool = False


PLAIN = Checking()
ODD_NAMED = 10
"""So many odd usernames are named among the warnings of a plan; the others are counted."""


async def checker_for(
    session: Session,
    wanted: Sequence[RequestedChange],
    present: Mapping[str, Customer] | None,
    checking: Checking = PLAIN,
) -> "Checker":
    """Return what checks wanted changes. Present are customers that were read just now, and stand for the list."""
    open_ = await session.ledger.needs_you(session.account)
    if any(not one.beside.keys().isdisjoint(NOTE_COLUMNS) for one in wanted):
        await session.notes.learn()
    names = {one.call.username for one in wanted} | {new for one in wanted if (new := _new_name(one.call))}
    found = session.customers.named(names) if present is None else present
    touched = {name for one in wanted for name in _touched(session, one)}
    found = await read_those_needed(session, touched, found)
    unknown = names - found.keys()
    alike = await session.customers.look_alikes(unknown, NAMED) if unknown else {}
    locked = frozenset(entry.username for entry in open_ if session.provider.action(entry.operation).locks)
    return Checker(session, wanted, found, alike, locked, checking)


class Checker:
    """Checks wanted changes one by one; gathers what is refused, what is so already, and what is worth a word."""

    def __init__(
        self,
        session: Session,
        wanted: Sequence[RequestedChange],
        present: Mapping[str, Customer],
        alike: Mapping[str, Sequence[str]],
        locked: frozenset[str],
        checking: Checking,
    ) -> None:
        self.session, self.checking = session, checking
        self.refusals: list[Refusal] = []
        self.already = 0
        self._provider = session.provider
        self._present, self._alike, self._locked = present, alike, locked
        self._ambiguous = session.customers.ambiguous({one.call.username for one in wanted})
        self._renamed = {one.call.username for one in wanted if _new_name(one.call)}
        self._lines: dict[str, int] = {}
        self._new_names = NewNames(alike)
        self._odd: list[str] = []
        self._said: Counter[str] = Counter()
        self._trimmed = self._left = self._accepted = 0
        self._beside: dict[str, None] = {}

    def item(self, one: RequestedChange) -> Item | None:
        """Return the item of a wanted change; None if it is refused or is so already."""
        now = self._present.get(one.call.username)
        against = self._against_name(one, now)
        call = one.call if against else self._compared(one, now)
        is_of_fields_ = now is not None and is_of_fields(self._provider, call)
        if not against:
            against += self._against_values(one, call, now, is_so=is_of_fields_ and not call.fields)
        doubts = [] if against else self._doubts(one, call, now)
        if against or doubts:
            self.refusals += [Refusal(one.line, *why) for why in against]
            self.refusals += [Refusal(one.line, *why, is_doubtful=True) for why in doubts]
            return None
        if is_of_fields_ and not call.fields:
            self.already += 1
            return None
        call, then = split(self._provider, call)
        item = Item.of(self._provider, call, now, line=one.line, then=then)
        if now is not None and is_already_so(self._provider, call, now):
            self.already += 1
            if not self.checking.keep_already:
                return None
        if call.username in self._locked:
            self._said["an outcome is still open: it will be refused until that is resolved"] += 1
        return item

    # Who is meant

    def _against_name(self, one: RequestedChange, now: Customer | None) -> Found:
        """Return what speaks against the customer that is named."""
        name = one.call.username
        if name in self._lines:
            where = f" in line {self._lines[name]}" if self._lines[name] else ""
            return [(f"{quoted(name)} stands there already{where}: one change for each customer", KEY)]
        self._lines[name] = one.line
        for given, column in ((name, KEY), (_new_name(one.call), NEW_KEY)):
            if why := self.session.policy.why_own(given):
                return [(why, column)]
        if self._provider.action(one.call.operation).effect is Effect.CREATES:
            if now is not None:
                return [(f"there is a customer {quoted(name)} already", KEY)]
            return self._against_new_name(name, KEY, one.line)
        if now is None:
            return [(f"there is no customer {quoted(name)}{self._hint(one, name)}", KEY)]
        if why := why_another(name, one.meant, now):
            return [(why, KEY)]
        if name in self._ambiguous:
            return [(listed_twice(name), KEY)]
        return self._against_rename(one) if _new_name(one.call) else []

    def _hint(self, one: RequestedChange, name: str) -> str:
        """Return who may be meant by a name that there is not."""
        near = likely(name, self._alike.get(name, ()))
        why = doubt(self._provider.by_name[KEY], name) if one.line and not near else ""
        return f" - {near}" if near else f": {why}" if why else ""

    def _against_rename(self, one: RequestedChange) -> Found:
        new = _new_name(one.call)
        if new in self._renamed and new != one.call.username:
            return [(f"{quoted(new)} is itself renamed here: chains and swaps take a plan each", NEW_KEY)]
        if new in self._present and new != one.call.username:
            return [(f"there is a customer {quoted(new)} already", NEW_KEY)]
        if new in self._lines and new != one.call.username:
            return [(f"{quoted(new)} stands there already: it cannot be a new name as well", NEW_KEY)]
        self._lines[new] = one.line
        return self._against_new_name(new, NEW_KEY, one.line, one.call.username)

    def _against_new_name(self, name: str, column: str, line: int, former: str = "") -> Found:
        why = self._new_names.why_odd(name, line, former)
        if why and self.checking.allow_odd_names:
            self._odd.append(why)
            return []
        return [(f"{why}; {WAY_OUT}", column)] if why else []

    # What is wanted

    def _compared(self, one: RequestedChange, now: Customer | None) -> Call:
        """Return the call without what is so already, and without blanks that nobody meant."""
        call = in_one_form(self._provider, one.call, now)
        if now is not None and not is_of_fields(self._provider, call):
            return call
        if now is not None and self._provider.action(call.operation).is_whole:
            return replace(call, fields={}) if is_already_so(self._provider, call, now) else call
        fields: dict[str, str] = {}
        for name, value in call.fields.items():
            before = now.text(name) if now is not None else None
            if value == before:
                continue
            bare = value.strip() if one.is_loose else value
            self._trimmed += bare != value
            if bare != before:
                fields[name] = bare
        if now is not None:
            self._left += sum(bool(now.text(name).strip()) for name in one.blank)
        return call if len(fields) == len(call.fields) and fields == call.fields else replace(call, fields=fields)

    def _against_values(self, one: RequestedChange, call: Call, now: Customer | None, *, is_so: bool) -> Found:
        """Return what speaks against the values of a row that would change something, and against its other cells."""
        against: Found = []
        if is_so and not one.call.fields:
            against += self._nothing_wanted(one, now)
        for finding in [] if is_so else self._findings(call):
            if finding.field == "password" and call.password is None:  # it comes when the plan is applied
                continue
            if finding.warning:
                self._said[finding.message] += 1
            else:
                against.append((finding.message, finding.field))
        for name, cell in one.beside.items():
            if name in NOTE_COLUMNS:
                note = self.session.notes.present.of(now) if now is not None else None
                why = why_not_noted(one.call, name, cell, note)
            else:
                why = why_not_so(self._provider, one.call, name, cell, now)
            if why:
                against.append((why, name))
            else:
                self._beside[name] = None
        return against

    def _findings(self, call: Call) -> list[Finding]:
        """Return what is to be said of the values of a call, each by the rules of the call that carries it."""
        parts = [part for part in split(self._provider, call) if part is not None]
        return [finding for part in parts for finding in findings_for(self._provider, part)]

    def _nothing_wanted(self, one: RequestedChange, now: Customer | None) -> Found:
        """Return what speaks against a row that names no value."""
        if not one.blank:
            return [("nothing to set", "")]
        name = one.blank[0]
        is_needed = len(self._provider.action(one.call.operation).takes) == 1
        return [(f"no {name}", name)] if is_needed and now is not None and now.text(name).strip() else []

    def _doubts(self, one: RequestedChange, call: Call, now: Customer | None) -> Found:
        """Return the cells of a file that no person has written, unless the operator accepts them."""
        if not one.line:
            return []
        found: Found = []
        values = {KEY: call.username, **call.fields} if now is None else dict(call.fields)
        if self.checking.allow_odd_names:
            values.pop(KEY, None)
        for name, value in values.items():
            field = self._provider.by_name.get(name)
            before = now.text(name) if now is not None else ""
            why = doubt(field, value, before, one.spelt.get(name, "")) if field is not None and value else ""
            if why:
                found.append((why, NEW_KEY if name == KEY and now is not None else name))
        self._accepted += len(found) if self.checking.accept_doubtful else 0
        return [] if self.checking.accept_doubtful else found

    # What is worth a word

    def warnings(self) -> tuple[str, ...]:
        """Return what is worth a word of the items, each once, with how often; first what cannot be put right later."""
        more = [f"{len(self._odd) - 1:,} more odd usernames"] if len(self._odd) > 1 else []
        odd = (*self._odd[:1], *more, *self._odd[1:ODD_NAMED])
        said = (f"{count:,} x {words}" if count > 1 else words for words, count in self._said.most_common(20))
        return (*odd, *said)

    def notes(self) -> list[str]:
        """Return what was made of the rows."""
        found = []
        if self._trimmed:
            found.append(f"{_counted(self._trimmed, 'value', 'values')} had blanks at an end, which were taken off")
        if self._left:
            empty = _counted(self._left, "empty cell leaves", "empty cells leave")
            found.append(f"{empty} the field as it is; --blank clear empties it")
        if self._beside:
            found.append(f"left aside, for they only say what is so already: {', '.join(self._beside)}")
        if self._accepted:
            found.append(f"{_counted(self._accepted, 'doubtful cell was', 'doubtful cells were')} accepted")
        return found


def _touched(session: Session, one: RequestedChange) -> Iterable[str]:
    """Return the fields that are compared with a customer who is there."""
    if session.provider.action(one.call.operation).effect is Effect.CREATES:
        return ()
    return (*one.call.fields, *one.beside, *session.provider.action(one.call.operation).turned)


def _new_name(call: Call) -> str:
    return call.fields.get(KEY, "")


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
