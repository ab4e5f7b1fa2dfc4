"""One request before it leaves: what is sent, and which secrets in it an answer may repeat.

Values are encoded when they leave and at no other time. Nothing here prints what it holds.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter
from types import MappingProxyType
from typing import ClassVar
from urllib.parse import quote, urlencode

from tui_reseller.api.masking import masked
from tui_reseller.api.surrogates import has_surrogate
from tui_reseller.domain.errors import InvalidInput, NotAskedFor
from tui_reseller.domain.secret import Secret

NO_SEGMENTS: Mapping[str, str] = MappingProxyType({})
DOT_SEGMENTS = frozenset({"", ".", ".."})
"""What a server takes out of a path, encoded or not (RFC 3986 5.2.4): the request would reach another resource."""


@dataclass(frozen=True, slots=True, repr=False)
class FormBody:
    """Parameters in order, sent as application/x-www-form-urlencoded in UTF-8, with a space as a plus sign."""

    content_type: ClassVar[str] = "application/x-www-form-urlencoded"
    pairs: Sequence[tuple[str, str | Secret]]

    def leaves(self) -> Iterator[tuple[str, str | Secret]]:
        """Yield name and value of every text in it."""
        yield from self.pairs

    def encode(self) -> bytes:
        """Return the bytes to send."""
        return urlencode([(name, _revealed(value)) for name, value in self.pairs]).encode("ascii")


@dataclass(frozen=True, slots=True, repr=False)
class JsonBody:
    """A tree of objects, lists, texts, numbers, booleans, nulls and secrets, sent as JSON in UTF-8."""

    content_type: ClassVar[str] = "application/json"
    tree: object

    def leaves(self) -> Iterator[tuple[str, str | Secret]]:
        """Yield name and value of every text in it; names are those of the innermost members."""
        yield from _leaves("", self.tree)

    def encode(self) -> bytes:
        """Return the bytes to send."""
        return json.dumps(self.tree, ensure_ascii=False, separators=(",", ":"), default=_plain_tree).encode()


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """One call. Path is below the base URL: a template such as `customers/{name}/state`, of which logs show no
    more; segments are the values in it, by name.

    Bearer is sent as an Authorization header (RFC 6750), on_behalf_of, the customer for whom the call is made, as a
    header of that name (services 9.1). Secrets are those that leave in another way, as a proxy's password does; the
    ones in bearer and body need not be among them. Headers besides are fixed ones of our own. Raises ValueError if
    path and segments do not fit, which is a mistake of our own.
    """

    method: str
    path: str
    segments: Mapping[str, str] = field(default_factory=lambda: NO_SEGMENTS)
    query: Sequence[tuple[str, str]] = ()
    body: FormBody | JsonBody | None = None
    bearer: Secret | None = None
    on_behalf_of: str = ""
    secrets: Sequence[Secret] = ()
    headers_besides: Sequence[tuple[str, str]] = ()

    def __post_init__(self) -> None:
        """Hold segments to the path."""
        wanted = {name for _, name, _, _ in Formatter().parse(self.path) if name is not None}
        if wanted != set(self.segments):
            raise ValueError(f"{self.path} does not take {sorted(self.segments)}")

    def __repr__(self) -> str:
        return f"<request: {self.method} {self.path}>"

    def target(self) -> str:
        """Return path and query, percent-encoded: a slash in a segment stays part of it.

        Raises InvalidInput for a value that no address can carry: a lone surrogate, or a segment that is empty or one
        or two dots.
        """
        for name, value in (*self.segments.items(), *self.query):
            _refuse_surrogate(name, value)
        for name, value in self.segments.items():
            if value in DOT_SEGMENTS:
                raise NotAskedFor(f"{name} cannot be empty or only dots in an address", field=name)
        path = self.path.format_map({name: quote(value, safe="") for name, value in self.segments.items()})
        return f"{path}?{urlencode(self.query, quote_via=quote, safe='')}" if self.query else path

    def headers(self) -> dict[str, str]:
        """Return the headers that body, bearer and customer need.

        Raises InvalidInput if the bearer is not a text of visible ASCII characters, or the customer's name is one that
        no header carries as it is.
        """
        found = dict(self.headers_besides) | ({} if self.body is None else {"Content-Type": self.body.content_type})
        if self.bearer is not None:
            if not _fits_header(self.bearer):
                raise InvalidInput("the key is empty or has a character that no header can carry", field="key")
            found["Authorization"] = f"Bearer {self.bearer.reveal()}"
        if self.on_behalf_of:
            name = self.on_behalf_of
            if not name.isascii() or not name.isprintable() or name != name.strip():
                raise NotAskedFor(
                    "the service takes this only for a name of plain ASCII characters: no header carries another",
                    field="username",
                )
            found["On-Behalf-Of"] = name
        return found

    def content(self) -> bytes | None:
        """Return the bytes of the body. Raises InvalidInput, naming the field, if a value holds a lone surrogate."""
        if self.body is None:
            return None
        for name, value in self.body.leaves():
            _refuse_surrogate(name, value)
        return self.body.encode()

    def masked(self, text: str) -> str:
        """Return text of the service with all secrets of this request, and whatever looks like one, replaced by the
        mask (D19).
        """
        inside = () if self.body is None else (value for _, value in self.body.leaves() if isinstance(value, Secret))
        bearer = () if self.bearer is None else (self.bearer,)
        return masked(text, (*self.secrets, *bearer, *inside))


def _fits_header(token: Secret) -> bool:
    plain = token.reveal()
    return bool(plain) and plain.isascii() and plain.isprintable() and " " not in plain


def _refuse_surrogate(name: str, value: str | Secret) -> None:
    """Raise InvalidInput for a value that cannot be encoded. Nothing in this frame is a secret in plain text."""
    if has_surrogate(_revealed(value)):
        raise InvalidInput(f"{name} holds a lone surrogate, which no encoding can carry", field=name)


def _revealed(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _plain_tree(value: object) -> object:
    """Return what stands for a value that JSON does not have. Raises TypeError for what nothing stands for."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} has no place in JSON")


def _leaves(name: str, tree: object) -> Iterator[tuple[str, str | Secret]]:
    if isinstance(tree, str | Secret):
        yield name, tree
    elif isinstance(tree, Mapping):
        for key, value in tree.items():
            yield key, key
            yield from _leaves(key, value)
    elif isinstance(tree, list | tuple):
        for value in tree:
            yield from _leaves(name, value)
