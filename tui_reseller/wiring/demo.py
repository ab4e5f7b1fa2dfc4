"""The sandbox, and the application on one."""

import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from tui_reseller.cli.entry_points import DemoOptions, SandboxOptions, ScreenOptions
from tui_reseller.credentials.credentials import Credentials
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import BadConfig, InvalidInput, RefusedHere
from tui_reseller.domain.profile import Format, Profile, Store
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.secret import Secret
from tui_reseller.storage.paths import Paths
from tui_reseller.system import logs
from tui_reseller.wiring.screen import DEMO, show
from tui_reseller.wiring.services import build


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
        code, _ = show(services.profiles.load(), lambda: services, paths, profile, screen, badge="DEMO")
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
