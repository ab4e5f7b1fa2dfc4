"""The detail pane beside the list: everything known of a customer, in the groups of the service's table; and what both
panes say of a value.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from rich.cells import cell_len, set_cell_size

from tui_reseller.domain.audit import Entry
from tui_reseller.domain.cells import fitting, is_disputed
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.job import Job, JobItem
from tui_reseller.domain.note import Note
from tui_reseller.domain.operation import verb_of
from tui_reseller.domain.provider import DETAILS_READ, KEY, Field, Kind, Provider, Told
from tui_reseller.domain.providers import provider_of
from tui_reseller.domain.switch import Switch
from tui_reseller.domain.text import clean, quoted
from tui_reseller.domain.times import clock_text
from tui_reseller.services.suspensions import Suspension
from tui_reseller.tui.presenters.entry import change_words, outcome_word
from tui_reseller.tui.presenters.notes import note_rows
from tui_reseller.tui.presenters.parts import Part
from tui_reseller.tui.presenters.rows import cut, moment_text

NOT_GIVEN = "not given"
NOT_READ = "not read yet"
LABEL, SWITCH = 10, 9
"""Cells of a label, and of the value of a switch before what is said of it."""
NO_USAGE = (("Period", NOT_READ), *(("", ""),) * 4)
"""The rows on usage before anything could be read: as many as there are afterwards."""
NO_ENDS: Mapping[str, str] = MappingProxyType({})
"""No switch is off until a moment."""
CHARACTERS_A_CELL = 6
"""So many characters of a clean text, a letter with its marks, take one cell or more."""
BREAKS = " @/.-_"
"""Behind these a text may go on in the next line."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is shown of a customer. Read_at says of which list it is, ends what end_note() says, entries what was done
    last, jobs what it waits for in which jobs, alarms what needs a person, usage rows on what the customer sends, as
    many as there will be when it is read; note is our own.
    """

    provider: Provider
    customer: Customer
    read_at: str
    now: datetime
    entries: Sequence[Entry] = ()
    note: Note | None = None
    ends: Mapping[str, str] = field(default_factory=lambda: NO_ENDS)
    alarms: tuple[str, ...] = ()
    usage: Sequence[tuple[str, str]] = ()
    jobs: Sequence[tuple[Job, JobItem]] = ()


def shown(field: Field, customer: Customer) -> str:
    """Return a value for reading; a missing one is said to be missing, or not read yet."""
    if customer.value(field.name) is None:
        return NOT_READ if field.is_detail and customer.value(field.read_with) is None else NOT_GIVEN
    if field.kind is Kind.MOMENT:
        return moment_text(customer.text(field.name))
    return clean(customer.text(field.name)) or NOT_GIVEN


def end_note(suspension: Suspension | None, now: datetime) -> dict[str, str]:
    """Return what is said of a switch that was turned off until a moment, by the field's name."""
    if suspension is None:
        return {}
    entry, end = suspension.entry, clock_text(suspension.until, now)
    words = f"due since {end}: ! ends it" if suspension.state(now) == "due" else f"until {end}"
    return {provider_of(entry.account).action(entry.operation).switch: words}


def switch_note(field: Field, customer: Customer, read_at: str, ends: Mapping[str, str] = NO_ENDS) -> str:
    """Say until when a switch is off, or how true it is: of which list, when it was read where the service tells it for
    one customer at a time, or as we set it, where the service never tells.
    """
    if field.name in ends and customer.switch(field.name) is not Switch.ON:
        return ends[field.name]
    if field.told is Told.DETAIL:
        moment = customer.text(DETAILS_READ)
        return f"read {moment_text(moment)}" if moment else NOT_READ
    if field.told is not Told.NEVER:
        return read_at
    return "never set here" if customer.switch(field.name) is Switch.UNKNOWN else "as last set here"


def switch_part(field: Field, customer: Customer, width: int) -> Part:
    """Return the value of a switch, off as what one looks for."""
    kinds = {Switch.OFF: "off", Switch.UNKNOWN: "soft"}
    return f"{customer.text(field.name):<{width}}", kinds.get(customer.switch(field.name), "value")


def value_part(text: str) -> Part:
    """Return a value; what is missing stands back."""
    return text, "soft" if text in {NOT_GIVEN, NOT_READ} else "value"


def wide_lines(facts: Facts, width: int) -> list[list[Part]]:
    """Return the lines of the pane beside the list: what needs you and our note first, then switches, the groups of the
    table, what is missing, what was done.
    """
    provider, customer = facts.provider, facts.customer
    lines = [[("! ", "off"), (cut(clean(alarm), width - 2).rstrip(), "off")] for alarm in facts.alarms]
    if facts.note is not None:
        lines += _group("Notes", _rows(note_rows(facts.note, facts.now), width))
    switches = [line for name in provider.switches for line in _switch_lines(facts, name, width)]
    lines += _group("Sending and access", switches)
    for title, fields in sections(provider, customer):
        rows = [(name, value) for names in fields for name, value in (_row(provider, customer, names),)]
        lines += _group(title, _rows(rows, width))
    if customer.extra:
        other = clean(", ".join(f"{key}={value}" for key, value in customer.extra.items()), longest=200)
        lines += _group("Other", _rows([("", other)], width))
    if facts.usage:
        usage = [[_label(label), value_part(cut(text, width - LABEL).rstrip())] for label, text in facts.usage]
        lines += _group("Usage", usage)
    missing = [provider.label(name).lower() for name in provider.expected if not customer.text(name)]
    if missing:
        lines += _group(
            "Check", [[("! ", "off"), (part, "value")] for part in folded_lines(_missing(missing), width - 2)]
        )
    if facts.jobs:
        lines += _group("In jobs", _rows([_waiting(job, item) for job, item in facts.jobs], width))
    done = [line for entry in facts.entries for line in _done(entry, facts.now, width)]
    return [*lines, *_group("Last changes", done or [[("none by this tool", "soft")]])]


