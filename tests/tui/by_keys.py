"""Any operation of any service by its keys on the screen, filled in from a call."""

from textual.widgets import Button, Input

from tests.harness.waiting import soon
from tests.tui.desk import Desk
from tui_reseller.domain.action import Effect
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.services.policy import READ_SECONDS
from tui_reseller.tui.commands import COMMANDS
from tui_reseller.tui.dialogs.whole_form import KIND
from tui_reseller.tui.widgets.inputs import Choice, TypedInput

EDITOR = Operation.SET
"""Whose form has the fields of all that it can change."""


async def carry_out(desk: Desk, provider: Provider, call: Call, *, may_be_done: bool = True) -> None:
    """Go to the customer, press the keys of an operation, fill in its forms, and agree to all that is asked. A new
    password is shown where it *may be done*.
    """
    action = provider.action(call.operation)
    if action.effect is not Effect.CREATES:
        await desk.go_to(call.username)
    await desk.press(*_keys(provider, call.operation))
    await soon("a form", lambda: desk.dialog is not None)
    await desk.opened("Edit" if call.operation is EDITOR else "")
    await _fill(desk, provider, call)
    is_reviewed = any("Review" in str(button.label) for button in desk.app.screen.query(Button))
    await desk.read_then("ctrl+s")
    if is_reviewed:
        await desk.opened("Review")
        await _confirm(desk, call)
        await desk.read_then("ctrl+s")
    if may_be_done and action.needs_password:
        await _close_secret(desk, "New password of")


def _keys(provider: Provider, operation: Operation) -> list[str]:
    """Return the keys of the command, and a letter where it asks for which of several."""
    command = [one for one in COMMANDS if operation in one.operations][-1]
    if operation is EDITOR:
        command = next(one for one in COMMANDS if operation in one.operations)
    letters = [command.keys[0]] if command.keys else ["x", command.more]
    if command.menu and len(command.operations) > 1:
        letters.append("d" if provider.action(operation).stops else "e")
    return letters


async def _fill(desk: Desk, provider: Provider, call: Call) -> None:
    values = dict(call.fields)
    if provider.action(call.operation).effect is Effect.CREATES and not provider.names_customers:
        values[KEY] = call.username
    kinds = provider.action(call.operation).kinds
    values[KIND] = next(iter(call.fields.values())) if kinds else call.operation.value
    for name, text in values.items():
        for widget in desk.app.screen.query(f"#field-{name}"):
            if isinstance(widget, Choice):
                widget.choose(text)
            elif isinstance(widget, Input):
                widget.value = text
    if call.old_password is not None:
        desk.field("old").value = call.old_password.reveal()
    await desk.pilot.pause()
    await _confirm(desk, call)


async def _confirm(desk: Desk, call: Call) -> None:
    """Type what is to be typed."""
    for field in desk.app.screen.query(TypedInput):
        desk.app.screen.set_focus(field)
        await desk.pilot.pause()
        await desk.write(call.username)


async def close_link(desk: Desk) -> None:
    """Look at a link that was asked for, and close it."""
    await _close_secret(desk, "Sign-in link of")


async def _close_secret(desk: Desk, title: str) -> None:
    await desk.opened(title)
    await desk.pilot.pause(READ_SECONDS + 0.1)
    desk.app.screen.query_one("#reveal", Button).press()
    await desk.press("escape")
