"""What is wrong with the values of a form: every finding, and one sentence for all of them. Pure."""

from collections.abc import Sequence

from tui_reseller.domain.fields import Finding
from tui_reseller.domain.text import quoted
from tui_reseller.tui.dialogs.form_spec import FormField

REQUIRED = "required"
DIFFER = "the two passwords differ; nothing was sent"
TOO_QUICK = "That came faster than fingers type (paste, or a slow line): type it again; nothing was sent"


def findings(row: FormField, value: str) -> list[Finding]:
    """Return what the check of a row says of a value, and first that it is missing."""
    found = list(row.check(value)) if row.check and (value or row.required) else []
    if row.required and not value.strip():
        found.insert(0, Finding(row.name, f"{row.label} is {REQUIRED}"))
    return found


def why_refused(row: FormField, value: str) -> str | None:
    """Return why a form cannot be done with a value in a row, or None."""
    if row.kind == "choice" and value not in dict(row.options):
        return f"{row.label}: choose {' or '.join(words for _, words in row.options)}"
    if row.kind == "typed" and value != row.must_be:
        return f"type exactly {quoted(row.must_be)}; nothing was sent"
    return next((finding.message for finding in findings(row, value) if not finding.warning), None)


def in_one(refused: Sequence[tuple[FormField, str]]) -> str:
    """Return one text for all that is refused: what is missing by name, then the rest."""
    missing = [row.label for row, why in refused if why == f"{row.label} is {REQUIRED}"]
    if len(missing) < 2:
        return "; ".join(why for _, why in refused)
    others = [why for row, why in refused if row.label not in missing]
    return "; ".join([f"{REQUIRED}: {', '.join(missing)}", *others])


def hint(row: FormField) -> str:
    """Return what stands beside an empty field."""
    editor = "ctrl+o editor" if row.is_prose else ""
    return ", ".join(filter(None, (REQUIRED if row.required and REQUIRED not in row.hint else "", row.hint, editor)))
