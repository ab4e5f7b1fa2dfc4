"""Take back the last undoable operation."""

from tui_reseller.domain.action import Effect
from tui_reseller.domain.audit import Entry
from tui_reseller.domain.changes import Change
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.grading import grade_of
from tui_reseller.domain.operation import Call
from tui_reseller.domain.text import quoted
from tui_reseller.services.attribution import attribution_words
from tui_reseller.services.undo import draft_undo, last_undoable, left_by, opposite, refuse_overtaken, take_back
from tui_reseller.tui.dialogs.form_spec import FormSpec
from tui_reseller.tui.dialogs.rows import key_words, reason_field, typed_fields
from tui_reseller.tui.flows.act import admitted, reason_required, show_result, typed_for_one
from tui_reseller.tui.flows.jobs import review_and_run
from tui_reseller.tui.flows.plans import Review, say_planning
from tui_reseller.tui.presenters.entry import change_words, changes_words
from tui_reseller.tui.profile_context import ProfileContext


async def undo(context: ProfileContext) -> None:
    """Name what would be taken back, before -> after; then take it back, one customer after the other."""
    try:
        entries = await last_undoable(context.session)
    except ResellerError as error:
        context.notify_error(error)
        return
    if not entries:
        context.notify("Nothing of yours can be undone here.")
    elif len(entries) > 1:
        await _undo_many(context, entries)
    elif (call := opposite(entries[0])) is not None:
        await _undo_one(context, entries[0], call)


async def _undo_one(context: ProfileContext, entry: Entry, call: Call) -> None:
    if context.session.policy.approvals:
        await _undo_many(context, [entry])
        return
    try:
        await refuse_overtaken(context.session, entry.id)
        answer = await context.dialogs.ask_form(_spec(context, entry, call))
        if answer is None:
            return
        permit = admitted(context, [call], answer, {call.username: left_by(entry)})
    except ResellerError as error:
        context.notify_error(error)
        return
    result = await take_back(context.session, entry, permit, answer["reason"])
    await show_result(context, result, is_undo=True)


async def _undo_many(context: ProfileContext, entries: list[Entry]) -> None:
    what = (entries[0].batch if len(entries) > 1 else entries[0].id) or "several operations"
    say_planning(context, f"undo of {what}")
    try:
        drafted = await draft_undo(context.session, entries, f"undo of {what}")
        note = f"Undo of {what}; what was changed since is left alone."
        await review_and_run(context, drafted, Review(note=note))
    except ResellerError as error:
        context.notify_error(error)


def _spec(context: ProfileContext, entry: Entry, call: Call) -> FormSpec:
    back = changes_words(Change(change.field, change.after, change.before) for change in entry.changes)
    why = f", {quoted(entry.reason, 60)}" if entry.reason else ""
    lines = [
        f"{quoted(entry.username, 50)}  {change_words(entry)}",
        f"    by {attribution_words(entry, context.session)}{why}",
        f"    back: {back}",
        "It is read again first; what was changed since is left alone.",
    ]
    level = grade_of(context.provider, call, left_by(entry))
    typed = typed_for_one(context, call.operation, call.username, level)
    is_renamed = context.provider.action(call.operation).effect is Effect.RENAMES
    called = "present name" if is_renamed else key_words(context.provider)
    reason = reason_field(required=reason_required(context, call.operation))
    fields = [reason, *typed_fields(call.username, typed, called)]
    return FormSpec(
        f"Undo: {context.provider.action(call.operation).title.lower()}",
        context.profile_title,
        lines,
        fields,
        commit="Undo",
        grade=level,
    )
