"""The main screen: turns keys into flows, and shows what the profile context holds in its panes."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from tui_reseller.domain.customer import Customer
from tui_reseller.services import listing
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session
from tui_reseller.tui.commands import footer, why_not
from tui_reseller.tui.flows import flow_of, menu_of
from tui_reseller.tui.panes.detail_pane import DetailPane
from tui_reseller.tui.panes.lines import FilterLine, FooterLine, HeaderLine, Line, MessageLine, TitleLine
from tui_reseller.tui.panes.list_pane import ListPane
from tui_reseller.tui.presenters.rows import NARROW, SIDE_BY_SIDE, SMALLEST
from tui_reseller.tui.profile_context import ProfileContext
from tui_reseller.tui.screens.filtering import Filtering
from tui_reseller.tui.screens.marking import Marking
from tui_reseller.tui.widgets.inputs import Field

if TYPE_CHECKING:
    from tui_reseller.tui.app import ResellerApp

REST_SECONDS = 0.15
SLOW_SHOW_SECONDS = 0.2
"""On a slow line the screen is painted at most so often."""
OWN_ACTIONS = frozenset({"list.filter", "filter.widen", "view.open", "list.back", "detail.zoom"})


class MainScreen(Screen[None]):
    """List, detail, and the lines around them."""

    BINDINGS = [
        # With priority, so that a command typed right behind them is one also on a slow line.
        Binding("enter", "filter_keep", show=False, priority=True),
        Binding("escape", "filter_leave", show=False, priority=True),
    ]

    def __init__(self, app: "ResellerApp", services: Services, session: Session, badge: str) -> None:
        super().__init__()
        self.reseller_app = app
        self.commands = {command.id: command for command in app.commands}
        self.context = ProfileContext(app, services, session, self._changed)
        self.marking = Marking(self.context)
        self.filtering = Filtering(self.context)
        self.badge = badge
        self.parts: tuple[Widget, ...] = ()
        self._rest: Timer | None = None
        self._waiting: Timer | None = None
        self._settled = asyncio.Event()
        self._settled.set()
        for command in app.commands:
            for key in command.keys:
                self._bindings.key_to_bindings.setdefault(key, []).append(
                    Binding(key, f"command('{command.id}', '{key}')", command.words, show=False, priority=True)
                )

    def compose(self) -> ComposeResult:
        """Header, filter, titles, list and detail, message, footer."""
        yield HeaderLine(id="header")
        with Container(id="filter-row"):
            yield Field(id="filter", compact=True, select_on_focus=False, placeholder="/ filters")
            yield FilterLine(id="counts")
        with Container(id="panes"):
            with Container(id="list-side"):
                yield TitleLine(id="titles")
                yield ListPane(self.context.session.customers, id="list")
            with Container(id="detail-side"):  # which has the rule line, so that a line painted again is without it
                yield DetailPane(id="detail")
        yield MessageLine(id="message")
        yield FooterLine(id="footer")
        yield MessageLine("terminal too small: 60 columns and 15 lines are needed", id="too-small")

    async def on_mount(self) -> None:
        """Show what is known at once; the rest comes behind it."""
        session = self.context.session
        self.list = self.query_one("#list", ListPane)
        self.list.plain = self.reseller_app.plain
        self.detail = self.query_one("#detail", DetailPane)
        self.parts = (self.list, self.detail, *self.query(Line))
        self.context.current = lambda: self.list.customer
        self.context.move_to = self.list.move
        layout = self.context.services.views.layout(session.profile.name)
        info = listing.first_rows(session)
        self.context.show(
            badge=self.badge,
            profile=session.profile.name,
            host=session.profile.host,
            colour=session.profile.colour,
            progress="" if info else "reading ...",
        )
        await self.context.requery(sort=layout.sort, descending=layout.descending, columns=layout.columns)
        self.set_focus(self.list)
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        """After the first painting: the whole snapshot, then a fresh list."""
        self.reseller_app.run_in_background(self._load, "refresh")
        self._follow()

    async def _load(self) -> None:
        from tui_reseller.tui.flows.listing import load_and_refresh, say_unseen  # noqa: PLC0415 - after the first painting

        await load_and_refresh(self.context)
        await self.reseller_app.offer_draft(self.context)
        await say_unseen(self.context)

    # What is shown

    def _changed(self) -> None:
        """Something new is to be shown. On a slow line several are shown as one."""
        if self.reseller_app.slow:
            if self._waiting is None:
                self._waiting = self.set_timer(SLOW_SHOW_SECONDS, self._show)
        else:
            self._show()

    def _is_whole(self) -> bool:
        """Whether all can be painted: an answer may come while the application ends, which takes the screen apart."""
        return self.is_mounted and all(part.is_attached for part in self.parts)

    def _show(self) -> None:
        """Panes that show something else are painted again."""
        self._waiting = None
        if not self._is_whole():
            return
        self.list.pace = SLOW_SHOW_SECONDS if self.reseller_app.slow else 0.0
        state, now = self.context.state, self.context.now()
        pane = self.list
        drawn = (pane.marked, pane.needs_you, pane.words, pane.columns)
        pane.marked, pane.needs_you, pane.words = state.marked, state.needs_you, self.context.filter.words
        pane.columns = state.columns
        if drawn != (pane.marked, pane.needs_you, pane.words, pane.columns) or pane.version != self._version():
            was_head = bool(pane.version) and pane.version[-2]
            is_other_filter = bool(pane.version) and pane.version[-1] != state.filter_text
            pane.version = self._version()
            seen = pane.customer  # as it was painted; not whose row it is, where the filter hides that one
            row = self.context.session.customers.row_of(pane.username) if pane.username is not None else None
            if row is None and not is_other_filter and seen is not None:
                row = self.context.session.customers.row_of(seen.username)
            # Behind the head the whole list may be in another order: who has not moved yet is at its beginning.
            is_loaded = was_head and not self.context.session.customers.is_head and not pane.was_moved
            pane.show(0 if (row is None and is_other_filter) or is_loaded else row)
        if pane.customer is not self.detail.customer or self.detail.read_at != self.context.read_at:
            self._follow_soon()
        field = self.query_one("#filter", Input)
        if not field.has_focus and field.value != state.filter_text and self._settled.is_set():
            field.value = state.filter_text
        self.query_one("#header", HeaderLine).show(state, now)
        self.query_one("#counts", FilterLine).show(state)
        self.query_one("#titles", TitleLine).show(state)
        self.query_one("#message", MessageLine).show(state.note)
        self.query_one("#footer", FooterLine).show(
            footer(self.commands.values(), state), narrow=self.size.width < NARROW
        )

    def _version(self) -> tuple[object, ...]:
        """Whatever changes rows without changing their number."""
        state = self.context.state
        customers = self.context.session.customers
        return (customers.version, len(customers), state.sort, state.descending, customers.is_head, state.filter_text)

    def on_list_pane_moved(self) -> None:
        """The cursor is elsewhere; the detail follows when it rests."""
        self._follow_soon()

    def _follow_soon(self) -> None:
        if self.detail.customer is None:
            self._follow()
            return
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(REST_SECONDS, self._follow)

    def _follow(self) -> None:
        customer = self.list.customer
        self.detail.show(customer, self.context.read_at, self.context.now())
        if customer is not None:
            self.reseller_app.run_in_background(lambda: self._last_changes(customer), "detail")

    async def _last_changes(self, customer: Customer) -> None:
        from tui_reseller.domain.audit import AuditQuery  # noqa: PLC0415 - after the first painting
        from tui_reseller.domain.errors import LedgerUnavailable  # noqa: PLC0415

        query = AuditQuery(account=self.context.session.account, username=customer.username, limit=8)
        try:
            entries = await self.context.services.ledger.entries(query)
        except LedgerUnavailable as error:
            self.context.notify_error(error)
            return
        if self.detail.is_attached:  # the answer may come while the application ends
            self.detail.show_activity(customer, entries)

    def on_resize(self, event: events.Resize) -> None:
        """Panes beside each other from 100 columns on, stacked below; too small is said."""
        width, height = event.size
        self.set_class(width >= SIDE_BY_SIDE and not self.reseller_app.plain, "-wide")
        self.set_class(width < SMALLEST[0] or height < SMALLEST[1], "-too-small")
        self.query_one("#list", ListPane).narrow = width < NARROW
        self.call_after_refresh(self._changed)
        self.call_after_refresh(self._keep_focus)

    def _keep_focus(self) -> None:
        """What is hidden loses the focus; it must not go to the filter, where commands would be text."""
        if self.focused is None and not self.has_class("-too-small"):
            self.set_focus(self.detail if self.context.state.zoomed else self.list)

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a field has the focus or something is opening, keys are not commands."""
        if action in {"filter_keep", "filter_leave"}:
            return self.app.screen is self and isinstance(self.focused, Input)
        if action != "command":
            return True
        if self.app.screen is not self or self.reseller_app.opening:
            return False
        command_id = str(parameters[0])
        if isinstance(self.focused, Input):
            return command_id == "screen.repaint"
        return True

    async def action_command(self, command_id: str, key: str) -> None:
        """Do a command, or say why not."""
        # What was typed before Enter is not worked off yet: the row would be another one.
        await self._settled.wait()
        command = self.commands[command_id]
        why = why_not(command, self.context.state, has_customer=self.list.customer is not None)
        if why:
            self.context.notify(f"{command.words}: {why}.")
        elif command_id.startswith("mark."):
            self.marking.do(command_id, self.list)
        elif command_id in OWN_ACTIONS:
            await getattr(self, "_" + command_id.replace(".", "_").replace("-", "_"))(key)
        elif (found := menu_of(command_id)) is not None:
            self.app.push_screen(found.menu(self.context), partial(self._chosen, command_id, found.chosen))
        elif (flow := flow_of(command_id)) is not None:
            self.reseller_app.run_flow(lambda: flow(self.context), command_id)
        else:
            self.reseller_app.do(command_id, key, self.context)

    def _chosen(
        self, command_id: str, then: Callable[[ProfileContext, str], Awaitable[None]] | None, value: str | None
    ) -> None:
        if value is None:
            return
        if then is None:
            self.call_later(self.action_command, value, "")
        else:
            self.reseller_app.run_flow(lambda: then(self.context, value), command_id)

    async def _list_filter(self, _key: str) -> None:
        self.filtering.begin()
        field = self.query_one("#filter", Input)
        field.cursor_position = len(field.value)
        self.set_focus(field)

    async def _view_open(self, key: str) -> None:
        from tui_reseller.tui.flows.views import open_view  # noqa: PLC0415 - loaded with the first use

        await open_view(self.context, key)

    async def _filter_widen(self, _key: str) -> None:
        await self.filtering.widen()

    async def _list_back(self, _key: str) -> None:
        state = self.context.state
        if state.ranging:
            self.marking.drop_range(self.list)
        elif state.zoomed:
            await self._detail_zoom("")
        elif self.reseller_app.cancel("refresh"):
            self.context.notify("Reading was cancelled; the old list stays.")
        elif self.reseller_app.cancel("export"):
            self.context.notify("The export was cancelled; no file was written.")
        elif state.filter_text:
            await self._view_open("0")

    async def _detail_zoom(self, _key: str) -> None:
        self.context.show(zoomed=not self.context.state.zoomed)
        self.set_class(self.context.state.zoomed, "-zoomed")
        self.set_focus(self.detail if self.context.state.zoomed else self.list)
        self.call_after_refresh(self._follow)

    # The filter

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter on every key; a newer key makes an older answer void."""
        if event.input.has_focus:
            self.reseller_app.run_in_background(lambda: self._filter_by(event.value), "filter")

    async def _filter_by(self, text: str) -> None:
        await self.filtering.set(text, final=False)

    def action_filter_keep(self) -> None:
        """Enter keeps the filter, once the field has all that was typed before; one that cannot be kept stays open."""
        self._settle(self._keep)

    def _settle(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do something with the field once it has worked off its keys; commands wait until then."""
        self._settled.clear()
        self.set_focus(self.list)

        async def settled() -> None:
            try:
                await work()
            finally:
                self._settled.set()

        self.query_one("#filter", Input).call_later(settled)

    async def _keep(self) -> None:
        field = self.query_one("#filter", Input)
        if await self.filtering.set(field.value, final=True):
            self.filtering.keep()
        else:
            self.set_focus(field)

    def action_filter_leave(self) -> None:
        """Esc puts the former filter back."""
        self._settle(self._put_back)

    async def _put_back(self) -> None:
        self.query_one("#filter", Input).value = await self.filtering.put_back()

    async def on_field_recall(self, event: Field.Recall) -> None:
        """Up brings earlier filters; down keeps this one and goes to the list."""
        if event.step > 0 and not self.filtering.recalling:
            if await self.filtering.set(event.field.value, final=True):
                self.filtering.keep()
                self.set_focus(self.list)
            return
        event.field.value = self.filtering.recall(event.step, event.field.value)

    def on_key(self, event: events.Key) -> None:
        """Tab moves between list and detail."""
        if event.key == "tab" and not isinstance(self.focused, Input):
            event.stop()
            self.set_focus(self.detail if self.focused is self.list else self.list)

    def on_list_pane_pasted(self, event: ListPane.Pasted) -> None:
        """Pasted usernames are marked."""
        self.marking.paste(event.text)

    def on_list_pane_gutter_clicked(self) -> None:
        """A click in the gutter marks."""
        self.marking.toggle(self.list)
