"""Let the detail pane follow the cursor: at once where it is empty or shows the same customer, else when the cursor
rests.
"""

from collections.abc import Sequence
from dataclasses import replace

from textual.timer import Timer

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import ResellerError
from tui_reseller.tui.panes.detail_pane import DetailPane
from tui_reseller.tui.presenters.detail import NO_USAGE, Facts, end_note
from tui_reseller.tui.profile_context import ProfileContext

REST_SECONDS = 0.15
"""A cursor that has not moved for this long rests."""
ENTRIES = 8
"""So many of a customer's last changes are shown."""
UNKNOWN = "an outcome is open: ! says what is safe"


def _is_same(one: Facts, other: Facts) -> bool:
    """Whether both say the same, whenever they were put together and whatever was done."""
    return one.customer is other.customer and one == replace(other, now=one.now, entries=one.entries, jobs=one.jobs)


class DetailFollower:
    """Shows the customer under the cursor in the detail pane, and then what was done to it."""

    def __init__(self, context: ProfileContext, detail: DetailPane) -> None:
        self.context = context
        self.detail = detail
        self._rest: Timer | None = None

    def follow_if_other(self) -> None:
        """Follow if another customer is under the cursor, or something else is known of it. The customer that is shown
        is shown at once as it is now: the cursor rests on it already.
        """
        facts, shown = self._facts(self.context.current), self.detail.facts
        if facts == shown if facts is None or shown is None else _is_same(facts, shown):
            return
        if facts is not None and shown is not None and facts.customer.username == shown.customer.username:
            self.detail.show(facts)
        self.follow_soon()

    def follow_soon(self) -> None:
        """Follow when the cursor rests."""
        if self._is_hidden:
            return
        if self.detail.customer is None:
            self.follow()
            return
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.detail.set_timer(REST_SECONDS, self.follow)

    def follow(self) -> None:
        """Show the customer under the cursor now."""
        if self._is_hidden:
            return
        customer = self.context.current
        self.detail.show(self._facts(customer))
        if customer is not None:
            self.context.host.run_in_background(lambda: self._last_changes(customer), "detail")
            if self.context.provider.details:
                self.context.host.run_in_background(lambda: self._details(customer), "details")
            if self.context.provider.tells_usage and self.context.session.is_connected:
                self.context.host.run_in_background(lambda: self._usage(customer), "usage")

    @property
    def _is_hidden(self) -> bool:
        """Whether the detail is a page of its own that is not shown."""
        return self.context.host.plain and not self.context.state.zoomed

    def _facts(self, customer: Customer | None) -> Facts | None:
        """Return what is known of a customer but for what was done."""
        if customer is None:
            return None
        context, state = self.context, self.context.state
        suspension = context.session.suspended.found.get(customer.username)
        open_here = customer.username in state.needs_you - state.due
        return Facts(
            context.provider,
            customer,
            context.read_at,
            context.now(),
            note=state.notes.of(customer),
            ends=end_note(suspension, context.now()),
            alarms=(UNKNOWN,) if open_here else (),
            usage=self._usage_rows(customer),
        )

    async def _details(self, customer: Customer) -> None:
        from tui_reseller.tui.flows.details import read_at_cursor  # noqa: PLC0415 - after the first painting

        await read_at_cursor(self.context, customer)

    def _usage_rows(self, customer: Customer, trouble: ResellerError | None = None) -> Sequence[tuple[str, str]]:
        """Return what is known of the customer's usage, in as many rows as it always has; none where the service has
        no statistics.
        """
        if not self.context.provider.tells_usage:
            return ()
        if not self.context.session.is_connected:
            return NO_USAGE
        from tui_reseller.services.usage import recent  # noqa: PLC0415 - after the first painting
        from tui_reseller.tui.presenters.usage import detail_rows  # noqa: PLC0415

        known, period = self.context.session.usage, recent(self.context.session)
        found = known.usage.get((customer.username, period))
        return detail_rows(found, known.standing.get(customer.username), trouble)

    async def _usage(self, customer: Customer) -> None:
        from tui_reseller.tui.flows.usage import read_at_cursor  # noqa: PLC0415 - after the first painting

        trouble = await read_at_cursor(self.context, customer, with_standing=self.detail.has_room)
        if self.detail.is_attached:  # the answer may come while the application ends
            self.detail.show_usage(customer, self._usage_rows(customer, trouble))

    async def _last_changes(self, customer: Customer) -> None:
        from tui_reseller.domain.audit import AuditQuery  # noqa: PLC0415 - after the first painting
        from tui_reseller.domain.errors import LedgerUnavailable  # noqa: PLC0415

        query = AuditQuery(account=self.context.session.account, username=customer.username, limit=ENTRIES)
        try:
            entries = await self.context.services.ledger.entries(query)
            jobs = await self.context.services.jobs.waiting_of(self.context.session.account, customer.username)
        except LedgerUnavailable as error:
            self.context.notify_error(error)
            return
        if self.detail.is_attached:  # the answer may come while the application ends
            self.detail.show_activity(customer, entries, jobs)
