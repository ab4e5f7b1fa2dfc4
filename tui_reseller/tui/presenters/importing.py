"""A file that is looked at before it becomes a plan, as lines of a page. Pure."""

from collections.abc import Sequence

from tui_reseller.domain.provider import Provider
from tui_reseller.domain.text import clean
from tui_reseller.services.files.findings import rows_with
from tui_reseller.services.files.heads import Column
from tui_reseller.services.importing import Import, Looked
from tui_reseller.tui.presenters.header import count_text
from tui_reseller.tui.presenters.rows import cut

SHOWN = 200
"""So many findings are lines of the page; of the rest the number is given."""
HINT = "Enter changes or opens   p plan   / filters   Esc back"


Line = tuple[str, str]
"""The key of a line, and its words."""


def title(one: Import, looked: Looked) -> str:
    """Return the heading of the page: the file, and what would become of it."""
    name = clean(one.name, longest=30)
    if looked.drafted is None:
        return f"Import {name}"
    plan = looked.drafted.plan
    return (
        f"Import {name}: {count_text(len(plan.items))} to do, {count_text(plan.already)} so already, "
        f"{count_text(rows_with(looked.findings))} refused"
    )


def no_plan_hint(looked: Looked) -> str:
    """Return what is said where a plan was asked for and there is none yet."""
    unknown = [clean(column.head, longest=30) for column in _unknown(looked)]
    why = f"no plan yet: which field is {', '.join(unknown)}?" if unknown else "no plan yet: see !"
    return f"{cut(why, 50).rstrip()}   Enter changes   Esc back"


def lines(provider: Provider, one: Import, looked: Looked, *, skips: bool) -> list[Line]:
    """Return the lines of the page: what it is, what may be said of it, what is wrong, its columns."""
    unknown = _unknown(looked)
    known = [column for column in looked.columns if column not in unknown]
    found = [("encoding", _pair("File", looked.kind or "not recognised"))]
    if looked.problem and not unknown:
        found.append(("", f"! {looked.problem}"))
    found += [_column(column) for column in unknown]
    found += _said(provider, one, looked, skips=skips)
    found += _findings(looked)
    notes = [*looked.read.notes, *looked.drafted.notes] if looked.read and looked.drafted else []
    found += [("", f"note: {note}") for note in notes]
    return found + [_column(column) for column in known]


def start(looked: Looked, last: str) -> str:
    """Return the key of the line to begin on: a column that is not known, else where Enter was pressed last."""
    unknown = _unknown(looked)
    return f"column:{unknown[0].head}" if unknown else last


def row_lines(cells: Sequence[tuple[str, str]]) -> list[Line]:
    """Return the cells of one row as lines."""
    return [("", _pair(head, cell)) for head, cell in cells]


def _unknown(looked: Looked) -> list[Column]:
    return [column for column in looked.columns if not column.field and not column.is_ignored]


def _said(provider: Provider, one: Import, looked: Looked, *, skips: bool) -> list[Line]:
    action = "a column names it" if looked.names_actions else "not chosen: Enter chooses"
    if one.action is not None:
        action = provider.action(one.action).title.lower()
    checking = one.checking
    return [
        ("action", _pair("Action", action)),
        ("blank", _pair("Empty cells", "empty the field" if one.options.clears else "leave the field as it is")),
        ("doubtful", _pair("Doubtful cells", "taken as they are" if checking.accept_doubtful else "are refused")),
        ("odd", _pair("Odd new names", "taken as they are" if checking.allow_odd_names else "are refused")),
        ("skip", _pair("Refused rows", "are left out" if skips else "stop the plan")),
    ]


def _findings(looked: Looked) -> list[Line]:
    found = [(f"line:{one.line}", f"! {one.words}") for one in looked.findings[:SHOWN]]
    more = len(looked.findings) - SHOWN
    return [*found, ("", f"! ... and {count_text(more)} more")] if more > 0 else found


def _column(column: Column) -> Line:
    meaning = column.field or ("left aside" if column.is_ignored else "? not known: Enter maps it")
    return (f"column:{column.head}", _pair("Column", f"{clean(column.head, longest=30):<24} {meaning}"))


def _pair(name: str, words: str) -> str:
    return f"{clean(name, longest=24):<15} {words}"
