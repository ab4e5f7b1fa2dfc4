"""What an installed program consists of: by version, by hash, and as a bill of materials. They say the same."""

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CI = ROOT / ".ci"
DIGEST = re.compile(r"[0-9a-f]{64}")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def loaded(name: str):
    spec = importlib.util.spec_from_file_location(f"ci_{name}", CI / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def hashes() -> dict[str, list[str]]:
    return loaded("sbom").known_hashes()


@pytest.fixture(scope="module")
def bill():
    """The bill of this environment, which has more in it than the program."""
    done = subprocess.run([sys.executable, str(CI / "sbom.py")], check=True, capture_output=True, timeout=60)
    again = subprocess.run([sys.executable, str(CI / "sbom.py")], check=True, capture_output=True, timeout=60)
    assert done.stdout == again.stdout, "the same environment has the same bill"
    return json.loads(done.stdout)


def test_every_file_has_a_hash_and_every_version_is_the_constrained_one(hashes) -> None:
    constraints = dict(line.split("==") for line in (CI / "constraints.txt").read_text().split())
    constrained = {normal(name): number for name, number in constraints.items()}
    for which, digests in hashes.items():
        name, number = which.split("==")
        assert constrained[name] == number
        assert digests
        assert all(DIGEST.fullmatch(digest) for digest in digests)


def test_every_dependency_that_is_declared_is_there(hashes, bill) -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = {normal(re.split(r"[^\w.-]", one)[0]) for one in declared}
    assert names <= {which.split("==")[0] for which in hashes}
    assert names <= {one["name"] for one in bill["components"]}


def test_the_bill_has_what_the_program_needs_and_nothing_of_its_developers(hashes, bill) -> None:
    components = {one["name"]: one for one in bill["components"]}
    assert bill["metadata"]["component"]["name"] == "tui-reseller"
    assert not components.keys() & {"pytest", "ruff", "mypy", "hypothesis", "tui-reseller"}
    for name, one in components.items():
        assert one["version"] == version(name)
        assert one["purl"] == f"pkg:pypi/{name}@{one['version']}"
        assert one["licenses"], name
        assert [digest["content"] for digest in one["hashes"]] == hashes[f"{name}=={one['version']}"]
    refs = {one["ref"]: set(one["dependsOn"]) for one in bill["dependencies"]}
    assert refs.keys() == {*components, "tui-reseller"}
    assert set().union(*refs.values()) == set(components), "each is there because something needs it"


def test_the_servers_of_the_sandbox_are_imported_by_it_alone() -> None:
    """They are installed so that the README's demo needs no third command; nothing else may open a port."""
    servers = re.compile(r"^\s*(?:from|import) (?:starlette|uvicorn|python_multipart|multipart)\b", re.MULTILINE)
    package = ROOT / "tui_reseller"
    found = {path.relative_to(package).parts[0] for path in package.rglob("*.py") if servers.search(path.read_text())}
    assert found == {"sandbox"}
