"""A plan: changes for many customers, checked and frozen before the first is sent."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from tui_reseller.domain.action import Effect
from tui_reseller.domain.audit import utc_text
from tui_reseller.domain.changes import Change, unread_of, wanted_by
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.fingerprint import (
    UNKNOWN,
    Fingerprint,
    Likeness,
    differing,
    fingerprint_from,
    fingerprint_of,
    likeness,
)
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.second_call import SecondCall, texts, written
from tui_reseller.domain.value import Value, value_of

NOTHING: Mapping[str, str] = MappingProxyType({})
FORMAT = 2
"""Of a plan file. A file with another one is refused."""


@dataclass(frozen=True, slots=True)
class Item:
    """One customer of a plan. Never holds a password.

    Before is what the touched fields were in the list that the plan was made from. Line is where the item stands in the
    operator's file, from 1, or 0. Undoes is the id of the operation that it takes back, or empty. Until is when a
    suspension is to end. Fingerprint tells the customer that is meant from another one who bears the username later.
    Then is what is done to a new customer as soon as it is there.
    """

    operation: Operation
    username: str
    fields: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    before: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    line: int = 0
    undoes: str = ""
    until: datetime | None = None
    fingerprint: Fingerprint = field(default_factory=lambda: UNKNOWN)
    then: SecondCall | None = None

    @property
    def call(self) -> Call:
        """The call that carries it out, without its password: the first one, if there are two."""
        return Call(self.operation, self.username, self.fields, until=self.until)

    @property
    def steps(self) -> tuple["Item", ...]:
        """What is sent, one after the other: an item for each call."""
        if self.then is None:
            return (self,)
        then = self.then
        second = Item(then.operation, self.username, then.fields, line=self.line, fingerprint=then.fingerprint)
        return replace(self, then=None), second

    def changes(self, provider: Provider) -> tuple[Change, ...]:
        """Before -> after of each touched field, of all calls."""
        return tuple(
            Change(name, step.before.get(name), after)
            for step in self.steps
            for name, after in wanted_by(provider, step.call).items()
        )

    def is_another(self, now: Customer) -> bool:
        """Whether another customer bears the username by now."""
        return likeness(self.fingerprint, now) is Likeness.ANOTHER

    def moved(self, provider: Provider, now: Customer | None) -> tuple[Change, ...]:
        """Return what somebody changed since the plan was made: the value then, and now; also of what tells that it is
        the customer that was meant. What the service never tells never
        moves, nor does what changes by itself, and details that were not read have not moved.
        """
        is_new = provider.action(self.operation).effect is Effect.CREATES
        if now is None:
            return () if is_new else (Change(KEY, self.username, None),)
        if is_new:
            return (Change(KEY, None, self.username),)
        if self.is_another(now):
            return (Change(KEY, self.username, None),)
        untold = {*provider.untold, *provider.moving, *unread_of(provider, now)}
        kept = {name: value for name, value in self.before.items() if name not in untold}
        kept |= {name: self.fingerprint[name] for name in differing(self.fingerprint, now)}
        return tuple(Change(n, value, now.value(n)) for n, value in kept.items() if now.value(n) != value)

    def as_dict(self) -> dict[str, object]:
        """Return it as a plan file and the ledger have it."""
        found: dict[str, object] = {"operation": self.operation.value, "username": self.username}
        found |= {"fields": dict(self.fields)} if self.fields else {}
        found |= {"before": dict(self.before)} if self.before else {}
        found |= {"line": self.line} if self.line else {}
        found |= {"until": utc_text(self.until)} if self.until else {}
        found |= {"fingerprint": dict(self.fingerprint)} if self.fingerprint else {}
        found |= {"then": self.then.as_dict()} if self.then else {}
        return found | ({"undoes": self.undoes} if self.undoes else {})

    @property
    def line_text(self) -> str:
        """The line that stands for it in what a digest is taken of."""
        return canonical(self.as_dict())

    @classmethod
    def from_dict(cls, found: Mapping[str, object]) -> "Item":
        """Read what as_dict wrote. Raises KeyError, ValueError or TypeError on anything else."""
        fields, before = texts(found.get("fields", {})), found.get("before", {})
        username, line, undoes = found["username"], found.get("line", 0), found.get("undoes", "")
        if not (isinstance(before, dict) and isinstance(username, str)):
            raise TypeError("an item of a plan")
        if not isinstance(line, int) or not isinstance(undoes, str):
            raise TypeError("an item of a plan")
        if any(name.lower().startswith("password") for name in before):
            raise ValueError("a plan holds no password")
        values = {name: value_of(value) for name, value in before.items()}
        operation, until = written(found["operation"]), found.get("until")
        end = None if until is None else datetime.fromisoformat(str(until))
        meant = fingerprint_from(found.get("fingerprint"))
        then = SecondCall.from_dict(found.get("then"))
        return cls(operation, username, fields or NOTHING, values or NOTHING, line, undoes, end, meant, then)

    @classmethod
    def of(
        cls, provider: Provider, call: Call, now: Customer | None, *, line: int = 0, then: Call | None = None
    ) -> "Item":
        """Return the item of a call on a customer as listed; None for one that is to be created, who may be given more
        by a call then.
        """
        is_new = provider.action(call.operation).effect is Effect.CREATES
        meant = UNKNOWN if now is None or is_new else fingerprint_of(provider, now)
        before = touched(provider, call, now)
        second = None if then is None else SecondCall.of(provider, call, then)
        return cls(call.operation, call.username, call.fields, before, line, "", call.until, meant, second)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row of the operator's file that is not taken: where, and why. Line from 1; column is the field's name. One that
    is only doubtful is taken if the operator says so.
    """

    line: int
    message: str
    column: str = ""
    is_doubtful: bool = False

    @classmethod
    def of(cls, line: int, error: InvalidInput) -> "Refusal":
        """Return the refusal of a row that an error tells of."""
        return cls(line, f"{error.message} - {error.hint}" if error.hint else error.message, error.field)

    @property
    def words(self) -> str:
        """One line for the reader."""
        return f"line {self.line}{f', {self.column}' if self.column else ''}: {self.message}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes for many customers of one account. Total counts all customers of the list of read_at.

    Already counts those that were left out because they are so already; hidden those that the filter did not show when
    they were chosen. Source is the digest of the operator's file, without its passwords; empty if there was none.
    """

    profile: str
    account: str
    origin: str
    made_at: datetime
    read_at: datetime
    total: int
    items: Sequence[Item]
    already: int = 0
    hidden: Sequence[str] = ()
    warnings: Sequence[str] = ()
    source: str = ""

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The operations in it, each once, in the order of their first item."""
        return tuple(dict.fromkeys(item.operation for item in self.items))

    @property
    def calls(self) -> Sequence[Call]:
        """All that is sent, without passwords."""
        return [step.call for item in self.items for step in item.steps]

    @property
    def makes_two_calls(self) -> bool:
        """Whether some of its customers are given more by a second call."""
        return any(item.then is not None for item in self.items)

    @property
    def seen(self) -> Mapping[str, Mapping[str, Value]]:
        """What its customers had in the fields that it changes when it was made, by username."""
        return {item.username: item.before for item in self.items}

    @property
    def share(self) -> float:
        """Part of all customers, 0 to 1; new ones count as well."""
        return len(self.items) / self.total if self.total else 1.0

    @property
    def head(self) -> dict[str, object]:
        """All but the items, as a plan file has it."""
        return {
            "plan": FORMAT, "profile": self.profile, "account": self.account, "origin": self.origin,
            "made_at": utc_text(self.made_at), "read_at": utc_text(self.read_at), "total": self.total,
            "items": len(self.items), "already": self.already, "hidden": list(self.hidden),
            "warnings": list(self.warnings), "source": self.source,
        }  # fmt: skip

    @property
    def digest(self) -> str:
        """SHA-256 over all of it: a plan that was edited, or is another one, has another digest."""
        found = hashlib.sha256(canonical(self.head).encode("ascii"))
        for item in self.items:
            found.update(b"\n" + item.line_text.encode("ascii"))
        return found.hexdigest()


