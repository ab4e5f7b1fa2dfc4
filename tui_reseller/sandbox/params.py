"""Reading the parameters of a call: from the query, from a form body of either kind, or from both.

As in PHP, the body wins over the query and the last of several values wins. Arrays may be written `k[]`, `k[N]` or as
a plain `k`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException, MultiPartParser

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.types import Receive, Scope

MAX_BODY = 1024 * 1024
_MAX_PARAMETERS = 1000
_ARRAY_SUFFIX = re.compile(r"\[[^\]]*\]$")


class BodyTooLarge(ValueError):
    """More than `MAX_BODY` bytes came."""


class BodyUnreadable(ValueError):
    """The body is not the form that its content type announces."""


class ClientGone(ConnectionError):
    """The connection ended before the request was complete."""


class Params:
    """Parameters by name; a name's array brackets are not part of it."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for key, value in pairs:
            self._values.setdefault(_ARRAY_SUFFIX.sub("", key), []).append(value)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def get(self, name: str) -> str:
        """Return the last value of a parameter, or nothing."""
        return self._values.get(name, [""])[-1]

    def all(self, name: str) -> list[str]:
        """Return every value of an array parameter that is not empty."""
        return [value for value in self._values.get(name, []) if value]

    def chosen(self, names: tuple[str, ...]) -> dict[str, str]:
        """Return those of the named parameters that were sent."""
        return {name: self._values[name][-1] for name in names if name in self._values}


async def read_body(receive: Receive) -> bytes:
    """Read a whole body; one that is too large is read to its end and forgotten, so that the refusal arrives."""
    body = bytearray()
    total = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        piece: bytes = message.get("body", b"")
        total += len(piece)
        if total <= MAX_BODY:
            body += piece
        more = message.get("more_body", False)
    if total > MAX_BODY:
        raise BodyTooLarge(f"the request is larger than {MAX_BODY} bytes")
    return bytes(body)


async def read_params(scope: Scope, receive: Receive) -> Params:
    """Collect the parameters of a call."""
    pairs = _parse_form(scope["query_string"])
    body = await read_body(receive)
    content_type = Headers(scope=scope).get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        pairs += await _parse_multipart(scope, body)
    elif kind in {"", "application/x-www-form-urlencoded"}:
        pairs += _parse_form(body)
    return Params(pairs)


def _parse_form(text: bytes) -> list[tuple[str, str]]:
    """Parse percent-encoded pairs. Bytes that are no UTF-8 become replacement characters."""
    try:
        return parse_qsl(text.decode("latin-1"), keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
    except ValueError as error:
        raise BodyUnreadable("too many parameters") from error


async def _parse_multipart(scope: Scope, body: bytes) -> list[tuple[str, str]]:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(Headers(scope=scope), stream(), max_fields=_MAX_PARAMETERS, max_part_size=MAX_BODY)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:
        raise BodyUnreadable("the multipart body is broken") from error
    pairs = [(key, value) for key, value in form.multi_items() if isinstance(value, str)]
    await form.close()
    return pairs
