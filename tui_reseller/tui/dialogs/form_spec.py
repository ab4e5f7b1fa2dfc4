"""What a form says and asks: values only, so that what dialogs say can be put together without a screen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tui_reseller.domain.fields import Finding
from tui_reseller.domain.text import clean
from tui_reseller.tui.presenters.parts import Part

Check = Callable[[str], Sequence[Finding]]
"""Returns what is wrong with a value that was typed, or worth a warning."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One row. Kind is text, lines (several of them), path, secret, typed (must equal *must_be*) or choice; limit is
    shown as a count.

    Value is what is there now; start is what the field shows at first, if it is something else (a draft). Lines stand
    above it. A choice without a value has nothing chosen, and must be. Same_as names the field whose value it repeats.
    Is_replaced: what is typed takes the place of the value, unless the cursor is moved first. Is_prose: it may be
    written in the operator's editor.
    """

    name: str
    label: str
    value: str = ""
    kind: str = "text"
    start: str | None = None
    limit: int = 0
    required: bool = False
    must_be: str = ""
    same_as: str = ""
    is_replaced: bool = False
    options: tuple[tuple[str, str], ...] = ()
    check: Check | None = None
    hint: str = ""
    only_if: tuple[str, str] | None = None
    lines: tuple[str, ...] = ()
    is_prose: bool = False

    @property
    def begins(self) -> str:
        """What the field has at first."""
        return self.value if self.start is None else self.start

    def shown(self, value: str) -> str:
        """Return a value as the field shows it: clean, and of a secret nothing."""
        if self.kind == "lines":
            return "\n".join(map(clean, value.split("\n")))
        return "" if self.kind == "secret" else clean(value)


def classes_of(line: str) -> str:
    """Return the classes of a line of a form (styles/dialogs.tcss): what will be is brighter than what is."""
    return "form-line -change" if "-> " in line else "form-line"


@dataclass(frozen=True, slots=True)
class FormSpec:
    """What a form says. Grade is how grave it is (interaction 4); who names the customer it is about; change says what
    was and what will be, in parts: each new value is of the kind `new`, or `off`. Recall holds earlier values by field
    name; asks_leave asks before typed text is lost. First names the field that has the focus at first, if that is not
    the first empty one.
    """

    title: str
    profile: str
    lines: Sequence[str] = ()
    fields: Sequence[FormField] = ()
    commit: str = "OK"
    cancel: str = "Cancel"
    recall: Mapping[str, Sequence[str]] = field(default_factory=dict)
    asks_leave: bool = False
    marks_changes: bool = False
    problem: str = ""
    first: str = ""
    grade: int = 1
    who: str = ""
    change: Sequence[Part] = ()
