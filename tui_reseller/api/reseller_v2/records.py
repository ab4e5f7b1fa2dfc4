"""One record of a list to a Customer. Total: every record becomes one, a damaged one without a username (D13-D16).

What has no key for a username is no record of a customer, and what it stands in is no list of ours. A list in which
nobody has a usable username is none either.
"""

import json
from dataclasses import replace
from typing import cast

from tui_reseller.api.reply import BadReply
from tui_reseller.api.reseller_v2.json_codec import Number
from tui_reseller.api.surrogates import has_surrogate, without_surrogates
from tui_reseller.domain.customer import NO_EXTRA, Customer, Stored
from tui_reseller.domain.provider import KEY
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.switch import Switch

Record = dict[str, object]

WIRE_NAME = {"sending": "active"}
"""Fields that the wire calls otherwise."""
KNOWN = frozenset(WIRE_NAME.get(name, name) for name in RESELLER_V2.columns)
_TEXTS = tuple(name for name in RESELLER_V2.columns if name not in (KEY, *RESELLER_V2.switches))
DAMAGED = "damaged"
"""Key in `extra` that says why a record has no usable username."""
_SWITCHES = {"true": Switch.ON, "false": Switch.OFF}


class Census:
    """Whether the records of a list are those of customers: who is not found in other things is not proved to be gone.

    No generation of the service leaves the key for a username out. Single records may be damaged, but not all.
    """

    def __init__(self) -> None:
        self._is_empty = True
        self._has_name = False

    def counted(self, record: Record) -> Record:
        """Return a record, or raise BadReply if it has no username at all, good or bad: then it is something else's."""
        if "username" not in record:
            raise BadReply("a record in it has no username, so it is not the list of customers")
        self._is_empty = False
        self._has_name = self._has_name or is_usable(record["username"])
        return record

    def passed_over(self) -> None:
        """Take note that records were read elsewhere, one with a usable username among them."""
        self._is_empty, self._has_name = False, True

    def check(self) -> None:
        """Raise BadReply, at the end of a list, if there were records and none had a usable username."""
        if not self._is_empty and not self._has_name:
            raise BadReply("no record in it has a usable username, so it is not the list of customers")


def is_usable(username: object) -> bool:
    """Whether a write can be aimed at this username."""
    return type(username) is str and bool(username) and not username.isspace() and not has_surrogate(username)


def customer_from(record: Record) -> Customer:
    """Return the customer of a record. A field that is missing or null is None; a nested one is kept in `extra`."""
    get = record.get
    username = get("username")
    if not is_usable(username):
        return _damaged(record, username)
    extra = (
        NO_EXTRA
        if record.keys() <= KNOWN
        else {without_surrogates(name): text(record[name]) for name in record.keys() - KNOWN}
    )
    texts = [get(name) for name in _TEXTS]
    for value in texts:
        if type(value) is not str or not value.isascii():
            texts = [_field(value) for value in texts]
            extra = {**extra, **_nested(record)} or NO_EXTRA
            break
    found: dict[str, Stored] = dict(zip(_TEXTS, cast("list[str | None]", texts), strict=True))
    found |= {name: _switch(get(WIRE_NAME.get(name, name))) for name in RESELLER_V2.switches}
    return Customer(cast("str", username), {name: found[name] for name in RESELLER_V2.columns if name != KEY}, extra)


def text(value: object) -> str:
    """Return any value of a record as text: nested ones as JSON, a number as written, null as empty."""
    if isinstance(value, str):
        return without_surrogates(str(value))
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace").decode()
    if value is None:
        return ""
    return "true" if value else "false"


def _field(value: object) -> str | None:
    return None if value is None or isinstance(value, dict | list) else text(value)


def _nested(record: Record) -> dict[str, str]:
    return {name: text(value) for name, value in record.items() if name in KNOWN and isinstance(value, dict | list)}


def _switch(value: object) -> Switch:
    known = _SWITCHES.get(value) if type(value) is str else None
    return known or Switch.from_wire(value)


def _damaged(record: Record, username: object) -> Customer:
    """Keep what can be shown of a record that no write can be aimed at."""
    if isinstance(username, Number):
        why = f"the username is a number: {username}"
    else:
        why = f"the username is not usable: {text(username)!r}"
    rest = customer_from({**record, "username": DAMAGED})
    return replace(rest, username="", extra={**rest.extra, DAMAGED: why})
