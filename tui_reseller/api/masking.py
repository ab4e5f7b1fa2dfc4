"""Text of a service with our secrets replaced by the mask, however the service spells them (D19)."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from tui_reseller.domain.secret import MASK, Secret, is_worth_masking

_PARAMETER = re.compile(
    r"""(?P<name>(?:(?:api_key|password|[a-z]+_token)(?:\s*=\s*|["']\s*[:=]\s*|>\s*)|authorization["']?\s*[:=]\s*["']?(?:bearer|basic)\s))"""
    r"""(?P<quote>["']?)[^\s&"'<>,;]+""",
    re.IGNORECASE,
)
"""What looks like a secret in a request, whoever's it is."""
_ESCAPED = re.compile(r"%[0-9A-F]{2}|\\u[0-9a-f]{4}")
_NARROW = ("ascii", "latin-1")
"""Charsets of XML answers in which other characters stand as numbers."""


def masked(text: str, secrets: Iterable[Secret]) -> str:
    """Return text of a service with these secrets, and whatever looks like one, replaced by the mask."""
    worth = (secret for secret in secrets if is_worth_masking(secret.reveal().strip()))
    spellings = {spelling for secret in worth for spelling in _spellings(secret)}
    for spelling in sorted(spellings, key=len, reverse=True):  # longest first, so that no rest is left
        text = text.replace(spelling, MASK)
    return _PARAMETER.sub(rf"\g<name>\g<quote>{MASK}", text)


def _spellings(secret: Secret) -> Iterator[str]:
    """Yield every way in which an answer may spell a secret.

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
    yield from (way for way in ways if way)


def _other_case(escape: re.Match[str]) -> str:
    """Return the escape of a URL in lower case, that of JSON in upper case."""
    text = escape[0]
    return text.lower() if text[0] == "%" else text[:2] + text[2:].upper()
