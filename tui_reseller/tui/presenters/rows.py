"""Rows of the list: columns by width, cells by customer. Which columns there are is in the service's table."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from tui_reseller.domain.cells import as_fits, is_disputed
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.note import LABEL, NOTE, NOTE_COLUMNS, Note
from tui_reseller.domain.provider import KEY, Field, Kind, Provider, Told
from tui_reseller.domain.text import clean
from tui_reseller.tui.presenters.notes import MARK, cell_text, spoken_words
from tui_reseller.tui.presenters.parts import Part, text_of

GUTTER = 4
SIDE_BY_SIDE = 100
BESIDE, EDITOR_CELLS = 120, 62
"""From so many columns on an editor stands beside the list, and takes so many of them (styles/dialogs.tcss)."""
"""From this width on, list and detail stand beside each other."""
NARROW = 80
"""Below this width the e-mail goes."""
SMALLEST = (60, 15)
"""Columns and lines below which nothing useful fits."""
TOO_SMALL = ("terminal too small: 60 columns and 15 lines are needed", "too small: 60x15 is needed", "needs 60x15", "")
MIN_KEY, MAX_KEY = 20, 40
MIN_ADDRESS = 16
MIN_SWITCH = len("unknown")
KEY_SHARE, ADDRESS_SHARE = 6, 7
"""How key and address share what is left of the width: addresses are longer."""
COMFORTABLE = 64
"""Cells of key and address from which on there is room for more columns."""
NAME = "name"
NAME_WIDTH = 20
SHORT_KINDS = frozenset({Kind.CHOICE, Kind.NUMBER, Kind.MOMENT})
"""What is short, and tells customers apart without being chosen as a column."""


def is_too_small(width: int, height: int) -> bool:
    """Whether nothing useful fits."""
    return width < SMALLEST[0] or height < SMALLEST[1]


def too_small_words(width: int) -> str:
    """Return what a terminal that is too small says, in its width."""
    return next(words for words in TOO_SMALL if len(words) <= width)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field that it sorts by, its title, its width in cells, and the fields that are read in it.

    Is_switch: it is on, off or unknown. May_equal_key: a value that is the username as well is not repeated.
    Is_moment: it is shown in local time.
    """

    field: str
    title: str
    width: int
    shows: tuple[str, ...]
    is_switch: bool = False
    may_equal_key: bool = False
    is_moment: bool = False

    @property
    def is_key(self) -> bool:
        """Whether it holds the key of a customer."""
        return self.field == KEY

    @property
    def is_ours(self) -> bool:
        """Whether it holds our own label or note, or the mark of one."""
        return self.field in NOTE_COLUMNS


_OURS = {LABEL: Column(LABEL, LABEL.upper(), 16, (LABEL,)), NOTE: Column(NOTE, NOTE.upper(), 30, (NOTE,))}
_MARK = Column(NOTE, MARK, len(MARK), (LABEL, NOTE))
"""Says only whether there is a label or a note."""


def _column(provider: Provider, field: Field, width: int | None = None) -> Column:
    """Return the column of a field: as wide as the table says, but never narrower than its title and its words."""
    least = max(cell_len(field.heading), MIN_SWITCH if field.kind is Kind.SWITCH else 0)
    return Column(
        field.name,
        field.heading,
        max(field.width, least) if width is None else width,
        (field.name,),
        is_switch=field.kind is Kind.SWITCH,
        may_equal_key=field.name == provider.address_field,
        is_moment=field.kind is Kind.MOMENT,
    )


@lru_cache(maxsize=64)
def is_beside(width: int, *, is_edited: bool) -> bool:
    """Whether an editor stands beside the list."""
    return is_edited and width >= BESIDE


def is_narrow(width: int, *, is_edited: bool) -> bool:
    """Whether the list has room for the key and the switches alone."""
    return width - (EDITOR_CELLS if is_beside(width, is_edited=is_edited) else 0) < NARROW