def _missing(names: Sequence[str]) -> str:
    return f"missing: {', '.join(names)}"


def _group(title: str, lines: Sequence[list[Part]]) -> list[list[Part]]:
    return [[], [(title.upper(), "group")], *lines]


def _switch_lines(facts: Facts, name: str, width: int) -> list[list[Part]]:
    """Return a switch, and what is said of it: beside it, or below where that is too long."""
    field = facts.provider.by_name[name]
    note = switch_note(field, facts.customer, facts.read_at, facts.ends)
    kind = "off" if name in facts.ends else "soft"
    head = [_label(field.heading.capitalize()), switch_part(field, facts.customer, SWITCH)]
    if cell_len(note) <= width - LABEL - SWITCH:
        return [[*head, (note, kind)]]
    return [head, *([_label(""), (part, kind)] for part in folded_lines(note, width - LABEL))]


def _label(text: str) -> Part:
    return f"{cut(text, LABEL - 1)} ", "label"


def is_unasked(field: Field, customer: Customer) -> bool:
    """Whether a field is read only when somebody asks for it, and was not: it is there once it was."""
    return field.is_detail and field.read_with != DETAILS_READ and customer.value(field.read_with) is None


def sections(provider: Provider, customer: Customer) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Return titles with what stands under each, in rows: names that are one row stand together."""
    named = {name for _, names in provider.sections for name in names}
    others = [
        name
        for name in provider.columns
        if name != KEY and name not in named and provider.by_name[name].kind is not Kind.SWITCH
    ]
    for at, (title, names) in enumerate(provider.sections):
        shown_ = [*names, *(others if at == 0 else ())]
        known = [name for name in shown_ if not is_unasked(provider.by_name[name], customer)]
        if known:
            yield title, _together(provider, known)


def _together(provider: Provider, names: Sequence[str]) -> list[tuple[str, ...]]:
    """Return names in rows: first and last name are one, so are the parts of a line of the postal address."""
    joined = [provider.name_fields, *(one for one in provider.postal_line if len(one) > 1)]
    rows = [next((group for group in joined if name in group), (name,)) for name in names]
    return list(dict.fromkeys(rows))


def _row(provider: Provider, customer: Customer, names: tuple[str, ...]) -> tuple[str, str]:
    """Return the label and the value of a row."""
    fields = [provider.by_name[name] for name in names]
    if names == provider.name_fields:
        return "Name", " ".join(filter(None, (clean(customer.text(name)) for name in names))) or shown(
            fields[0], customer
        )
    if len(fields) == 1:
        return fields[0].heading.capitalize(), _with_country(fields[0], customer)
    parts = [clean(customer.text(field.name)) for field in fields]
    return fields[-1].heading.capitalize(), " ".join(filter(None, parts)) or shown(fields[-1], customer)


def _rows(rows: Sequence[tuple[str, str]], width: int) -> list[list[Part]]:
    """Return rows with their labels, each value in as many lines as it needs."""
    return [
        [_label(label if at == 0 else ""), value_part(part)]
        for label, value in rows
        for at, part in enumerate(folded_lines(value, width - LABEL))
    ]


def _waiting(job: Job, item: JobItem) -> tuple[str, str]:
    """Return in which job a customer waits, for what, and what the job is doing."""
    return f"Job {job.number}", f"{verb_of(item.item.operation)}: {item.word}, job {job.state_word}"


def _done(entry: Entry, now: datetime, width: int) -> list[list[Part]]:
    """Return what was done in two lines: when, who and the outcome; what, and why."""
    when, word = f"{clock_text(entry.time, now)}  {clean(entry.operator.name, longest=20)}", outcome_word(entry.outcome)
    room = max(width - cell_len(when), cell_len(word) + 2)
    why = f"  until {clock_text(entry.until, now)}" if entry.until else ""
    why += f"  {quoted(entry.reason, 60)}" if entry.reason else ""
    needs_you = entry.outcome is None or entry.outcome.needs_you
    lines: list[list[Part]] = [[(when, "soft"), (f"{word:>{room}}", "off" if needs_you else "value")]]
    return [*lines, *([("  ", ""), (part, "value")] for part in folded_lines(change_words(entry) + why, width - 2))]


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


def folded_lines(value: str, width: int) -> list[str]:
    """Return a value in as many lines as it needs; it goes on behind a space or a sign, not in the middle of a word."""
    room = max(width, 10)
    parts: list[str] = []
    rest = value
    taking = fitting if is_disputed(value) else _cropped
    while True:
        ahead = rest[: room * CHARACTERS_A_CELL]  # to measure all of a long text for each of its lines takes seconds
        head = taking(ahead, room)
        if head == rest:
            break
        at = max((head.rfind(sign) + 1 for sign in BREAKS if sign in head[room // 2 :]), default=0)
        at = min(at or len(head), len(ahead))
        parts.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    parts.append(rest)
    return parts


def _cropped(text: str, width: int) -> str:
    """Return the beginning of a text that takes at most a width."""
    return text if cell_len(text) <= width else set_cell_size(text, width).rstrip("\0")
