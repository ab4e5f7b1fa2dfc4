"""profile add and profile secret: where a key and what belongs to it are taken from, and where they are kept."""

from collections.abc import Sequence
from dataclasses import replace

import click

from tui_reseller.cli.argument_values import read_secrets
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.invocation import Invocation, ask_proxy_password
from tui_reseller.cli.options import common
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import CredentialStoreError, InvalidInput
from tui_reseller.domain.printed import command
from tui_reseller.domain.profile import COLOURS, Format, Profile, Store
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.services.profiles import checked, command_of, max_percent_of, max_rows_of, proxy_of
from tui_reseller.services.services import Services
from tui_reseller.services.signing_in import with_account_name


@click.command()
@click.argument("name")
@click.option("--provider", type=click.Choice(list(PROVIDERS)), default=next(iter(PROVIDERS)), help="Kind of service.")
@click.option("--base-url", metavar="URL", default="", help="Where it is served, where not at the usual address.")
@click.option("--eu-base-url", metavar="URL", default="", help="The same for customers of the European region.")
@click.option("--api-user", metavar="USER", default="", help="Name of our reseller account there; v3 tells it.")
@click.option("--format", "format_", type=click.Choice(["json", "xml"]), default="json", help="Format of the answers.")
@click.option("--protected", is_flag=True, help="Locked until it is unlocked with a reason.")
@click.option("--colour", type=click.Choice(COLOURS), default="blue", help="Of its badge on the screen.")
@click.option("--store", type=click.Choice(["keyring", "none"]), default="keyring", help="none asks each time.")
@click.option("--secret-stdin", is_flag=True, help="Read the key from the first line of stdin.")
@click.option("--secret-command", metavar="CMD", default="", help="A command that prints the key; no shell is used.")
@click.option("--proxy", metavar="URL", default="", help="http://HOST:PORT, or http://USER@HOST:PORT.")
@click.option("--proxy-password-stdin", is_flag=True, help="Read the proxy's password from the second line of stdin.")
@click.option("--ca-file", metavar="FILE", default="", help="Certificates to trust, PEM.")
@click.option("--max-rows", metavar="N", default="", help="Refuse a change for more customers than this.")
@click.option("--max-percent", metavar="P", default="", help="Refuse a change for a larger part of all customers.")
@common
def add(inv: Invocation, *, name: str, secret_stdin: bool, proxy_password_stdin: bool, **given: object) -> int:
    """Add a profile. On a terminal the key is asked for, and the api user where the service does not tell it by the
    key. The key is never an argument.

    The password of a proxy is a secret as the key is: asked for, kept with it, and never an argument. Where a command
    prints the key, its second line is that password. A proxy whose user has none is http://USER:@HOST:PORT.

    Examples:
      tui-reseller profile add acme
      tui-reseller profile add acme --protected --colour red
      tui-reseller profile add old --provider reseller-v2 --api-user acme --format xml
      tui-reseller profile add acme --api-user acme --secret-command 'pass show acme/api'
      vault-read acme | tui-reseller profile add acme --api-user acme --secret-stdin
      tui-reseller profile add acme --api-user acme --proxy http://kim@proxy.example:3128

    """
    wanted = _profile_of(name, given)
    if secret_stdin and (wanted.store is Store.NONE or wanted.credential_command):
        raise click.UsageError("--secret-stdin: this profile keeps no key (--store none or --secret-command)")
    if proxy_password_stdin and not (secret_stdin and wanted.wants_proxy_password):
        raise click.UsageError("--proxy-password-stdin goes with --secret-stdin and a --proxy that names a user")

    piped = ("key",) * secret_stdin + ("password of the proxy",) * proxy_password_stdin
    return inv.run(lambda services: _added(inv, services, wanted, piped))


@click.command()
@click.argument("old")
@click.argument("new")
@click.option(
    "--provider", type=click.Choice(list(PROVIDERS)), default=next(iter(PROVIDERS)), help="The other service."
)
@click.option("--base-url", metavar="URL", default="", help="Where it is served, where not at the usual address.")
@click.option("--eu-base-url", metavar="URL", default="", help="The same for customers of the European region.")
@click.option("--api-user", metavar="USER", default="", help="Name of our reseller account there; v3 tells it.")
@click.option("--secret-stdin", is_flag=True, help="Read the new key from the first line of stdin.")
@click.option("--secret-command", metavar="CMD", default="", help="A command that prints the new key.")
@common
def copy(inv: Invocation, *, old: str, new: str, secret_stdin: bool, **given: str) -> int:
    """Add a profile for another service with the rules of one that is there: protection, ceilings, colour, proxy,
    certificates, where the key lives. The old one stays; the key is a new one.

    Examples:
      tui-reseller profile copy acme acme-v3 --provider subusers-v3
      vault-read acme-v3 | tui-reseller profile copy acme acme-v3 --secret-stdin

    """

    async def work(services: Services) -> int:
        service = PROVIDERS[given["provider"]]
        wanted = replace(
            services.profiles.get(old),
            name=new,
            provider=service.id,
            base_url=given["base_url"] or service.base_url,
            eu_base_url=given["eu_base_url"],
            api_user=given["api_user"],
            format=Format(service.formats[0]),
            credential_command=command_of(given["secret_command"]),
            proxy_password=None,
        )
        return await _added(inv, services, wanted, ("key",) * secret_stdin)

    return inv.run(work)


