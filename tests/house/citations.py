"""What the code cites of the documents, and what there is to cite: `(reliability R3)`, `(interaction 6.6)`,
`(design: "Exit codes")`.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ALIASES = {"reseller-v2": "services"}
"""Documents that code cites by another name than that of their file."""
RULE = r"(?:[NLDOST][0-9]{2}|[RIA][0-9]{1,2}|H[0-9]|E[1-6]|S[1-3])"
"""A cited rule. What else looks like a letter with a number (C1 controls, the key F2) is none."""
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_RULES = re.compile(rf"\b({RULE})\b(?:(?:-| to )({RULE})\b)?")
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_ITEM = rf"(?:{RULE}(?:-{RULE})?|{_NUMBER})"
_ROW = re.compile(rf"^\| ({RULE}|{_NUMBER}) \|", re.MULTILINE)


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
    """Yield the rules that a text cites, those between two that are named included."""
    for first, last in _RULES.findall(text):
        letter, low, high = first[0], int(first[1:]), int((last or first)[1:])
        yield from (f"{letter}{number:0{len(first) - 1}}" for number in range(low, high + 1))


@dataclass(frozen=True)
class Documents:
    """The pages of `docs`, by the names of their files."""

    texts: dict[str, str]

    @classmethod
    def of(cls, root: Path) -> "Documents":
        """Read those of a checkout."""
        pages = sorted((root / "docs").glob("*.md"))
        return cls({path.stem: path.read_text(encoding="utf-8") for path in pages})

    @cached_property
    def rows(self) -> list[str]:
        """The numbers at the beginning of rows, as often as they stand there."""
        return [number for text in self.texts.values() for number in _ROW.findall(text)]

    @cached_property
    def sections(self) -> dict[str, set[str]]:
        """What can be cited of each document, by the names under which code cites it."""
        found = {name: _sections_of(text) for name, text in self.texts.items()}
        return found | {alias: found[name] for alias, name in ALIASES.items() if name in found}

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        numbered = {name for name, text in self.texts.items() if re.search(r"^## 1\. ", text, re.MULTILINE)}
        names = "|".join(map(re.escape, sorted({*numbered, *ALIASES})))
        return (
            re.compile(rf"\b({names})(?:\.md)?,? (?:section )?({_ITEM}(?:(?:,| and) {_ITEM})*)\b"),
            re.compile(rf"\bsection ({_NUMBER}) of ({names})(?:\.md)?\b"),
            re.compile(rf"\b({names})(?:\.md)?[:,] \"([^\"]+)\""),
        )

    def cited_sections(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield the sections that a text cites: the document and the number or the name."""
        behind, section_of, quoted = self._patterns
        for name, items in behind.findall(text):
            yield from ((name, item) for item in re.split(r", | and ", items) if item[0].isdigit())
        yield from ((name, number) for number, name in section_of.findall(text))
        yield from quoted.findall(text)

    def cited(self, text: str) -> Iterator[tuple[str, bool]]:
        """Yield all that a text cites, and whether it is there."""
        yield from ((rule, rule in self.rows) for rule in cited_rules(text))
        for name, section in self.cited_sections(text):
            yield f"{name} {section}", section in self.sections.get(name, ())


def _sections_of(text: str) -> set[str]:
    """Return what can be cited of a document: numbers and names of its headings, and rows that bear such a number."""
    found = {number for number in _ROW.findall(text) if "." in number}
    for heading in HEADING.findall(text):
        number, _, name = heading.partition(" ")
        if re.fullmatch(rf"{_NUMBER}\.?", number):
            found |= {number.rstrip("."), name}
        else:
            found.add(heading)
    return found
