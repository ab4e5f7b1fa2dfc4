"""profile: reseller accounts of ours. Secrets have a module of their own."""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import click

from tui_reseller.cli.argument_values import read_pairs
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.group import LazyGroup, Verb
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import common
from tui_reseller.domain.audit import operator_name
from tui_reseller.domain.errors import LedgerUnavailable, RefusedHere
from tui_reseller.domain.identity import Identity
from tui_reseller.domain.printed import command
from tui_reseller.domain.profile import Profile, Store
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.text import clean, quoted
from tui_reseller.services import listing, rule_changes
from tui_reseller.services.services import LedgerUse, Services
from tui_reseller.services.session import Session

_WORDS = "Profiles"
COLUMNS = (
    "name", "in_use", "api_user", "base_url", "format", "protected", "read_only", "colour", "provider", "store",
    "max_rows", "max_percent",
)  # fmt: skip
SHOWN_CHANGES = 5
"""Changes of a profile's rules that `profile show` names, newest first."""


@click.group(
    cls=LazyGroup,
    verbs=(
        Verb("add", "profile_keys:add", _WORDS, "Add a profile and keep its key."),
        Verb("copy", "profile_keys:copy", _WORDS, "Add one for another service, with the rules of one."),
        Verb("set", "profile:set_keys", _WORDS, "Change a profile."),
        Verb("secret", "profile_keys:secret", _WORDS, "Put a new key in the place of the old one."),
        Verb("list", "profile:list_profiles", _WORDS, "List profiles."),
        Verb("show", "profile:show", _WORDS, "Show a profile, and where its key is."),
        Verb("use", "profile:use", _WORDS, "Make it the one that reads and the screen use."),
        Verb("test", "profile:test", _WORDS, "Prove address and key by the cheapest read."),
        Verb("remove", "profile:remove", _WORDS, "Remove a profile, its key and its snapshot."),
    ),
)
def profile() -> int:
    """Reseller accounts of ours: where each is served, and where its key is.

    Examples:
      tui-reseller profile add acme --api-user acme
      tui-reseller profile test acme
      tui-reseller profile use acme

    """
    return 0


@click.command()
@click.argument("name")
@click.argument("pairs", nargs=-1, required=True, metavar="KEY=VALUE...")
@common
def set_keys(inv: Invocation, *, name: str, pairs: Sequence[str]) -> int:
    """Change a profile. A key belongs to its address: after a new address or api user it is asked for again. So does
    the password of a proxy, which is no part of proxy here: http://HOST:PORT or http://USER@HOST:PORT.

    Keys: provider base_url api_user format protected read_only colour theme store credential_command proxy
    ca_file eu_base_url max_rows max_percent. The last two are ceilings for a change of several customers; "none" takes
    one away.

    Examples:
      tui-reseller profile set acme protected=true colour=red
      tui-reseller profile set acme format=xml
      tui-reseller profile set acme max_rows=200 max_percent=5
      tui-reseller profile set acme 'credential_command=pass show acme'

    """
    values = read_pairs(pairs)

    async def work(services: Services) -> int:
        before = services.profiles.get(name)
        after = services.profiles.changed(name, values)
        await rule_changes.write_down(services.ledger, services.operator, before, after)
        services.profiles.put(after)
        if before.keeps_key and not (after.keeps_key and after.key_place == before.key_place):
            service, user = before.key_place
            inv.console.warn(f'the former key stays in the keyring, as "{service}" for "{clean(user)}"')
        inv.out.item(as_row(services, after), COLUMNS)
        if (before.origin, before.api_user) != (after.origin, after.api_user) and after.store is Store.KEYRING:
            inv.console.say(f"the key belonged to the former address and user: {command('profile', 'secret', name)}")
        elif before.proxy != after.proxy and after.wants_proxy_password and after.keeps_key:
            inv.console.say(f"the new proxy wants a password: {command('profile', 'secret', name)}")
        warn_of_proxy(inv, after)
        return ExitCode.OK

    return inv.run(work)


@click.command()
@common
def list_profiles(inv: Invocation) -> int:
    """List profiles in the order of the config file.

    Examples:
      tui-reseller profile list
      tui-reseller profile list --output jsonl | jq -r .name

    """

    async def work(services: Services) -> int:
        profiles = list(services.profiles.load().profiles.values())
        if services.profiles.environment is not None:
            profiles.insert(0, services.profiles.environment)
        with inv.out.rows(COLUMNS) as rows:
            for found in profiles:
                rows.add(as_row(services, found))
        if not profiles:
            inv.console.say("no profile yet: tui-reseller profile add NAME, or try: tui-reseller demo")
        return ExitCode.OK

    return inv.run(work)


