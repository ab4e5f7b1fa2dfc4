"""Rows of the list: columns by width, cells by customer."""

from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.text import clean

GUTTER = 4
SIDE_BY_SIDE = 100
"""From this width on, list and detail stand beside each other."""
NARROW = 80
"""Below this width the e-mail goes."""
SMALLEST = (60, 15)
"""Columns and lines below which nothing useful fits."""
MIN_USERNAME = 20
_SWITCHES = (("sending", "SENDING", 7), ("website_access", "WEBSITE", 7))
_MORE = (("name", "NAME", 20), ("country", "COUNTRY", 7), ("city", "CITY", 16))


@dataclass(frozen=True, slots=True)
class Column:
    """One column: a customer's field (or name), its title, its width in cells."""

    field: str
    title: str
    width: int


WIDTHS = {
    "email": 28, "sending": 7, "website_access": 7, "first_name": 14, "last_name": 16, "address": 26, "city": 16,
    "state": 10, "zip": 8, "country": 7, "phone": 16, "website": 26,
}  # fmt: skip
TITLES = {name: name.upper().replace("_", " ") for name in WIDTHS} | {
    "email": "E-MAIL", "website_access": "WEBSITE", "website": "SITE",
}  # fmt: skip


@lru_cache(maxsize=64)
def columns(width: int, chosen: tuple[str, ...] = (), *, narrow: bool = False) -> tuple[Column, ...]:
    """Return the columns that fit. The username and both switches always; then those that were chosen, in their
    order, or e-mail, name, country and city.
    """
    if chosen:
        return _chosen(width, chosen)
    room = width - GUTTER - sum(size + 1 for _, _, size in _SWITCHES)
    switches = tuple(Column(*spec) for spec in _SWITCHES)
    if narrow or room < MIN_USERNAME + 16:
        return (Column("username", "USERNAME", max(room - 1, MIN_USERNAME)), *switches)
    more: list[Column] = []
    spare = room - 64
    for field, title, size in _MORE:
        if spare >= size + 1:
            more.append(Column(field, title, size))
            spare -= size + 1
    room -= sum(column.width + 1 for column in more)
    username = max(MIN_USERNAME, min(40, (room - 2) * 11 // 21))
    return (Column("username", "USERNAME", username), Column("email", "E-MAIL", room - username - 2), *switches, *more)


def _chosen(width: int, chosen: tuple[str, ...]) -> tuple[Column, ...]:
    fields = [*chosen, *(name for name, _, _ in _SWITCHES if name not in chosen)]
    room = width - GUTTER - MIN_USERNAME - 1 - sum(size + 1 for _, _, size in _SWITCHES)
    shown: list[Column] = []
    for field in fields:
        size = WIDTHS[field]
        is_switch = field in {"sending", "website_access"}
        if is_switch or room >= size + 1:
            shown.append(Column(field, TITLES[field], size))
            room -= 0 if is_switch else size + 1
    return (Column("username", "USERNAME", MIN_USERNAME + max(room, 0)), *shown)


def cut_middle(text: str, width: int) -> str:
    """Cut a name in its middle: both ends tell customers apart."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    head = max((width - 1) // 2, 1)
    tail = max(width - 1 - head, 0)
    end = text
    while end and cell_len(end) > tail:
        end = end[max(1, cell_len(end) - tail) :] if end.isascii() else end[1:]
    return set_cell_size(set_cell_size(text, head) + "…" + end, width)


def cut(text: str, width: int) -> str:
    """Cut or fill a text to a width in cells; what is cut ends in a sign."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…"


def cell(customer: Customer, field: str) -> str:
    """Return the text of a cell, clean."""
    if field == "name":
        return clean(customer.joined(RESELLER_V2.name_fields), longest=200)
    if field == "email" and customer.value("email") == customer.username:
        return "(same)"
    text = clean(customer.text(field), longest=200)
    if field == "username" and not text.strip():
        return "(damaged row)"
    return text


def fit(customer: Customer, column: Column) -> str:
    """Return the text of a cell in its width."""
    text = cell(customer, column.field)
    return cut_middle(text, column.width) if column.field == "username" else cut(text, column.width)


def spoken(customer: Customer, *, is_cursor: bool, is_marked: bool, needs_you: bool) -> str:
    """Return a row as a reader speaks it: who first, then the switches, then the signs."""
    parts = [
        cell(customer, "username"),
        f"sending {customer.switch('sending').value}",
        f"website access {customer.switch('website_access').value}",
    ]
    if is_marked:
        parts.append("marked")
    if needs_you:
        parts.append("needs you")
    return ("> " if is_cursor else "  ") + ", ".join(parts)


def title_line(shown: tuple[Column, ...], sort: str, *, descending: bool) -> str:
    """Return the titles; the sorted column carries a sign."""
    parts = []
    for column in shown:
        sign = ("v" if descending else "^") if column.field == sort else ""
        parts.append(set_cell_size(column.title[: column.width - len(sign)] + sign, column.width))
    return " " * GUTTER + " ".join(parts)
