"""Who may be meant by a username that there is not. It is asked, never guessed: nothing is cleaned into a match."""

import contextlib
from collections.abc import Collection, Mapping, Sequence

from tui_reseller.domain.confusables import difference, is_same_name
from tui_reseller.domain.errors import SnapshotDamaged
from tui_reseller.domain.text import quoted
from tui_reseller.services import listing
from tui_reseller.services.session import Session

LOOKED_FOR = 5
"""So many names that are not there are looked for."""


def likely(name: str, alike: Sequence[str]) -> str:
    """Return who may be meant by a username that there is not, as a question; nothing if nobody looks like it."""
    if not alike:
        return ""
    near = next((other for other in alike if other == name.strip()), None)
    near = near or next((other for other in alike if is_same_name(other, name)), alike[0])
    return f"did you mean {quoted(near)}? ({difference(name, near)})"


async def near_names(session: Session, names: Collection[str]) -> Mapping[str, str]:
    """Return for usernames that there are not who may be meant, as questions. The last list is looked at if there is
    one; else the service is asked for the name without blanks and in small letters.
    """
    wanted = list(names)[:LOOKED_FOR]
    if session.held.read_at is None or session.customers.is_head:
        with contextlib.suppress(SnapshotDamaged):
            await listing.load(session)
    if session.held.read_at is not None:
        alike = await session.customers.look_alikes(wanted, 2)
        return {name: likely(name, alike.get(name, ())) for name in wanted}
    found = {name: await _asked_for(session, name) for name in wanted}
    return {name: likely(name, others) for name, others in found.items()}


async def _asked_for(session: Session, name: str) -> list[str]:
    other_spellings = dict.fromkeys((name.strip(), name.strip().lower()))
    return [other for other in other_spellings if other not in {"", name} and await session.find(other) is not None]
