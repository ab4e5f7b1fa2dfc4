"""Profiles: open another one, add one, unlock a protected one."""

from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import CredentialStoreError, InvalidInput, ResellerError
from tui_reseller.domain.fields import Finding
from tui_reseller.domain.profile import COLOURS, DEFAULT_BASE_URL, Format, Profile, Store
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import quoted
from tui_reseller.services import listing
from tui_reseller.services.policy import LONGEST_UNLOCK
from tui_reseller.services.profiles import checked
from tui_reseller.services.services import Services
from tui_reseller.tui.dialogs.form import FormField, FormSpec
from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.presenters.header import clock_text
from tui_reseller.tui.profile_context import ProfileContext

ADD = "\x00add"
DEFAULT_UNLOCK = "15"


async def open_profile(context: ProfileContext) -> None:
    """Choose another profile; marks are dropped, and that is said."""
    try:
        config = context.services.profiles.load()
    except ResellerError as error:
        context.notify_error(error)
        return
    rows = [
        (
            profile.name,
            f"{profile.name:<20} {profile.api_user} at {profile.host}{' protected' if profile.protected else ''}",
        )
        for profile in config.profiles.values()
    ]
    rows.append((ADD, "Add a profile ..."))
    chosen = await context.ask(Page("Profiles", rows, hint="Enter opens   Esc back"))
    if chosen is None or config.profiles.get(chosen) == context.session.profile:
        return
    if chosen == ADD:
        profile = await connect(context.services, context)
        if profile is None:
            return
        chosen = profile.name
    if context.run is not None:
        context.notify("A run is on its way: wait, or stop it first.", "warning")
        return
    context.app.open_profile(chosen)


async def unlock(context: ProfileContext) -> None:
    """Open a protected profile for some minutes, with a reason; `l` again locks."""
    policy = context.session.policy
    if not context.session.profile.protected:
        context.notify("This profile is not protected: nothing to unlock.")
        return
    never = policy.why_never_writable()
    if never:
        context.notify(f"Unlocking opens nothing: {never}.")
        return
    if policy.is_unlocked:
        policy.lock()
        context.notify("Locked.")
        return
    spec = FormSpec(
        "Unlock for writing",
        context.profile_title,
        ("It locks itself again after these minutes. The reason goes with everything done meanwhile.",),
        (
            FormField("minutes", "Minutes", DEFAULT_UNLOCK, required=True, check=_minutes),
            FormField("reason", "Reason", context.reason, required=True, limit=200),
        ),
        commit="Unlock",
    )
    answer = await context.ask_form(spec)
    if answer is None:
        return
    try:
        minutes = float(answer["minutes"])
        until = policy.unlock(minutes, answer["reason"])
    except ValueError:
        context.notify("Minutes are a number, 1 to 480.", "bad")
    except ResellerError as error:
        context.notify_error(error)
    else:
        context.app.lock_after(minutes, context)
        context.notify(f"Writable until {clock_text(until, context.now())}: {answer['reason']}", "warning")


def _minutes(value: str) -> list[Finding]:
    is_good = value.isascii() and value.isdigit() and 0 < int(value[:6]) <= LONGEST_UNLOCK.total_seconds() / 60
    return [] if is_good else [Finding("minutes", "Minutes: a number, 1 to 480")]


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


async def connect(services: Services, context: ProfileContext) -> Profile | None:
    """Ask for an account, read its list once, show what came, then save."""
    try:
        state = await services.credentials.probe()
    except CredentialStoreError as error:
        state = error.state
    values: dict[str, str] = {}
    problem = ""
    while True:
        answer = await context.ask_form(_form(values, state, problem))
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
            if await context.ask_form(spec) is None:
                problem = ""
                continue
            where = await services.profiles.add(profile, credential)
        except ResellerError as error:
            problem = error.message
            continue
        context.notify(f"Profile {profile.name} is saved; its key: {where}", "good")
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
