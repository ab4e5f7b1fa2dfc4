"""One call: its raw path in segments, its query, whom it is for, and its JSON body."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote_to_bytes

from tui_reseller.sandbox.params import read_body
from tui_reseller.sandbox.v3.errors import Refused, unreadable

if TYPE_CHECKING:
    from tui_reseller.sandbox.store import Customer
    from tui_reseller.sandbox.wire import Exchange

NOTHING = object()
"""The body of a call that has none: `null` is a body."""
_LARGEST_NUMBER = 2**62


@dataclass
class Call:
    """A call as it came, and, once it was let in, on whose behalf and as of when it is answered."""

    method: str
    segments: tuple[str, ...]
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: Any = NOTHING
    problem: Refused | None = None
    names: tuple[str, ...] = ()
    acting: Customer | None = None
    called: str | None = None
    as_of: float | None = None
    operation: str = ""
    username: str | None = None
    is_eu: bool = False
    page: list[int] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name in the path."""
        return self.names[0]

    @property
    def is_partners(self) -> bool:
        """Whether it is one of Account Provisioning, whose refusals have a shape of their own."""
        return self.segments[:2] == ("v3", "partners")

    @property
    def on_behalf_of(self) -> str | None:
        """The username whom the call is for, as its header says."""
        said = self.headers.get("on-behalf-of", "")
        return None if not said or self.account_behalf is not None else said

    @property
    def account_behalf(self) -> str | None:
        """The account id whom the call is for, as its header says."""
        word, _, account = self.headers.get("on-behalf-of", "").partition(" ")
        return account.strip() if word == "account-id" and account.strip() else None

    def all(self, name: str) -> list[str]:
        """Return every value of a parameter that is repeated."""
        return [value for key, value in self.query if key == name]

    def get(self, name: str) -> str | None:
        """Return the last value of a parameter."""
        return next(iter(reversed(self.all(name))), None)

    def number(self, name: str, default: int, lowest: int = 0) -> int:
        """Read a number. Raises Refused."""
        value = self.get(name)
        if value is None or value == "":
            return default
        if not (value.isascii() and value.isdigit()) or int(value[:20]) < lowest:
            raise unreadable(name, f"{name} must be a number of at least {lowest}")
        return min(int(value[:20]), _LARGEST_NUMBER)

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """Read one of several words. Raises Refused."""
        value = self.get(name) or default
        if value not in choices:
            raise unreadable(name, f"{name} must be one of {', '.join(choices)}")
        return value

    def fields(self) -> dict[str, Any]:
        """Return the body, which must be an object with something in it. Raises Refused."""
        if self.body is NOTHING or self.body == {}:
            raise Refused(400, {"message": "no fields provided"})
        if not isinstance(self.body, dict):
            raise unreadable(None, "the body must be an object")
        return self.body

    def flag(self, name: str) -> bool:
        """Read a boolean of the body. Raises Refused."""
        fields = self.fields()
        if name not in fields:
            raise Refused(400, {"message": "no fields provided"})
        if not isinstance(fields[name], bool):
            raise unreadable(name, f"{name} must be a boolean")
        return bool(fields[name])

    def text(self, name: str) -> str:
        """Read a text of the body. Raises Refused."""
        value = self.fields().get(name)
        if not isinstance(value, str) or not value:
            raise unreadable(name, f"{name} is required")
        return value


async def read_call(exchange: Exchange) -> Call:
    """Read a call to its end. Raises ClientGone; what is wrong with it stands in `problem`."""
    scope = exchange.scope
    headers = {name.decode("latin-1").lower(): _header(value) for name, value in scope["headers"]}
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    call = Call(scope["method"], segments_of(scope["raw_path"]), query, headers)
    try:
        content = await read_body(exchange.receive)
    except ValueError as error:
        call.problem = Refused(413, {"message": str(error)})
        return call
    if not content:
        return call
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        call.problem = unreadable(None, "the body must be application/json")
        return call
    try:
        call.body = json.loads(content)
    except (ValueError, RecursionError):
        call.problem = unreadable(None, "the body is no valid JSON")
    return call


def segments_of(raw_path: bytes) -> tuple[str, ...]:
    """Take a path apart where its slashes are, and only then decode each part: `a%2Fb` is one."""
    return tuple(_decoded(piece) for piece in raw_path.split(b"/")[1:])


def _decoded(piece: bytes) -> str:
    content = unquote_to_bytes(piece)
    try:
        return content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return content.decode("utf-8", "replace")


def _header(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
