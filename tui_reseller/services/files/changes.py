"""A row of a file to the change that it wants."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui_reseller.domain.action import Effect
from tui_reseller.domain.csv_cells import text_of
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.exact_text import holds_unseen
from tui_reseller.domain.listing import EXTRA
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import formula_restored
from tui_reseller.services.files.actions import ACTION, NEW_KEY, PASSWORD, action_of, columns_of
from tui_reseller.services.files.sheet import NoText
from tui_reseller.services.requested import RequestedChange

_EXACT = frozenset({PASSWORD, EXTRA})
"""Columns whose cells begin as they were meant to: a password of an operator, JSON of ours."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What an operation takes of a row."""

    taken: frozenset[str]
    renames: bool
    needs_password: bool
    may_clear: bool


class ChangeMaker:
    """Turns rows into changes. Counts what it takes off on the way. Action is the one for all, if there is one."""

    def __init__(self, provider: Provider, action: Operation | None, *, is_exact: bool, clears: bool) -> None:
        self._provider, self._action, self._is_exact, self._clears = provider, action, is_exact, clears
        self._shapes: dict[Operation, _Shape] = {}
        self.marks = self.doubled = 0

    def change(self, line: int, values: dict[str, str], columns: frozenset[str]) -> RequestedChange:
        """Return what a row wants; its columns are those that the file has. Raises InvalidInput."""
        spelt: Mapping[str, str] = _NONE
        if self._is_exact:
            _refuse_no_text(values)
        else:
            spelt = self._restored(values)
        operation = self._operation(values.pop(ACTION, ""))
        if self._provider.names_customers and self._provider.action(operation).effect is Effect.CREATES:
            raise InvalidInput(
                f"{self._provider.title} gives new customers their key, so that none can be recognised who was opened "
                "already: they are opened one by one"
            )
        username = values.pop(KEY, "")
        if not username:
            raise InvalidInput(f"no {KEY}", field=KEY)
        shape = self._shape(operation)
        secret = values.pop(PASSWORD, "")
        if secret and not shape.needs_password:
            raise InvalidInput(f"{operation.value} takes no {PASSWORD}", field=PASSWORD)
        password = Secret(secret) if secret else None
        beside: Mapping[str, str] = _NONE
        if shape.renames:
            fields = {KEY: _needed(values, NEW_KEY)}
            beside = values
        elif values.keys() <= shape.taken:
            fields = values
        else:
            fields = {name: value for name, value in values.items() if name in shape.taken}
            beside = {name: value for name, value in values.items() if name not in shape.taken}
        blank: tuple[str, ...] = ()
        if len(fields) < len(shape.taken) and shape.may_clear:
            blank = tuple(name for name in shape.taken if name in columns and name not in fields)
        if blank and self._clears and not self._is_exact:
            fields |= dict.fromkeys(blank, "")
            blank = ()
        return RequestedChange(
            Call(operation, username, fields, password), line, beside, blank, spelt, is_loose=not self._is_exact
        )

    def _operation(self, named: str) -> Operation:
        if not named.strip():
            if self._action is None:
                raise InvalidInput("no action", field=ACTION)
            return self._action
        found = action_of(self._provider, named)
        if self._action is not None and found is not self._action:
            raise InvalidInput(f"{named!r} stands against the one action for all, {self._action.value}", field=ACTION)
        return found

    def _shape(self, operation: Operation) -> _Shape:
        found = self._shapes.get(operation)
        if found is None:
            action = self._provider.action(operation)
            renames, changes = action.effect is Effect.RENAMES, action.effect is Effect.CHANGES
            taken = frozenset(columns_of(self._provider, operation)) - {PASSWORD}
            found = _Shape(taken, renames, action.needs_password, changes and bool(action.takes))
            self._shapes[operation] = found
        return found

    def _restored(self, values: dict[str, str]) -> Mapping[str, str]:
        """Turn what our own CSV writes in another way back; return the cells with an escape of what is not seen."""
        found: dict[str, str] = {}
        for name, cell in values.items():
            if ("\\" not in cell and cell[0] != "'") or name in _EXACT:
                continue
            bare = formula_restored(cell)
            self.marks += bare != cell
            values[name] = text_of(cell)
            if values[name] != bare and holds_unseen(values[name]):
                found[name] = cell
            else:
                self.doubled += "\\\\" in bare
        return found


_NONE: Mapping[str, str] = {}


def _refuse_no_text(values: Mapping[str, str]) -> None:
    for name, value in values.items():
        if type(value) is NoText and name != EXTRA:
            raise InvalidInput("this is no text", field=name)


def _needed(values: dict[str, str], name: str) -> str:
    found = values.pop(name, "")
    if not found:
        raise InvalidInput(f"no {name}", field=name)
    return found
