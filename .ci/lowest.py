"""Print constraints that allow each dependency in its lowest declared version only: a lower bound is a promise."""

import re
import tomllib
from pathlib import Path


def main() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    for dependency in project["dependencies"]:
        found = re.match(r"([\w.-]+)>=([\w.]+)", dependency)
        assert found is not None, f"no lower bound: {dependency}"
        print(f"{found[1]}=={found[2]}")


if __name__ == "__main__":
    main()
