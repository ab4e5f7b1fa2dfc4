"""Builds everything. The only module that sees every room."""

import os
import tempfile
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from tui_reseller.cli.entry_points import DemoOptions, EntryPoints, SandboxOptions, ScreenOptions
from tui_reseller.credentials.credentials import Credentials
from tui_reseller.credentials.environment import take_environment
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.environment import LEDGER
from tui_reseller.domain.errors import BadConfig, InvalidInput, RefusedHere
from tui_reseller.domain.profile import Format, Profile, Store
from tui_reseller.domain.providers.accounts_v3 import ACCOUNTS_V3
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.providers.subusers_v3 import SUBUSERS_V3
from tui_reseller.domain.secret import Secret
from tui_reseller.services.ports import CustomersPort
from tui_reseller.services.profiles import Profiles
from tui_reseller.services.services import Services
from tui_reseller.storage.config import ConfigFile
from tui_reseller.storage.customer_list import CustomerList
from tui_reseller.storage.drafts import Drafts
from tui_reseller.storage.export import Exporter
from tui_reseller.storage.new_file import write_new
from tui_reseller.storage.password_files import PasswordFiles
from tui_reseller.storage.paths import Paths
from tui_reseller.storage.plan_files import PlanFiles
from tui_reseller.storage.samples import Samples
from tui_reseller.storage.snapshot import Snapshots
from tui_reseller.storage.views import Views
from tui_reseller.system import logs
from tui_reseller.system.clock import SystemClock
from tui_reseller.system.current_operator import this_operator
from tui_reseller.system.detached_job import detach
from tui_reseller.system.memory import hide_memory, leave_no_core
from tui_reseller.wiring.ledger import kept_in, private_ledger

PROFILE_VARIABLE = "TUI_RESELLER_PROFILE"
DEMO = "demo"


def entry_points(environ: MutableMapping[str, str]) -> EntryPoints:
    """Return what is behind the command line. The environment's credentials are read once and taken out of it."""
    leave_no_core()
    taken = _Taken(environ)
    return EntryPoints(taken.services, taken.screen, demo, sandbox, private_ledger)


class _Taken:
    """The environment, read at the first need: help and completion need none of it."""

    def __init__(self, environ: MutableMapping[str, str]) -> None:
        self._environ = environ

    def services(self, named: str | None, debug: bool = False) -> Services:  # noqa: FBT001, FBT002 - fits EntryPoints
        paths = Paths.default()
        logs.start(paths.state, debug=debug)
        hide_memory()
        found = take_environment(self._environ)
        credentials = Credentials()
        if found is not None and found.key is not None:
            credentials.remember(found.profile, Credential(found.key))
        named = named or self._environ.get(PROFILE_VARIABLE) or None
        profile, address = found.profile if found else None, self._environ.get(LEDGER, "")
        return build(paths, credentials, named=named, environment=profile, ledger=address)

    def screen(self, options: ScreenOptions) -> int:
        services = self.services(options.profile)
        config = services.profiles.load()
        has_profile = bool(config.profiles) or services.profiles.environment or services.profiles.named
        profile = services.profiles.choose() if has_profile else None
        code, choice = show(services, profile, Paths.default().state, options)
        if choice == DEMO:
            return demo(SandboxOptions(port=0), options, DemoOptions())
        return code


def build(
    paths: Paths,
    credentials: Credentials,
    *,
    named: str | None = None,
    environment: Profile | None = None,
    ledger: str = "",
) -> Services:
    """Return the services on a set of folders. Ledger is the address of a team's, in the place of the config's; empty
    leaves it to that. Raises BadConfig for an address that cannot be one.
    """
    config = ConfigFile(paths.config, _wrong_keys)
    kept = kept_in(paths, config, ledger)
    snapshots = Snapshots(paths.cache)
    return Services(
        profiles=Profiles(config, credentials, snapshots, named=named, environment=environment),
        ledger=kept.ledger,
        vault=kept.vault,
        snapshot=snapshots,
        credentials=credentials,
        drafts=Drafts(paths.state),
        views=Views(paths.state),
        samples=Samples(paths.state),
        clock=SystemClock(),
        operator=replace(this_operator(os.environ), role=kept.role),
        connect=partial(connect, cache=paths.cache),
        new_list=CustomerList,
        exporter=Exporter(),
        jobs=kept.jobs,
        plans=PlanFiles(paths.state),
        password_files=PasswordFiles(paths.state),
        write_new=write_new,
        detach=partial(detach, paths.state / logs.FILE, ledger=ledger),
        team=kept.team,
        colleagues=kept.colleagues,
        approvals=kept.approvals,
        mover=kept.mover,
    )


def _wrong_keys(chosen: Mapping[str, str]) -> list[tuple[str, str]]:
    from tui_reseller.tui.keys import wrong_keys  # noqa: PLC0415 - asked by one verb

    return wrong_keys(chosen)


def connect(profile: Profile, credential: Credential, timeout: float | None, *, cache: Path) -> CustomersPort:
    """Return the service of a profile; *cache* is where processes share what can be lost at any time.

    Raises BadConfig for a provider that has no client here.
    """
    client = CLIENTS.get(profile.provider)
    if client is None:
        known = ", ".join(CLIENTS)
        raise BadConfig(f'profile "{profile.name}" has the provider "{profile.provider}"', hint=f"known are: {known}")
    return client(profile, credential, timeout, cache)


