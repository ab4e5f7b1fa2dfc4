"""Let the detail pane follow the cursor: at once where it is empty or shows the same customer, else when the cursor
rests.
"""

from collections.abc import Mapping, Sequence

from textual.timer import Timer

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.note import Note
from tui_reseller.tui.panes.detail_pane import DetailPane
from tui_reseller.tui.presenters.detail import NO_USAGE, end_note
from tui_reseller.tui.profile_context import ProfileContext

REST_SECONDS = 0.15
"""A cursor that has not moved for this long rests."""
ENTRIES = 8
"""So many of a customer's last changes are shown."""


class DetailFollower:
    """Shows the customer under the cursor in the detail pane, and then what was done to it."""

    def __init__(self, context: ProfileContext, detail: DetailPane) -> None:
        self.context = context
        self.detail = detail
        self._rest: Timer | None = None

    def follow_if_other(self) -> None:
        """Follow if another customer is under the cursor, the list was read again, or our note is another one. The
        customer that is shown is shown at once as it is now: the cursor rests on it already.
        """
        customer, shown = self.context.current, self.detail.customer
        is_same = customer is shown and self.detail.read_at == self.context.read_at
        if is_same and self.detail.ends == self._ends(customer) and self.detail.note is self._note(customer):
            return
        if customer is not None and shown is not None and customer.username == shown.username:
            self._show(customer)
        self.follow_soon()

    def follow_soon(self) -> None:
        """Follow when the cursor rests."""
        if self.detail.customer is None:
            self.follow()
            return
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.detail.set_timer(REST_SECONDS, self.follow)

    def follow(self) -> None:
        """Show the customer under the cursor now."""
        customer = self.context.current
        self._show(customer)
        if customer is not None:
            self.context.host.run_in_background(lambda: self._last_changes(customer), "detail")
            if self.context.provider.details:
                self.context.host.run_in_background(lambda: self._details(customer), "details")
            if self.context.provider.tells_usage and self.detail.has_room and self.context.session.is_connected:
                self.context.host.run_in_background(lambda: self._usage(customer), "usage")

    def _note(self, customer: Customer | None) -> Note | None:
        return self.context.state.notes.of(customer) if customer is not None else None

    def _show(self, customer: Customer | None) -> None:
        note, ends = self._note(customer), self._ends(customer)
        self.detail.show(customer, self.context.read_at, self.context.now(), note, ends, self._usage_lines(customer))

    def _ends(self, customer: Customer | None) -> Mapping[str, str]:
        """Return what is said of the end of a suspension."""
        found = self.context.session.suspended.found
        return end_note(found.get(customer.username) if customer else None, self.context.now())

    async def _details(self, customer: Customer) -> None:
        from tui_reseller.tui.flows.details import read_at_cursor  # noqa: PLC0415 - after the first painting

        await read_at_cursor(self.context, customer)

    def _usage_lines(self, customer: Customer | None, trouble: ResellerError | None = None) -> Sequence[str]:
        """Return what is known of the customer's usage, in as many lines as it always has; none where the service has
        no statistics.
        """
        if customer is None or not self.context.provider.tells_usage:
            return ()
        if not self.context.session.is_connected:
            return NO_USAGE
        from tui_reseller.services.usage import recent  # noqa: PLC0415 - after the first painting
        from tui_reseller.tui.presenters.usage import detail_lines  # noqa: PLC0415

        known, period = self.context.session.usage, recent(self.context.session)
        found = known.usage.get((customer.username, period))
        return detail_lines(found, known.standing.get(customer.username), trouble, self.detail.room)

    async def _usage(self, customer: Customer) -> None:
        from tui_reseller.tui.flows.usage import read_at_cursor  # noqa: PLC0415 - after the first painting

        trouble = await read_at_cursor(self.context, customer)
        if self.detail.is_attached:  # the answer may come while the application ends
            self.detail.show_usage(customer, self._usage_lines(customer, trouble))

    async def _last_changes(self, customer: Customer) -> None:
        from tui_reseller.domain.audit import AuditQuery  # noqa: PLC0415 - after the first painting
        from tui_reseller.domain.errors import LedgerUnavailable  # noqa: PLC0415

        query = AuditQuery(account=self.context.session.account, username=customer.username, limit=ENTRIES)
        try:
            entries = await self.context.services.ledger.entries(query)
        except LedgerUnavailable as error:
            self.context.notify_error(error)
            return
        if self.detail.is_attached:  # the answer may come while the application ends
            self.detail.show_activity(customer, entries)
