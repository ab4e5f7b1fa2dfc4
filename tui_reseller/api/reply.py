"""What comes back, before anybody gives it a meaning."""

from dataclasses import dataclass

MAX_DEPTH = 32
"""Deepest nesting that is accepted in any answer (design, "Sizes and times")."""


class BadReply(ValueError):
    """Bytes that are not a document we accept: malformed, hostile or too large. Says why in words, never quotes."""


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """One complete answer. Headers have lower-case names, in order; body is None if it was refused unread.

    It prints nothing of what it holds: an answer may repeat the key.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes | None

    def header(self, name: str) -> str | None:
        """Return the first header of a name, given in lower case."""
        return next((value for found, value in self.headers if found == name), None)
