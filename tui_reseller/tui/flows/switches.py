"""Sending and login: enable, disable."""

from dataclasses import replace
from datetime import datetime

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.switch import Switch
from tui_reseller.services.result import Result
from tui_reseller.services.time_input import read_end
from tui_reseller.tui.commands import BY_ID
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.dialogs.texts import switch_form
from tui_reseller.tui.flows.act import do_one, reason_required, typed_for_one
from tui_reseller.tui.flows.again import remember
from tui_reseller.tui.flows.many import act_on_many
from tui_reseller.tui.flows.targets import choose, warnings
from tui_reseller.tui.presenters.commands import keys_of
from tui_reseller.tui.presenters.outcome import COPY_HINT, result_note
from tui_reseller.tui.profile_context import ProfileContext
from tui_reseller.tui.view_state import Hint

WEBSITE = "website.set"
GRAVE = 2
"""From this grade on it is said which customers the eye takes for this one, and what else is on."""


async def enable(context: ProfileContext) -> None:
    """Enable sending."""
    await switch(context, Operation.ENABLE)


async def disable(context: ProfileContext) -> None:
    """Disable sending."""
    await switch(context, Operation.DISABLE)


def website_menu(context: ProfileContext) -> Menu:
    """Return the menu behind w: what the service can do with login."""
    command = BY_ID[WEBSITE]
    actions = {operation: context.provider.action(operation) for operation in command.operations}
    options = [
        Option("d" if action.stops else "e", action.title, operation.value)
        for operation, action in actions.items()
        if context.provider.has(operation)
    ]
    return Menu(command.words, options)


async def website(context: ProfileContext, operation: str) -> None:
    """Enable login or off, as chosen."""
    await switch(context, Operation(operation))


async def switch(context: ProfileContext, operation: Operation, targets: list[Customer] | None = None) -> None:
    """Turn a switch of one customer or of all marked ones."""
    targets = targets or await choose(context)
    if not targets:
        return
    remember(context, lambda context: switch(context, operation))
    if len(targets) > 1:
        await act_on_many(context, operation, targets)
        return
    session, (target,) = context.session, targets
    is_typed = typed_for_one(context, operation, target.username) is not None
    alike: list[str] = []
    if context.provider.action(operation).grade >= GRAVE:
        alike = await warnings(context, target)
        is_typed = is_typed or bool(alike)  # which one is meant, is then to be said once more
    spec = switch_form(
        context.provider,
        operation,
        target,
        context.profile_title,
        read_at=context.read_at,
        typed=target.username if is_typed else None,
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
    if result.outcome.is_applied:
        _say_what_is_on(context, session.customers.get(target.username) or target, result, until)


def _say_what_is_on(context: ProfileContext, customer: Customer, result: Result, until: datetime | None) -> None:
    """After a customer was stopped, say which other switch is not off, and the key for it."""
    provider, action = context.provider, context.provider.action(result.operation)
    if not action.stops or action.grade < GRAVE:
        return
    hints = [
        Hint(key, f"{provider.label(name).lower()} is still {customer.text(name)}")
        for name in provider.switches
        if name not in action.sets and customer.switch(name) is not Switch.OFF and (key := _key_of(context, name))
    ]
    if hints:
        note = result_note(provider, result, context.now(), until=until)
        others = [hint for hint in note.hints if hint != COPY_HINT]
        context.show_note(replace(note, hints=(*others, *hints)))


def _key_of(context: ProfileContext, switch: str) -> str:
    """Return the key of the command that turns a switch, or nothing."""
    operation = context.provider.operation_for(switch)
    found = [command for command in context.host.commands if operation in command.operations]
    return keys_of(found[0], context.host.commands) if found else ""
