"""Write .ci/hashes.txt: what an installed program consists of, each file by its SHA-256.

    .venv/bin/python .ci/hashes.py            # after a change of dependencies or of .ci/constraints.txt

The versions are those of constraints.txt; the files those that pip takes on this platform, for each Python of the
hosted workflow. To install exactly these: pip install --require-hashes -r .ci/hashes.txt, and then the wheel with
--no-deps.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

FOLDER = Path(__file__).parent
PLACE = FOLDER / "hashes.txt"
HEAD = """\
# What an installed program consists of, by hash. Written by .ci/hashes.py; versions as in constraints.txt.
"""


def pythons() -> list[str]:
    """Return the minor versions that the hosted workflow names."""
    text = "".join(path.read_text() for path in (FOLDER.parent / ".github" / "workflows").glob("*.yml"))
    return sorted(set(re.findall(r'"(3\.\d+)"', text)), key=lambda version: int(version[2:]))


def files_for(python: str, wanted: list[str]) -> dict[tuple[str, str], set[str]]:
    """Return the hashes of what pip would install for a Python, by name and version."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-cache-dir",
            "--only-binary", ":all:", "--python-version", python, "--target", folder, "--report", str(report),
            "-c", str(FOLDER / "constraints.txt"), *wanted,
        ]  # fmt: skip
        subprocess.run(command, check=True)
        found = json.loads(report.read_text())["install"]
    hashes: dict[tuple[str, str], set[str]] = {}
    for one in found:
        name = re.sub(r"[-_.]+", "-", one["metadata"]["name"]).lower()
        digest = one["download_info"]["archive_info"]["hashes"]["sha256"]
        hashes.setdefault((name, one["metadata"]["version"]), set()).add(digest)
    return hashes


def main() -> None:
    project = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text())["project"]
    known: dict[tuple[str, str], set[str]] = {}
    for python in pythons():
        for which, digests in files_for(python, project["dependencies"]).items():
            known.setdefault(which, set()).update(digests)
    lines = [
        " \\\n    ".join((f"{name}=={version}", *(f"--hash=sha256:{digest}" for digest in sorted(digests))))
        for (name, version), digests in sorted(known.items())
    ]
    PLACE.write_text(HEAD + "\n".join(lines) + "\n")
    print(f"{PLACE}: {len(lines)} packages, {sum(map(len, known.values()))} files")


if __name__ == "__main__":
    main()
