"""Take the screenshots of the README: drives the real application on a sandbox and writes SVG and PNG.

Run from a checkout: python screenshots/take.py [NAME ...]
Needs the dev extra, and a monospace font for the PNGs (Debian: fonts-dejavu-core).
"""

import asyncio
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import resvg_py
from textual.pilot import Pilot

from tui_reseller.cli.entry_points import SandboxOptions
from tui_reseller.credentials.credentials import Credentials
from tui_reseller.domain.audit import Operator
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.profile import Profile, Store
from tui_reseller.domain.providers.subusers_v3 import SUBUSERS_V3
from tui_reseller.domain.secret import Secret
from tui_reseller.services.policy import READ_SECONDS
from tui_reseller.services.services import Services
from tui_reseller.storage.paths import Paths
from tui_reseller.system.clock import SystemClock
from tui_reseller.system.demo_sandbox import started
from tui_reseller.tui.app import ResellerApp
from tui_reseller.wiring.services import build

HERE = Path(__file__).parent
PORT = 8027
LARGE, SMALL = (120, 40), (80, 24)
Scene = Callable[[Pilot[str]], Awaitable[None]]


class StillClock(SystemClock):
    """The same moment in every picture."""

    def now(self) -> datetime:
        return datetime(2026, 11, 3, 14, 2, tzinfo=UTC)


PATIENCE = 20.0
"""Seconds for what a scene waits for."""


