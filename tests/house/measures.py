"""Figures of the house: `python -m tests.house.measures [FOLDER OF THE PACKAGE]` prints them for any commit.

They are counted from the sources, nothing is imported, so that the folder may be that of another checkout. What each
figure means stands at its function.
"""

import ast
import importlib.metadata
import re
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.house.citations import Documents, said_in

PACKAGE = Path(__file__).parents[2] / "tui_reseller"
ENTRIES = frozenset({"__init__", "__main__", "wiring"})
"""The files that may lie loose in the package: what is not in a room."""

FIELDS = frozenset({
    "username", "email", "sending", "website_access", "first_name", "last_name", "address", "city", "state", "zip",
    "country", "phone", "website",
})  # fmt: skip
"""The fields of the Reseller API v2 as its list tells them."""
ELSEWHERE_TOO = frozenset({"username", "state", "address", "email"})
"""As attributes, these name other things too: the state of a job, the address of a proxy."""
TABLES = (
    "domain/operation.py",
    "domain/action.py",
    "domain/provider.py",
    "domain/providers/",
    "api/reseller_v2/",
    "sandbox/",
)
"""Where operations and fields have their home."""

SAME_LINES = 6


def modules(package: Path) -> dict[str, Path]:
    """Return the modules of a package by dotted name."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(found: Mapping[str, Path]) -> dict[str, set[str]]:
    """Return what each module imports of the others: at the top, in functions, and for types only."""
    graph: dict[str, set[str]] = {name: set() for name in found}
    for name, path in found.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                graph[name].update(alias.name for alias in node.names if alias.name in found)
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    above = package.split(".")[: len(package.split(".")) - node.level + 1]
                    base = ".".join([*above, *([base] if base else [])])
                for alias in node.names:
                    whole = f"{base}.{alias.name}"
                    graph[name].update({whole if whole in found else base} & found.keys())
    return graph


def circles(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return the sets of modules that import each other, directly or round about (Tarjan's strong components)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        number[name] = lowest[name] = len(number)
        path.append(name)
        for other in graph[name]:
            if other not in number:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in path:
                lowest[name] = min(lowest[name], number[other])
        if lowest[name] == number[name]:
            circle = path[path.index(name) :]
            del path[path.index(name) :]
            if len(circle) > 1:
                found.append(sorted(circle))

    for name in graph:
        if name not in number:
            visit(name)
    return found


def loose(package: Path) -> set[str]:
    """Return the names of the files at the top of the package."""
    return {path.stem for path in package.glob("*.py")}


def named(package: Path) -> Counter[str]:
    """Count by file, outside the tables, where an operation (`Operation.X`) or a field of v2 is named: as a text, as an
    attribute, or as the name of an argument.
    """
    counts: Counter[str] = Counter()
    for path in modules(package).values():
        where = path.relative_to(package).as_posix()
        if where.startswith(TABLES):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Attribute(value=ast.Name(id="Operation")):
                    counts[where] += 1
                case ast.Constant(value=str(text)) if text in FIELDS:
                    counts[where] += 1
                case ast.Attribute(attr=name) | ast.keyword(arg=str(name)) if name in FIELDS - ELSEWHERE_TOO:
                    counts[where] += 1
    return counts


def lengths(package: Path) -> dict[str, int]:
    """Return the number of lines of each module that holds any."""
    counts = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in modules(package).items()}
    return {name: count for name, count in counts.items() if count}


def functions(package: Path) -> dict[str, int]:
    """Return the number of lines of each function, decorators left out."""
    found = {}
    for name, path in modules(package).items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found[f"{name}:{node.name}:{node.lineno}"] = (node.end_lineno or node.lineno) - node.lineno + 1
    return found


def doubled(package: Path) -> list[tuple[str, int]]:
    """Return the lines that stand in a run of at least six that stands somewhere else too: module and line.

    Blanks, comments and imports do not count, nor does indentation.
    """
    runs: dict[tuple[str, ...], list[list[tuple[str, int]]]] = defaultdict(list)
    for name, path in modules(package).items():
        lines = [
            (text, (name, number))
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            if (text := line.strip()) and not text.startswith(("#", "import ", "from ", '"""')) and len(text) > 1
        ]
        for at in range(len(lines) - SAME_LINES + 1):
            run = lines[at : at + SAME_LINES]
            runs[tuple(text for text, _ in run)].append([place for _, place in run])
    return sorted({place for places in runs.values() if len(places) > 1 for run in places for place in run})


def cited(package: Path) -> dict[str, bool]:
    """Return what the code cites of the documents, and whether it is there."""
    documents = Documents.of(package.parent)
    texts = [text for path in modules(package).values() for _, text in said_in(path)]
    return {what: is_there for text in texts for what, is_there in documents.cited(text)}


def installed() -> dict[str, int]:
    """Return the bytes on disk of this distribution and of each that it needs, in the present environment."""
    sizes: dict[str, int] = {}
    left = ["tui-reseller"]
    while left:
        name = re.sub(r"[-_.]+", "-", left.pop()).lower()
        if name in sizes:
            continue
        try:
            found = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        files = [Path(str(file.locate())) for file in found.files or ()]
        sizes[name] = sum(file.stat().st_size for file in files if file.is_file())
        wanted = [one for one in found.requires or () if "extra ==" not in one]
        left += [match[0] for one in wanted if (match := re.match(r"[\w.-]+", one))]
    sizes["tui-reseller"] = sum(path.stat().st_size for path in PACKAGE.rglob("*") if path.suffix in {".py", ".tcss"})
    return sizes


def main(package: Path) -> None:
    """Print every figure."""
    names, graph = named(package), imports(modules(package))
    rounds, sizes, longest = circles(graph), lengths(package), functions(package)
    twice, rules, bytes_ = doubled(package), cited(package), installed()
    largest = max(sizes, key=sizes.__getitem__)
    function = max(longest, key=longest.__getitem__)
    print(f"places outside the tables that name an operation or field: {names.total()} in {len(names)} files")
    print("  most:", ", ".join(f"{where} {count}" for where, count in names.most_common(8)))
    print(f"modules in import circles: {sum(map(len, rounds))}")
    for circle in rounds:
        print(f"  {len(circle)}: {', '.join(circle)}")
    print(f"loose files at the top: {len(loose(package))} ({', '.join(sorted(loose(package)))})")
    print(f"modules: {len(sizes)}, lines: {sum(sizes.values())}")
    print(f"median module: {statistics.median(sizes.values()):.0f} lines, largest: {sizes[largest]} ({largest})")
    print(f"longest function: {longest[function]} lines ({function})")
    print(f"lines that stand twice (runs of {SAME_LINES}): {len(twice)}")
    by_module = Counter(name for name, _ in twice)
    print("  most:", ", ".join(f"{name} {count}" for name, count in by_module.most_common(8)))
    lost = sorted(what for what, is_there in rules.items() if not is_there)
    print(f"cited rules and sections: {len(rules)}, in no document: {len(lost)}")
    for what in lost:
        print(f"  {what}")
    print(f"installed, in this environment: {sum(bytes_.values()) / 1e6:.0f} MB")
    print("  most:", ", ".join(f"{name} {size / 1e6:.0f}" for name, size in Counter(bytes_).most_common(6)))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else PACKAGE)