@click.command()
@click.argument("name", required=False)
@common
def show(inv: Invocation, *, name: str | None) -> int:
    """Show a profile, and where its key is; never the key.

    Examples:
      tui-reseller profile show acme
      tui-reseller profile show acme --output json

    """

    async def work(services: Services) -> int:
        found = services.profiles.choose(name or inv.common.profile)
        row = as_row(services, found)
        row |= {"proxy": found.proxy, "ca_file": found.ca_file, "key": services.credentials.describe(found)}
        inv.out.item(row)
        warn_of_proxy(inv, found)
        with contextlib.suppress(LedgerUnavailable):  # the profile is shown all the same
            for change in (await rule_changes.written(services.ledger, found.name))[:SHOWN_CHANGES]:
                inv.console.say(change_line(change))
        return ExitCode.OK

    return inv.run(work)


@click.command()
@click.argument("name")
@common
def use(inv: Invocation, *, name: str) -> int:
    """Make a profile the one that reads and the screen use. A verb that writes still wants --profile.

    Examples:
      tui-reseller profile use acme

    """

    async def work(services: Services) -> int:
        services.profiles.use(name)
        inv.console.say(f'profile "{name}" is in use for reads and the screen')
        return ExitCode.OK

    return inv.run(work)


@click.command()
@click.argument("name", required=False)
@common
def test(inv: Invocation, *, name: str | None) -> int:
    """Ask the service for one username, and say what was seen. Changes nothing.

    Examples:
      tui-reseller profile test
      tui-reseller profile test acme --timeout 5

    """

    async def opened(_services: Services, session: Session) -> int:
        await inv.connect(session)
        identity = await listing.test(session)
        chosen = session.profile
        inv.out.item(
            {
                "profile": chosen.name,
                "host": chosen.host,
                "format": chosen.format.value,
                "seen": list(identity.seen[:1]),
            }
        )
        inv.console.say(f"the service answers, and accepts the key of {quoted(identity.account or chosen.api_user)}")
        for title, scope in sorted(_lacking(session.provider, identity)):
            inv.console.say(f"this key cannot: {title.lower()} (permission {scope})")
        warn_of_proxy(inv, chosen)
        return ExitCode.OK

    return inv.with_session(opened, name=name, ledger=LedgerUse.NONE)


def _lacking(provider: Provider, identity: Identity) -> list[tuple[str, str]]:
    """Return title and permission of each operation that the key may not carry out, where the service tells."""
    if identity.scopes is None:
        return []
    actions = provider.actions.values()
    return [(action.title, action.scope) for action in actions if action.scope and action.scope not in identity.scopes]


@click.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@common
def remove(inv: Invocation, *, name: str, yes: bool) -> int:
    """Remove a profile, its key and its snapshot. The audit log stays.

    Examples:
      tui-reseller profile remove acme
      tui-reseller profile remove acme --yes

    """

    async def work(services: Services) -> int:
        found = services.profiles.get(name)
        if not yes:
            if not inv.console.can_ask:
                raise RefusedHere("refused: without a terminal this needs --yes; nothing was removed")
            inv.console.warn(f'Remove profile "{name}" ({found.host}, {found.api_user}), its key and its snapshot')
            if inv.console.ask("Type yes to remove it") != "yes":
                raise RefusedHere("refused: not confirmed; nothing was removed")
        await services.profiles.remove_key(name)
        await rule_changes.write_down(services.ledger, services.operator, found, None)
        services.profiles.remove(name)
        inv.console.say(f'profile "{name}" is removed; the audit log stays')
        return ExitCode.OK

    return inv.run(work)


def change_line(change: Mapping[str, Any]) -> str:
    """Return a change of a profile's rules as a line."""
    before, after = change["before"], change["after"] or {}
    changed = [f"{name} {before[name]} -> {after[name]}" for name in before if after and before[name] != after[name]]
    who = clean(operator_name(change["operator"]))
    return f"rules changed {change['time']} by {who}: {', '.join(changed) or 'removed'}"


def warn_of_proxy(inv: Invocation, profile: Profile) -> None:
    """Say that a password stands in the config file, and how it gets out of it."""
    if profile.proxy_password is None:
        return
    name = profile.name
    does, way = "to move it to the key", command("profile", "secret", name)
    if not profile.keeps_key:
        source = "the second line of its credential_command" if profile.credential_command else "asked for"
        does = f"to take it out, so that it is {source}"
        way = command("profile", "set", name, "proxy=http://USER@HOST:PORT")
    inv.console.warn(f'the password of the proxy of "{name}" stands in clear in the config file; {does}: {way}')


def as_row(services: Services, found: Profile) -> dict[str, object]:
    """Return a profile as output has it. Of a credential command only that there is one: it may hold a secret."""
    in_use = services.profiles.load().default == found.name or services.profiles.environment is not None
    return {
        "name": found.name,
        "in_use": in_use,
        "api_user": found.api_user,
        "base_url": found.base_url,
        "format": found.format.value,
        "protected": found.protected,
        "read_only": found.read_only,
        "colour": found.colour,
        "provider": found.provider,
        "store": "command" if found.credential_command else found.store.value,
        "max_rows": found.max_rows,
        "max_percent": found.max_percent,
    }
