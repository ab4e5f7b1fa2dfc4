"""One opened profile as flows see it: its session, what the screen shows of it, and what they say to the operator."""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import LedgerUnavailable, ResellerError
from tui_reseller.domain.filters import Filter, those_read
from tui_reseller.domain.listing import ListContext, ListQuery
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.text import clean, quoted
from tui_reseller.services.approvals import why_single
from tui_reseller.services.jobs import JobRun
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session
from tui_reseller.services.view_counts import count_views
from tui_reseller.tui.dialogs.asking import Dialogs
from tui_reseller.tui.host import Host, MainView
from tui_reseller.tui.presenters.header import clock_text
from tui_reseller.tui.view_state import Hint, Note, ViewState

M = TypeVar("M")
LOG_LENGTH = 500
COUNTS_AFTER = 0.3
"""Seconds without a change after which views are counted: a job changes the list many times in a second."""


class ProfileContext:
    """One opened profile on the screen. Show() is the only writer of the view state.

    Run is the job that this process applies for the profile, None while there is none. Editing is whose editor is open,
    empty if none is. Is_open is false once another
    profile is shown in its place.
    """

    def __init__(
        self, host: Host, view: MainView, services: Services, session: Session, changed: Callable[[], None]
    ) -> None:
        self.host = host
        self.view = view
        self.services = services
        self.session = session
        self.dialogs = Dialogs(host)
        self.dialogs.why_proposed = lambda: why_single(session.policy)
        self.state = ViewState()
        self.filter = Filter()
        self.log: deque[tuple[datetime, str]] = deque(maxlen=LOG_LENGTH)
        self.run: JobRun | None = None
        self.editing = ""
        self.is_open = True
        self._counted = -1  # the version of the list of which views were counted
        self._memories: dict[type, object] = {}
        self._changed = changed
        session.waiting.tell = self._waits

    def _waits(self, words: str) -> None:
        """Show that something waits for the service, or, without words, that it goes on."""
        self.show(waiting=words)

    def memory(self, kind: type[M]) -> M:
        """Return what a flow remembers between its conversations: one object of a class, made at first use.

        The class is private to the flow's module: nothing else reads or writes it.
        """
        found = self._memories.setdefault(kind, kind())
        assert isinstance(found, kind)  # noqa: S101 - it is kept under its own class
        return found

    @property
    def provider(self) -> Provider:
        """The table of the profile's service."""
        return self.session.provider

    def now(self) -> datetime:
        """Return the present moment."""
        return self.services.clock.now()

    @property
    def profile_title(self) -> str:
        """Badge and profile, for the title of every dialog."""
        return f"{self.state.badge} {self.session.profile.name}"

    @property
    def read_at(self) -> str:
        """When the list was read, in words."""
        return f"list of {clock_text(self.session.held.read_at, self.now())}"

    # What the screen shows

    def show(self, **values: Any) -> None:
        """Change what is on the screen. Whether writing is possible, and our own notes, are shown as they are now,
        whatever else changes.
        """
        policy = self.session.policy
        why = policy.why_read_only()
        self.state = replace(
            self.state,
            read_only=why,
            can_unlock=why is not None and policy.why_never_writable() is None,
            writable_until=None if why else policy.unlocked_until,
            notes=self.session.notes.present,
            **values,
        )
        self._changed()

    def notify(self, text: str, kind: str = "plain") -> None:
        """Put a sentence into the message line and the message log. Never moves the focus."""
        self.show_note(Note(text, kind))

    def show_note(self, note: Note) -> None:
        """Put a note into the message line and the message log. Never moves the focus."""
        hints = tuple(Hint(hint.key, clean(hint.words)) for hint in note.hints)
        shown = replace(note, text=clean(note.text, longest=1000), hints=hints)
        before = self.state.note
        if self.log and shown.text and (before.chip, before.text) == (shown.chip, shown.text):
            self.log.pop()  # the same with other keys, as once it is known what can be done next
        self.log.append((self.now(), shown.line))
        self.show(note=shown)

    def notify_error(self, error: ResellerError) -> None:
        """Say what went wrong, and what to do next."""
        self.notify(error.message + (f" - {error.hint}" if error.hint else ""), "bad")

    async def count_open(self) -> None:
        """Read what needs the operator: open outcomes, and suspensions that are over."""
        suspended, now = self.session.suspended, self.now()
        try:
            entries = await self.services.ledger.needs_you(self.session.account)
            await suspended.follow(now)
        except ResellerError as error:
            self.notify_error(error)
            return
        complaint = self.services.ledger.complaint()
        if complaint:
            self.notify(" - ".join(complaint.splitlines()), "warning")
        due, before = frozenset(one.username for one in suspended.due(now)), self.state.marks
        self.show(
            needs_you=frozenset(entry.username for entry in entries) | due,
            needs_you_count=len(entries) + len(due),
            due=due,
            suspended=frozenset(suspended.found),
        )
        if self.state.marks != before and self.filter.asks("needs-you", "suspended"):
            await self.requery()

    # The list

    @property
    def current(self) -> Customer | None:
        """The customer under the cursor."""
        return self.view.list.customer

    def customers(self, usernames: Sequence[str]) -> list[Customer]:
        """Return the customers of these usernames that the list has."""
        found = self.session.customers.named(usernames)
        return [found[username] for username in usernames if username in found]

    @property
    def marks(self) -> ListContext:
        """What filters ask beside the list."""
        known = self.session.usage
        return replace(self.state.marks, notes=self.session.notes.present, bouncing=known.bouncing, silent=known.silent)

    async def learn_notes(self) -> None:
        """Read our own labels and notes, and show them. A ledger that cannot be read has been reported: then there are
        none.
        """
        with suppress(LedgerUnavailable):
            await self.session.notes.learn()
        await self.requery()

    async def requery(self, filter_: Filter | None = None, **values: Any) -> None:
        """Filter and sort again, and show the counts; what else changes with the rows is given here.

        Rows first, then the state: so the cursor is looked for in the rows that are shown, and stays on its username.
        Asked again meanwhile, only the newer answer is shown. Raises InvalidFilter for a regex that cannot be used.
        """
        self.state = state = replace(self.state, **values)
        customers, wanted = self.session.customers, self.filter if filter_ is None else filter_
        if not await customers.query(ListQuery(wanted, state.sort, state.descending, self.marks)):
            return
        self.filter = wanted
        asked = self.provider.groups_of(wanted.fields)
        detailed = await customers.count(ListQuery(those_read(asked[-1]))) if asked else None
        self.show(
            detailed=detailed,
            total=customers.total,
            shown=customers.total if customers.is_head else len(customers),
            read_at=self.session.held.read_at,
            is_partial=self.session.held.is_partial,
        )
        if not customers.is_head and customers.version != self._counted:
            self.host.run_in_background(self._count_views, "views")
        await self._count_hidden()

    async def _count_views(self) -> None:
        """Count what views hold, once for each list, when it has not changed for a while."""
        customers = self.session.customers
        await self.session.clock.sleep(COUNTS_AFTER)
        version = customers.version
        found = await count_views(customers, self.provider, self.marks)
        if version == customers.version:
            self._counted = version
            self.show(views=found.views, untold=found.untold)

    async def go_to(self, username: str) -> None:
        """Put the cursor on a customer; a filter that hides it is dropped."""
        if self.session.customers.row_of(username) is None:
            await self.requery(Filter(), filter_text="", filter_note="", filter_valid=True)
        row = self.session.customers.row_of(username)
        if row is None:
            self.notify(f"{quoted(username)} is not in the list.", "warning")
        else:
            self.view.list.move(row)

    def mark(self, marked: frozenset[str]) -> None:
        """Set the marks."""
        self.show(marked=marked, hidden=self.state.hidden if marked else 0)
        self.host.run_in_background(self._count_hidden, "hidden")

    async def _count_hidden(self) -> None:
        """Count the marked customers that the filter does not show."""
        marked = self.state.marked
        hidden = await self.session.customers.hidden(marked) if self.filter else 0
        if marked is self.state.marked and hidden != self.state.hidden:
            self.show(hidden=hidden)
