"""The documents: what code cites is in them, and what they name is there. Nothing is listed here, all is scanned."""

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from tui_reseller.cli.main import VERBS

ROOT = Path(__file__).parents[2]
DOCS = sorted((ROOT / "docs").glob("*.md"))
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in DOCS}
PAGES = [*DOCS, *sorted(ROOT.glob("*.md"))]
ALIASES = {"reseller-v2": "services"}
"""Documents that code cites by another name than that of their file."""

RULE = r"(?:[NLDOST][0-9]{2}|[RIA][0-9]{1,2}|H[0-9]|E[1-6]|S[1-3])"
"""A cited rule. What else looks like a letter with a number (C1 controls, the key F2) is none."""
_RULES = re.compile(rf"\b({RULE})\b(?:(?:-| to )({RULE})\b)?")
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_NUMBERED = {name for name, text in TEXTS.items() if re.search(r"^## 1\. ", text, re.MULTILINE)}
_NAMES = "|".join(map(re.escape, sorted({*_NUMBERED, *ALIASES})))
_ITEM = rf"(?:{RULE}(?:-{RULE})?|{_NUMBER})"
_SECTIONS = re.compile(rf"\b({_NAMES})(?:\.md)?,? (?:section )?({_ITEM}(?:(?:,| and) {_ITEM})*)\b")
_SECTION_OF = re.compile(rf"\bsection ({_NUMBER}) of ({_NAMES})(?:\.md)?\b")
_QUOTED = re.compile(rf"\b({_NAMES})(?:\.md)?[:,] \"([^\"]+)\"")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_ROW = re.compile(rf"^\| ({RULE}|{_NUMBER}) \|", re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^()\s]+)\)")
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_SUFFIXES = {".py", ".md", ".toml", ".tcss", ".yaml", ".yml", ".txt", ".cfg"}
_STEP = re.compile(r"^\| `([\w./-]+\.py)` \| ([^|]*) \|", re.MULTILINE)
"""A row of a walk or a guide: a module, and what is named in it."""
_VERB = re.compile(r'\bVerb\("[\w-]+", "(\w+):\w+"')
_V2 = "tui_reseller.domain.providers.reseller_v2"
STEPPED = ("architecture", "adding-a-provider", "adding-a-verb", "adding-a-screen")
TWO_SCREENS = 48


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def said_in(path: Path) -> Iterator[tuple[int, str]]:
    """Yield comments and docstrings of a module, those of attributes included, each with its line."""
    source = path.read_text(encoding="utf-8")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, " ".join(node.value.value.split())


def cited_rules(text: str) -> Iterator[str]:
    for first, last in _RULES.findall(text):
        letter, low, high = first[0], int(first[1:]), int((last or first)[1:])
        yield from (f"{letter}{number:0{len(first) - 1}}" for number in range(low, high + 1))


def cited_sections(text: str) -> Iterator[tuple[str, str]]:
    for name, items in _SECTIONS.findall(text):
        yield from ((name, item) for item in re.split(r", | and ", items) if item[0].isdigit())
    yield from ((name, number) for number, name in _SECTION_OF.findall(text))
    yield from _QUOTED.findall(text)


def sections_of(text: str) -> set[str]:
    """Return what can be cited of a document: numbers and names of its headings, and rows that bear such a number."""
    found = {number for number in _ROW.findall(text) if "." in number}
    for heading in _HEADING.findall(text):
        number, _, name = heading.partition(" ")
        if re.fullmatch(rf"{_NUMBER}\.?", number):
            found |= {number.rstrip("."), name}
        else:
            found.add(heading)
    return found


@cache
def said() -> list[tuple[str, str]]:
    """Return all comments and docstrings of the program and its tests, but of this module, with where each stands."""
    folders = [ROOT / "tui_reseller", ROOT / "tests"]
    paths = [path for folder in folders for path in sorted(folder.rglob("*.py")) if path != Path(__file__)]
    return [(f"{_name(path)}:{line}", text) for path in paths for line, text in said_in(path)]


def test_a_citation_is_recognised() -> None:
    text = 'As said (reliability R2, 4.3; N26-N28), by reseller-v2 4.2, 4.4 rules 5 and design: "Exit codes", F2, C1.'
    assert list(cited_rules(text)) == ["R2", "N26", "N27", "N28"]
    assert list(cited_sections(text)) == [
        ("reliability", "4.3"), ("reseller-v2", "4.2"), ("reseller-v2", "4.4"), ("design", "Exit codes"),
    ]  # fmt: skip


def test_every_cited_rule_has_a_row() -> None:
    rows = set(chain.from_iterable(_ROW.findall(text) for text in TEXTS.values()))
    lost = [f"{where}: {rule}" for where, text in said() for rule in cited_rules(text) if rule not in rows]
    assert not lost, "\n".join(lost)


def test_every_cited_section_is_in_its_document() -> None:
    sections = {name: sections_of(text) for name, text in TEXTS.items()}
    cited = [(where, name, section) for where, text in said() for name, section in cited_sections(text)]
    assert cited
    lost = [f"{where}: {name} {what}" for where, name, what in cited if what not in sections[ALIASES.get(name, name)]]
    assert not lost, "\n".join(lost)


def test_documents_cite_each_other_rightly() -> None:
    sections = {name: sections_of(text) for name, text in TEXTS.items()}
    rows = set(chain.from_iterable(_ROW.findall(text) for text in TEXTS.values()))
    for path in PAGES:
        text = " ".join(path.read_text(encoding="utf-8").split())
        text = re.sub(r"\[([^\]]*)\]\([^()\s]+\)", r"\1", text).replace("`", "")
        assert not set(cited_rules(text)) - rows, path.name
        for name, section in cited_sections(text):
            assert section in sections[ALIASES.get(name, name)], f"{path.name}: {name} {section}"


def test_no_number_means_two_things() -> None:
    rows = chain.from_iterable(_ROW.findall(text) for text in TEXTS.values())
    assert not [rule for rule, count in Counter(rows).items() if count > 1 and rule[0].isalpha()]


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
            headings = _HEADING.findall(_FENCED.sub("", found.read_text(encoding="utf-8")))
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


def test_the_guide_of_verbs_lists_the_modules_that_are_registered() -> None:
    folder = ROOT / "tui_reseller" / "cli"
    registered = set(chain.from_iterable(_VERB.findall(path.read_text("utf-8")) for path in folder.rglob("*.py")))
    assert {verb.place.partition(":")[0] for verb in VERBS} <= registered
    listed = TEXTS["adding-a-verb"].partition("Modules that hold verbs today")[2].partition(".\n")[0]
    assert set(_INLINE.findall(listed)) == registered


def test_the_guide_of_providers_lists_what_knows_a_service_by_name() -> None:
    found = set()
    for path in (ROOT / "tui_reseller").rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        if any(isinstance(node, ast.ImportFrom) and node.module == _V2 for node in nodes):
            found.add(_name(path))
    listed = TEXTS["adding-a-provider"].partition("name the Reseller API v2 as such")[2].partition("No other may")[0]
    assert set(_INLINE.findall(listed)) == found
