"""Which method and path is which operation, what it needs, and who answers it.

A fixed part of a path comes before a name: nobody called `reputations` can be read by name, as on the live service.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui_reseller.sandbox.routes import UNKNOWN
from tui_reseller.sandbox.v3 import account_ips, accounts, ips, offerings, pages, reputations, stats, subusers, user
from tui_reseller.sandbox.v3 import credits as credit_calls

if TYPE_CHECKING:
    from tui_reseller.sandbox.answer import Answer
    from tui_reseller.sandbox.v3.call import Call
    from tui_reseller.sandbox.v3.desk import Desk

NAME = "{}"


@dataclass(frozen=True)
class Route:
    """One operation of the API. Its word may depend on the body; scope is what a key needs."""

    method: str
    path: tuple[str, ...]
    word: Callable[[Any], str]
    scope: str | None
    carry_out: Callable[[Desk, Call], Answer | Awaitable[Answer]]
    on_behalf: bool = False

    def names_in(self, segments: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return the names in a path that is this one, else nothing."""
        if len(segments) != len(self.path):
            return None
        pairs = list(zip(self.path, segments, strict=True))
        if any(wanted not in {NAME, found} for wanted, found in pairs):
            return None
        return tuple(found for wanted, found in pairs if wanted == NAME)


def _always(word: str) -> Callable[[Any], str]:
    return lambda _body: word


def _switch(on: str, off: str) -> Callable[[Any], str]:
    def word(body: Any) -> str:
        disabled = body.get("disabled") if isinstance(body, dict) else None
        return UNKNOWN if not isinstance(disabled, bool) else off if disabled else on

    return word


def _state(body: Any) -> str:
    wanted = body.get("state") if isinstance(body, dict) else None
    return {"activated": "enable", "deactivated": "disable"}.get(str(wanted), UNKNOWN)


def _route(
    method: str,
    path: str,
    word: str | Callable[[Any], str],
    scope: str | None,
    carry_out: Callable[[Desk, Call], Answer | Awaitable[Answer]],
    *,
    on_behalf: bool = False,
) -> Route:
    word = _always(word) if isinstance(word, str) else word
    return Route(method, ("v3", *path.split("/")), word, scope, carry_out, on_behalf)


_SENDING, _WEBSITE = _switch("enable", "disable"), _switch("website_enable", "website_disable")
ROUTES = (
    _route("GET", "scopes", "scopes", None, user.scopes, on_behalf=True),
    _route("GET", "user/username", "identity", "user.username.read", user.username, on_behalf=True),
    _route("PUT", "user/username", "rename", "user.username.update", user.rename, on_behalf=True),
    _route("GET", "user/email", "read_email", "user.email.read", user.email, on_behalf=True),
    _route("PUT", "user/email", "email", "user.email.update", user.set_email, on_behalf=True),
    _route("GET", "user/profile", "profile", "user.profile.read", user.profile, on_behalf=True),
    _route("PATCH", "user/profile", "set", "user.profile.update", user.set_profile, on_behalf=True),
    _route("PUT", "user/password", "password", "user.password.update", user.password, on_behalf=True),
    _route("GET", "user/credits", "own_credits", "user.credits.read", credit_calls.own, on_behalf=True),
    _route("GET", "user/account", "account", "user.account.read", reputations.account, on_behalf=True),
    _route("GET", "ips", "ips", "ips.read", ips.ips),
    _route("GET", "send_ips/ips", "send_ips", "ips.read", ips.send_ips),
    _route("GET", "subusers", "list", "subusers.read", pages.page),
    _route("POST", "subusers", "create", "subusers.create", subusers.create),
    _route("GET", "subusers/reputations", "reputations", "subusers.reputations.read", reputations.reputations),
    _route("GET", "subusers/stats", "stats", "subusers.stats.read", stats.series),
    _route("GET", "subusers/stats/sums", "stats_sums", "subusers.stats.read", stats.sums),
    _route("GET", "subusers/stats/monthly", "stats_monthly", "subusers.stats.read", stats.monthly),
    _route("GET", "subusers/{}/stats/monthly", "stats_monthly", "subusers.stats.read", stats.one_monthly),
    _route("GET", "stats", "stats", "stats.read", stats.own_series, on_behalf=True),
    _route("GET", "subusers/{}", "find", "subusers.read", subusers.one),
    _route("DELETE", "subusers/{}", "delete", "subusers.delete", subusers.delete),
    _route("PATCH", "subusers/{}", _SENDING, "subusers.update", subusers.switch_sending),
    _route("PATCH", "subusers/{}/website_access", _WEBSITE, "subusers.update", subusers.switch_website),
    _route("PUT", "subusers/{}/ips", "ips_set", "subusers.update", ips.assign),
    _route("GET", "subusers/{}/credits", "credits", "subusers.credits.read", credit_calls.read),
    _route("PUT", "subusers/{}/credits", "credits_set", "subusers.credits.update", credit_calls.reset),
    _route("PATCH", "subusers/{}/credits/remaining", "credits_add", "subusers.credits.update", credit_calls.add),
    _route("GET", "partners/accounts", "list", None, accounts.page),
    _route("POST", "partners/accounts", "create", None, accounts.create),
    _route("DELETE", "partners/accounts/{}", "delete", None, accounts.delete),
    _route("GET", "partners/accounts/{}/offerings", "offerings", None, offerings.read),
    _route("PUT", "partners/accounts/{}/offerings", "offerings_set", None, offerings.change),
    _route("GET", "partners/accounts/{}/state", "state", None, accounts.state),
    _route("PUT", "partners/accounts/{}/state", _state, None, accounts.set_state),
    _route("POST", "partners/accounts/{}/sso", "sign_in", None, accounts.sign_in),
    _route("GET", "partners/accounts/{}/ips", "ips", None, account_ips.page),
    _route("POST", "partners/accounts/{}/ips", "ips_add", None, account_ips.add),
    _route("DELETE", "partners/accounts/{}/ips", "ips_remove", None, account_ips.remove),
    _route("GET", "partners/offerings", "catalogue", None, offerings.catalogue),
)
"""Fixed paths stand before those with a name."""


def match(method: str, segments: tuple[str, ...]) -> tuple[Route | None, tuple[str, ...], bool]:
    """Return the route, the names in the path, and whether the path is one at all."""
    known = False
    for route in ROUTES:
        names = route.names_in(segments)
        if names is None:
            continue
        known = True
        if route.method == method:
            return route, names, True
    return None, (), known
