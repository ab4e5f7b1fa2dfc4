"""Write what an installed program consists of as a bill of materials (CycloneDX 1.6, JSON) to stdout.

    PYTHON .ci/sbom.py            # the Python of the environment in which tui-reseller is installed, and nothing else

Standard library only, so that it describes an environment without adding to it. Hashes of the files stand in
.ci/hashes.txt; the ones that belong to a component of this version are told with it.
"""

import json
import re
import sys
import uuid
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

ROOT = "tui-reseller"
HASHES = Path(__file__).with_name("hashes.txt")
SPEC = "1.6"
REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)\s*(?:\[(?P<extras>[^\]]*)\])?")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def known_hashes() -> dict[str, list[str]]:
    """Return the hashes of hashes.txt by `name==version`."""
    text = HASHES.read_text().replace(" \\\n", " ")
    lines = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {first: [one.removeprefix("--hash=sha256:") for one in rest] for first, *rest in lines}


def needs(found: Distribution, extras: frozenset[str], there: dict[str, Distribution]) -> dict[str, frozenset[str]]:
    """Return what a package needs, each with the extras that it asks for. What is not there was not wanted here."""
    wanted: dict[str, frozenset[str]] = {}
    for one in found.requires or ():
        parts = REQUIREMENT.match(one)
        assert parts is not None, one
        name, asked = normal(parts["name"]), frozenset(re.findall(r"[\w.-]+", parts["extras"] or ""))
        belongs_to = re.search(r"extra\s*==\s*['\"]([^'\"]+)['\"]", one)
        if name in there and (belongs_to is None or belongs_to[1] in extras):
            wanted[name] = wanted.get(name, frozenset()) | asked
    return wanted


def reached(there: dict[str, Distribution]) -> dict[str, list[str]]:
    """Return what the program consists of, each with what it needs itself."""
    seen: dict[str, frozenset[str]] = {}
    waiting = [(ROOT, frozenset[str]())]
    while waiting:
        name, extras = waiting.pop()
        if name not in seen or not extras <= seen[name]:
            seen[name] = seen.get(name, frozenset()) | extras
            waiting += needs(there[name], seen[name], there).items()
    return {name: sorted(needs(there[name], extras, there).keys() - {name}) for name, extras in sorted(seen.items())}


def licence(found: Distribution) -> list[dict[str, object]]:
    told = found.metadata.get("License-Expression")
    if told:
        return [{"expression": told}]
    named = [
        one.rpartition(" :: ")[2] for one in found.metadata.get_all("Classifier") or () if one.startswith("License")
    ]
    short = found.metadata.get("License") or ""
    names = named or ([short] if short and len(short) < 80 else [])
    return [{"license": {"name": name}} for name in names]


def component(found: Distribution, hashes: dict[str, list[str]]) -> dict[str, object]:
    name, version = normal(found.name), found.version
    told: dict[str, object] = {
        "type": "application" if name == ROOT else "library",
        "bom-ref": name,
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
        "licenses": licence(found),
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in hashes.get(f"{name}=={version}", ())],
    }
    return {key: value for key, value in told.items() if value}


def bill() -> dict[str, object]:
    there = {normal(found.name): found for found in distributions()}
    distribution(ROOT)  # says so if it is not there
    wanted, hashes = reached(there), known_hashes()
    components = [component(there[name], hashes) for name in wanted]
    content = json.dumps(components, sort_keys=True)
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {"component": next(one for one in components if one["name"] == ROOT)},
        "components": [one for one in components if one["name"] != ROOT],
        "dependencies": [{"ref": name, "dependsOn": needed} for name, needed in wanted.items()],
    }


if __name__ == "__main__":
    json.dump(bill(), sys.stdout, indent=2, sort_keys=True)
    sys.stdout.write("\n")
