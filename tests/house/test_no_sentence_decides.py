"""What a message says is for people: nothing is decided by it. What decides is a type, a field, a number."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "tui_reseller"
TOLD = {"message", "hint", "why", "reason"}
ASKS = {"startswith", "endswith", "find", "index", "search", "match", "fullmatch"}
FOREIGN = {
    ("credentials/remedies.py", "from_foreign"): "macOS gives its number in a text only",
    ("storage/export.py", "_disk_errors"): "polars gives the number of the system in a text only",
    ("storage/ledger/rows.py", "read_entry"): "rows of the first version had no field for it",
    ("api/problems.py", "_is_error"): "the documented word of the service for success",
}
"""Where only a text tells, because somebody else wrote it."""


def is_told(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):  # .lower(), .strip() and the like
        return node.func.attr in {"lower", "strip", "casefold"} and is_told(node.func.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"str", "repr"}:
        return any(isinstance(part, ast.Name) and part.id in {"error", "exc", "failure"} for part in node.args)
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name in TOLD


def is_sentence(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) > 1


def decides(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        return any(map(is_told, sides)) and any(map(is_sentence, sides))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKS:
        return is_told(node.func.value) or any(map(is_told, node.args))
    return isinstance(node, ast.Match) and is_told(node.subject)


def found_in(tree: ast.AST, function: str = "") -> Iterator[tuple[str, int]]:
    for node in ast.iter_child_nodes(tree):
        if decides(node):
            yield function, node.lineno  # type: ignore[attr-defined]
        inside = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else function
        yield from found_in(node, inside)


def test_nothing_is_decided_by_a_sentence() -> None:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        for function, line in found_in(ast.parse(path.read_text(encoding="utf-8"))):
            found[str(path.relative_to(PACKAGE)), function] = line
    assert {place: line for place, line in found.items() if place not in FOREIGN} == {}
    assert set(FOREIGN) <= set(found), "an exception that is not needed any more"


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ('"not sent" in error.message', True),
        ('error.hint.startswith("run ")', True),
        ('"locked" == str(error)', True),
        ("pattern.search(entry.reason)", True),
        ('message.strip().lower() == "done"', True),
        ('error.state == "locked"', False),
        ("isinstance(error, NotSent)", False),
        ("entry.reason == wanted", False),
        ('reason == ""', False),
    ],
)
def test_the_search_itself(code: str, is_found: bool) -> None:
    assert bool([*found_in(ast.parse(f"x = {code}"))]) is is_found
