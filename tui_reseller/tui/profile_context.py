"""All that a flow may touch: ask a dialog, tell the operator, run a use case, show what came of it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.draft import Draft
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.filters import Filter
from tui_reseller.domain.listing import ListContext, ListQuery
from tui_reseller.domain.text import clean
from tui_reseller.services.jobs import JobRun
from tui_reseller.services.listing import Refreshed
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session
from tui_reseller.tui.commit_guard import CommitGuard
from tui_reseller.tui.presenters.header import clock_text
from tui_reseller.tui.view_state import Note, ViewState

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui_reseller.tui.app import ResellerApp
    from tui_reseller.tui.dialogs.form import FormSpec
    from tui_reseller.tui.dialogs.job_page import JobPage

T = TypeVar("T")
LOG_LENGTH = 500
Verb = Callable[["ProfileContext"], Awaitable[None]]


class ProfileContext:
    """One opened profile on the screen. Show() is the only writer of the view state."""

    def __init__(self, app: "ResellerApp", services: Services, session: Session, changed: Callable[[], None]) -> None:
        self.app = app
        self.services = services
        self.session = session
        self.settings = services.profiles.load().settings
        self.state = ViewState()
        self.filter = Filter()
        self.log: deque[tuple[datetime, str]] = deque(maxlen=LOG_LENGTH)
        self.reasons: list[str] = []
        self.filters: list[str] = []
        self.again: Verb | None = None
        self.run: JobRun | None = None
        self.job_page: JobPage | None = None
        self.painted_at = 0.0
        self.drafted: Draft | None = None
        self.unsent: dict[str, str] | None = None
        self.held: Refreshed | None = None
        self.dropped_marks: frozenset[str] = frozenset()
        self.summary: list[str] = []
        self.next_check: datetime | None = None
        self.current: Callable[[], Customer | None] = lambda: None
        self.move_to: Callable[[int], None] = lambda _row: None
        self._changed = changed

    def show(self, **values: Any) -> None:
        """Change what is on the screen. Whether writing is possible is told as it is now, whatever else changes."""
        policy = self.session.policy
        why = policy.why_read_only()
        until = None if why else policy.unlocked_until
        self.state = replace(self.state, read_only=why, writable_until=until, **values)
        self._changed()

    def now(self) -> datetime:
        """Return the present moment."""
        return self.services.clock.now()

    async def ask(self, dialog: "Screen[T]") -> T | None:
        """Show a dialog and wait for its answer; None is leaving."""
        answered: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()

        def take(answer: T | None) -> None:
            if not answered.done():
                answered.set_result(answer)

        self.app.push_screen(dialog, take)
        self.app.opening = False
        return await answered

    async def ask_form(self, spec: "FormSpec") -> dict[str, str] | None:
        """Show a form and wait for its values; a reason that was given sticks."""
        from tui_reseller.tui.dialogs.form import Form  # noqa: PLC0415 - loaded with the first dialog

        recall = {**spec.recall, "reason": self.reasons}
        answer = await self.ask(Form(replace(spec, recall=recall), self.new_guard()))
        if answer and answer.get("reason", "").strip():
            self.reasons = [r for r in self.reasons if r != answer["reason"]] + [answer["reason"]]
        return answer

    def new_guard(self) -> CommitGuard:
        """Return a guard that hears every key from now on."""
        return self.app.new_guard()

    @property
    def reason(self) -> str:
        """The last reason, if it looks like a ticket that sticks."""
        last = self.reasons[-1] if self.reasons else ""
        return last if any(char.isdigit() for char in last) else ""

    def notify(self, text: str, kind: str = "plain") -> None:
        """Put a sentence into the message line and the message log. Never moves the focus."""
        shown = clean(text, longest=1000)
        self.log.append((self.now(), shown))
        self.show(note=Note(shown, kind))

    def notify_error(self, error: ResellerError) -> None:
        """Say what went wrong, and what to do next."""
        self.notify(error.message + (f" - {error.hint}" if error.hint else ""), "bad")

    @property
    def profile_title(self) -> str:
        """Badge and profile, for the title of every dialog."""
        return f"{self.state.badge} {self.session.profile.name}"

    @property
    def read_at(self) -> str:
        """When the list was read, in words."""
        return f"list of {clock_text(self.session.read_at, self.now())}"

    def customers(self, usernames: Sequence[str]) -> list[Customer]:
        """Return the customers of these usernames that the list has."""
        found = self.session.customers.named(usernames)
        return [found[username] for username in usernames if username in found]

    async def requery(self, filter_: Filter | None = None, **values: Any) -> None:
        """Filter and sort again, and show the counts; what else changes with the rows is given here.

        Rows first, then the state: so the cursor is looked for in the rows that are shown, and stays on its username.
        Asked again meanwhile, only the newer answer is shown. Raises InvalidFilter for a regex that cannot be used.
        """
        self.state = state = replace(self.state, **values)
        customers, wanted = self.session.customers, self.filter if filter_ is None else filter_
        context = ListContext(state.marked, state.needs_you)
        if not await customers.query(ListQuery(wanted, state.sort, state.descending, context)):
            return
        self.filter = wanted
        self.show(
            total=customers.total,
            shown=customers.total if customers.is_head else len(customers),
            read_at=self.session.read_at,
            is_partial=self.session.is_partial,
        )
        await self.count_hidden()

    async def go_to(self, username: str) -> None:
        """Put the cursor on a customer; a filter that hides it is dropped."""
        if self.session.customers.row_of(username) is None:
            await self.requery(Filter(), filter_text="", filter_note="", filter_valid=True)
        row = self.session.customers.row_of(username)
        if row is None:
            self.notify(f'"{username}" is not in the list.', "warning")
        else:
            self.move_to(row)

    async def count_hidden(self) -> None:
        """Count the marked customers that the filter does not show."""
        marked = self.state.marked
        hidden = await self.session.customers.hidden(marked) if self.filter else 0
        if marked is self.state.marked and hidden != self.state.hidden:
            self.show(hidden=hidden)

    def mark(self, marked: frozenset[str]) -> None:
        """Set the marks."""
        self.show(marked=marked, hidden=self.state.hidden if marked else 0)
        self.app.run_in_background(self.count_hidden, "hidden")

    async def count_open(self) -> None:
        """Read how many outcomes need the operator."""
        try:
            entries = await self.services.ledger.needs_you(self.session.account)
        except ResellerError as error:
            self.notify_error(error)
            return
        complaint = self.services.ledger.complaint()
        if complaint:
            self.notify(" - ".join(complaint.splitlines()), "warning")
        self.show(needs_you=frozenset(entry.username for entry in entries), needs_you_count=len(entries))