async def _added(inv: Invocation, services: Services, wanted: Profile, piped: Sequence[str]) -> int:
    """Add a profile with its key, which is piped, a line each, under these names; or typed."""
    wants_key = wanted.keeps_key
    if wants_key and inv.console.can_ask:
        await _need_keyring(services)  # before a key is typed for nothing
    profile = wanted if not wanted.service.needs_api_user else checked(_with_user(inv, wanted))
    credential = None
    if piped:
        credential = Credential(*read_secrets(*piped))
    elif wants_key and inv.console.can_ask:
        credential = _typed(inv, profile, None)
    profile = checked(await with_account_name(services, profile, credential))
    where = await services.profiles.add(profile, credential)
    inv.console.say(f'profile "{wanted.name}" is added; key: {where}')
    if wants_key and credential is None:
        inv.console.say(f"no key yet: {command('profile', 'secret', wanted.name)}")
    elif wants_key and profile.wants_proxy_password and credential and credential.proxy_password is None:
        inv.console.say(f"no password of the proxy yet: {command('profile', 'secret', wanted.name)}")
    return ExitCode.OK


def _profile_of(name: str, given: dict[str, object]) -> Profile:
    text = {key: str(value) for key, value in given.items()}
    return Profile(
        name=name,
        api_user=text["api_user"],
        base_url=text["base_url"] or PROVIDERS[text["provider"]].base_url,
        provider=text["provider"],
        eu_base_url=text["eu_base_url"],
        format=Format(text["format_"]),
        protected=bool(given["protected"]),
        colour=text["colour"],
        store=Store(text["store"]),
        credential_command=command_of(text["secret_command"]),
        proxy=proxy_of(text["proxy"]),
        ca_file=text["ca_file"],
        max_rows=max_rows_of(text["max_rows"]),
        max_percent=max_percent_of(text["max_percent"]),
    )


def _with_user(inv: Invocation, wanted: Profile) -> Profile:
    if wanted.api_user or not inv.console.can_ask:
        return wanted
    return replace(wanted, api_user=inv.console.ask("Api user, the name of our reseller account"))


async def _need_keyring(services: Services) -> None:
    state = await services.credentials.probe()
    if state != "ready":
        raise CredentialStoreError(
            f"no usable keyring on this machine ({state}); nothing was saved",
            state=state,
            hint="unlock the keyring, or use --secret-command CMD, or --store none (asks for the key each time)",
        )


@click.command()
@click.argument("name")
@click.option("--secret-stdin", is_flag=True, help="Read the key from the first line of stdin.")
@click.option("--proxy-password-stdin", is_flag=True, help="Read the proxy's password, behind a key that is read too.")
@common
def secret(inv: Invocation, *, name: str, secret_stdin: bool, proxy_password_stdin: bool) -> int:
    """Put a new key in the place of the old one; and where the proxy has a user, its password.

    Of the two, what is not given (or typed as nothing) stays as it is. A password of the proxy that stands in the
    config file is moved to the key.

    Examples:
      tui-reseller profile secret acme
      vault-read acme | tui-reseller profile secret acme --secret-stdin
      vault-read proxy | tui-reseller profile secret acme --proxy-password-stdin

    """

    async def work(services: Services) -> int:
        profile = services.profiles.get(name)
        if not profile.keeps_key:
            where = services.credentials.describe(profile)
            raise InvalidInput(
                f'profile "{name}" keeps no key: {where}', hint=command("profile", "set", name, "store=keyring")
            )
        if proxy_password_stdin and not profile.wants_proxy_password:
            raise InvalidInput(
                f'the proxy of profile "{name}" names no user; nothing was saved',
                hint=command("profile", "set", name, "proxy=http://USER@HOST:PORT"),
            )
        is_piped = secret_stdin or proxy_password_stdin
        if not is_piped and not inv.console.can_ask:
            raise click.UsageError("no key: use --secret-stdin, or a terminal")
        if not is_piped:
            await _need_keyring(services)  # before a key is typed for nothing
        needs_before = profile.wants_proxy_password and not (secret_stdin and proxy_password_stdin)
        before = await services.credentials.get(profile) if needs_before else None
        if is_piped:
            after = _read(before, with_key=secret_stdin, with_password=proxy_password_stdin)
        else:
            after = _typed(inv, profile, before)
        if after is None:
            raise InvalidInput("no key was given, and none is kept yet; nothing was saved")
        inv.console.say(f'the key of profile "{name}" is kept: {await services.profiles.keep(name, after)}')
        if profile.proxy_password is not None:
            inv.console.say("the password of the proxy is kept with it, and no longer in the config file")
        return ExitCode.OK

    return inv.run(work)


def _read(before: Credential | None, *, with_key: bool, with_password: bool) -> Credential | None:
    """Return what stdin has, and of the rest what was kept before; None if there is no key."""
    names = (("key", with_key), ("password of the proxy", with_password))
    read = read_secrets(*(name for name, is_wanted in names if is_wanted))
    if not with_key and before is None:
        return None
    kept = before or Credential(read[0])
    return Credential(read[0] if with_key else kept.key, read[-1] if with_password else kept.proxy_password)


def _typed(inv: Invocation, profile: Profile, before: Credential | None) -> Credential | None:
    """Ask for a key, and for the password of the proxy if it has one. Nothing typed is what was kept before."""
    key = inv.console.ask_hidden(f"Key of {profile.api_user} at {profile.host}") or (before.key if before else None)
    if not key:
        return None
    if not profile.wants_proxy_password:
        return Credential(key)
    return Credential(key, ask_proxy_password(inv.console, profile) or (before.proxy_password if before else None))
