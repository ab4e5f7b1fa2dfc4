"""New usernames: one that people take for another can never be put right, for a name is used up for ever."""

import contextlib
from collections.abc import Mapping, Sequence

from tui_reseller.domain.action import Effect
from tui_reseller.domain.confusables import difference, is_same_name, oddity, skeleton
from tui_reseller.domain.errors import SnapshotDamaged
from tui_reseller.domain.operation import Call
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.text import quoted
from tui_reseller.services import listing
from tui_reseller.services.session import Session

FOR_EVER = "a name can never be used again"
WAY_OUT = "--allow-odd-names takes it"
NAMED = 2
"""So many customers that look like a new name are looked for: one of them may be the one that is renamed."""


class NewNames:
    """The new usernames of a command or a file, one after the other. Alike are those of the list that look the same."""

    def __init__(self, alike: Mapping[str, Sequence[str]]) -> None:
        self._alike = alike
        self._looks: dict[str, tuple[str, int]] = {}

    def why_odd(self, name: str, line: int = 0, former: str = "") -> str:
        """Return why a new name is odd, or nothing. Former is the name that a rename gives up."""
        others = [other for other in self._alike.get(name, ()) if other != former]
        before, at = self._looks.setdefault(skeleton(name), (name, line))
        if others:
            return _words(name, f"it looks like the customer {quoted(others[0])}: {difference(name, others[0])}")
        if before != name:
            where = f" of line {at}" if at else ""
            return _words(name, f"it looks like {quoted(before)}{where}: {difference(name, before)}")
        why = oddity(name)
        return _words(name, why) if why else ""


def _words(name: str, why: str) -> str:
    return f"odd username {quoted(name)}: {why}; {FOR_EVER}"


def new_name(provider: Provider, call: Call) -> str:
    """Return the username that a call makes, or nothing: also where the service gives it."""
    match provider.action(call.operation).effect:
        case Effect.CREATES:
            return "" if provider.names_customers else call.username
        case Effect.RENAMES:
            return call.fields.get(KEY, "")
        case _:
            return ""


async def know_names(session: Session, *, may_ask: bool, is_for_many: bool) -> None:
    """See to it that there is a list in which look-alikes are found: for many one of at most ten minutes, else the last
    one. Raises what listing.refresh_for_many() raises.
    """
    if is_for_many and may_ask:
        await listing.refresh_for_many(session)
        return
    if session.held.read_at is None or session.customers.is_head:
        with contextlib.suppress(SnapshotDamaged):  # the service is asked
            await listing.load(session)
    if may_ask and session.held.read_at is None:
        await listing.refresh_for_many(session)


async def why_odd(session: Session, call: Call) -> str:
    """Return why people take the username that a call makes for another, or cannot type it; nothing if they do not."""
    return next(iter(await odd_names(session, [call])), "")


async def odd_names(session: Session, calls: Sequence[Call]) -> list[str]:
    """Return why the usernames that calls make are odd, of those that are. Our own name is refused, and nobody is asked
    about it (Policy.refuse).
    """
    made = [(new_name(session.provider, call), call.username) for call in calls]
    names = [(name, former) for name, former in made if name and not is_same_name(name, session.profile.api_user)]
    known = NewNames(await session.customers.look_alikes([name for name, _ in names], NAMED))
    return [why for name, former in names if (why := known.why_odd(name, former=former))]
