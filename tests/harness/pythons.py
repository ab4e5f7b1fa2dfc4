"""Every supported Python of this machine, whatever it has installed."""

import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def pythons() -> list[str]:
    """Return the interpreters that the package says it supports: the one that runs here, and one of each other version
    on the path or where pyenv keeps them.
    """
    places = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep) if "shims" not in folder]
    places += sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/*/bin"))
    found = {_version(sys.executable): sys.executable}
    for place in places:
        for path in place.glob("python3.*"):
            if re.fullmatch(r"python3\.\d+", path.name) and (version := _version(str(path))) >= lowest():
                found.setdefault(version, str(path))
    return list(found.values())


def lowest() -> tuple[int, ...]:
    """Return the lowest version that the package supports."""
    text = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    return tuple(int(part) for part in text.removeprefix(">=").split("."))


def _version(python: str) -> tuple[int, ...]:
    """Return the version of an interpreter; nothing for one that does not run."""
    code = "import sys; print(*sys.version_info[:3])"
    done = subprocess.run([python, "-I", "-c", code], check=False, capture_output=True, text=True, timeout=30)
    return tuple(int(part) for part in done.stdout.split())
