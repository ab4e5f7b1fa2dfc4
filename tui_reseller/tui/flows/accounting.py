"""What was done, and what needs the operator: activity, the needs-you list, the message log."""

from dataclasses import dataclass, replace

from tui_reseller.domain.audit import AuditQuery, Entry
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.operation import verb_of
from tui_reseller.domain.text import quoted
from tui_reseller.services.time_input import start_of_day
from tui_reseller.services.verify import resolve
from tui_reseller.tui.dialogs.form_spec import FormField, FormSpec
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.flows.checking import check, next_check
from tui_reseller.tui.flows.lifting import ended
from tui_reseller.tui.presenters.entry import WHEN, ended_line, entry_heads, entry_line, outcome_word, word
from tui_reseller.tui.presenters.header import clock_text
from tui_reseller.tui.presenters.open_outcome import open_lines
from tui_reseller.tui.profile_context import ProfileContext

LIMIT = 1000


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the page of activity shows: one customer or all, of everybody or of this operator, ever or today."""

    username: str | None
    mine: bool = False
    today: bool = False

    def pressed(self, key: str) -> "_Shown":
        """Return what a key leads to; the same key again leads back, but for `a`."""
        match key:
            case "a":
                return replace(self, username=None)
            case "m":
                return replace(self, mine=not self.mine)
            case _:
                return replace(self, today=not self.today)

    def query(self, context: ProfileContext) -> AuditQuery:
        """Return the question to the audit log."""
        return AuditQuery(
            account=context.session.account,
            username=self.username,
            operator=context.session.operator if self.mine else None,
            since=start_of_day(context.now()) if self.today else None,
            limit=LIMIT,
        )

    def title(self, context: ProfileContext) -> str:
        """Return whose activity it is."""
        whose = context.session.profile.name if self.username is None else quoted(self.username, 50)
        return f"Activity of {whose}{', mine' if self.mine else ''}{', today' if self.today else ''}"


async def activity(context: ProfileContext) -> None:
    """Activity of the customer under the cursor, under its earlier names too; `a` again shows the whole profile."""
    customer = context.current
    shown = _Shown(customer.username if customer else None)
    while True:
        query = shown.query(context)
        try:
            entries = await context.services.ledger.entries(query)
            count = len(entries) if len(entries) < LIMIT else await context.services.ledger.count(query)
        except ResellerError as error:
            context.notify_error(error)
            return
        several = shown.username is None
        is_named = several or any(entry.customer != shown.username for entry in entries)
        rows = [(entry.id, entry_line(entry, context.now(), with_username=is_named)) for entry in entries]
        title = shown.title(context) + (f", {len(entries):,} of {count:,}" if count > len(entries) else "")
        whole = "" if several else "a whole profile   "
        hint = f"Enter opens   {whole}m mine   t today   / filters   Esc back"
        keys = "mt" if several else "amt"
        heads = entry_heads(with_username=is_named)
        page = Page(title, rows, hint=hint, keys=keys, empty="Nothing done yet.", heads=heads)
        chosen = await context.dialogs.ask(page)
        if chosen is None:
            return
        if chosen in keys:
            shown = shown.pressed(chosen)
            continue
        entry = next(entry for entry in entries if entry.id == chosen)
        await context.dialogs.ask(
            Page(f"Operation {entry.id}", [("", line) for line in _entry_lines(context, entry)], hint="Esc back")
        )


def _entry_lines(context: ProfileContext, entry: Entry) -> list[str]:
    lines = [
        f"Outcome    {outcome_word(entry.outcome)}   {entry.message}",
        f"Operation  {verb_of(entry.operation)} of {quoted(entry.customer)}",
        f"Time       {clock_text(entry.time, context.now())}   profile {entry.profile}",
        f"Operator   {entry.operator.words}",
        f"Reason     {entry.reason or '-'}",
    ]
    if entry.until is not None:
        lines.append(f"Until      {clock_text(entry.until, context.now())}   then it is due: tui-reseller due")
    labels = {name: field.heading.capitalize() for name, field in context.provider.by_name.items()}
    changes = (f"{labels.get(c.field, c.field)} {word(c.before)} -> {word(c.after)}" for c in entry.changes)
    return lines + [f"{'' if at else 'Change':<10} {change}" for at, change in enumerate(changes)]


async def needs_you(context: ProfileContext) -> None:
    """Walk through open outcomes and suspensions that are over, until there are none or the operator leaves."""
    while True:
        try:
            entries = await context.services.ledger.needs_you(context.session.account)
        except ResellerError as error:
            context.notify_error(error)
            return
        await context.count_open()
        over = {one.entry.id: one for one in context.session.suspended.due(context.now())}
        rows = [(entry.id, entry_line(entry, context.now(), with_username=True)) for entry in entries]
        rows += [(name, ended_line(one, context.now())) for name, one in over.items()]
        heads = entry_heads(with_username=True)
        chosen = await context.dialogs.ask(Page("Needs you", rows, empty="Nothing needs you.", heads=heads))
        if chosen is None:
            return
        if chosen in over:
            await ended(context, over[chosen])
        else:
            await _open_outcome(context, next(entry for entry in entries if entry.id == chosen))


async def _open_outcome(context: ProfileContext, entry: Entry) -> None:
    """Say what is known and what is safe; check again, or resolve with a note (interaction.md 6.7)."""
    options = [Option("c", "Check now", "check"), Option("s", "Resolve with a note ...", "resolve")]
    title = f"{outcome_word(entry.outcome).upper()} - {verb_of(entry.operation)} of {quoted(entry.customer, 40)}"
    chosen = await context.dialogs.ask(Menu(title, options, lines=open_lines(entry, next_check(context))))
    if chosen == "check":
        context.notify(
            f"Checking {verb_of(entry.operation)} of {quoted(entry.customer, 40)}; this can take a minute ..."
        )
        context.host.run_flow(lambda: check(context, entry), "check")
    elif chosen == "resolve":
        await _resolve(context, entry)


async def _resolve(context: ProfileContext, entry: Entry) -> None:
    spec = FormSpec(
        f"Resolve {verb_of(entry.operation)} of {quoted(entry.customer, 40)}",
        context.profile_title,
        ("It is closed with your note and never counted as success.",),
        (FormField("note", "What do you know?", required=True, limit=400),),
        commit="Resolve",
    )
    answer = await context.dialogs.ask_form(spec)
    if answer is None:
        return
    try:
        await resolve(context.session, entry, answer["note"])
    except ResellerError as error:
        context.notify_error(error)
        return
    await context.count_open()
    context.notify(f"Resolved with a note: {verb_of(entry.operation)} of {quoted(entry.customer, 40)}", "good")


async def messages(context: ProfileContext) -> None:
    """Show what the message line has said."""
    rows = [("", f"{clock_text(time, context.now()):<{WHEN}}  {text}") for time, text in reversed(context.log)]
    page = Page(
        "Messages", rows, hint="/ filters   Esc back", empty="Nothing was said yet.", heads=f"{'WHEN':<{WHEN}}  WHAT"
    )
    await context.dialogs.ask(page)
