"""Start and stop sending, website access on and off."""

from dataclasses import replace

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.services.policy import typed_text
from tui_reseller.services.time_input import read_end
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.dialogs.texts import switch_form
from tui_reseller.tui.flows.act import do_one, reason_required
from tui_reseller.tui.flows.again import remember
from tui_reseller.tui.flows.many import act_on_many
from tui_reseller.tui.flows.targets import choose, warnings
from tui_reseller.tui.presenters.outcome import COPY_HINT, result_note
from tui_reseller.tui.profile_context import ProfileContext


async def enable(context: ProfileContext) -> None:
    """Start sending."""
    await switch(context, Operation.ENABLE)


async def disable(context: ProfileContext) -> None:
    """Stop sending."""
    await switch(context, Operation.DISABLE)


WEBSITE = (
    Option("e", "Website access on", Operation.WEBSITE_ENABLE.value),
    Option("d", "Website access off", Operation.WEBSITE_DISABLE.value),
)


def website_menu(_context: ProfileContext) -> Menu:
    """Return the menu behind w."""
    return Menu("Website access", WEBSITE)


async def website(context: ProfileContext, operation: str) -> None:
    """Website access on or off, as chosen."""
    await switch(context, Operation(operation))


async def switch(context: ProfileContext, operation: Operation, targets: list[Customer] | None = None) -> None:
    """One of the four switch operations, on one customer or on all marked ones."""
    targets = targets or await choose(context)
    if not targets:
        return
    remember(context, lambda context: switch(context, operation))
    if len(targets) > 1:
        await act_on_many(context, operation, targets)
        return
    session, (target,) = context.session, targets
    is_typed = typed_text(operation, [target.username], session.profile, session.customers.total) is not None
    alike: list[str] = []
    if operation is Operation.DISABLE:
        alike = await warnings(context, target)
        is_typed = is_typed or bool(alike)  # which one is meant, is then to be said once more
    spec = switch_form(
        operation,
        target,
        context.profile_title,
        read_at=context.read_at,
        typed=target.username if is_typed else None,
        reason=context.dialogs.reason,
        reason_required=reason_required(context, operation),
        now=context.now(),
        warnings=alike,
    )
    answer = await context.dialogs.ask_form(spec)
    if answer is None:
        return
    try:
        until = read_end(answer["until"], context.now()) if answer.get("until", "").strip() else None
    except InvalidInput as error:  # what was to come when it was typed may be past now
        context.notify_error(error)
        return
    result = await do_one(context, Call(operation, target.username, until=until), target, answer)
    if operation is Operation.DISABLE and result.outcome.is_applied:
        access = (session.customers.get(target.username) or target).switch("website_access").value
        if access != "off":
            note = result_note(result, context.now())
            others = tuple(hint for hint in note.hints if hint != COPY_HINT)
            context.show_note(replace(note, hints=(*others, f"website access is still {access} - w")))
