"""The detail pane below the list: a customer in seven lines. What does not fit is on the zoomed pane."""

from collections.abc import Sequence

from rich.cells import cell_len

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.note import Note
from tui_reseller.domain.provider import KEY, Field, Kind, Provider
from tui_reseller.domain.text import clean
from tui_reseller.domain.usage import RECENT_DAYS
from tui_reseller.tui.presenters.detail import NOT_GIVEN, Facts, is_unasked, shown, switch_note, switch_part, value_part
from tui_reseller.tui.presenters.entry import entry_words
from tui_reseller.tui.presenters.notes import in_one_line
from tui_reseller.tui.presenters.parts import Part, cells_of, cropped
from tui_reseller.tui.presenters.rows import cut

LABEL, SWITCH = 9, 8
"""Cells of a label, and of a switch's title and value."""
GAP = "gap"
"""The kind of what stands before the right half, which begins at right_begins()."""
LINES = 6
"""So many lines, beside the title and the last change."""


def short_lines(facts: Facts, width: int) -> list[list[Part]]:
    """Return the lines: the record at the left; switches and the rest of it at the right; what was done last."""
    half = right_begins(width) - 1
    right = [_switch(facts, facts.provider.by_name[name]) for name in facts.provider.switches]
    right += _usage(facts, width - half - 1)
    left = _record(facts.provider, facts.customer, 2 * LINES - len(right))
    right += [[(label[1:], kind), *rest] for (label, kind), *rest in left[LINES:]]
    lines: list[list[Part]] = []
    for at in range(LINES):
        beside = right[at] if at < len(right) else []
        line = left[at] if at < len(left) else []
        line = cropped(line, half) if beside else list(line)
        lines.append([*line, (" " * max(half + 1 - cells_of(line), 0), GAP), *beside] if beside else line)
    last = entry_words(facts.entries[0], facts.now) if facts.entries else "nothing done by this tool"
    return [*lines, cropped([_label("Last"), (last, "value" if facts.entries else "soft")], width)]


def right_begins(width: int) -> int:
    """Return the cell at which the right half begins."""
    return max(width // 2 - 6, 20) + 1


def title_words(name: str, width: int, note: Note | None) -> str:
    """Return the beginning of the title: the customer, and what we know of it as far as it fits."""
    head = f" {name} "
    room = width - cell_len(head) - 2
    if note is not None and room >= LABEL:
        head += " " + cut(in_one_line(note), room).rstrip() + " "
    return head


def _usage(facts: Facts, width: int) -> list[list[Part]]:
    """Return the line on what the customer has sent of late, where the service tells it; as much as fits."""
    if not facts.usage:
        return []
    (_, period), (_, mail), (_, trouble), *_ = facts.usage
    parts = [mail, *(part for part in trouble.split(", ") if part[:1] != "-")] if mail not in {"", "-"} else [period]
    while len(parts) > 1 and cell_len(", ".join(parts)) > width - SWITCH - 1:
        parts.pop()
    label = f"{RECENT_DAYS} days"
    return [[(f"{label:<{SWITCH}} ", "label"), value_part(cut(", ".join(parts), width - SWITCH - 1).rstrip())]]


def _record(provider: Provider, customer: Customer, room: int) -> list[list[Part]]:
    """Return a line for the name, the postal place, and every other field that is no switch. Where there are more than
    there is room for, those that are not given are left out from the end.
    """
    names, place = provider.name_fields, tuple(name for group in provider.postal_line for name in group)
    found = (
        [_line("Name", clean(customer.joined(names)) or shown(provider.by_name[names[0]], customer))] if names else []
    )
    for group in _groups(provider, customer, [names, place]):
        held = tuple(field.name for field in group)
        if held == place:
            found.append(_line(provider.label(provider.postal_line[0][-1]), _place(provider, customer)))
        elif held != names:
            found.append(_line(group[0].heading.capitalize(), shown(group[0], customer)))
    for line in reversed(found):
        if len(found) > room and line[1][0] == NOT_GIVEN:
            found.remove(line)
    return found


def _place(provider: Provider, customer: Customer) -> str:
    """Return the line of the postal address; where nothing of it is known, that is said."""
    groups = [clean(customer.joined(names)) for names in provider.postal_line]
    return ", ".join(filter(None, groups)) or shown(provider.by_name[provider.postal_line[0][-1]], customer)


def _line(label: str, value: str) -> list[Part]:
    return [_label(label), value_part(value)]


def _label(text: str) -> Part:
    return f" {cut(text, LABEL - 1)} ", "label"


def _switch(facts: Facts, field: Field) -> list[Part]:
    note = switch_note(field, facts.customer, facts.read_at, facts.ends)
    title = f"{field.heading.capitalize():<{SWITCH}} "
    return [(title, "label"), switch_part(field, facts.customer, SWITCH), (note, "soft")]


def _groups(provider: Provider, customer: Customer, joined: Sequence[Sequence[str]]) -> list[list[Field]]:
    """Return the fields that are no switches in the order of the table; those that are joined stand together, where the
    first of them would.
    """
    found: list[list[Field]] = []
    done: set[str] = set()
    for name in provider.columns:
        field = provider.by_name[name]
        if name == KEY or name in done or field.kind is Kind.SWITCH or is_unasked(field, customer):
            continue
        names = next((group for group in joined if name in group), (name,))
        done.update(names)
        found.append([provider.by_name[one] for one in names])
    return found
