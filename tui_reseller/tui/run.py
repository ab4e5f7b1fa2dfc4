"""Run the application in this terminal, and say on the shell how it ended."""

import sys
from pathlib import Path

from tui_reseller.domain.profile import Profile
from tui_reseller.services.services import Services
from tui_reseller.tui import crash
from tui_reseller.tui.terminal import missing_terminal, tame_environment

DEFECT = 1
NO_TERMINAL = 2


def run(
    services: Services, profile: Profile | None, *, reports: Path, read_only: bool, mouse: bool, badge: str
) -> tuple[int, str | None]:
    """Run until the operator leaves; return the exit code and what the first run chose."""
    why = missing_terminal()
    if why:
        sys.stderr.write(f"tui-reseller: {why}\n")
        return NO_TERMINAL, None
    tame_environment()
    crash.reports_go_to(reports)
    from tui_reseller.tui.app import ResellerApp, summary_of  # noqa: PLC0415 - after the environment was tamed

    theme = services.profiles.load().settings.theme
    app = ResellerApp(services, profile, theme=theme, read_only=read_only, badge=badge)
    choice = app.run(mouse=mouse)
    if app.crash_report:
        sys.stderr.write(
            f"tui-reseller: a defect ended the application; report without your data: {app.crash_report}\n"
        )
        return app.return_code or DEFECT, None
    for line in summary_of(app):
        sys.stderr.write(line + "\n")
    return app.return_code or 0, choice
