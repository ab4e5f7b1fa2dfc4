"""Write what is shown, the marked customers, or all of them to a file."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tui_reseller.domain.errors import InvalidInput, ResellerError
from tui_reseller.domain.fields import Finding
from tui_reseller.services import export as exporting
from tui_reseller.tui.dialogs.form import FormField, FormSpec
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.presenters.header import count_text
from tui_reseller.tui.stage import Stage

REPAINT_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class _Order:
    what: str
    count: int
    path: Path
    overwrite: bool


async def export(stage: Stage) -> None:
    """Ask what and where; write it beside everything else. Esc in the list cancels."""
    state = stage.state
    if state.is_partial:
        stage.tell("Export: the list is still arriving.", "warning")
        return
    counts = {"shown": state.shown, "marked": len(state.marked), "all": state.total}
    what = "all"
    if state.marked or state.shown != state.total:
        chosen = await stage.ask(Menu("Export", _options(counts)))
        if chosen is None:
            return
        what = chosen
    answer = await stage.ask_form(_form(stage, what, counts[what]))
    if answer is None:
        return
    order = _Order(what, counts[what], _path(answer["file"]), answer["there"] == "replace")
    stage.app.run_in_background(partial(_write, stage, order), "export")


def _options(counts: dict[str, int]) -> list[Option]:
    found = [Option("s", f"the {count_text(counts['shown'])} shown", "shown")]
    if counts["marked"]:
        found.append(Option("m", f"the {count_text(counts['marked'])} marked", "marked"))
    return [*found, Option("a", f"all {count_text(counts['all'])}", "all")]


def _form(stage: Stage, what: str, count: int) -> FormSpec:
    name = f"{stage.session.profile.name}-{stage.now().astimezone():%Y-%m-%d}.csv"
    lines = (
        f"{count_text(count)} customers ({what}), {stage.read_at}, every field.",
        "The ending says the form: .csv .jsonl .parquet. The file is yours alone (0600).",
    )
    there = (("refuse", "refuse"), ("replace", "replace"))
    fields = (
        FormField("file", "File", value=str(Path.cwd() / name), required=True, check=partial(_findings, stage)),
        FormField("there", "If it is there", value="refuse", kind="choice", options=there),
    )
    return FormSpec("Export", stage.profile_title, lines, fields, commit="Write")


def _path(text: str) -> Path:
    return Path(text).expanduser()


def _findings(stage: Stage, text: str) -> list[Finding]:
    try:
        exporting.check(stage.services.exporter, _path(text), overwrite=True)
    except (ResellerError, RuntimeError) as error:  # RuntimeError: ~ of somebody who is not there
        return [Finding("file", str(error))]
    return []


async def _write(stage: Stage, order: _Order) -> None:
    painted = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal painted
        now = stage.session.clock.monotonic()
        if now - painted >= REPAINT_SECONDS:
            painted = now
            stage.show(running=f"export {count_text(done)}/{count_text(total)}")

    try:
        done = await exporting.export(
            stage.services.exporter,
            stage.session,
            order.path,
            usernames=stage.state.marked if order.what == "marked" else None,
            everything=order.what == "all",
            overwrite=order.overwrite,
            progress=progress,
        )
    except InvalidInput as error:
        stage.tell(f"Nothing was exported: {error.message}" + (f" - {error.hint}" if error.hint else ""), "bad")
    except ResellerError as error:
        stage.tell_error(error)
    else:
        missing = f" ({count_text(order.count - done.rows)} are not in the list)" if done.rows < order.count else ""
        stage.tell(f"Exported {count_text(done.rows)} customers{missing} to {done.path}", "good")
    finally:
        stage.show(running="")
