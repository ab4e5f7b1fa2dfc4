"""What was done, and what needs the operator: activity, the needs-you list, the message log."""

from tui_reseller.domain.audit import AuditQuery, Entry
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.text import quoted
from tui_reseller.services.verify import settle
from tui_reseller.tui.dialogs.form import FormField, FormSpec
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.flows.checking import check
from tui_reseller.tui.presenters.detail import entry_line, outcome_word, verb_of, word
from tui_reseller.tui.presenters.header import clock_text
from tui_reseller.tui.presenters.open_outcome import open_lines
from tui_reseller.tui.stage import Stage

LIMIT = 1000


async def activity(stage: Stage) -> None:
    """Activity of the customer under the cursor; `a` again shows the whole profile."""
    customer = stage.current()
    whole = customer is None
    while True:
        query = AuditQuery(account=stage.session.account, limit=LIMIT)
        title = f"Activity of {stage.session.profile.name}"
        if not whole and customer is not None:
            query = AuditQuery(account=stage.session.account, username=customer.username, limit=LIMIT)
            title = f"Activity of {quoted(customer.username, 50)}"
        try:
            entries = await stage.services.ledger.entries(query)
        except ResellerError as error:
            stage.tell_error(error)
            return
        rows = [(entry.id, entry_line(entry, stage.now(), with_username=whole)) for entry in entries]
        hint = "Enter opens   / filters   Esc back" if whole else "Enter opens   a whole profile   / filters   Esc back"
        chosen = await stage.ask(Page(title, rows, hint=hint, keys="" if whole else "a", empty="Nothing done yet."))
        if chosen is None:
            return
        if chosen == "a":
            whole = True
            continue
        entry = next(entry for entry in entries if entry.id == chosen)
        await stage.ask(
            Page(f"Operation {entry.id}", [("", line) for line in _entry_lines(stage, entry)], hint="Esc back")
        )


def _entry_lines(stage: Stage, entry: Entry) -> list[str]:
    operator = entry.operator
    lines = [
        f"Outcome    {outcome_word(entry.outcome)}   {entry.message}",
        f"Operation  {verb_of(entry.operation)} of {quoted(entry.username)}",
        f"Time       {clock_text(entry.time, stage.now())}   profile {entry.profile}",
        f"Operator   {operator.user} on {operator.host}" + (f", from {operator.ssh_from}" if operator.ssh_from else ""),
        f"Reason     {entry.reason or '-'}",
    ]
    return lines + [f"  {c.field:<15} {word(c.before)} -> {word(c.after)}" for c in entry.changes]


async def needs_you(stage: Stage) -> None:
    """Walk through the open outcomes until there are none or the operator leaves."""
    while True:
        try:
            entries = await stage.services.ledger.needs_you(stage.session.account)
        except ResellerError as error:
            stage.tell_error(error)
            return
        await stage.count_open()
        rows = [(entry.id, entry_line(entry, stage.now(), with_username=True)) for entry in entries]
        chosen = await stage.ask(Page("Needs you", rows, empty="Nothing needs you."))
        if chosen is None:
            return
        await _open_outcome(stage, next(entry for entry in entries if entry.id == chosen))


async def _open_outcome(stage: Stage, entry: Entry) -> None:
    """Say what is known and what is safe; check again, or settle with a note (interaction.md 6.7)."""
    options = [Option("c", "Check now", "check"), Option("s", "Settle with a note ...", "settle")]
    title = f"{outcome_word(entry.outcome).upper()} - {verb_of(entry.operation)} of {quoted(entry.username, 40)}"
    chosen = await stage.ask(Menu(title, options, lines=open_lines(entry, stage.next_check)))
    if chosen == "check":
        stage.tell(f"Checking {verb_of(entry.operation)} of {quoted(entry.username, 40)}; this can take a minute ...")
        stage.app.run_flow(lambda: check(stage, entry), "check")
    elif chosen == "settle":
        await _settle(stage, entry)


async def _settle(stage: Stage, entry: Entry) -> None:
    spec = FormSpec(
        f"Settle {verb_of(entry.operation)} of {quoted(entry.username, 40)}",
        stage.profile_title,
        ("It is closed with your note and never counted as success.",),
        (FormField("note", "What do you know?", required=True, limit=400),),
        commit="Settle",
    )
    answer = await stage.ask_form(spec)
    if answer is None:
        return
    try:
        await settle(stage.session, entry, answer["note"])
    except ResellerError as error:
        stage.tell_error(error)
        return
    await stage.count_open()
    stage.tell(f"Settled with a note: {verb_of(entry.operation)} of {quoted(entry.username, 40)}", "good")


async def messages(stage: Stage) -> None:
    """Show what the message line has said."""
    rows = [("", f"{clock_text(time, stage.now())}  {text}") for time, text in reversed(stage.log)]
    await stage.ask(Page("Messages", rows, hint="/ filters   Esc back", empty="Nothing was said yet."))
