"""What this key may not read, as far as the service said so: asked for once in a run, not once for each customer.

A refusal alone does not tell: the service says the same of one customer whom it does not let us act for. So what the
key may do at all is asked for, and only a permission that is not among it is taken for lacking everywhere.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tui_reseller.domain.errors import NotPermitted, ResellerError
from tui_reseller.domain.identity import Identity

Probe = Callable[[], Awaitable[Identity]]


@dataclass
class Lacking:
    """Permissions that the key of a connection lacks, each with the refusal that said so, by what is read with it."""

    _refusals: dict[str, NotPermitted] = field(default_factory=dict)
    _scopes: frozenset[str] | None = None
    _named: set[str] = field(default_factory=set)

    def is_news(self, refusal: NotPermitted) -> bool:
        """Whether nobody was told of this permission yet; once. What lacks none is about one customer, and no news."""
        is_new = bool(refusal.scope) and refusal.scope not in self._named
        self._named.add(refusal.scope)
        return is_new

    def refuse(self, groups: tuple[str, ...]) -> None:
        """Raise NotPermitted if one of these groups of details cannot be read with this key."""
        for group in groups:
            if (known := self._refusals.get(group)) is not None:
                raise NotPermitted(known.message, scope=known.scope, hint=known.hint)

    async def learn(self, groups: tuple[str, ...], refusal: NotPermitted, probe: Probe) -> None:
        """Take note of a refusal of one group, if the key lacks the permission at all. Raises nothing."""
        if len(groups) != 1 or not refusal.scope:
            return
        if self._scopes is None:
            try:
                self._scopes = (await probe()).scopes
            except ResellerError:
                return  # it is asked for again the next time
        if self._scopes is not None and refusal.scope not in self._scopes:
            self._refusals[groups[0]] = refusal

    def forget(self) -> None:
        """Another key may do more."""
        self._refusals.clear()
        self._named.clear()
        self._scopes = None
