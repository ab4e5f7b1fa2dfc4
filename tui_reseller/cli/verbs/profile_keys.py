"""profile add and profile secret: where a key is taken from, and where it is kept."""

from dataclasses import replace

import click

from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.names import read_secret
from tui_reseller.cli.options import common, complete_profile
from tui_reseller.domain.errors import CredentialStoreError, InvalidInput
from tui_reseller.domain.printed import command
from tui_reseller.domain.profile import COLOURS, DEFAULT_BASE_URL, PROVIDERS, Format, Profile, Store
from tui_reseller.domain.secret import Secret
from tui_reseller.services.profiles import checked, command_of, max_percent_of, max_rows_of
from tui_reseller.services.services import Services


@click.command()
@click.argument("name")
@click.option("--provider", type=click.Choice(PROVIDERS), default=PROVIDERS[0], help="Kind of service.")
@click.option("--base-url", metavar="URL", default=DEFAULT_BASE_URL, help=f"Where it is served ({DEFAULT_BASE_URL}).")
@click.option("--api-user", metavar="USER", default="", help="Name of our reseller account there.")
@click.option("--format", "format_", type=click.Choice(["json", "xml"]), default="json", help="Format of the answers.")
@click.option("--protected", is_flag=True, help="Locked until it is unlocked with a reason.")
@click.option("--colour", type=click.Choice(COLOURS), default="blue", help="Of its badge on the screen.")
@click.option("--store", type=click.Choice(["keyring", "none"]), default="keyring", help="none asks each time.")
@click.option("--secret-stdin", is_flag=True, help="Read the key from the first line of stdin.")
@click.option("--secret-command", metavar="CMD", default="", help="A command that prints the key; no shell is used.")
@click.option("--proxy", metavar="URL", default="", help="Proxy for this profile.")
@click.option("--ca-file", metavar="FILE", default="", help="Certificates to trust, PEM.")
@click.option("--max-rows", metavar="N", default="", help="Refuse a change for more customers than this.")
@click.option("--max-percent", metavar="P", default="", help="Refuse a change for a larger part of all customers.")
@common
def add(inv: Invocation, *, name: str, secret_stdin: bool, **given: object) -> int:
    """Add a profile. On a terminal the api user and the key are asked for; the key is never an argument.

    Examples:
      tui-reseller profile add acme --api-user acme
      tui-reseller profile add acme --api-user acme --protected --colour red
      tui-reseller profile add acme --api-user acme --secret-command 'pass show acme/api'
      vault-read acme | tui-reseller profile add acme --api-user acme --secret-stdin

    """
    wanted = _profile_of(name, given)
    if secret_stdin and (wanted.store is Store.NONE or wanted.credential_command):
        raise click.UsageError("--secret-stdin: this profile keeps no key (--store none or --secret-command)")

    async def work(services: Services) -> int:
        wants_key = wanted.store is Store.KEYRING and not wanted.credential_command
        if wants_key and inv.talk.can_ask:
            await _need_keyring(services)  # before a key is typed for nothing
        profile = checked(_with_user(inv, wanted))
        key = None
        if secret_stdin:
            key = read_secret("key")
        elif wants_key and inv.talk.can_ask:
            key = inv.talk.ask_hidden(f"Key of {profile.api_user} at {profile.host}") or None
        where = await services.profiles.add(profile, key)
        inv.talk.say(f'profile "{name}" is added; key: {where}')
        if wants_key and key is None:
            inv.talk.say(f"no key yet: {command('profile', 'secret', name)}")
        return ExitCode.FINE

    return inv.run(work)


def _profile_of(name: str, given: dict[str, object]) -> Profile:
    text = {key: str(value) for key, value in given.items()}
    return Profile(
        name=name,
        api_user=text["api_user"],
        base_url=text["base_url"],
        provider=text["provider"],
        format=Format(text["format_"]),
        protected=bool(given["protected"]),
        colour=text["colour"],
        store=Store(text["store"]),
        credential_command=command_of(text["secret_command"]),
        proxy=text["proxy"],
        ca_file=text["ca_file"],
        max_rows=max_rows_of(text["max_rows"]),
        max_percent=max_percent_of(text["max_percent"]),
    )


def _with_user(inv: Invocation, wanted: Profile) -> Profile:
    if wanted.api_user or not inv.talk.can_ask:
        return wanted
    return replace(wanted, api_user=inv.talk.ask("Api user, the name of our reseller account"))


async def _need_keyring(services: Services) -> None:
    state = await services.credentials.probe()
    if state != "ready":
        raise CredentialStoreError(
            f"no usable keyring on this machine ({state}); nothing was saved",
            state=state,
            hint="unlock the keyring, or use --secret-command CMD, or --store none (asks for the key each time)",
        )


@click.command()
@click.argument("name", shell_complete=complete_profile)
@click.option("--secret-stdin", is_flag=True, help="Read the key from the first line of stdin.")
@common
def secret(inv: Invocation, *, name: str, secret_stdin: bool) -> int:
    """Put a new key in the place of the old one.

    Examples:
      tui-reseller profile secret acme
      vault-read acme | tui-reseller profile secret acme --secret-stdin

    """

    async def work(services: Services) -> int:
        profile = services.profiles.get(name)
        if profile.store is Store.NONE or profile.credential_command:
            where = services.credentials.describe(profile)
            raise InvalidInput(
                f'profile "{name}" keeps no key: {where}', hint=command("profile", "set", name, "store=keyring")
            )
        if not secret_stdin and not inv.talk.can_ask:
            raise click.UsageError("no key: use --secret-stdin, or a terminal")
        key = read_secret("key") if secret_stdin else await _typed(inv, services, profile)
        inv.talk.say(f'the key of profile "{name}" is kept: {await services.profiles.keep_key(name, key)}')
        return ExitCode.FINE

    return inv.run(work)


async def _typed(inv: Invocation, services: Services, profile: Profile) -> Secret:
    await _need_keyring(services)
    key = inv.talk.ask_hidden(f"Key of {profile.api_user} at {profile.host}")
    if not key:
        raise InvalidInput("no key was typed; nothing was saved")
    return key