@lru_cache(maxsize=64)  # each row that is drawn asks
def columns(
    provider: Provider,
    width: int,
    chosen: tuple[str, ...] = (),
    *,
    narrow: bool = False,
    noted: bool = False,
    hidden: frozenset[str] = frozenset(),
) -> tuple[Column, ...]:
    """Return the columns that fit. The key and all switches always, but for those that are hidden and were not chosen;
    then those that were chosen, in their order, or address, name, places, and what is short. If customers are noted,
    our own label is shown before these; without room for it, a mark behind the key.
    """
    width -= 1  # a blank before the scroll bar
    key = provider.by_name[KEY]
    kept = tuple(name for name in provider.switches if name not in hidden or name in chosen)
    switches = tuple(_column(provider, provider.by_name[name]) for name in kept)
    room = width - GUTTER - sum(column.width + 1 for column in switches)
    if chosen:
        return _chosen(provider, room, chosen, kept, noted=noted)
    address = provider.by_name.get(provider.address_field)
    is_alone = narrow or address is None or room < MIN_KEY + MIN_ADDRESS
    further = [*([_OURS[LABEL]] if noted else []), *_further(provider)]
    more = () if narrow else _fitting(further, room - (MAX_KEY + 1 if is_alone else COMFORTABLE))
    marks = (_MARK,) if noted and _OURS[LABEL] not in more else ()
    room = _left(room, (*marks, *more))
    if is_alone or address is None:
        return (_column(provider, key, max(room - 1, MIN_KEY)), *marks, *switches, *more)
    cells = max(MIN_KEY, min(MAX_KEY, (room - 2) * KEY_SHARE // (KEY_SHARE + ADDRESS_SHARE)))
    return (_column(provider, key, cells), *marks, _column(provider, address, room - cells - 2), *switches, *more)


def _further(provider: Provider) -> list[Column]:
    """Return what is shown where there is room: who and where a customer is, and what is short."""
    is_listed = {one.name for one in provider.fields if one.told in {Told.LIST, Told.ROWS}}
    names_listed = bool(provider.name_fields) and is_listed.issuperset(provider.name_fields)
    found = [Column(NAME, NAME.upper(), NAME_WIDTH, provider.name_fields)] if names_listed else []
    names = [name for name in reversed(provider.place_fields) if name in is_listed]
    names += [
        one.name
        for one in provider.fields
        if one.is_column and one.name in is_listed and one.kind in SHORT_KINDS and one.name not in names
    ]
    return found + [_column(provider, provider.by_name[name]) for name in names]


def _fitting(wanted: list[Column], room: int) -> tuple[Column, ...]:
    found: list[Column] = []
    for column in wanted:
        if _left(room, (*found, column)) >= 0:
            found.append(column)
    return tuple(found)


def _left(room: int, shown: tuple[Column, ...]) -> int:
    return room - sum(column.width + 1 for column in shown)


def _chosen(
    provider: Provider, room: int, chosen: tuple[str, ...], switches: tuple[str, ...], *, noted: bool
) -> tuple[Column, ...]:
    """Return the columns that an operator chose, as far as they fit; switches that were not chosen come last."""
    marks = (_MARK,) if noted and LABEL not in chosen else ()
    room = _left(room, marks) - MIN_KEY - 1
    shown: list[Column] = []
    for name in [*chosen, *(name for name in switches if name not in chosen)]:
        column = _OURS.get(name) or _column(provider, provider.by_name[name])
        if column.is_switch or room >= column.width + 1:
            shown.append(column)
            room -= 0 if column.is_switch else column.width + 1
    return (_column(provider, provider.by_name[KEY], MIN_KEY + max(room, 0)), *marks, *shown)


def cut_middle(text: str, width: int) -> str:
    """Cut a name in its middle: both ends tell customers apart."""
    if is_disputed(text):
        return cut(text, width)
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    head = max((width - 1) // 2, 1)
    tail = max(width - 1 - head, 0)
    end = text
    while end and cell_len(end) > tail:
        end = end[max(1, cell_len(end) - tail) :] if end.isascii() else end[1:]
    return set_cell_size(set_cell_size(text, head) + "…" + end, width)


def cut(text: str, width: int) -> str:
    """Cut or fill a text to a width in cells; what is cut ends in an ellipsis."""
    text = as_fits(text, width) if is_disputed(text) else text
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…"


def cell(customer: Customer, column: Column, note: Note | None = None) -> str:
    """Return the text of a cell, clean."""
    if column.is_ours:
        return cell_text(note, column.field) if column != _MARK else MARK if note else ""
    if column.may_equal_key and customer.text(column.field) == customer.username:
        return "(same)"
    if column.is_moment:
        return moment_text(customer.text(column.field))
    text = clean(customer.joined(column.shows), longest=200)
    return text if text.strip() or not column.is_key else DAMAGED


def moment_text(text: str) -> str:
    """Return a moment of the service in local time; what is none stays as it is."""
    try:
        return f"{datetime.fromisoformat(text).astimezone():%Y-%m-%d %H:%M}"
    except ValueError:
        return clean(text, longest=200)


DAMAGED = "(damaged row)"
"""What stands for a customer without a username."""


def fit(customer: Customer, column: Column, note: Note | None = None) -> str:
    """Return the text of a cell in its width; the note is the one on the customer."""
    text = cell(customer, column, note)
    return cut_middle(text, column.width) if column.is_key else cut(text, column.width)


def spoken(
    provider: Provider,
    customer: Customer,
    note: Note | None = None,
    *,
    is_marked: bool,
    needs_you: bool,
) -> str:
    """Return a row as a reader speaks it: who first, then the switches, our label, and its marks."""
    parts = [
        cell(customer, _column(provider, provider.by_name[KEY])),
        *(f"{provider.label(name).lower()} {customer.text(name)}" for name in provider.switches),
    ]
    if note is not None:
        parts.append(spoken_words(note))
    if is_marked:
        parts.append("marked")
    if needs_you:
        parts.append("needs you")
    return ", ".join(parts)


def title_parts(shown: tuple[Column, ...], sort: str, *, descending: bool) -> list[Part]:
    """Return the titles in parts with their kinds; the sorted column carries an arrow, and is of the kind `sorted`."""
    parts = [(" " * GUTTER, "")]
    for column in shown:
        is_sorted = column.field == sort
        arrow = ("v" if descending else "^") if is_sorted else ""
        title = set_cell_size(column.title[: column.width - len(arrow)] + arrow, column.width)
        parts += [(title, "sorted" if is_sorted else ""), (" ", "")]
    return parts[:-1]


def title_line(shown: tuple[Column, ...], sort: str, *, descending: bool) -> str:
    """Return the titles as one text."""
    return text_of(title_parts(shown, sort, descending=descending))
