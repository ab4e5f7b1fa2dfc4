"""The detail pane: everything known of a customer, short beside or below the list."""

from collections.abc import Sequence
from datetime import datetime

from rich.cells import cell_len, set_cell_size

from tui_reseller.domain.audit import Entry
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.switch import Switch
from tui_reseller.domain.text import clean
from tui_reseller.domain.value import Value, value_words
from tui_reseller.tui.presenters.header import clock_text
from tui_reseller.tui.presenters.rows import cut

NOT_GIVEN = "not given"
LABEL = 16
SIGNS_A_CELL = 6
"""So many signs of a clean text, a letter with its marks, take one cell or more."""


def shown(text: Value) -> str:
    """Return a value for reading; a missing one is said to be missing."""
    return NOT_GIVEN if text is None else clean(str(text))


def website_words(customer: Customer) -> str:
    """Say website access, and why it may be unknown."""
    if customer.switch("website_access") is Switch.UNKNOWN:
        return "unknown  never set here"
    return f"{customer.switch('website_access').value}  as last set here"


def verb_of(operation: Operation) -> str:
    """Return an operation as the command line calls it."""
    return operation.value.replace("_", "-")


def change_words(entry: Entry) -> str:
    """Say in a few words what an operation changed."""
    if entry.operation.value in {"password", "delete", "create"}:
        return verb_of(entry.operation)
    parts = [f"{c.field} {word(c.before)} -> {word(c.after)}" for c in entry.changes[:3]]
    return clean(", ".join(parts) or verb_of(entry.operation), longest=200)


def word(value: Value) -> str:
    """Return a changed value as a word: on, off, unknown, or the text in quotes."""
    if value is None or isinstance(value, bool):
        return Switch.from_bool(value).value
    return f'"{clean(value_words(value), longest=60)}"'


def outcome_word(outcome: Outcome | None) -> str:
    """Return the fixed word of an outcome; one in flight has none yet."""
    return outcome.word if outcome else "on its way"


def entry_line(entry: Entry, now: datetime, *, with_username: bool = False) -> str:
    """Return one line of activity: when, who, what, outcome, why."""
    username = f"{clean(entry.username, longest=40)}  " if with_username else ""
    reason = f"  until {clock_text(entry.until, now)}" if entry.until else ""
    reason += f'  "{clean(entry.reason, longest=60)}"' if entry.reason else ""
    who = clean(entry.operator.user, longest=20)
    return (
        f"{clock_text(entry.time, now)} {who}  {username}{change_words(entry)}  {outcome_word(entry.outcome)}{reason}"
    )


def wide_lines(customer: Customer, read_at: str, entries: Sequence[Entry], now: datetime, width: int) -> list[str]:
    """Return the lines of the pane beside the list, one a field."""
    name = _country(customer.text("country")) if customer.text("country") else ""
    rows = [
        ("First name", shown(customer.value("first_name"))),
        ("Last name", shown(customer.value("last_name"))),
        ("E-mail", shown(customer.value("email"))),
        ("Address", shown(customer.value("address"))),
        ("City", f"{shown(customer.value('zip'))} {shown(customer.value('city'))}"),
        ("State", shown(customer.value("state"))),
        ("Country", f"{shown(customer.value('country'))}  {name}".rstrip()),
        ("Phone", shown(customer.value("phone"))),
        ("Website", shown(customer.value("website"))),
        ("", ""),
        ("Sending", f"{customer.switch('sending').value}  {read_at}"),
        ("Website access", website_words(customer)),
    ]
    if customer.extra:
        rows.append(("Other", clean(", ".join(f"{k}={v}" for k, v in customer.extra.items()), longest=200)))
    lines = [line for label, value in rows for line in _folded(f"{label:<{LABEL}}", value, width)]
    lines += ["", "Last changes"]
    done = [line for entry in entries for line in _folded("", entry_line(entry, now), width)]
    return lines + (done or ["none by this tool"])


def _folded(label: str, value: str, width: int) -> list[str]:
    """Return a value in as many lines as it needs, each under the first; the label stands before the first."""
    room = max(width - LABEL, 10) if label else max(width, 10)
    parts: list[str] = []
    rest = value
    while True:
        ahead = rest[: room * SIGNS_A_CELL]  # to measure all of a long text for each of its lines takes seconds
        if len(ahead) == len(rest) and cell_len(rest) <= room:
            break
        head = set_cell_size(ahead, room).rstrip("\0")
        at = min(head.rfind(" ") if " " in head[room // 2 :] else len(head), len(ahead))
        parts.append(rest[:at])
        rest = rest[at:].lstrip()
    parts.append(rest)
    return [(label if at == 0 else " " * len(label)) + part for at, part in enumerate(parts)]


def short_lines(customer: Customer, read_at: str, entries: Sequence[Entry], now: datetime, width: int) -> list[str]:
    """Return the seven lines of the pane below the list."""
    half = max(width // 2 - 6, 20)
    right = [f"Sending  {customer.switch('sending').value:<8} {read_at}", f"Website  {website_words(customer)}"]
    place = ", ".join(part for part in (customer.text("state"), customer.text("country")) if part)
    left = [
        f"Name      {clean(customer.joined(RESELLER_V2.name_fields)) or NOT_GIVEN}",
        f"E-mail    {shown(customer.value('email'))}",
    ]
    lines = [cut(one, half) + " " + two for one, two in zip(left, right, strict=True)]
    town = f"{shown(customer.value('zip'))} {shown(customer.value('city'))}"
    lines += [
        f"Address   {shown(customer.value('address'))}",
        f"City      {town}{', ' + clean(place) if place else ''}",
        f"Phone     {shown(customer.value('phone'))}",
        f"Site      {shown(customer.value('website'))}",
        f"Last      {entry_line(entries[0], now) if entries else 'nothing done by this tool'}",
    ]
    return lines


def _country(code: str) -> str:
    from tui_reseller.services.validation import country_name  # noqa: PLC0415 - loads the countries, after first paint

    return clean(country_name(code))