def plan_text(plan: Plan) -> str:
    """Return what the digest of a plan is the SHA-256 of: a head, then a line for each customer, in ASCII."""
    return "\n".join([canonical(plan.head), *(item.line_text for item in plan.items)])


def plan_from(lines: Sequence[str]) -> Plan:
    """Read the lines of a plan. Raises ValueError, KeyError, TypeError or IndexError for what is none."""
    head = json.loads(lines[0])
    if head["plan"] != FORMAT:
        raise ValueError("a plan of another version")
    items = tuple(Item.from_dict(json.loads(line)) for line in lines[1:])
    if head["items"] != len(items):
        raise ValueError("items are missing")
    return Plan(
        profile=str(head["profile"]), account=str(head["account"]), origin=str(head["origin"]),
        made_at=datetime.fromisoformat(str(head["made_at"])), read_at=datetime.fromisoformat(str(head["read_at"])),
        total=_number(head["total"]), items=items, already=_number(head["already"]),
        hidden=_texts(head["hidden"]), warnings=_texts(head["warnings"]), source=str(head["source"]),
    )  # fmt: skip


def _number(found: object) -> int:
    if not isinstance(found, int):
        raise TypeError("a number")
    return found


def _texts(found: object) -> tuple[str, ...]:
    if not isinstance(found, list):
        raise TypeError("texts")
    return tuple(map(str, found))


def canonical(value: object) -> str:
    """Return JSON in one form: ASCII, no spaces, keys in order."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True)


def touched(provider: Provider, call: Call, now: Customer | None) -> Mapping[str, Value]:
    """Return what a call would change, as it is now: what a plan keeps as before. Some operations keep other fields, to
    tell that it is still the same customer.
    """
    if now is None:
        return NOTHING
    names = provider.action(call.operation).remembers or [n for n in wanted_by(provider, call) if now.has(n)]
    return {name: now.value(name) for name in names}
