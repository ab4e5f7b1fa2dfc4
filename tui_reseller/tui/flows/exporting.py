"""Write what is shown, the marked customers, or all of them to a file."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tui_reseller.domain.errors import InvalidInput, ResellerError
from tui_reseller.domain.fields import Finding
from tui_reseller.services import export as exporting
from tui_reseller.system.files import at_home
from tui_reseller.tui.dialogs.form_spec import FormField, FormSpec
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.presenters.header import count_text
from tui_reseller.tui.profile_context import ProfileContext

REPAINT_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class _Export:
    """What is to be written where."""

    what: str
    count: int
    path: Path
    overwrite: bool
    with_notes: bool


async def export(context: ProfileContext) -> None:
    """Ask what and where; write it beside everything else. Esc in the list cancels."""
    state = context.state
    if state.is_partial:
        context.notify("Export: the list is still arriving.", "warning")
        return
    counts = {"shown": state.shown, "marked": len(state.marked), "all": state.total}
    what = "all"
    if state.marked or state.shown != state.total:
        chosen = await context.dialogs.ask(Menu("Export", _options(counts)))
        if chosen is None:
            return
        what = chosen
    answer = await context.dialogs.ask_form(_form(context, what, counts[what]))
    if answer is None:
        return
    with_notes = answer.get("notes") == "yes"
    wanted = _Export(what, counts[what], at_home(answer["file"]), answer["there"] == "replace", with_notes)
    context.host.run_in_background(partial(_write, context, wanted), "export")


def _options(counts: dict[str, int]) -> list[Option]:
    found = [Option("s", f"the {count_text(counts['shown'])} shown", "shown")] if counts["shown"] else []
    if counts["marked"]:
        found.append(Option("m", f"the {count_text(counts['marked'])} marked", "marked"))
    return [*found, Option("a", f"all {count_text(counts['all'])}", "all")]


def _form(context: ProfileContext, what: str, count: int) -> FormSpec:
    name = f"{context.session.profile.name}-{context.now().astimezone():%Y-%m-%d}.csv"
    lines = (
        f"{count_text(count)} customers ({what}), {context.read_at}, every field.",
        "The ending says the form: .csv .jsonl .parquet. The file is yours alone (0600).",
    )
    there = (("refuse", "refuse"), ("replace", "replace"))
    notes = (("no", "leave out"), ("yes", "label and note as columns"))
    fields = [
        FormField("file", "File", value=str(Path.cwd() / name), required=True, check=partial(_findings, context)),
        FormField("there", "If it is there", value="refuse", kind="choice", options=there),
    ]
    if len(context.state.notes):
        fields.append(FormField("notes", "Our own notes", value="no", kind="choice", options=notes))
    return FormSpec("Export", context.profile_title, lines, fields, commit="Write")


def _findings(context: ProfileContext, text: str) -> list[Finding]:
    try:
        exporting.check(context.services.exporter, at_home(text), overwrite=True)
    except ResellerError as error:
        return [Finding("file", str(error))]
    return []


async def _write(context: ProfileContext, wanted: _Export) -> None:
    painted = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal painted
        now = context.session.clock.monotonic()
        if now - painted >= REPAINT_SECONDS:
            painted = now
            context.show(running=f"export {count_text(done)}/{count_text(total)}")

    try:
        done = await exporting.export(
            context.services.exporter,
            context.session,
            wanted.path,
            usernames=context.state.marked if wanted.what == "marked" else None,
            everything=wanted.what == "all",
            overwrite=wanted.overwrite,
            with_notes=wanted.with_notes,
            progress=progress,
        )
    except InvalidInput as error:
        context.notify(f"Nothing was exported: {error.message}" + (f" - {error.hint}" if error.hint else ""), "bad")
    except ResellerError as error:
        context.notify_error(error)
    else:
        missing = f" ({count_text(wanted.count - done.rows)} are not in the list)" if done.rows < wanted.count else ""
        context.notify(f"Exported {count_text(done.rows)} customers{missing} to {done.path}", "good")
    finally:
        context.show(running="")
