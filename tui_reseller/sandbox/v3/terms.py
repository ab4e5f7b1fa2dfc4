"""The terms of a sandbox's v3: what its key may do, how long a page is, how many calls it takes."""

from __future__ import annotations

from dataclasses import dataclass

SCOPES = (
    "subusers.create", "subusers.read", "subusers.update", "subusers.delete",
    "subusers.credits.create", "subusers.credits.read", "subusers.credits.update", "subusers.credits.delete",
    "subusers.reputations.read", "subusers.stats.read",
    "user.profile.read", "user.profile.update", "user.username.read", "user.username.update",
    "user.email.read", "user.email.update", "user.password.read", "user.password.update",
    "user.account.read", "user.credits.read", "ips.read", "stats.read",
)  # fmt: skip
LARGEST_PAGE = 500


class TermsUnusable(ValueError):
    """A term is described wrongly; the message says how in one line."""


@dataclass(frozen=True)
class Terms:
    """What holds for every call. A limit is a number of calls and the seconds of its window; None is no limit."""

    scopes: tuple[str, ...] = SCOPES
    max_page: int = LARGEST_PAGE
    limit: tuple[int, float] | None = None
    accounts_on_behalf: bool = True
    eu_port: int | None = None

    @property
    def is_restricted(self) -> bool:
        """Whether the key lacks anything."""
        return set(self.scopes) != set(SCOPES)


def terms_from(scopes: str, max_page: int, limit: str, *, accounts_on_behalf: bool) -> Terms:
    """Read the options of the command line. Raises TermsUnusable."""
    if max_page < 1:
        raise TermsUnusable("max-page must be at least 1")
    return Terms(_scopes(scopes), max_page, _limit(limit), accounts_on_behalf)


def _scopes(text: str) -> tuple[str, ...]:
    if not text:
        return SCOPES
    chosen = tuple(piece.strip() for piece in text.split(",") if piece.strip())
    unknown = [scope for scope in chosen if scope not in SCOPES]
    if unknown:
        raise TermsUnusable(f"unknown scope {unknown[0]!r}: one of {', '.join(SCOPES)}")
    return chosen


def _limit(text: str) -> tuple[int, float] | None:
    if not text:
        return None
    calls, _, seconds = text.partition("/")
    try:
        found = int(calls), float(seconds)
    except ValueError:
        raise TermsUnusable(f"limit {text!r} is not of the form CALLS/SECONDS") from None
    if found[0] < 1 or not 0 < found[1] < 1e9:
        raise TermsUnusable(f"limit {text!r} must be at least one call in more than no seconds")
    return found
