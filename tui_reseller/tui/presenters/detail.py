"""The detail pane: everything known of a customer, by the labels of the service's table; short below the list."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from rich.cells import cell_len, set_cell_size

from tui_reseller.domain.audit import Entry
from tui_reseller.domain.cells import fitting, is_disputed
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.note import Note
from tui_reseller.domain.provider import DETAILS_READ, KEY, Field, Kind, Provider, Told
from tui_reseller.domain.providers import provider_of
from tui_reseller.domain.switch import Switch
from tui_reseller.domain.text import clean
from tui_reseller.domain.times import clock_text
from tui_reseller.services.suspensions import Suspension
from tui_reseller.tui.presenters.entry import entry_line
from tui_reseller.tui.presenters.notes import in_one_line, note_rows
from tui_reseller.tui.presenters.rows import cut

NOT_GIVEN = "not given"
NOT_READ = "not read yet"
LABEL, SHORT_LABEL, SHORT_SWITCH = 16, 10, 8
"""Cells of a label beside the list, below it, and of a switch's title and value there."""
SHORT_END = " detail -"
SHORT_LINES = 6
"""So many lines are below the list, beside the title and the last change."""
NO_ENDS: Mapping[str, str] = MappingProxyType({})
"""No switch is off until a moment."""
CHARACTERS_A_CELL = 6
"""So many characters of a clean text, a letter with its marks, take one cell or more."""


def shown(field: Field, customer: Customer) -> str:
    """Return a value for reading; a missing one is said to be missing, or not read yet."""
    if customer.value(field.name) is None:
        return NOT_READ if field.is_detail and customer.value(field.read_with) is None else NOT_GIVEN
    return clean(customer.text(field.name))


def end_note(suspension: Suspension | None, now: datetime) -> dict[str, str]:
    """Return what is said of a switch that was turned off until a moment, by the field's name."""
    if suspension is None:
        return {}
    entry, end = suspension.entry, clock_text(suspension.until, now)
    words = f"was to end {end}: due - ! ends it" if suspension.state(now) == "due" else f"until {end}"
    return {provider_of(entry.account).action(entry.operation).switch: words}


def switch_note(field: Field, customer: Customer, read_at: str, ends: Mapping[str, str] = NO_ENDS) -> str:
    """Say until when a switch is off, or how true it is: of which list, when it was read where the service tells it for
    one customer at a time, or as we set it, where the service never tells.
    """
    if field.name in ends and customer.switch(field.name) is not Switch.ON:
        return ends[field.name]
    if field.told is Told.DETAIL:
        moment = customer.text(DETAILS_READ)
        return f"read {moment[:16].replace('T', ' ')} UTC" if moment else NOT_READ
    if field.told is not Told.NEVER:
        return read_at
    return "never set here" if customer.switch(field.name) is Switch.UNKNOWN else "as last set here"


def wide_lines(
    provider: Provider,
    customer: Customer,
    read_at: str,
    entries: Sequence[Entry],
    now: datetime,
    width: int,
    note: Note | None = None,
    ends: Mapping[str, str] = NO_ENDS,
) -> list[str]:
    """Return the lines of the pane beside the list, one a field; our own label and note stand behind the switches. Ends
    is what end_note() says.
    """
    rows = [
        (group[-1].label, " ".join(_with_country(field, customer) for field in group))
        for group in _groups(provider, customer, [one for one in provider.postal_line if len(one) > 1])
    ]
    rows.append(("", ""))
    for name in provider.switches:
        field = provider.by_name[name]
        rows.append((field.label, f"{customer.text(name)}  {switch_note(field, customer, read_at, ends)}"))
    if note is not None:
        rows += [("", ""), *note_rows(note, now)]
    if customer.extra:
        rows.append(("Other", clean(", ".join(f"{k}={v}" for k, v in customer.extra.items()), longest=200)))
    lines = [line for label, value in rows for line in _folded(f"{label:<{LABEL}}", value, width)]
    lines += ["", "Last changes"]
    done = [line for entry in entries for line in _folded("", entry_line(entry, now), width)]
    return lines + (done or ["none by this tool"])


def short_lines(
    provider: Provider,
    customer: Customer,
    read_at: str,
    entries: Sequence[Entry],
    now: datetime,
    width: int,
    ends: Mapping[str, str] = NO_ENDS,
) -> list[str]:
    """Return the seven lines of the pane below the list. What does not fit is on the zoomed pane."""
    half = right_begins(width) - 1
    left = _short_left(provider, customer)
    right = [_short_switch(provider.by_name[name], customer, read_at, ends) for name in provider.switches]
    right += left[SHORT_LINES:]
    lines = [
        cut(text, half) + " " + right[at] if at < len(right) else text for at, text in enumerate(left[:SHORT_LINES])
    ]
    lines += [" " * (half + 1) + text for text in right[len(lines) : SHORT_LINES]]
    lines += [""] * (SHORT_LINES - len(lines))
    return [*lines, f"{'Last':<{SHORT_LABEL}}{entry_line(entries[0], now) if entries else 'nothing done by this tool'}"]


