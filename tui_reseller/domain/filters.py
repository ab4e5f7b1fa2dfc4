"""Filters as values: what is typed in the list pane, kept in saved views and given to --filter."""

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from tui_reseller.domain.errors import InvalidFilter
from tui_reseller.domain.nearest import nearest
from tui_reseller.domain.note import NOTE_COLUMNS
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.searching import canonical, folded

STATES = ("on", "off", "unknown")
DETAILS_UNKNOWN = "details-unknown"
NOTED = "noted"
BOUNCING, SILENT = "bouncing", "silent"
"""Words on what customers send: only of those whose usage was read is anything known."""
IS_WORDS = (
    "marked", "new", "changed", "needs-you", "suspended", NOTED, "missing-data", "duplicate-email", DETAILS_UNKNOWN,
    BOUNCING, SILENT,
)  # fmt: skip
LONGEST_REGEX = 200
_TERM_START = re.compile(r"(?P<minus>-?)(?:(?P<name>[A-Za-z_][A-Za-z_]*)(?P<sign>[:=~]))?")
_LOOK_AROUND = re.compile(r"\(\?(?:[=!]|<[=!]|P=|\()|(?<!\\)(?:\\\\)*\\[1-9]")


@dataclass(frozen=True, slots=True)
class Term:
    """One condition. Kind is word, contains, equals, regex, state or is; text is folded for its kind except in a
    regex (domain/searching.py). Is_blank is what selects nothing in particular: `city:`, or accents without a letter;
    but not `city=""`.
    """

    kind: str
    text: str
    field: str = ""
    negated: bool = False
    is_blank: bool = False
    start: int = 0
    end: int = 0

    @property
    def is_of_notes(self) -> bool:
        """Whether it asks for our own label or note: in `note` both are looked for, in `label` only that."""
        return self.field in NOTE_COLUMNS or (self.kind == "is" and self.text == NOTED)


