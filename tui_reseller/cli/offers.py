"""What may be offered for each parameter of a verb, by its name. Nothing here asks the network, a keyring or a person.

Usernames come from the list on disk. What is to be typed by hand before something grave (--confirm) is never offered.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

import click
from click.shell_completion import CompletionItem

from tui_reseller.cli.arguments import start_of
from tui_reseller.domain.audit import AuditQuery, Entry
from tui_reseller.domain.config_keys import PROFILE
from tui_reseller.domain.errors import BadConfig, ResellerError
from tui_reseller.domain.note import NOTE_COLUMNS
from tui_reseller.domain.operation import WRITES, Operation, verb_of
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.provider import AtCreate, Provider
from tui_reseller.domain.ranking import ORDERS
from tui_reseller.domain.team import RIGHTS
from tui_reseller.domain.usage import METRICS
from tui_reseller.services.services import Services

OPEN, FILE = "open", "file"
MOST = 100
"""Offers of things there may be many of. More usernames than that are offered by their next character."""
Offers = Callable[[click.Context, str], Iterable[CompletionItem]]


def offers_for(ctx: click.Context, parameter: click.Parameter) -> Offers | None:
    """Return what offers words for a parameter; None if click knows them, or there are none to offer."""
    verb = " ".join(ctx.command_path.split()[1:])
    return _OFFERS.get(f"{verb}/{parameter.name}") or _OFFERS.get(str(parameter.name))


def _asked(ctx: click.Context, work: Callable[[Services], Awaitable[Sequence[CompletionItem]]]) -> list[CompletionItem]:
    """Do work with the services of the profile that the line names; nothing is offered where that fails."""

    async def whole() -> Sequence[CompletionItem]:
        services = start_of(ctx).entry_points.services(_named(ctx), False)  # noqa: FBT003 - the contract of entry points
        try:
            return await work(services)
        finally:
            await services.aclose()

    try:
        return list(asyncio.run(whole()))
    except ResellerError:
        return []


def _named(ctx: click.Context) -> str | None:
    """Return the profile that the line names, before the verb or behind it."""
    found: click.Context | None = ctx
    while found is not None:
        if found.params.get("profile"):
            return str(found.params["profile"])
        found = found.parent
    return None


def _profile_of(services: Services) -> Profile:
    """Return the profile in use, or any: it is for its list alone. Raises BadConfig if there is none."""
    try:
        return services.profiles.choose()
    except BadConfig:
        profiles = list(services.profiles.load().profiles.values())
        if services.profiles.named or not profiles:
            raise
        return profiles[0]


def _usernames(ctx: click.Context, typed: str) -> list[CompletionItem]:
    async def work(services: Services) -> list[CompletionItem]:
        names, begins = services.snapshot.beginning_with(_profile_of(services).account, typed, MOST)
        return [*_items(names), *_items(begins, kind=OPEN)]

    return _asked(ctx, work)


def _profiles(ctx: click.Context, typed: str) -> list[CompletionItem]:
    async def work(services: Services) -> list[CompletionItem]:
        return _items(services.profiles.load().profiles, typed)

    return _asked(ctx, work)


def _jobs(ctx: click.Context, typed: str) -> list[CompletionItem]:
    async def work(services: Services) -> list[CompletionItem]:
        found = (await services.jobs.all())[:MOST]
        written = [(f"{'job-' if typed.startswith('job-') else ''}{job.number}", job) for job in found]
        helps = {name: f"{job.state.value}, {job.profile}" for name, job in written}
        return [CompletionItem(name, help=words) for name, words in helps.items() if name.startswith(typed)]

    return _asked(ctx, work)


def _entries(ctx: click.Context, typed: str) -> list[CompletionItem]:
    async def work(services: Services) -> list[CompletionItem]:
        return _named_by_id(await services.ledger.entries(AuditQuery(limit=MOST)), typed)

    return _asked(ctx, work)


def _open_entries(ctx: click.Context, typed: str) -> list[CompletionItem]:
    async def work(services: Services) -> list[CompletionItem]:
        return _named_by_id((await services.ledger.needs_you(None))[:MOST], typed)

    return _asked(ctx, work)


def _named_by_id(entries: Iterable[Entry], typed: str) -> list[CompletionItem]:
    found = (entry for entry in entries if entry.id.startswith(typed))
    return [CompletionItem(entry.id, help=f"{entry.word.replace('_', '-')} {entry.username}") for entry in found]


def _undoable(ctx: click.Context, typed: str) -> list[CompletionItem]:
    jobs = _jobs(ctx, typed if typed.startswith("job-") else "job-") if "job-".startswith(typed[:4]) else []
    return [*jobs, *_entries(ctx, typed)]


def _plans(ctx: click.Context, typed: str) -> list[CompletionItem]:
    async def work(services: Services) -> list[CompletionItem]:
        return _items(services.plans.names()[:MOST], typed)

    return _asked(ctx, work) or _files(ctx, typed)


def _columns(ctx: click.Context, typed: str) -> list[CompletionItem]:
    """Offer the next column of a list with commas; those that are in it already are left out."""
    before, comma, last = typed.rpartition(",")
    chosen = set(before.split(","))

    def named(provider: Provider) -> Iterable[str]:
        return (name for name in (*provider.columns, *NOTE_COLUMNS) if name not in chosen)

    return _items((f"{before}{comma}{name}" for name in _of_provider(ctx, named) if name.startswith(last)), kind=OPEN)


def _order(ctx: click.Context, typed: str) -> list[CompletionItem]:
    if ":" in typed:
        return _items([f"{typed.partition(':')[0]}:desc"], typed)
    return _items(_of_provider(ctx, lambda provider: provider.columns), typed)


def _filter(ctx: click.Context, typed: str) -> list[CompletionItem]:
    """Offer a field, or what a switch can be; for a filter of one word."""

    def words(provider: Provider) -> Iterable[str]:
        for name in (*provider.columns, *NOTE_COLUMNS):
            values = ("on", "off", "unknown") if name in provider.switches else ("",)
            yield from (f"{name}:{value}" for value in values)

    return _items(_of_provider(ctx, words), typed, kind=OPEN)


def _pairs(fields: Callable[[Provider], Iterable[str]]) -> Offers:
    def offers(ctx: click.Context, typed: str) -> list[CompletionItem]:
        given = {str(pair).partition("=")[0] for pair in ctx.params.get("pairs") or ()}
        names = (f"{name}=" for name in _of_provider(ctx, fields) if name not in given)
        return _items(names, typed, kind=OPEN)

    return offers


def _of_provider(ctx: click.Context, words: Callable[[Provider], Iterable[str]]) -> list[str]:
    """Return words that depend on the service of the profile in use."""
    found: list[str] = []

    async def work(services: Services) -> list[CompletionItem]:
        found.extend(words(_profile_of(services).service))
        return []

    _asked(ctx, work)
    return found


def _settable(provider: Provider) -> Iterable[str]:
    return provider.action(Operation.SET).takes


def _at_create(provider: Provider) -> Iterable[str]:
    return (
        *provider.at_create(AtCreate.REQUIRED), *provider.at_create(AtCreate.ADVISED),
        *provider.at_create(AtCreate.OPTIONAL), *provider.set_after_create,
    )  # fmt: skip


def _profile_pairs(_ctx: click.Context, typed: str) -> list[CompletionItem]:
    name, equals, value = typed.partition("=")
    if not equals:
        return _items((f"{key.name}=" for key in PROFILE), typed, kind=OPEN)
    key = next((key for key in PROFILE if key.name == name), None)
    choices = key.choices or (("true", "false") if bool in key.kinds else ()) if key else ()
    return _items(f"{name}={choice}" for choice in choices if choice.startswith(value))


def _files(_ctx: click.Context, _typed: str) -> list[CompletionItem]:
    return [CompletionItem("", type=FILE)]


def _words(*words: str) -> Offers:
    return lambda _ctx, typed: _items(words, typed)


def _commas(*words: str) -> Offers:
    """Offer the next word of a list with commas."""

    def offers(_ctx: click.Context, typed: str) -> list[CompletionItem]:
        before, comma, last = typed.rpartition(",")
        left = (word for word in words if word not in before.split(",") and word.startswith(last))
        return _items((f"{before}{comma}{word}" for word in left), kind=OPEN)

    return offers


def _items(words: Iterable[str], typed: str = "", *, kind: str = "plain") -> list[CompletionItem]:
    return [CompletionItem(word, type=kind) for word in words if word.startswith(typed)]


_OFFERS: dict[str, Offers] = {
    "username": _usernames,
    "usernames": _usernames,
    "rename/new": _words(),
    "profile": _profiles,
    "account": _profiles,
    "profile copy/old": _profiles,
    "profile add/name": _words(),
    "name": _profiles,
    "plan show/name": _plans,
    "plan diff/name": _plans,
    "plan apply/name": _plans,
    "number": _jobs,
    "credits add/number": _words(),
    "named": _undoable,
    "entry_id": _entries,
    "verify/entry_id": _open_entries,
    "resolve/entry_id": _open_entries,
    "columns": _columns,
    "sort": _order,
    "filter_": _filter,
    "pairs": _pairs(_settable),
    "create/pairs": _pairs(_at_create),
    "profile set/pairs": _profile_pairs,
    "may": _commas(*RIGHTS),
    "top": _words(*ORDERS, *METRICS),
    "action": _words(*(verb_of(operation) for operation in WRITES)),
    "kind": _words("unlimited", "nonrecurring", "recurring"),
    "amount": _words("monthly", "weekly", "daily"),
    "encoding": _words("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"),
    **dict.fromkeys(("source", "place", "file", "to", "out", "passwords_to", "ca_file", "db"), _files),
}
"""By the name of the parameter, or of verb and parameter where the name alone means something else."""
