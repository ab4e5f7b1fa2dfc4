"""The documents: what code cites is in them, and what they name is there. Nothing is listed here, all is scanned."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.house.citations import HEADING, Documents, cited_rules, said_in
from tui_reseller.cli.main import VERBS

ROOT = Path(__file__).parents[2]
DOCS = sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = Documents.of(ROOT)
TEXTS = DOCUMENTS.texts
PAGES = [*DOCS, *sorted(ROOT.glob("*.md"))]
_LINK = re.compile(r"!?\[[^\]]*\]\(([^()\s]+)\)")
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_SUFFIXES = {".py", ".md", ".toml", ".tcss", ".yaml", ".yml", ".txt", ".cfg"}
_STEP = re.compile(r"^\| `([\w./-]+\.py)` \| ([^|]*) \|", re.MULTILINE)
"""A row of a walk or a guide: a module, and what is named in it."""
_V2 = "tui_reseller.domain.providers.reseller_v2"
STEPPED = ("architecture", "adding-a-provider", "adding-a-verb", "adding-a-screen")
TWO_SCREENS = 48


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@cache
def said() -> list[tuple[str, str]]:
    """Return all comments and docstrings of the program and its tests, but of this module, with where each stands."""
    folders = [ROOT / "tui_reseller", ROOT / "tests"]
    paths = [path for folder in folders for path in sorted(folder.rglob("*.py")) if path != Path(__file__)]
    return [(f"{_name(path)}:{line}", text) for path in paths for line, text in said_in(path)]


def test_a_citation_is_recognised() -> None:
    text = 'As said (reliability R2, 4.3; N26-N28), by reseller-v2 4.2, 4.4 rules 5 and design: "Exit codes", F2, C1.'
    assert list(cited_rules(text)) == ["R2", "N26", "N27", "N28"]
    assert list(DOCUMENTS.cited_sections(text)) == [
        ("reliability", "4.3"), ("reseller-v2", "4.2"), ("reseller-v2", "4.4"), ("design", "Exit codes"),
    ]  # fmt: skip


def test_all_that_is_cited_is_in_its_document() -> None:
    cited = [(where, *one) for where, text in said() for one in DOCUMENTS.cited(text)]
    assert cited
    lost = [f"{where}: {what}" for where, what, is_there in cited if not is_there]
    assert not lost, "\n".join(lost)


def test_a_citation_that_leads_nowhere_is_found() -> None:
    text = 'As said (reliability R2, R99, 4.3, 99.9), and design: "Exit codes", design: "No such heading".'
    lost = [what for what, is_there in DOCUMENTS.cited(text) if not is_there]
    assert lost == ["R99", "reliability 99.9", "design No such heading"]


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_documents_cite_each_other_rightly(page: Path) -> None:
    text = " ".join(page.read_text(encoding="utf-8").split())
    text = re.sub(r"\[([^\]]*)\]\([^()\s]+\)", r"\1", text).replace("`", "")
    assert not [what for what, is_there in DOCUMENTS.cited(text) if not is_there]


def test_no_number_means_two_things() -> None:
    assert not [rule for rule, count in Counter(DOCUMENTS.rows).items() if count > 1 and rule[0].isalpha()]


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    for target in _LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        found = (page.parent / name).resolve() if name else page
        assert found.exists(), target
        assert found.is_relative_to(ROOT), target
        if anchor:
            headings = HEADING.findall(_FENCED.sub("", found.read_text(encoding="utf-8")))
            assert anchor in map(slug, headings), target


def named_paths(text: str) -> Iterator[str]:
    """Yield what is written as a path of this repository: below one of its folders, or a file beside the README."""
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    rooms = {path.name for path in (ROOT / "tui_reseller").iterdir() if path.is_dir()}
    for quoted in _INLINE.findall(_FENCED.sub("", text)):
        for word in quoted.split():
            first, slash, _ = word.partition("/")
            is_page = not slash and Path(word).suffix == ".md"
            if (slash and first in folders) or is_page or (slash and first in rooms and Path(word).suffix in _SUFFIXES):
                yield word


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=_name)
def test_every_named_path_is_there(page: Path) -> None:
    for name in named_paths(page.read_text(encoding="utf-8")):
        places = (ROOT, ROOT / "docs", ROOT / "tui_reseller")
        assert any(any(place.glob(name.rstrip("/"))) for place in places), f"{page.name}: {name}"


def test_every_document_is_in_the_list_of_documents() -> None:
    linked = set(_LINK.findall(TEXTS["README"]))
    assert {path.name for path in DOCS} - {"README.md"} <= linked


def test_the_readme_takes_two_screens_a_topic() -> None:
    topics = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## ")
    assert not [topic.partition("\n")[0] for topic in topics if topic.count("\n") > TWO_SCREENS]


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_verb_in_an_example_is_one(page: Path) -> None:
    verbs = {verb.name for verb in VERBS}
    for block in _FENCED.findall(page.read_text(encoding="utf-8")):
        for word in re.findall(r"(?:^|&& |bin/)tui-reseller +([a-z][a-z-]*)", block, re.MULTILINE):
            assert word in verbs, word


def test_every_verb_is_in_the_page_of_commands() -> None:
    examples = " ".join(_FENCED.findall(TEXTS["commands"])) + " ".join(_INLINE.findall(TEXTS["commands"]))
    assert not [verb.name for verb in VERBS if verb.name not in re.findall(r"[a-z][a-z-]*", examples)]


@cache
def defined_in(path: Path) -> frozenset[str]:
    """Return the names of a module: classes, functions, `Class.method`, and what is assigned at the top."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            inside = [each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
            found |= {f"{node.name}.{each.name}" for each in inside}
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return frozenset(found)


@pytest.mark.parametrize("page", STEPPED)
def test_every_step_of_a_walk_or_a_guide_names_what_its_module_has(page: str) -> None:
    steps = _STEP.findall(TEXTS[page])
    assert steps
    for where, names in steps:
        path = next((place / where for place in (ROOT, ROOT / "tui_reseller") if (place / where).is_file()), None)
        assert path is not None, where
        assert not set(_INLINE.findall(names)) - defined_in(path), where


def test_the_guide_of_providers_lists_what_knows_a_service_by_name() -> None:
    found = set()
    for path in (ROOT / "tui_reseller").rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        if any(isinstance(node, ast.ImportFrom) and node.module == _V2 for node in nodes):
            found.add(_name(path))
    listed = TEXTS["adding-a-provider"].partition("name the Reseller API v2 as such")[2].partition("No other may")[0]
    assert set(_INLINE.findall(listed)) == found
