"""The house itself: styles in the wheel, keys in the README, nothing heavy on the way to the first painting."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tui_reseller.tui.commands import COMMANDS, key_word
from tui_reseller.tui.stylesheets import stylesheet_folder, stylesheets

ROOT = Path(__file__).parents[2]


def test_a_checkout_uses_its_own_stylesheets() -> None:
    assert stylesheet_folder() == ROOT / "styles"
    assert {path.name for path in stylesheets()} == {"main.tcss", "dialogs.tcss", "pages.tcss", "plain.tcss"}


@pytest.mark.slow
def test_the_wheel_carries_every_stylesheet(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "-w", str(tmp_path), "."], cwd=ROOT, check=True, capture_output=True, timeout=120)
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    assert {f"tui_reseller/styles/{path.name}" for path in stylesheets()} <= set(names)
    assert "tui_reseller/py.typed" in names


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in COMMANDS:
        for key in command.keys if len(command.keys) < 5 else ():
            assert f"`{key_word(key)}`" in readme, command.id
        assert f"`{command.id}`" in readme


def imported_by(code: str) -> set[str]:
    lines = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"],
        capture_output=True, text=True, check=True, timeout=60, cwd=ROOT,
    ).stdout  # fmt: skip
    return set(lines.splitlines())


def test_nothing_heavy_is_imported_before_the_first_painting() -> None:
    found = imported_by("import tui_reseller.wiring, tui_reseller.cli.main, tui_reseller.tui.screens.main")
    heavy = {"httpx", "keyring", "secretstorage", "email_validator", "pycountry", "tomlkit", "sqlite3"}
    assert not found & (heavy | {"starlette", "uvicorn"})


def test_a_script_does_not_import_the_screen() -> None:
    found = imported_by("import tui_reseller.wiring, tui_reseller.cli.main")
    assert not found & {"textual", "rich"}