def painted(pilot: Pilot[str]) -> str:
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def seen(pilot: Pilot[str], *texts: str) -> None:
    """Wait until all of this is on the screen: a picture must not depend on how busy the machine is."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while not all(text in painted(pilot) for text in texts):
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError(f"not on the screen: {texts}\n{painted(pilot)}")
        await pilot.pause(0.02)


async def at_rest(pilot: Pilot[str]) -> None:
    """Wait until the screen stays as it is."""
    before = ""
    while before != (before := painted(pilot)):
        await pilot.pause(0.25)


async def press(pilot: Pilot[str], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


async def write(pilot: Pilot[str], text: str) -> None:
    names = {" ": "space", ":": "colon", ".": "full_stop", "-": "minus", "@": "at", "/": "slash"}
    await press(pilot, *(names.get(char, char) for char in text))


async def commit(pilot: Pilot[str]) -> None:
    """Press the key that commits, after the time that a form gives for reading."""
    await pilot.pause(READ_SECONDS + 0.3)
    await press(pilot, "ctrl+s")


async def main_screen(pilot: Pilot[str]) -> None:
    await stop_sending(pilot)
    await commit(pilot)
    await seen(pilot, "Applied")
    await press(pilot, "down", "space", "down", "space", "space")
    await seen(pilot, "3 marked")


async def editor(pilot: Pilot[str]) -> None:
    await press(pilot, "down", "down", "down", "enter")
    await seen(pilot, "[Cancel]")
    await press(pilot, "tab", "tab", "tab", "end")
    await write(pilot, " Centro")


async def editor_review(pilot: Pilot[str]) -> None:
    await editor(pilot)
    await commit(pilot)
    await seen(pilot, "Review changes")


async def stop_sending(pilot: Pilot[str]) -> None:
    await press(pilot, "down", "down", "down", "down", "d")
    await seen(pilot, "Reason")
    await write(pilot, "ticket 4711, spam reports")


async def password_reset(pilot: Pilot[str]) -> None:
    await press(pilot, "down", "down", "down", "p")
    await seen(pilot, "New password")


async def new_customer(pilot: Pilot[str]) -> None:
    await press(pilot, "n")
    await seen(pilot, "Username")
    for text in ("gestoria-ibarra", "mail@ibarra.example", "Ana", "Ibarra", "Calle Mayor 12"):
        await write(pilot, text)
        await press(pilot, "tab")


async def filtering(pilot: Pilot[str]) -> None:
    await press(pilot, "slash")
    await write(pilot, "ma sending:on country=es")
    await seen(pilot, "9 of 300")


async def help_page(pilot: Pilot[str]) -> None:
    await press(pilot, "question_mark")
    await seen(pilot, "Drop a term")


async def plan(pilot: Pilot[str]) -> None:
    await press(pilot, "down", *["space"] * 12, "up", "d")
    await seen(pilot, "Plan: ")
    await write(pilot, "ticket 4712")


async def job(pilot: Pilot[str]) -> None:
    await plan(pilot)
    await commit(pilot)
    await seen(pilot, "Job 1", "finished")


async def first_run(pilot: Pilot[str]) -> None:
    await seen(pilot, "2   Connect")


async def usage(pilot: Pilot[str]) -> None:
    await press(pilot, "slash")
    await write(pilot, "lindstrom.web")
    await press(pilot, "enter")
    await seen(pilot, "1 of 300")
    await press(pilot, "h")
    await seen(pilot, "delivered: ", "reputation ")


async def ranking(pilot: Pilot[str]) -> None:
    await press(pilot, "colon")
    await write(pilot, "ranking")
    await press(pilot, "enter")
    await seen(pilot, "DELIVERED", "BOUNCED")


SCENES: dict[str, tuple[tuple[int, int], Scene]] = {
    "main": (LARGE, main_screen),
    "main-80x24": (SMALL, main_screen),
    "editor": (LARGE, editor),
    "editor-review": (LARGE, editor_review),
    "stop-sending": (SMALL, stop_sending),
    "password-reset": (SMALL, password_reset),
    "new-customer": (SMALL, new_customer),
    "main-light": (LARGE, main_screen),
    "filter": (LARGE, filtering),
    "help": (LARGE, help_page),
    "plan": (SMALL, plan),
    "job": (SMALL, job),
    "usage": (LARGE, usage),
    "ranking": (SMALL, ranking),
    "first-run": (SMALL, first_run),
}


THEMES = {"main-light": "light"}
"""Scenes that are shown in another theme than the dark one."""
OF_TODAY = {"usage", "ranking"}
"""Scenes that are shown on the service of today: the old one tells nothing of what customers send."""


def services(root: Path, ready: dict[str, str], *, is_of_today: bool) -> tuple[Services, Profile]:
    paths = Paths(root / "config", root / "state", root / "cache")
    for path in (paths.config, paths.state, paths.cache):
        path.mkdir(mode=0o700)
    profile = Profile("acme", ready["api_user"], base_url=ready["base_url"], store=Store.NONE, colour="orange")
    key = ready["api_key"]
    if is_of_today:
        profile = replace(profile, provider=SUBUSERS_V3.id, base_url=ready["v3_base_url"])
        key = ready["v3_api_key"]
    credentials = Credentials()
    credentials.remember(profile, Credential(Secret(key)))
    built = build(paths, credentials)
    built.profiles.config.put(profile)
    values = {name: getattr(built, name) for name in built.__dataclass_fields__}
    return Services(**values | {"clock": StillClock(), "operator": Operator("anna", "bastion")}), profile


async def take(name: str, ready: dict[str, str]) -> str:
    """Return the picture of a scene, as SVG: the same text in every run of the same code."""
    size, scene = SCENES[name]
    with tempfile.TemporaryDirectory() as folder:
        built, profile = services(Path(folder), ready, is_of_today=name in OF_TODAY)
        shown = None if name == "first-run" else profile
        app = ResellerApp(
            built, shown, theme=THEMES.get(name, "dark"), read_only=False, badge="" if shown is None else "DEMO"
        )
        async with app.run_test(size=size) as pilot:
            if shown:
                await seen(pilot, "list of 14:02 complete", "300 of 300")
                await at_rest(pilot)
            await scene(pilot)
            await at_rest(pilot)
            picture = plain_fonts(app.export_screenshot(title="tui-reseller"))
        await built.aclose()
    return picture


def taken(name: str) -> str:
    """Return the picture of a scene on a sandbox of its own."""
    with started(SandboxOptions(port=PORT, customers=300, seed=7).arguments()) as ready:
        return asyncio.run(take(name, ready))


def plain_fonts(picture: str) -> str:
    """Take the fonts from the machine: a README must not fetch any. Ids are made the same in every run."""
    picture = re.sub(r"@font-face\s*\{.*?\}", "", picture, flags=re.DOTALL)
    picture = picture.replace("Fira Code", "DejaVu Sans Mono").replace("font-family: arial", "font-family: sans-serif")
    return re.sub(r"terminal-\d+-", "terminal-", picture)


def main(names: list[str]) -> None:
    for name in names or list(SCENES):
        picture = taken(name)
        (HERE / f"{name}.svg").write_text(picture, encoding="utf-8")
        png = resvg_py.svg_to_bytes(svg_string=picture, font_family="DejaVu Sans Mono")
        (HERE / f"{name}.png").write_bytes(bytes(png))
        print(name)


if __name__ == "__main__":
    main(sys.argv[1:])
