"""What stands in the way, or may: terminal, locale, keyring, config, ledger, lists and services, one finding each.

It changes nothing and can be pasted: no finding holds a key, a password or a customer.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from enum import Enum

from tui_reseller.domain.audit import utc_text
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.text import clean
from tui_reseller.services.listing import test as ask_service
from tui_reseller.services.services import LedgerUse, Services
from tui_reseller.services.team_ports import TeamPort
from tui_reseller.system.machine import Machine

SMALLEST = (60, 15)
"""Columns and lines that the screen needs."""
KEYRING = {
    "none": "there is none: use --secret-command CMD, or --store none",
    "no-collection": "it has no collection: unlock or make one",
    "locked": "it is locked: unlock it, or use --secret-command CMD",
}


class State(Enum):
    """How a finding is: fine, worth knowing, or in the way."""

    OK = "ok"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Examined:
    """One finding: about what, how it is, what was found, what to do."""

    about: str
    state: State
    found: str
    hint: str = ""


def of_machine(here: Machine) -> Iterator[Examined]:
    """Examine the terminal, the locale and the versions."""
    size = f"{here.columns}x{here.lines}" if here.columns else "no terminal"
    is_small = bool(here.columns) and (here.columns < SMALLEST[0] or here.lines < SMALLEST[1])
    where = ", ".join(filter(None, (here.terminal or "no TERM", size, here.around, "ssh" if here.far else "")))
    hint = f"the screen needs {SMALLEST[0]}x{SMALLEST[1]}" if is_small else ""
    yield Examined("terminal", State.BAD if is_small else State.OK, where, hint)
    few = here.colours <= 16
    colours = "none" if not here.colours else f"{here.colours:,}"
    yield Examined("colours", State.NOTE if few else State.OK, colours, 'theme = "16" is made for this' if few else "")
    is_utf8 = here.encoding.replace("-", "") == "utf8"
    why = "" if is_utf8 else "names of customers need UTF-8: LANG=C.UTF-8"
    yield Examined("locale", State.OK if is_utf8 else State.BAD, here.encoding, why)
    yield Examined("time", State.OK, here.zone)
    yield Examined("system", State.OK, f"{here.system}, Python {here.python}")
    yield Examined(
        "versions",
        State.OK,
        ", ".join(
            [f"TUI Reseller {here.own_version}", *(f"{name} {number}" for name, number in here.packages.items())]
        ),
    )


async def of_services(services: Services, *, asks: bool) -> AsyncIterator[Examined]:
    """Examine keyring, config, ledger, and each profile: its key and its list; asks: its service, too."""
    try:
        config = services.profiles.load()
    except ResellerError as error:
        yield _bad("config", error)
        return
    yield _of_config(
        services, f"{_counted(len(config.profiles), 'profile', 'profiles')}, theme {config.settings.theme}"
    )
    needs = any(profile.keeps_key for profile in config.profiles.values())
    try:
        state = await services.credentials.probe()
        found = State.OK if state == "ready" else State.BAD if needs else State.NOTE
        yield Examined("keyring", found, state, KEYRING.get(state, ""))
    except ResellerError as error:
        yield _bad("keyring", error)
    try:
        waiting = len(await services.ledger.needs_you(None))
        hint = "the verb needs-you names them" if waiting else ""
        yield Examined(
            "ledger",
            State.NOTE if waiting else State.OK,
            f"{_counted(waiting, 'outcome needs', 'outcomes need')} somebody",
            hint,
        )
    except ResellerError as error:
        yield _bad("ledger", error)
    if services.team is not None:
        yield await _of_team(services.team)
    for profile in config.profiles.values():
        async for each in _of_profile(services, profile, asks=asks):
            yield each


def _of_config(services: Services, words: str) -> Examined:
    """Examine what no verb but the screen reads: its keys."""
    file = services.profiles.config
    try:
        wrong = file.examine(file.text())
    except ResellerError as error:
        return _bad("config", error)
    if not wrong:
        return Examined("config", State.OK, words)
    return Examined("config", State.BAD, clean(wrong[0].text(file.path.name)), "the verb config check names all of it")


async def _of_team(team: TeamPort) -> Examined:
    about = "ledger, its standbys"
    try:
        copies = await team.copies()
    except ResellerError as error:
        return _bad(about, error)
    if not copies.standbys or copies.is_synchronous:
        return Examined(about, State.OK, f"{copies.standbys}, synchronous" if copies.standbys else "none")
    why = "a failover can lose the last rows, and with them open outcomes and locks: set synchronous_standby_names"
    return Examined(about, State.NOTE, f"{copies.standbys}, none of them waited for", why)


async def _of_profile(services: Services, profile: Profile, *, asks: bool) -> AsyncIterator[Examined]:
    about = f"profile {clean(profile.name)}"
    head = services.snapshot.head(profile.account, 0)
    known = f"list of {utc_text(head[0].read_at)}, {head[0].total:,} customers" if head else "no list on this disk"
    rules = ["protected"] * profile.protected + ["read-only"] * profile.read_only
    words = ", ".join([profile.provider, clean(profile.host), *rules, known])
    yield Examined(about, State.OK, words)
    if not asks:
        return
    try:
        async with services.open_session(profile, read_only=True, ledger=LedgerUse.NONE) as session:
            await session.service()
            await ask_service(session)
    except ResellerError as error:
        yield _bad(f"{about}, its service", error)
    else:
        yield Examined(f"{about}, its service", State.OK, "it answers, and accepts the key")


def _bad(about: str, error: ResellerError) -> Examined:
    return Examined(about, State.BAD, clean(error.message, longest=400), clean(error.hint, longest=400))


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
