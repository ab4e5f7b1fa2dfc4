"""Print the other CPythons of this machine that are supported: one path a line, one for each minor version."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
WHO = "import sys; print(sys.implementation.name, *sys.version_info[:2])"


def candidates() -> list[Path]:
    folders = [Path(folder) for folder in ("/usr/bin", "/usr/local/bin")]
    folders += sorted(Path.home().glob(".pyenv/versions/*/bin"))
    folders += sorted(Path("/opt/hostedtoolcache/Python").glob("*/*/bin"))
    return [
        path
        for folder in folders
        for path in sorted(folder.glob("python3.*"))
        if path.name[7:].replace(".", "").isdigit()
    ]


def version_of(python: Path) -> tuple[int, int] | None:
    """Return its version, or None for what is no working CPython that can make environments."""
    try:
        told = subprocess.run(
            [python, "-c", f"import ensurepip, venv; {WHO}"], capture_output=True, text=True, timeout=30
        )
    except OSError:
        return None
    name, *parts = told.stdout.split() or [""]
    return (int(parts[0]), int(parts[1])) if told.returncode == 0 and name == "cpython" else None


def main() -> None:
    requires = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    found = re.fullmatch(r">=(\d+)\.(\d+)", requires)
    assert found is not None, requires
    lowest = (int(found[1]), int(found[2]))
    seen = {sys.version_info[:2]}
    for python in candidates():
        version = version_of(python)
        if version is not None and version >= lowest and version not in seen:
            seen.add(version)
            print(python)


if __name__ == "__main__":
    main()
