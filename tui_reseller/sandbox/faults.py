"""Faults on request: what may go wrong, how it is described, and which of them meets a request.

A fault names an operation, or any, and how many times it strikes. On the command line commas separate faults and colons
their parameters (`latency:ms=300,drop-after:operation=disable`); values may be percent-encoded.

| fault | effect |
|---|---|
| `latency{ms=1000}` | the request waits before anything is done |
| `status{code, shape}` | this answer instead of the operation; without a shape in that of the API that is called |
| `rate-limit{retry_after=1, reset}` | HTTP 429 with its headers; the reset is a `moment` (Unix time) or in `seconds` |
| `drop-before{}` | the request is read, nothing applied, the connection cut |
| `drop-after{}` | applied, then cut without an answer |
| `garbage{}` | applied, then answered with bytes that are neither JSON nor XML |
| `truncate{bytes=10}` | applied, then that much of the answer under its full Content-Length, then cut |
| `slow-drip{bytes_per_s=2}` | applied, and the answer comes that slowly |
| `stale-list{seconds=30}` | a list shows the state of so long ago |
| `lag{seconds=30}` | reads of v3 show the state of so long ago |
| `shift{way=goes}` | after a page of v3: the first customer on it goes, or one `appears` in front of all |
| `rival{field, value, username}` | somebody else edits a customer, by default the one that the request is about |

A rival comes right *before* the matching request is carried out, but right *after* the snapshot for a matching list was
taken: either way between two calls of a client.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tui_reseller.sandbox.routes import AUTH, OPERATIONS, UNKNOWN, V3_OPERATIONS
from tui_reseller.sandbox.shapes import SHAPES
from tui_reseller.sandbox.store import FIELDS
from tui_reseller.sandbox.v3.errors import SHAPES as V3_SHAPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

ANY = "any"
RIVAL_FIELDS = (*FIELDS, "deleted", "password")


class FaultUnusable(ValueError):
    """A fault is described wrongly; the message says how in one line."""


@dataclass
class Fault:
    """One fault in force. `times` counts down; None is for ever."""

    name: str
    operation: str
    times: int | None
    params: dict[str, Any]

    def meets(self, operation: str) -> bool:
        """Say whether a request of this operation is struck."""
        return self.operation in {ANY, operation}

    def describe(self) -> dict[str, Any]:
        """Return the fault as the control endpoints show it."""
        params = {key: "set" if self._is_password(key) else value for key, value in self.params.items()}
        return {"name": self.name, "operation": self.operation, "times": self.times, **params}

    def _is_password(self, key: str) -> bool:
        return self.name == "rival" and key == "value" and self.params.get("field") == "password"


def _whole(lowest: int, highest: int = 2**31) -> Callable[[Any], int]:
    def convert(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise FaultUnusable(f"{value!r} is no whole number")
        try:
            number = int(value)
        except ValueError:
            raise FaultUnusable(f"{value!r} is no whole number") from None
        if not lowest <= number <= highest:
            raise FaultUnusable(f"{number} is not between {lowest} and {highest}")
        return number

    return convert


def _seconds(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise FaultUnusable(f"{value!r} is no number") from None
    if isinstance(value, bool) or not 0 <= number < 1e9:
        raise FaultUnusable(f"{value!r} is no number of seconds")
    return number


def _rate(value: Any) -> float:
    number = _seconds(value)
    if number < 0.01:
        raise FaultUnusable(f"{value!r} is too slow")
    return number


def _one_of(choices: Iterable[str]) -> Callable[[Any], str]:
    known = tuple(choices)

    def convert(value: Any) -> str:
        if value not in known:
            raise FaultUnusable(f"{value!r} is not one of {', '.join(known)}")
        return str(value)

    return convert


def _field(value: Any) -> str:
    return _one_of(RIVAL_FIELDS)("active" if value == "sending" else value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise FaultUnusable(f"{value!r} is no text")
    return value


def _anything(value: Any) -> Any:
    return value


_REQUIRED = object()
_PARAMETERS: dict[str, dict[str, tuple[Callable[[Any], Any], Any]]] = {
    "latency": {"ms": (_whole(0), 1000)},
    "status": {"code": (_whole(200, 599), None), "shape": (_one_of((*SHAPES, *V3_SHAPES)), None)},
    "rate-limit": {"retry_after": (_whole(0), 1), "reset": (_one_of(("moment", "seconds")), "moment")},
    "drop-before": {},
    "drop-after": {},
    "garbage": {},
    "truncate": {"bytes": (_whole(0), 10)},
    "slow-drip": {"bytes_per_s": (_rate, 2)},
    "stale-list": {"seconds": (_seconds, 30)},
    "lag": {"seconds": (_seconds, 30)},
    "shift": {"way": (_one_of(("goes", "appears")), "goes")},
    "rival": {"username": (_text, None), "field": (_field, _REQUIRED), "value": (_anything, _REQUIRED)},
}
_operation = _one_of((ANY, *OPERATIONS, *V3_OPERATIONS, AUTH, UNKNOWN))


def fault_from(description: Any, *, times: int | None = 1) -> Fault:
    """Build a fault from its description; `times` is for one that does not say."""
    if not isinstance(description, dict):
        raise FaultUnusable("a fault is an object with a name")
    given = dict(description)
    names = [given.pop(key) for key in ("name", "fault", "type") if key in given]
    name = names[0] if names else None
    if not isinstance(name, str) or name not in _PARAMETERS:
        raise FaultUnusable(f"unknown fault {name!r}: one of {', '.join(_PARAMETERS)}")
    try:
        operation = given.pop("operation", None)
        operation = ANY if operation is None else _operation(operation)
        wanted = given.pop("times", times)
        times = None if wanted is None else _whole(1)(wanted)
        params = _read_params(name, given)
    except FaultUnusable as error:
        raise FaultUnusable(f"fault {name}: {error}") from None
    if name == "status" and params["code"] is None:
        params["code"] = V3_SHAPES[params["shape"]][0] if params["shape"] in V3_SHAPES else 500
    return Fault(name, operation, times, params)


def _read_params(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    known = _PARAMETERS[name]
    unknown = [key for key in given if key not in known]
    if unknown:
        allowed = ", ".join((*known, "operation", "times"))
        raise FaultUnusable(f"unknown parameter {unknown[0]!r}: one of {allowed}")
    params = {}
    for key, (convert, default) in known.items():
        if key not in given:
            if default is _REQUIRED:
                raise FaultUnusable(f"{key} is missing")
            params[key] = default
            continue
        try:
            params[key] = convert(given[key])
        except FaultUnusable as error:
            raise FaultUnusable(f"{key}: {error}") from None
    return params


def parse_faults(text: str) -> list[Fault]:
    """Read the command line's notation; these faults strike for ever unless `times` is given."""
    faults = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, *pairs = part.split(":")
        description = {"name": name.strip()}
        for pair in pairs:
            key, equals, value = pair.partition("=")
            if not equals:
                raise FaultUnusable(f"fault {name}: {pair!r} is not of the form parameter=value")
            description[key.strip()] = unquote(value)
        faults.append(fault_from(description, times=None))
    return faults


class Faults:
    """The faults in force, in the order in which they were added."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._active = list(faults)

    def add(self, faults: Iterable[Fault]) -> None:
        """Put more faults in force."""
        self._active.extend(faults)

    def clear(self) -> None:
        """End all faults."""
        self._active.clear()

    def describe(self) -> list[dict[str, Any]]:
        """Return the faults in force."""
        return [fault.describe() for fault in self._active]

    def claim(self, operation: str, *names: str) -> Fault | None:
        """Let the first matching fault of these names strike."""
        for fault in self._active:
            if fault.name in names and fault.meets(operation):
                self._strike(fault)
                return fault
        return None

    def claim_all(self, operation: str, name: str) -> list[Fault]:
        """Let every matching fault of this name strike once."""
        struck = [fault for fault in self._active if fault.name == name and fault.meets(operation)]
        for fault in struck:
            self._strike(fault)
        return struck

    def _strike(self, fault: Fault) -> None:
        if fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                self._active.remove(fault)
