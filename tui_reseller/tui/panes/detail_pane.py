"""The detail pane: one customer, whole beside the list, short below it."""

from collections.abc import Sequence
from dataclasses import replace

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from tui_reseller.domain.audit import Entry
from tui_reseller.domain.cells import is_disputed
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.job import Job, JobItem
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.switch import Switch
from tui_reseller.domain.text import clean
from tui_reseller.tui.panes.line_view import LineView
from tui_reseller.tui.presenters.detail import Facts, wide_lines
from tui_reseller.tui.presenters.parts import Part, text_of
from tui_reseller.tui.presenters.rows import cut_middle
from tui_reseller.tui.presenters.short_detail import GAP, right_begins, short_lines, title_words

TALL = 12
"""From so many lines on, there is room for one field a line."""
MORE, MORE_THERE = "PgDn more", "Tab more"
"""What the title says of lines below the last one that is seen; there, where keys go elsewhere."""
WIDEST = 76
"""A line of the zoomed pane is no longer: it is read, not scanned."""


class DetailPane(LineView, can_focus=True):
    """Shows a customer and the last changes."""

    COMPONENT_CLASSES = {
        "detail--value", "detail--label", "detail--soft", "detail--group", "detail--rule", "detail--off",
        "detail--mark", "detail--head", "detail--head-focus",
    }  # fmt: skip

    def __init__(self, provider: Provider, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.provider = provider
        self.facts: Facts | None = None
        self.lines: Sequence[Sequence[Part]] = ()
        self._right = 0  # the cell at which a right half begins, if there is one

    @property
    def customer(self) -> Customer | None:
        """The customer that is shown."""
        return self.facts.customer if self.facts is not None else None

    def show(self, facts: Facts | None) -> None:
        """Show a customer; what was done stays where it is the same one, until show_activity() says what was."""
        before = self.facts
        is_same = facts is not None and before is not None and facts.customer.username == before.customer.username
        if facts is not None and before is not None and is_same:
            facts = replace(facts, entries=before.entries, jobs=before.jobs)
        if not is_same:
            self.scroll_to(y=0, animate=False, immediate=True, force=True)
        self.facts = facts
        self._fill()

    def show_activity(
        self, customer: Customer, entries: Sequence[Entry], jobs: Sequence[tuple[Job, JobItem]] = ()
    ) -> None:
        """Show what was done to the customer, and in which jobs it waits, if it is still the one shown."""
        facts = self.facts
        if facts is None or facts.customer.username != customer.username:
            return
        if (entries, jobs) != (facts.entries, facts.jobs):
            self.facts = replace(facts, entries=entries, jobs=jobs)
            self._fill()

    def show_usage(self, customer: Customer, usage: Sequence[tuple[str, str]]) -> None:
        """Show what the customer sends, if it is still the one shown."""
        facts = self.facts
        if facts is not None and facts.customer.username == customer.username and usage != facts.usage:
            self.facts = replace(facts, usage=usage)
            self._fill()

    @property
    def has_room(self) -> bool:
        """Whether there is room for one field a line."""
        return self.size.height > TALL

    def on_resize(self) -> None:
        """Another width wants another layout."""
        self._strips = {}
        self._fill()

    @property
    def allow_vertical_scroll(self) -> bool:
        """Whether keys scroll it: there is no bar, which would take a cell of every line."""
        return self.max_scroll_y > 0

    def line_at(self, y: int) -> int:
        """Return which line stands in a row: the title stays."""
        return super().line_at(y) if y else 0

    def action_page_down(self) -> None:
        """Go on with the line below the last one."""
        self.scroll_relative(y=self.size.height - 1, animate=False)

    def action_page_up(self) -> None:
        """Go back by as much."""
        self.scroll_relative(y=1 - self.size.height, animate=False)

    def watch_scroll_y(self, old: float, new: float) -> None:
        """The title says whether there is more below."""
        super().watch_scroll_y(old, new)
        if self.facts is not None:
            self._fill()

    def focus_changed(self) -> None:
        """The title says where keys go."""
        self._fill()

    def draw(self, row: int) -> Strip:
        """Draw one line; the first is the title."""
        parts = self.lines[row] if row < len(self.lines) else ()
        own = self.style_of("detail--value")
        kinds = [kind for _, kind in parts]
        segments = [
            Segment(text, self.style_of(f"detail--{kind}") if kind not in {"", GAP} else own) for text, kind in parts
        ]
        if is_disputed(text_of(parts)):
            at = kinds.index(GAP) + 1 if GAP in kinds else len(kinds)
            halves = [(0, segments[:at]), (self._right, segments[at:])]
            self.has_parts(row, halves if segments[at:] else halves[:1])
        return Strip(segments).adjust_cell_length(self.size.width, own)

    def _fill(self) -> None:
        self.lines = self._lines(max(self.size.width, 20), is_wide=self.screen.has_class("-wide"))
        self.set_lines(max(len(self.lines), self.size.height))  # with another number the whole pane is painted
        self.repaint()

    def _lines(self, width: int, *, is_wide: bool) -> Sequence[Sequence[Part]]:
        if self.facts is None:
            return [] if is_wide else [[("-" * width, "rule")]]
        is_tall = self.has_room
        self._right = 0 if is_tall else right_begins(width)
        body = wide_lines(self.facts, min(width - 3, WIDEST)) if is_tall else short_lines(self.facts, width)
        is_cut = is_tall and len(body) + 1 > self.scroll_offset.y + self.size.height
        title = self._title(self.facts, width, is_wide=is_wide, is_tall=is_tall, is_cut=is_cut)
        return [title, *([("  ", ""), *line] if line and is_tall else line for line in body)]

    def _title(self, facts: Facts, width: int, *, is_wide: bool, is_tall: bool, is_cut: bool) -> list[Part]:
        """Return the title: who it is, what is the matter, and whether keys come here."""
        says = "! needs you " if facts.alarms else "not sending " if _is_stopped(facts) else ""
        if is_cut:
            more = f"  {MORE if self.has_focus else MORE_THERE}  "
            fits = facts.alarms or len(facts.customer.username) + len(more + says) + 6 <= width
            says = more + says if fits else more  # that it does not send is in the first group as well
        room, rule = width - len(says), " " if is_wide else "-"
        name = cut_middle(clean(facts.customer.username), min(len(facts.customer.username), room - 6)).rstrip()
        head = title_words(name, room, None if is_tall else facts.note)
        if self.has_focus:
            return [(f">{head}".ljust(width - len(says)), "head-focus"), (says, "head-focus")]
        before = " " if is_wide else "--"
        return [(before, "rule"), (head, "head"), (rule * (room - cell_len(before + head)), "rule"), (says, "off")]


def _is_stopped(facts: Facts) -> bool:
    return any(facts.customer.switch(name) is Switch.OFF for name in facts.provider.switches[:1])