def right_begins(width: int) -> int:
    """Return the cell at which the right half of the short pane begins."""
    return max(width // 2 - 6, 20) + 1


def short_title(name: str, width: int, note: Note | None = None) -> str:
    """Return the line above the pane below the list; what we know of the customer stands in it as far as it fits."""
    head = f"-- {name} "
    room = width - len(SHORT_END) - cell_len(head) - 2
    if note is not None and room >= SHORT_LABEL:
        head += cut(in_one_line(note), room).rstrip() + " "
    return head + "-" * (width - len(SHORT_END) - cell_len(head)) + SHORT_END


def _short_left(provider: Provider, customer: Customer) -> list[str]:
    """Return a line for the name, the postal place, and every other field that is no switch."""
    names, place = provider.name_fields, tuple(name for group in provider.postal_line for name in group)
    found = [_short("Name", clean(customer.joined(names)) or NOT_GIVEN)] if names else []
    for group in _groups(provider, customer, [names, place]):
        held = tuple(field.name for field in group)
        if held == place:
            parts = [" ".join(_place_parts(provider, customer, one)) for one in provider.postal_line]
            found.append(_short(provider.label(provider.postal_line[0][-1]), ", ".join(filter(None, parts))))
        elif held != names:
            found.append(_short(group[0].heading.capitalize(), shown(group[0], customer)))
    return found


def _place_parts(provider: Provider, customer: Customer, names: Sequence[str]) -> list[str]:
    """Return the parts of a group of the postal line: in the first one, what is missing is said to be missing."""
    is_first = names == provider.postal_line[0]
    return [shown(provider.by_name[name], customer) for name in names if is_first or customer.text(name)]


def _short(label: str, value: str) -> str:
    return f"{label:<{SHORT_LABEL}}{value}"


def _short_switch(field: Field, customer: Customer, read_at: str, ends: Mapping[str, str]) -> str:
    note = switch_note(field, customer, read_at, ends)
    return f"{field.heading.capitalize():<{SHORT_SWITCH}} {customer.text(field.name):<{SHORT_SWITCH}} {note}"


def _groups(provider: Provider, customer: Customer, joined: Sequence[Sequence[str]]) -> list[list[Field]]:
    """Return the fields that are no switches in the order of the table; those that are joined stand together, where the
    first of them would. What is read only when somebody asks for it is there once it was.
    """
    found: list[list[Field]] = []
    done: set[str] = set()
    for name in provider.columns:
        if name == KEY or name in done or provider.by_name[name].kind is Kind.SWITCH:
            continue
        if _is_unasked(provider.by_name[name], customer):
            continue
        names = next((group for group in joined if name in group), (name,))
        done.update(names)
        found.append([provider.by_name[one] for one in names])
    return found


def _is_unasked(field: Field, customer: Customer) -> bool:
    return field.is_detail and field.read_with != DETAILS_READ and customer.value(field.read_with) is None


def _with_country(field: Field, customer: Customer) -> str:
    """Return a value for reading, the code of a country with its name."""
    text = shown(field, customer)
    code = customer.text(field.name)
    return f"{text}  {_country(code)}".rstrip() if field.check == "country" and code else text


def _country(code: str) -> str:
    from tui_reseller.services.validation import country_name  # noqa: PLC0415 - loads the countries, after first paint

    return clean(country_name(code))


def _folded(label: str, value: str, width: int) -> list[str]:
    """Return a value in as many lines as it needs, each under the first; the label stands before the first."""
    room = max(width - LABEL, 10) if label else max(width, 10)
    parts: list[str] = []
    rest = value
    taking = fitting if is_disputed(value) else _cropped
    while True:
        ahead = rest[: room * CHARACTERS_A_CELL]  # to measure all of a long text for each of its lines takes seconds
        head = taking(ahead, room)
        if head == rest:
            break
        at = min(head.rfind(" ") if " " in head[room // 2 :] else len(head), len(ahead))
        parts.append(rest[:at])
        rest = rest[at:].lstrip()
    parts.append(rest)
    return [(label if at == 0 else " " * len(label)) + part for at, part in enumerate(parts)]


def _cropped(text: str, width: int) -> str:
    """Return the beginning of a text that takes at most a width."""
    return text if cell_len(text) <= width else set_cell_size(text, width).rstrip("\0")
