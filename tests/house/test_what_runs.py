"""Whatever lies in the current folder, in the environment or beside an installed package: only our own code runs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tui_reseller
from tui_reseller.cli.entry_points import SandboxOptions
from tui_reseller.system import child_process
from tui_reseller.system.demo_sandbox import started
from tui_reseller.tui.stylesheets import stylesheet_folder

ROOT = Path(__file__).parents[2]
NAMES = ("uvicorn", "starlette", "click", "textual", "tui_reseller", "sitecustomize", "usercustomize", "json", "runpy")


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder full of modules that leave a mark when they are imported; every variable points there too."""
    folder = tmp_path / "trap"
    folder.mkdir()
    mark = f"open({str(folder / 'OWNED')!r}, 'w').close()\n"
    for name in NAMES:
        (folder / f"{name}.py").write_text(mark)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setenv("PYTHONSTARTUP", str(folder / "json.py"))
    monkeypatch.setenv("PYTHONINSPECT", "1")
    monkeypatch.setenv("XDG_STATE_HOME", "state")
    return folder


def test_the_sandbox_of_the_demo_imports_nothing_from_the_current_folder(trap: Path) -> None:
    with started(SandboxOptions(port=0, customers=3, db="kept.sqlite3").arguments()) as ready:
        assert ready["customers"] == 3
        assert (trap / "kept.sqlite3").is_file(), "a relative path means the folder where it was typed"
    assert not (trap / "OWNED").exists()


def test_a_child_has_a_clean_interpreter_and_folders_where_they_were(trap: Path) -> None:
    child = child_process.start("tui_reseller", ["--version"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said, complaint = child.communicate(timeout=30)
    assert (child.returncode, complaint) == (0, b""), "no prompt of an interpreter, and no complaint"
    assert said.decode().split()[-1] == tui_reseller.__version__
    assert not (trap / "OWNED").exists()
    assert not list(trap.rglob("tui-reseller.log"))


def test_every_child_is_isolated_and_lives_in_a_folder_of_nobody(trap: Path) -> None:
    child = child_process.start(
        "tui_reseller.sandbox", ["--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert child.stdout is not None
    assert child.stdin is not None
    try:
        assert child.stdout.readline()
        assert b"\0-I\0" in Path(f"/proc/{child.pid}/cmdline").read_bytes()
        assert Path(f"/proc/{child.pid}/cwd").resolve() == Path("/")
        told = dict(one.split(b"=", 1) for one in Path(f"/proc/{child.pid}/environ").read_bytes().split(b"\0") if one)
        assert not [name for name in told if name.startswith((b"PYTHON", b"TUI_RESELLER_"))]
        assert told[b"XDG_STATE_HOME"] == bytes(trap / "state")
    finally:
        child.terminate()
        child.communicate(timeout=10)


def test_run_as_a_module_the_current_folder_is_left_out_before_anything_of_ours_is_imported(tmp_path: Path) -> None:
    """What Python itself imports before our first line cannot be helped; everything after it can."""
    for name in ("click", "uvicorn", "platformdirs", "tomlkit"):
        (tmp_path / f"{name}.py").write_text("open('OWNED', 'w').close()\n")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    for argv in (["--version"], ["profile", "list"], ["sandbox", "--port", "-1"]):
        command = [sys.executable, "-m", "tui_reseller", *argv]
        subprocess.run(command, cwd=tmp_path, env=environment, check=False, capture_output=True, timeout=30)
    assert not (tmp_path / "OWNED").exists()


def installed(folder: Path) -> Path:
    """Lay a package out as a wheel does, with what a foreign project has left beside it; return site-packages."""
    packages = folder / "site-packages"
    shutil.copytree(
        child_process.PACKAGE, packages / "tui_reseller", ignore=shutil.ignore_patterns("__pycache__", "styles")
    )
    shutil.copytree(stylesheet_folder(), packages / "tui_reseller" / "styles")
    (packages / "pyproject.toml").write_text('[project]\nname = "tui-reseller"\n')
    (packages / "styles").mkdir()
    (packages / "styles" / "evil.tcss").write_text("Screen { display: none; }\n")
    return packages


def test_an_installed_package_uses_its_own_stylesheets_and_no_others(tmp_path: Path) -> None:
    packages = installed(tmp_path)
    code = (
        f"import sys; sys.path.insert(0, {str(packages)!r})\n"
        "from tui_reseller.tui.stylesheets import stylesheets\nprint(*stylesheets(), sep='\\n')"
    )
    said = subprocess.run([sys.executable, "-I", "-c", code], check=True, capture_output=True, text=True, timeout=30)
    found = [Path(line) for line in said.stdout.splitlines()]
    assert {path.parent for path in found} == {packages / "tui_reseller" / "styles"}
    assert {path.name for path in found} == {path.name for path in stylesheet_folder().glob("*.tcss")}


def test_a_child_runs_the_package_that_started_it_and_no_other_that_is_installed(tmp_path: Path) -> None:
    packages = installed(tmp_path)
    (packages / "tui_reseller" / "__init__.py").write_text('"""Another one."""\n\n__version__ = "0.0.other"\n')
    code = (
        f"import subprocess, sys; sys.path.insert(0, {str(packages)!r})\n"
        "from tui_reseller.system import child_process\n"
        "print(child_process.start('tui_reseller', ['--version'], stdout=subprocess.PIPE, stderr=2).communicate()[0])"
    )
    said = subprocess.run([sys.executable, "-I", "-c", code], check=True, capture_output=True, text=True, timeout=30)
    assert "0.0.other" in said.stdout


def test_only_one_module_starts_an_interpreter() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in child_process.PACKAGE.rglob("*.py")}
    assert [path.name for path, text in texts.items() if "sys.executable" in text] == ["child_process.py"]
