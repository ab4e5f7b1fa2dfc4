"""The main screen: turns keys into commands, and shows what the profile context holds in its panes."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.timer import Timer
from textual.widgets import Input

from tui_reseller.services import listing
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session
from tui_reseller.tui import dispatch
from tui_reseller.tui.command import Command
from tui_reseller.tui.flows import marking
from tui_reseller.tui.host import Host, Speaks
from tui_reseller.tui.painting import PaintedScreen
from tui_reseller.tui.panes.detail_pane import DetailPane
from tui_reseller.tui.panes.lines import FilterLine, FooterLine, HeaderLine, Line, MessageLine, TitleLine
from tui_reseller.tui.panes.list_pane import ListPane
from tui_reseller.tui.presenters.commands import FILTER_KEYS, footer, why_not, words_of
from tui_reseller.tui.presenters.rows import SIDE_BY_SIDE, is_beside, is_narrow, is_too_small, too_small_words
from tui_reseller.tui.profile_context import ProfileContext
from tui_reseller.tui.screens.detail_follower import DetailFollower
from tui_reseller.tui.screens.filter_field import FilterField
from tui_reseller.tui.view_state import Note

LINES = 7
"""Header, the filter's sign, counts, titles, message, footer, and what a terminal that is too small says."""
HELP = "help.open"
SLOW_SHOW_SECONDS = 0.2
"""On a slow line the screen is painted at most so often."""