def _reseller_v2(profile: Profile, credential: Credential, timeout: float | None, _cache: Path) -> CustomersPort:
    from tui_reseller.api.reseller_v2.client import ResellerV2  # noqa: PLC0415 - httpx is not on the start-up path

    return ResellerV2(profile, credential.key, proxy_password=credential.proxy_password, timeout=timeout)


def _subusers_v3(profile: Profile, credential: Credential, timeout: float | None, cache: Path) -> CustomersPort:
    from tui_reseller.api.subusers_v3.client import SubusersV3  # noqa: PLC0415 - httpx is not on the start-up path
    from tui_reseller.api.v3.pace import Pace  # noqa: PLC0415
    from tui_reseller.storage.shared_pace import SharedPace  # noqa: PLC0415

    pace = Pace(SharedPace(cache, profile.account) if profile.api_user else None)
    return SubusersV3(profile, credential.key, proxy_password=credential.proxy_password, timeout=timeout, pace=pace)


def _accounts_v3(profile: Profile, credential: Credential, timeout: float | None, cache: Path) -> CustomersPort:
    from tui_reseller.api.accounts_v3.client import AccountsV3  # noqa: PLC0415 - httpx is not on the start-up path
    from tui_reseller.api.v3.pace import Pace  # noqa: PLC0415
    from tui_reseller.storage.shared_pace import SharedPace  # noqa: PLC0415

    pace = Pace(SharedPace(cache, profile.account) if profile.api_user else None)
    return AccountsV3(profile, credential.key, proxy_password=credential.proxy_password, timeout=timeout, pace=pace)


Client = Callable[[Profile, Credential, float | None, Path], CustomersPort]
CLIENTS: dict[str, Client] = {
    RESELLER_V2.id: _reseller_v2,
    SUBUSERS_V3.id: _subusers_v3,
    ACCOUNTS_V3.id: _accounts_v3,
}
"""Who speaks with which service, by the provider's id."""


def show(
    services: Services, profile: Profile | None, reports: Path, options: ScreenOptions, badge: str = ""
) -> tuple[int, str | None]:
    """Open the full-screen application."""
    from tui_reseller.tui.run import run  # noqa: PLC0415 - scripts do not draw

    settings = services.profiles.load().settings
    mouse = options.mouse and settings.mouse
    return run(
        services,
        profile,
        reports=reports,
        read_only=options.read_only,
        mouse=mouse,
        badge=badge,
        plain=options.plain or settings.plain,
        slow_link="on" if options.slow_link else settings.slow_link,
    )


def sandbox(options: SandboxOptions) -> int:
    """Serve a sandbox until it is ended. Raises InvalidInput for options that it cannot take."""
    from tui_reseller.cli import streams  # noqa: PLC0415
    from tui_reseller.sandbox.serve import SandboxUsage, serve  # noqa: PLC0415 - imported by demo and sandbox only

    try:
        return serve(
            host=options.host,
            port=options.port,
            customers=options.customers,
            seed=options.seed,
            db=options.db,
            dialect=options.dialect,
            faults=options.faults,
            eu_port=options.eu_port,
            scopes=options.scopes,
            max_page=options.max_page,
            limit=options.limit,
            accounts_on_behalf=options.accounts_on_behalf,
            write=streams.write_now,
        )
    except SandboxUsage as error:
        raise InvalidInput(str(error)) from None


def demo(options: SandboxOptions, screen: ScreenOptions, shown: DemoOptions) -> int:
    """Open the application on an embedded sandbox: a child process that ends with it, and folders that go away."""
    from tui_reseller.system.demo_sandbox import started  # noqa: PLC0415 - imported by demo only
    from tui_reseller.tui.terminal import missing_terminal  # noqa: PLC0415

    why = missing_terminal()
    if why:
        raise InvalidInput(why)
    with tempfile.TemporaryDirectory(prefix="tui-reseller-demo-") as folder, started(options.arguments()) as ready:
        root = Path(folder)
        paths = Paths(root / "config", root / "state", root / "cache")
        for path in (paths.config, paths.state, paths.cache):
            path.mkdir(mode=0o700)
        logs.start(paths.state, debug=False)
        profile, key = _demo_profile(ready, shown)
        credentials = Credentials()
        credentials.remember(profile, Credential(Secret(key)))
        services = replace(build(paths, credentials), detach=_ends_with_the_demo)
        services.profiles.config.put(profile)
        code, _ = show(services, profile, paths.state, screen, badge="DEMO")
        with suppress(BadConfig):
            _keep_reports(paths.state)
    return code


def _demo_profile(ready: Mapping[str, str], shown: DemoOptions) -> tuple[Profile, str]:
    """Return the demo's profile and its key, by what the sandbox said of itself."""
    profile = Profile(DEMO, ready["api_user"], ready["base_url"], store=Store.NONE, colour="cyan")
    if shown.provider == RESELLER_V2.id:
        return replace(profile, format=Format(shown.format)), ready["api_key"]
    europe = ready.get("v3_eu_base_url", "")
    today = replace(profile, provider=shown.provider, base_url=ready["v3_base_url"], eu_base_url=europe)
    return today, ready["v3_api_key"]


def _ends_with_the_demo(_number: int, _profile: Profile, _credential: Credential | None, _unlock: str) -> int:
    raise RefusedHere("refused: the demo's customers go with its window, and so do its jobs")


def _keep_reports(state: Path) -> None:
    """Save the reports of a defect from the temporary folder."""
    for report in state.glob("crash-*.txt"):
        kept = Path(tempfile.gettempdir()) / report.name
        report.replace(kept)
