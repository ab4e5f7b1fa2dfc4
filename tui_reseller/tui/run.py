"""Run the application in this terminal, and say on the shell how it ended."""

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reseller.domain.profile import Profile
from tui_reseller.tui import crash, first_paint
from tui_reseller.tui.terminal import RawModeGuard, missing_terminal, tame_environment, theme_for

if TYPE_CHECKING:
    from tui_reseller.services.services import Services
    from tui_reseller.tui.app import ResellerApp

DEFECT = 1
NO_TERMINAL = 2


def run(
    build: Callable[[], "Services"],
    profile: Profile | None,
    *,
    paint: Callable[[], bool] | None,
    reports: Path,
    read_only: bool,
    mouse: bool,
    badge: str,
    plain: bool = False,
    slow_link: str = "auto",
) -> tuple[int, str | None]:
    """Run until the operator leaves; return the exit code and what the first run chose.

    Paint puts on the terminal what is known before the services are built, and returns whether there was anything.
    """
    why = missing_terminal()
    if why:
        sys.stderr.write(f"tui-reseller: {why}\n")
        return NO_TERMINAL, None
    tame_environment()
    crash.reports_go_to(reports)
    raw_mode = RawModeGuard()
    raw_mode.enter()
    painted = False
    try:
        painted = paint is not None and paint()
        app = _application(build(), profile, read_only=read_only, badge=badge, plain=plain, slow_link=slow_link)
        painted = False  # from here on the screen is the application's
        choice = app.run(mouse=mouse)
    finally:
        raw_mode.restore()
        if painted:
            with suppress(OSError):  # the terminal may be gone
                first_paint.erase()
    return _report(app), choice


def _application(
    services: "Services", profile: Profile | None, *, read_only: bool, badge: str, plain: bool, slow_link: str
) -> "ResellerApp":
    from tui_reseller.tui.app import ResellerApp  # noqa: PLC0415 - after the first painting

    theme = theme_for(profile, services.profiles.load().settings.theme)
    return ResellerApp(
        services, profile, theme=theme, read_only=read_only, badge=badge, plain=plain, slow_link=slow_link
    )


def _report(app: "ResellerApp") -> int:
    """Say on the shell how it ended; return the exit code."""
    lines, code = app.lines_left(), app.return_code or 0
    if app.crash_report:
        lines = [f"tui-reseller: a defect ended the application; report without your data: {app.crash_report}"]
        code = code or DEFECT
    with suppress(OSError):  # the terminal may be gone
        for line in lines:
            sys.stderr.write(line + "\n")
        sys.stderr.flush()
    return code