@dataclass(frozen=True, slots=True)
class Filter:
    """All terms must hold. An empty filter matches every customer."""

    text: str = ""
    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    def without(self, index: int) -> str:
        """Return the text with one term dropped."""
        term = self.terms[index]
        return f"{self.text[: term.start].rstrip()} {self.text[term.end :].lstrip()}".strip()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that conditions are on."""
        return tuple(term.field for term in self.terms if term.field)

    def asks(self, *words: str) -> bool:
        """Whether it asks for any of these words behind `is:`."""
        return any(term.kind == "is" and term.text in words for term in self.terms)

    @property
    def asks_notes(self) -> bool:
        """Whether a term asks for our own labels and notes."""
        return any(term.is_of_notes for term in self.terms)

    @property
    def words(self) -> tuple[str, ...]:
        """Texts that a list highlights."""
        return tuple(t.text for t in self.terms if t.kind in {"word", "contains"} and not t.negated and t.text)


def those_read(moment: str) -> Filter:
    """Return the filter of those of whom a group of details is known, by the column that says when it was read."""
    return Filter(terms=(Term("equals", "", moment, negated=True),))


def known(switch: str) -> Filter:
    """Return the filter of those of whom a switch is known."""
    return Filter(terms=(Term("state", "unknown", switch, negated=True),))


def parse_filter(text: str, provider: Provider) -> Filter:
    """Read a filter on the fields of a service. Raises InvalidFilter with the place; `unfinished` where more typing may
    still make it valid.
    """
    terms: list[Term] = []
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        term, place = _read_term(text, place, provider)
        if term is not None:
            terms.append(term)
    return Filter(text, tuple(terms))


def parse_selection(text: str, provider: Provider) -> Filter:
    """Read a filter that chooses customers for a change.

    An empty variable of a shell must not choose everybody: a filter without a condition, and a condition without a
    value, are refused. Raises InvalidFilter.
    """
    found = parse_filter(text, provider)
    blank = next((term for term in found.terms if term.is_blank), None)
    if blank is not None:
        raise InvalidFilter(_why_blank(blank), place=blank.start)
    if not found:
        raise InvalidFilter("the filter is empty, which would choose everybody: --all chooses all of them", place=0)
    return found


def _why_blank(term: Term) -> str:
    if not term.field:
        return "a word of accents alone would choose everybody"
    return f'{term.field} stands without a value, which would choose everybody: {term.field}="" means empty'


def _read_term(text: str, start: int, provider: Provider) -> tuple[Term | None, int]:
    head = _TERM_START.match(text, start)
    assert head is not None  # noqa: S101 - every part of the pattern is optional
    negated, name, sign = head["minus"] == "-", (head["name"] or "").lower(), head["sign"]
    place = head.end()
    if sign == ":" and text.startswith("//", place):  # a pasted URL is text
        name, sign, place = "", None, start + len(head["minus"])
    if sign is None:
        place = start + len(head["minus"])
    value, end = _read_value(text, place)
    span = {"negated": negated, "start": start, "end": end}
    if not sign:
        if not value:
            if negated and end >= len(text):
                raise InvalidFilter("not finished: a word follows the -", place=start, unfinished=True)
            return None, end
        word = folded(value)
        return Term("word", word, is_blank=not word, **span), end  # type: ignore[arg-type]  # one literal mapping
    if name == "is":
        return _is_term(value, place, span), end
    known = (*provider.columns, *NOTE_COLUMNS)
    if name not in known:
        at = start + len(head["minus"])
        raise _no_such_field(name, known, at, unfinished=not value and end >= len(text))
    if name in provider.switches and sign in ":=":
        return _state_term(name, value, place, span), end
    return _field_term(name, sign, value, place, span), end


def _read_value(text: str, place: int) -> tuple[str, int]:
    if place < len(text) and text[place] == '"':
        end = text.find('"', place + 1)
        if end < 0:
            raise InvalidFilter('not finished: a closing " is missing', place=place, unfinished=True)
        return text[place + 1 : end], end + 1
    end = place
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[place:end], end


def _is_term(value: str, place: int, span: dict[str, object]) -> Term:
    word = value.lower()
    if word in IS_WORDS:
        return Term("is", word, **span)  # type: ignore[arg-type]  # one literal mapping
    raise InvalidFilter(
        f"is: knows {', '.join(IS_WORDS)}", place=place, unfinished=any(known.startswith(word) for known in IS_WORDS)
    )


def _state_term(name: str, value: str, place: int, span: dict[str, object]) -> Term:
    word = value.lower()
    if word not in STATES:
        unfinished = any(state.startswith(word) for state in STATES)
        raise InvalidFilter(f"{name} is {', '.join(STATES)}", place=place, unfinished=unfinished)
    return Term("state", word, name, **span)  # type: ignore[arg-type]  # one literal mapping


def _field_term(name: str, sign: str, value: str, place: int, span: dict[str, object]) -> Term:
    if sign == "~":
        return Term("regex", _checked_regex(value, place), name, is_blank=not value, **span)  # type: ignore[arg-type]
    if sign == ":":
        word = folded(value)
        return Term("contains", word, name, is_blank=not word, **span)  # type: ignore[arg-type]
    is_blank = not value and span["end"] == place  # nothing follows, not even ""
    return Term("equals", canonical(value), name, is_blank=is_blank, **span)  # type: ignore[arg-type]


def _checked_regex(value: str, place: int) -> str:
    """Return a regex that can be read. The list runs it in linear time, so none can take for ever."""
    if _LOOK_AROUND.search(value):
        raise InvalidFilter("a filter's regex has no look-around and no back-references", place=place)
    if len(value) > LONGEST_REGEX:
        raise InvalidFilter(f"a filter's regex has at most {LONGEST_REGEX} characters", place=place)
    try:
        with warnings.catch_warnings():  # what Python may read in another way one day
            warnings.simplefilter("ignore")
            re.compile(value, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        at = place + (getattr(error, "pos", None) or 0)
        raise InvalidFilter(f"the regex cannot be read: {error}", place=at, unfinished=True) from None
    return value


def _no_such_field(name: str, fields: Sequence[str], place: int, *, unfinished: bool) -> InvalidFilter:
    near = nearest(name, (*fields, "is"), most=2, likeness=0.5) or fields[:2]
    return InvalidFilter(
        f'no field "{name}": {" or ".join(near)}? Or put the text in quotes', place=place, unfinished=unfinished
    )