class MainScreen(PaintedScreen[None]):
    """List, detail, and the lines around them."""

    BINDINGS: ClassVar = []

    def __init__(self, host: Host, services: Services, session: Session, badge: str) -> None:
        super().__init__()
        self.host = host
        self.badge = badge
        self.commands = {command.id: command for command in host.commands}
        self.list = ListPane(session.customers, session.provider, id="list")
        self.list.plain = host.plain
        self.detail = DetailPane(session.provider, id="detail")
        self.context = ProfileContext(host, self, services, session, self._changed)
        self.filter = FilterField(self.context, id="filter")
        self.follower = DetailFollower(self.context, self.detail)
        self._waiting: Timer | None = None
        self._refused: tuple[Command, Note] | None = None
        for command in host.commands:
            for key in command.keys:
                self._bindings.key_to_bindings.setdefault(key, []).append(
                    Binding(key, f"command('{command.id}', '{key}')", command.words, show=False, priority=True)
                )

    def compose(self) -> ComposeResult:
        """Header, filter, titles, list and detail, message, footer."""
        yield HeaderLine(id="header")
        with Container(id="filter-row"):
            yield Line("/", id="filter-sign")
            yield self.filter
            yield FilterLine(id="counts")
        with Container(id="panes"):
            with Container(id="list-side"):
                yield TitleLine(self.context.provider, id="titles")
                yield self.list
            with Container(id="detail-side"):  # which has the rule line, so that a line painted again is without it
                yield self.detail
        yield MessageLine(id="message")
        yield FooterLine(id="footer")
        yield Line(id="too-small")

    async def on_mount(self) -> None:
        """Show what is known at once; the rest comes behind it."""
        if isinstance(self.app, Speaks):
            self.app.speak_in(self)
        session = self.context.session
        layout = self.context.services.views.layout(session.profile.name)
        info = listing.first_rows(session)
        self.context.show(
            badge=self.badge,
            profile=session.profile.name,
            host=session.profile.host,
            colour=session.profile.colour,
            progress="" if info else "reading ...",
            untold=session.provider.untold_switches,
        )
        await self.context.requery(sort=layout.sort, descending=layout.descending, columns=layout.columns)
        self.set_focus(self.list)
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        """After the first painting: the whole snapshot, then a fresh list."""
        self.host.run_in_background(self._load, "refresh")
        self.follower.follow()

    async def _load(self) -> None:
        from tui_reseller.tui.flows.edit import offer_draft  # noqa: PLC0415 - after the first painting
        from tui_reseller.tui.flows.listing import load_and_refresh, say_interrupted, say_unseen  # noqa: PLC0415
        from tui_reseller.tui.flows.refreshing import refresh_by_time  # noqa: PLC0415

        await load_and_refresh(self.context)
        refresh_by_time(self.context)
        await offer_draft(self.context)
        await say_interrupted(self.context)
        await say_unseen(self.context)

    # What is shown

    def _changed(self) -> None:
        """Something new is to be shown. On a slow line several are shown as one."""
        if self.host.slow:
            if self._waiting is None:
                self._waiting = self.set_timer(SLOW_SHOW_SECONDS, self._show)
        else:
            self._show()

    def _is_whole(self) -> bool:
        """Whether all can be painted: an answer may come while the application ends, which takes the screen apart."""
        lines = self.query(Line)
        parts = (self.list, self.detail, self.filter, *lines)
        return self.is_mounted and len(lines) == LINES and all(part.is_attached for part in parts)

    def _show(self) -> None:
        """Panes that show something else are painted again."""
        self._waiting = None
        if not self._is_whole():
            return
        state, now, width = self.context.state, self.context.now(), self.size.width
        self.set_class(is_beside(width, is_edited=state.edited), "-beside")
        self.list.narrow = is_narrow(width, is_edited=state.edited)
        self.list.pace = SLOW_SHOW_SECONDS if self.host.slow else 0.0
        self.list.show_state(state, self.context.filter.words)
        self.follower.follow_if_other()
        self.filter.follow(state.filter_text)
        self.query_one("#header", HeaderLine).show(state, now)
        self.query_one("#counts", FilterLine).show(state, plain=self.host.plain)
        self.query_one("#titles", TitleLine).show(state)
        self.query_one("#message", MessageLine).show(state.note)
        keys = FILTER_KEYS if self.is_filtering else footer(self.commands.values(), state, self.context.provider)
        self.query_one("#footer", FooterLine).show(keys, width=self.size.width)
        self._forget_refusal()

    def _forget_refusal(self) -> None:
        """Take away what was said of a command that could not be used, once it can be."""
        command, note = self._refused or (None, None)
        if command is None:
            return
        if note is not self.context.state.note:
            self._refused = None
        elif not self._why_not(command):
            self._refused = None
            self.context.show(note=Note())

    def on_resize(self, event: events.Resize) -> None:
        """Panes beside each other from 100 columns on, stacked below; too small is said."""
        width, height = event.size
        self.set_class(width >= SIDE_BY_SIDE and not self.host.plain, "-wide")
        self.set_class(is_too_small(width, height), "-too-small")
        self.query_one("#too-small", Line).put([(too_small_words(width), "")])
        self.list.narrow = is_narrow(width, is_edited=self.context.state.edited)
        self.call_after_refresh(self._changed)
        self.call_after_refresh(self._keep_focus)

    def _keep_focus(self) -> None:
        """What is hidden loses the focus; it must not go to the filter, where commands would be text."""
        if self.focused is None and not self.has_class("-too-small"):
            self.set_focus(self.detail if self.context.state.zoomed else self.list)

    def say(self, text: str) -> None:
        """Say something in the message line."""
        self.context.notify(text, "warning")

    # What flows may ask

    @property
    def is_filtering(self) -> bool:
        """Whether the filter has the keys."""
        return self.focused is self.filter

    @property
    def is_in_detail(self) -> bool:
        """Whether the detail has the keys."""
        return self.focused is self.detail

    def focus_list(self) -> None:
        """Let the list have the keys."""
        self.set_focus(self.list)

    def focus_filter(self) -> None:
        """Let the filter have the keys, the cursor behind its text."""
        self.filter.cursor_position = len(self.filter.value)
        self.set_focus(self.filter)

    def zoom(self, *, is_zoomed: bool) -> None:
        """Show the detail on the whole screen, or beside the list again."""
        self.set_class(is_zoomed, "-zoomed")
        self.set_focus(self.detail if is_zoomed else self.list)
        self.call_after_refresh(self.follower.follow)

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's signature
        """While a field has the focus or something is opening, keys are not commands."""
        if action != "command":
            return True
        if self.app.screen is not self or self.host.opening:
            return False
        return not isinstance(self.focused, Input)

    async def action_command(self, command_id: str, key: str) -> None:
        """Do a command, or say why not."""
        await self.filter.settled()
        if self.has_class("-too-small"):
            return  # nobody could read what it asks
        command = self.commands[command_id]
        why = self._why_not(command)
        if why:
            self.context.notify(f"{words_of(command, self.context.provider)}: {why}.")
            self._refused = (command, self.context.state.note)
        else:
            await dispatch.do(self.context, command, key)

    def _why_not(self, command: Command) -> str | None:
        context = self.context
        return why_not(command, context.state, context.session.policy, has_customer=context.current is not None)

    async def _click(self, command_id: str) -> None:
        """Do a command that was clicked, also out of the filter."""
        if self.app.screen is self and not self.host.opening:
            if self.is_filtering and command_id != HELP:
                self.focus_list()
            await self.action_command(command_id, "")

    def on_key(self, event: events.Key) -> None:
        """Tab moves between list and detail."""
        if event.key == "tab" and not isinstance(self.focused, Input):
            event.stop()
            if self.host.plain:  # one pane at a time: what is not read is not written
                self.context.show(zoomed=self.focused is self.list)
                self.zoom(is_zoomed=self.context.state.zoomed)
            else:
                self.set_focus(self.detail if self.focused is self.list else self.list)

    async def on_title_line_clicked(self, event: TitleLine.Clicked) -> None:
        """A title sorts by its column, again the other way round."""
        from tui_reseller.tui.flows.views import sort_by  # noqa: PLC0415 - loaded with its first use

        await sort_by(self.context, event.field)

    async def on_footer_line_clicked(self, event: FooterLine.Clicked) -> None:
        """A key in the footer acts."""
        await self._click(event.command)

    def follow(self) -> None:
        """Say anew what was done to the customer under the cursor."""
        self.follower.follow_soon()

    async def on_list_pane_opened(self) -> None:
        """A double click opens the editor."""
        await self._click("customer.edit")

    def on_descendant_focus(self) -> None:
        """The footer has the keys of what has the focus."""
        self._changed()

    def on_list_pane_moved(self) -> None:
        """The cursor is elsewhere; the detail follows when it rests."""
        self.follower.follow_soon()
        self._forget_refusal()

    def on_list_pane_pasted(self, event: ListPane.Pasted) -> None:
        """Pasted usernames are marked."""
        marking.mark_pasted(self.context, event.text)

    def on_list_pane_gutter_clicked(self) -> None:
        """A click in the gutter marks."""
        marking.toggle_here(self.context)
