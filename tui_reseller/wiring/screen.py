"""Opens the full-screen application: what is known is painted first, the services are built behind it."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tui_reseller.cli.entry_points import ScreenOptions
from tui_reseller.domain.config import Config
from tui_reseller.domain.profile import Profile
from tui_reseller.services.last_list import head
from tui_reseller.services.profile_choice import strictest
from tui_reseller.storage.paths import Paths
from tui_reseller.storage.snapshot_head import first_rows
from tui_reseller.storage.views import Views
from tui_reseller.system.clock import utc_now
from tui_reseller.tui import first_paint
from tui_reseller.tui.presenters.header import badge_of
from tui_reseller.tui.run import run

if TYPE_CHECKING:
    from tui_reseller.services.services import Services

DEMO = "demo"
"""What the first run may choose in the place of a profile."""


def show(
    config: Config,
    build: Callable[[], "Services"],
    paths: Paths,
    profile: Profile | None,
    options: ScreenOptions,
    badge: str = "",
) -> tuple[int, str | None]:
    """Run until the operator leaves; return the exit code and what the first run chose."""
    settings = config.settings
    plain = options.plain or settings.plain
    return run(
        build,
        profile,
        paint=None if plain or profile is None else partial(_paint, config, paths, profile, badge),
        reports=paths.state,
        read_only=options.read_only,
        mouse=options.mouse and settings.mouse,
        badge=badge,
        plain=plain,
        slow_link="on" if options.slow_link else settings.slow_link,
    )


def _paint(config: Config, paths: Paths, profile: Profile, badge: str) -> bool:
    profile, now = strictest(config, profile), utc_now()
    rows = partial(head, partial(first_rows, paths.cache, profile.account), now - config.settings.retention)
    return first_paint.paint(rows, profile, badge or badge_of(profile), now, Views(paths.state).layout(profile.name))
