"""Take back the last undoable operation; do the last verb again."""

from tui_reseller.domain.audit import Entry
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.operation import Call
from tui_reseller.domain.text import quoted
from tui_reseller.services.policy import typed_text
from tui_reseller.services.undo import as_left, draft_undo, last_undoable, opposite, reason_for
from tui_reseller.services.write import carry_out
from tui_reseller.tui.dialogs.form import FormField, FormSpec
from tui_reseller.tui.dialogs.texts import WORDS, confirming_field
from tui_reseller.tui.flows.act import show_result
from tui_reseller.tui.flows.plans import review
from tui_reseller.tui.presenters.detail import change_words, word
from tui_reseller.tui.stage import Stage


async def undo(stage: Stage) -> None:
    """Name what would be taken back, before -> after; then take it back, one customer after the other."""
    try:
        entries = await last_undoable(stage.session)
    except ResellerError as error:
        stage.tell_error(error)
        return
    pairs = [(entry, call) for entry in entries if (call := opposite(entry)) is not None]
    if not pairs:
        stage.tell("Nothing of yours can be undone here.")
        return
    if len(pairs) > 1:
        await _undo_many(stage, [entry for entry, _ in pairs])
        return
    answer = await stage.ask_form(_spec(stage, pairs))
    if answer is None:
        return
    for entry, call in pairs:
        present = stage.session.customers.get(call.username)
        reason = reason_for(entry, answer["reason"])
        result = await carry_out(stage.session, call, loaded=as_left(entry, present), reason=reason)
        await show_result(stage, result)


async def _undo_many(stage: Stage, entries: list[Entry]) -> None:
    what = entries[0].batch or "several operations"
    stage.tell(f"Planning: undo of {what} ...")
    try:
        drafted = await draft_undo(stage.session, entries, f"undo of {what}")
        await review(stage, drafted, note=f"Undo of {what}; what was changed since is left alone.")
    except ResellerError as error:
        stage.tell_error(error)


def _spec(stage: Stage, pairs: list[tuple[Entry, Call]]) -> FormSpec:
    lines = []
    for entry, _call in pairs[:8]:
        back = ", ".join(f"{change.field} {word(change.after)} -> {word(change.before)}" for change in entry.changes)
        lines += [f"{quoted(entry.username, 50)}  {change_words(entry)}", f"    back: {back}"]
    if len(pairs) > 8:
        lines.append(f"... {len(pairs) - 8} more")
    lines.append("Each is read again first; what was changed since is left alone.")
    call = pairs[0][1]
    usernames = [call.username for _, call in pairs]
    typed = typed_text(call.operation, usernames, stage.session.profile, stage.session.customers.total)
    fields = [FormField("reason", "Reason", limit=200)]
    if typed is not None:
        fields.append(confirming_field(usernames, typed))
    title = f"Undo: {WORDS[call.operation].lower()}" + (f" for {len(pairs)}" if len(pairs) > 1 else "")
    return FormSpec(title, stage.profile_title, lines, fields, commit="Undo")


async def again(stage: Stage) -> None:
    """The last verb, with its dialog filled in, for the customer under the cursor."""
    if stage.again is None:
        stage.tell("Nothing to repeat yet.")
        return
    await stage.again(stage)
