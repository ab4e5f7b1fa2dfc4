"""Start and stop sending, website access on and off."""

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.services.policy import typed_text
from tui_reseller.services.time_input import read_end
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.dialogs.texts import switch_form
from tui_reseller.tui.flows.act import do_one, reason_required
from tui_reseller.tui.flows.plans import act_on_many
from tui_reseller.tui.flows.targets import choose, warnings
from tui_reseller.tui.presenters.outcome import COPY_HINT
from tui_reseller.tui.stage import Stage


async def enable(stage: Stage) -> None:
    """Start sending."""
    await switch(stage, Operation.ENABLE)


async def disable(stage: Stage) -> None:
    """Stop sending."""
    await switch(stage, Operation.DISABLE)


WEBSITE = (
    Option("e", "Website access on", Operation.WEBSITE_ENABLE.value),
    Option("d", "Website access off", Operation.WEBSITE_DISABLE.value),
)


def website_menu(_stage: Stage) -> Menu:
    """Return the menu behind w."""
    return Menu("Website access", WEBSITE)


async def website(stage: Stage, operation: str) -> None:
    """Website access on or off, as chosen."""
    await switch(stage, Operation(operation))


async def switch(stage: Stage, operation: Operation, targets: list[Customer] | None = None) -> None:
    """One of the four switch operations, on one customer or on all marked ones."""
    targets = targets or await choose(stage)
    if not targets:
        return
    stage.again = lambda again: switch(again, operation)
    if len(targets) > 1:
        await act_on_many(stage, operation, targets)
        return
    session, (target,) = stage.session, targets
    is_typed = typed_text(operation, [target.username], session.profile, session.customers.total) is not None
    alike: list[str] = []
    if operation is Operation.DISABLE:
        alike = await warnings(stage, target)
        is_typed = is_typed or bool(alike)  # which one is meant, is then to be said once more
    spec = switch_form(
        operation,
        target,
        stage.profile_title,
        read_at=stage.read_at,
        typed=target.username if is_typed else None,
        reason=stage.reason,
        reason_required=reason_required(stage, operation),
        now=stage.now(),
        warnings=alike,
    )
    answer = await stage.ask_form(spec)
    if answer is None:
        return
    try:
        until = read_end(answer["until"], stage.now()) if answer.get("until", "").strip() else None
    except InvalidInput as error:  # what was to come when it was typed may be past now
        stage.tell_error(error)
        return
    result = await do_one(stage, Call(operation, target.username, until=until), target, answer)
    if operation is Operation.DISABLE and result.outcome.is_applied:
        access = (session.customers.get(target.username) or target).switch("website_access").value
        if access != "off":
            line = stage.state.note.text.removesuffix(COPY_HINT)
            stage.tell(f"{line}   website access is still {access} - w", "good")
