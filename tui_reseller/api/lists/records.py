"""One record of a list to a Customer. Total: every record becomes one, a damaged one without a username (D13-D16).

What has no member for the key of a customer is no record of a customer, and what it stands in is no list of ours. A
list in which nobody has a usable key is none either.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import cast

from tui_reseller.api.json_codec import Number
from tui_reseller.api.reply import BadReply
from tui_reseller.api.surrogates import has_surrogate, without_surrogates
from tui_reseller.domain.customer import NO_EXTRA, Customer, Stored
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.switch import Switch

Record = dict[str, object]
"""One record as it was decoded: texts, Number, bool, None, and nested values."""

NO_NAMES: Mapping[str, str] = MappingProxyType({})
DAMAGED = "damaged"
"""Key in `extra` that says why a record has no usable key."""
_SWITCHES = {"true": Switch.ON, "false": Switch.OFF}


@dataclass(frozen=True, eq=False)
class RecordLayout:
    """How a service writes a customer: its columns, and the members of a record that are called otherwise than the
    column (by the column's name). Inverted are switches whose member says the opposite. Members that are no column are
    kept in `extra`.
    """

    provider: Provider
    renamed: Mapping[str, str] = field(default_factory=lambda: NO_NAMES)
    inverted: frozenset[str] = frozenset()

    @cached_property
    def member_of(self) -> Mapping[str, str]:
        """The name of each column's member in a record."""
        return {name: self.renamed.get(name, name) for name in self.provider.columns}

    @cached_property
    def key(self) -> str:
        """The member that is the key of a customer."""
        return self.member_of[KEY]

    @cached_property
    def known(self) -> frozenset[str]:
        """All members that are columns."""
        return frozenset(self.member_of.values())

    @cached_property
    def _texts(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Columns that are texts, and their members."""
        columns = tuple(name for name in self.provider.columns if name not in (KEY, *self.provider.switches))
        return columns, tuple(self.member_of[name] for name in columns)

    @cached_property
    def _values(self) -> tuple[str, ...]:
        return tuple(name for name in self.provider.columns if name != KEY)

    def customer(self, record: Record) -> Customer:
        """Return the customer of a record. A field that is missing or null is None; a nested one is kept in `extra`."""
        get, known = record.get, self.known
        key = get(self.key)
        if not is_usable(key):
            return self._damaged(record, key)
        extra = NO_EXTRA
        if not record.keys() <= known:
            extra = {without_surrogates(name): as_text(record[name]) for name in record.keys() - known}
        columns, members = self._texts
        texts = [get(member) for member in members]
        for value in texts:
            if type(value) is not str or not value.isascii():
                texts = [_field(value) for value in texts]
                extra = {**extra, **self._nested(record)} or NO_EXTRA
                break
        found: dict[str, Stored] = dict(zip(columns, cast("list[str | None]", texts), strict=True))
        for name in self.provider.switches:
            switch = _switch(get(self.member_of[name]))
            found[name] = switch.opposite if name in self.inverted else switch
        return Customer(cast("str", key), {name: found[name] for name in self._values}, extra)

    def _nested(self, record: Record) -> dict[str, str]:
        return {
            name: as_text(value)
            for name, value in record.items()
            if name in self.known and isinstance(value, dict | list)
        }

    def _damaged(self, record: Record, key: object) -> Customer:
        """Keep what can be shown of a record that no write can be aimed at."""
        if isinstance(key, Number):
            why = f"the {self.key} is a number: {key}"
        else:
            why = f"the {self.key} is not usable: {as_text(key)!r}"
        rest = self.customer({**record, self.key: DAMAGED})
        return replace(rest, username="", extra={**rest.extra, DAMAGED: why})


class RecordCheck:
    """Whether the records of a list are those of customers: who is not found in other things is not proved to be gone.

    No service leaves the member for the key out. Single records may be damaged, but not all.
    """

    def __init__(self, layout: RecordLayout) -> None:
        self._key = layout.key
        self._is_empty = True
        self._has_key = False

    def checked(self, record: Record) -> Record:
        """Return a record, or raise BadReply if it has no key at all, good or bad: then it is something else's."""
        if self._key not in record:
            raise BadReply(f"a record in it has no {self._key}, so it is not the list of customers")
        self._is_empty = False
        self._has_key = self._has_key or is_usable(record[self._key])
        return record

    def skip(self) -> None:
        """Take note that records were parsed elsewhere, one with a usable key among them."""
        self._is_empty, self._has_key = False, True

    def finish(self) -> None:
        """Raise BadReply, at the end of a list, if there were records and none had a usable key."""
        if not self._is_empty and not self._has_key:
            raise BadReply(f"no record in it has a usable {self._key}, so it is not the list of customers")


def is_usable(key: object) -> bool:
    """Whether a write can be aimed at this key of a customer."""
    return type(key) is str and bool(key) and not key.isspace() and not has_surrogate(key)


def as_text(value: object) -> str:
    """Return any value of a record as text: nested ones as JSON, a number as written, null as empty."""
    if isinstance(value, str):
        return without_surrogates(str(value))
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace").decode()
    if value is None:
        return ""
    return "true" if value else "false"


def _field(value: object) -> str | None:
    return None if value is None or isinstance(value, dict | list) else as_text(value)


def _switch(value: object) -> Switch:
    known = _SWITCHES.get(value) if type(value) is str else None
    return known or Switch.from_wire(value)
