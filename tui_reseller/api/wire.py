"""What goes out and what comes back, before anybody gives it a meaning: Form, Reply, BadReply.

Both values print nothing of what they hold: a form carries the key, and a reply may echo it.
"""

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, urlencode

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.secret import MASK, Secret

MAX_DEPTH = 32
"""Deepest nesting that is accepted in any answer (design, "Sizes and times")."""

_PARAMETER = re.compile(
    r"""(?P<name>(?:api_key|password)(?:\s*=\s*|["']\s*[:=]\s*|>\s*))(?P<quote>["']?)[^\s&"'<>,;]+""",
    re.IGNORECASE,
)


_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED = re.compile(r"%[0-9A-F]{2}|\\u[0-9a-f]{4}")
_NARROW = ("ascii", "latin-1")
"""Charsets of XML answers in which other characters stand as numbers."""


class BadReply(ValueError):
    """Bytes that are not a document we accept: malformed, hostile or too large. Says why in words, never quotes."""


class Form:
    """The parameters of one call, in order. Values are encoded when they leave and at no other time.

    Unsaid are secrets that leave with it in another way, and that an answer may repeat all the same.
    """

    __slots__ = ("_pairs", "_unsaid")

    def __init__(self, pairs: Sequence[tuple[str, str | Secret]], *, unsaid: Sequence[Secret] = ()) -> None:
        self._pairs = tuple(pairs)
        self._unsaid = tuple(unsaid)

    def __repr__(self) -> str:
        return f"<form: {', '.join(name for name, _ in self._pairs)}>"

    def encode(self) -> bytes:
        """Return the body, application/x-www-form-urlencoded in UTF-8, with a blank as a plus sign.

        Raises InvalidInput if a value holds half a character (a lone surrogate), which no encoding can carry.
        """
        self._refuse_surrogates()
        return urlencode([(name, _plain(value)) for name, value in self._pairs]).encode("ascii")

    def masked(self, text: str) -> str:
        """Return text of the service with our secrets, and whatever looks like one, replaced by the mask (D19)."""
        for secret in (*self._unsaid, *(value for _, value in self._pairs if isinstance(value, Secret))):
            for form in _spellings(secret):
                text = text.replace(form, MASK)
        return _PARAMETER.sub(rf"\g<name>\g<quote>{MASK}", text)

    def _refuse_surrogates(self) -> None:
        for name, value in self._pairs:
            if has_surrogate(_plain(value)):
                raise InvalidInput(f"{name} holds half a character (a lone surrogate)", field=name)


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """One complete answer. Headers have lower-case names, in order; body is None if it was refused unread."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes | None

    def header(self, name: str) -> str | None:
        """Return the first header of a name, given in lower case."""
        return next((value for found, value in self.headers if found == name), None)


def has_surrogate(text: str) -> bool:
    """Whether a text holds half a character, as JSON can spell it and nothing else can carry."""
    return not text.isascii() and _SURROGATE.search(text) is not None


def _plain(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _spellings(secret: Secret) -> Iterator[str]:
    """Yield every way in which an answer may spell a secret, longest first so that no rest is left.

    As it is, in a URL, HTML, XML or JSON; and each of these in UTF-8 that was taken for Latin-1, as an answer with one
    broken byte is.
    """
    plain = secret.reveal()
    in_url = {quote_plus(plain, errors="replace"), quote(plain, safe="", errors="replace")}
    in_xml = {html.escape(plain), html.escape(plain, quote=False)}
    in_json = {json.dumps(plain)[1:-1], json.dumps(plain, ensure_ascii=False)[1:-1]}
    ways = {plain, plain.strip(), *in_url, *in_xml, *in_json}
    ways |= {_ESCAPED.sub(_other_case, way) for way in in_url | in_json}
    ways |= {way.encode(charset, "xmlcharrefreplace").decode(charset) for way in in_xml for charset in _NARROW}
    ways |= {way.replace("/", "\\/") for way in in_json | {_ESCAPED.sub(_other_case, way) for way in in_json}}
    ways |= {way.encode("utf-8", "replace").decode("latin-1") for way in {plain, *in_xml, *in_json}}
    yield from sorted((way for way in ways if way), key=len, reverse=True)


def _other_case(escape: re.Match[str]) -> str:
    """Return the escape of a URL in small letters, that of JSON in capitals."""
    text = escape[0]
    return text.lower() if text[0] == "%" else text[:2] + text[2:].upper()
