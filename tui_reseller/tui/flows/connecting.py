"""Connect a reseller account: a new profile, tested before it is saved."""

from collections.abc import Callable

from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import (
    CredentialsRefused,
    CredentialStoreError,
    InvalidInput,
    Rejected,
    ResellerError,
    UnusableAnswer,
)
from tui_reseller.domain.profile import COLOURS, Format, Profile, Store, checked_base_url
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import quoted
from tui_reseller.services import listing
from tui_reseller.services.profiles import checked
from tui_reseller.services.services import Services
from tui_reseller.services.signing_in import with_account_name
from tui_reseller.tui.dialogs.asking import Dialogs
from tui_reseller.tui.dialogs.form_spec import FormField, FormSpec


def _form(values: dict[str, str], state: str, problem: str, first: str = "", *, has_key: bool = False) -> FormSpec:
    """Return the form. Has_key: one was typed before, and is kept while nothing else is typed."""
    where = (("keyring", "OS keyring"), ("none", "memory, until I quit"))
    note = {
        "ready": "The OS keyring is ready.",
        "locked": 'Your keyring is locked. In another shell: read -rs P; printf %s "$P" | '
        "gnome-keyring-daemon --replace --unlock --components=secrets",
    }.get(state, "No system keyring on this machine: the key is kept in memory until you quit.")
    yes_no = (("yes", "yes, it starts read-only"), ("no", "no"))
    return FormSpec(
        "Connect a reseller account",
        "",
        (note, "The test reads the list once and changes nothing. Nothing is saved before you have seen it."),
        (
            FormField("name", "Name", "main", start=values.get("name"), required=True, hint="yours to choose"),
            FormField(
                "provider", "Service", values.get("provider", next(iter(PROVIDERS))), "choice",
                options=tuple((provider.id, provider.title) for provider in PROVIDERS.values()),
            ),
            FormField("base_url", "Base URL", start=values.get("base_url"), hint="empty: the usual address"),
            FormField(
                "format", "Format", values.get("format", "json"), "choice", options=(("json", "JSON"), ("xml", "XML")),
                only_if=("provider", next(one.id for one in PROVIDERS.values() if len(one.formats) > 1)),
            ),
            FormField("api_user", "Account name", start=values.get("api_user"), hint="empty: v3 tells it by the key"),
            FormField(
                "store", "Key lives in", values.get("store", "keyring" if state == "ready" else "none"), "choice",
                options=where if state == "ready" else where[1:],
            ),
            FormField("protected", "Protect it?", values.get("protected", "yes"), "choice", options=yes_no),
            FormField(
                "key", "Key or password", kind="secret", required=not has_key,
                hint="empty: as typed before" if has_key else "of that account",
            ),
        ),
        commit="Test",
        asks_leave=True,
        problem=problem,
        first=first,
    )  # fmt: skip


async def connect(services: Services, dialogs: Dialogs, notify: Callable[[str, str], None]) -> Profile | None:
    """Ask for an account, read its list once, show what came, then save. No profile needs to be open."""
    try:
        state = await services.credentials.probe()
    except CredentialStoreError as error:
        state = error.state
    values: dict[str, str] = {}
    problem = first = key = ""
    while True:
        answer = await dialogs.ask_form(_form(values, state, problem, first, has_key=bool(key)))
        if answer is None:
            return None
        values = {name: value for name, value in answer.items() if name != "key"}
        key = answer["key"] or key
        credential = Credential(Secret(key))
        try:
            profile = await _profile(services, values, credential)
            if profile.name in services.profiles.load().profiles:
                raise InvalidInput(f'there is a profile "{profile.name}" already', field="name")
            seen = await _try(services, profile, credential)
            spec = FormSpec("The account answers", profile.name, seen, commit="Save", cancel="Back")
            if await dialogs.ask_form(spec) is None:
                problem = first = ""
                continue
            where = await services.profiles.add(profile, credential)
        except ResellerError as error:
            problem, first = _problem(error, values), _to_mend(error)
            continue
        notify(f"Profile {profile.name} is saved; its key: {where}", "good")
        return profile


def _problem(error: ResellerError, values: dict[str, str]) -> str:
    """Say what went wrong, and where something else answered, what the address may lack."""
    is_elsewhere = isinstance(error, UnusableAnswer | Rejected) and not isinstance(error, CredentialsRefused)
    if is_elsewhere and values["base_url"]:
        usual = PROVIDERS[values["provider"]].base_url
        return f"{error.message} - does the base URL end in /{usual.rpartition('/')[2]}, as in {usual}?"
    return error.message + (f" - {error.hint}" if isinstance(error, CredentialStoreError) and error.hint else "")


def _to_mend(error: ResellerError) -> str:
    """Return the field in which the next try begins."""
    if isinstance(error, InvalidInput) and error.field in {"name", "base_url", "api_user"}:
        return str(error.field)
    return "key" if isinstance(error, CredentialsRefused) else "base_url"


async def _profile(services: Services, values: dict[str, str], credential: Credential) -> Profile:
    """Return the profile that was described; whose the key is, the service tells where it can. Raises ResellerError."""
    service = PROVIDERS[values["provider"]]
    wanted = Profile(
        name=values["name"],
        api_user=values["api_user"],
        base_url=checked_base_url(values["base_url"] or service.base_url),
        provider=service.id,
        format=Format(values["format"]) if values["format"] in service.formats else Format(service.formats[0]),
        protected=values["protected"] == "yes",
        store=Store(values["store"]),
        colour=COLOURS[0] if values["protected"] == "yes" else "blue",
    )
    return checked(await with_account_name(services, wanted, credential))


async def _try(services: Services, profile: Profile, credential: Credential) -> list[str]:
    """Read the list once; return what to show. The key is kept in memory only."""
    services.credentials.remember(profile, credential)
    session = services.open(profile)
    try:
        fresh = await listing.read_all(session)
    finally:
        await session.aclose()
    first = ", ".join(quoted(customer.username, 40) for customer in session.customers.window(0, 3))
    return [f"{fresh.total:,} customers, the first: {first or '-'}", f"{profile.api_user} at {profile.host}"]
