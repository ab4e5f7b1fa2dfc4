"""Connect a reseller account: a new profile, tested before it is saved."""

from collections.abc import Callable

from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import CredentialStoreError, InvalidInput, ResellerError
from tui_reseller.domain.profile import COLOURS, DEFAULT_BASE_URL, Format, Profile, Store
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import quoted
from tui_reseller.services import listing
from tui_reseller.services.profiles import checked
from tui_reseller.services.services import Services
from tui_reseller.tui.dialogs.asking import Dialogs
from tui_reseller.tui.dialogs.form_spec import FormField, FormSpec


def _form(values: dict[str, str], state: str, problem: str) -> FormSpec:
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
            FormField("name", "Name", start=values.get("name", "main"), required=True, hint="yours to choose"),
            FormField("base_url", "Base URL", start=values.get("base_url", DEFAULT_BASE_URL), required=True),
            FormField(
                "format", "Format", values.get("format", "json"), "choice", options=(("json", "JSON"), ("xml", "XML"))
            ),
            FormField("api_user", "Account name", start=values.get("api_user"), required=True),
            FormField(
                "store", "Key lives in", values.get("store", "keyring" if state == "ready" else "none"), "choice",
                options=where if state == "ready" else where[1:],
            ),
            FormField("protected", "Protect it?", values.get("protected", "yes"), "choice", options=yes_no),
            FormField("key", "Key or password", kind="secret", required=True, hint="of that account"),
        ),
        commit="Test",
        asks_leave=True,
        problem=problem,
    )  # fmt: skip


async def connect(services: Services, dialogs: Dialogs, notify: Callable[[str, str], None]) -> Profile | None:
    """Ask for an account, read its list once, show what came, then save. No profile needs to be open."""
    try:
        state = await services.credentials.probe()
    except CredentialStoreError as error:
        state = error.state
    values: dict[str, str] = {}
    problem = ""
    while True:
        answer = await dialogs.ask_form(_form(values, state, problem))
        if answer is None:
            return None
        values = {name: value for name, value in answer.items() if name != "key"}
        credential = Credential(Secret(answer["key"]))
        try:
            profile = _profile(values)
            if profile.name in services.profiles.load().profiles:
                raise InvalidInput(f'there is a profile "{profile.name}" already', field="name")
            seen = await _try(services, profile, credential)
            spec = FormSpec("The account answers", profile.name, seen, commit="Save", cancel="Back")
            if await dialogs.ask_form(spec) is None:
                problem = ""
                continue
            where = await services.profiles.add(profile, credential)
        except ResellerError as error:
            problem = error.message
            continue
        notify(f"Profile {profile.name} is saved; its key: {where}", "good")
        return profile


def _profile(values: dict[str, str]) -> Profile:
    return checked(
        Profile(
            name=values["name"],
            api_user=values["api_user"],
            base_url=values["base_url"],
            format=Format(values["format"]),
            protected=values["protected"] == "yes",
            store=Store(values["store"]),
            colour=COLOURS[0] if values["protected"] == "yes" else "blue",
        )
    )


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
