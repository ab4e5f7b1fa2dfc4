"""E-mail, rename, delete: one customer, one dialog, one call."""

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.dialogs.texts import delete_form, email_form, rename_form
from tui_reseller.tui.flows.act import do_one, reason_required, typed_for_one
from tui_reseller.tui.flows.again import remember
from tui_reseller.tui.flows.targets import choose_one, warnings
from tui_reseller.tui.profile_context import ProfileContext

_MORE = ("customer.email", "customer.rename", "customer.delete", "website.set")


def more_menu(context: ProfileContext) -> Menu:
    """Return the menu behind x: its values are ids of commands."""
    commands = {command.id: command for command in context.host.commands}
    return Menu("More", [Option(commands[name].more, commands[name].words, name) for name in _MORE])


async def email(context: ProfileContext) -> None:
    """Change the contact address."""
    customer = await _one(context, "e-mail")
    if customer is None:
        return
    required, typed = (
        reason_required(context, Operation.EMAIL),
        typed_for_one(context, Operation.EMAIL, customer.username),
    )
    spec = email_form(
        customer, context.profile_title, reason=context.dialogs.reason, reason_required=required, typed=typed
    )
    answer = await context.dialogs.ask_form(spec)
    if answer:
        call = Call(Operation.EMAIL, customer.username, {"email": answer["email"]})
        await do_one(context, call, customer, answer)
        remember(context, email)


async def rename(context: ProfileContext) -> None:
    """Change the username; marks and cursor go with it."""
    customer = await _one(context, "rename")
    if customer is None:
        return
    required, alike = reason_required(context, Operation.RENAME), await warnings(context, customer)
    spec = rename_form(
        customer, context.profile_title, reason=context.dialogs.reason, reason_required=required, warnings=alike
    )
    answer = await context.dialogs.ask_form(spec)
    if answer:
        call = Call(Operation.RENAME, customer.username, {"username": answer["username"]})
        result = await do_one(context, call, customer, answer)
        if result.outcome.is_applied and customer.username in context.state.marked:
            context.mark(context.state.marked - {customer.username} | {answer["username"]})


async def delete(context: ProfileContext) -> None:
    """Close the account."""
    customer = await _one(context, "delete")
    if customer is None:
        return
    required, alike = reason_required(context, Operation.DELETE), await warnings(context, customer)
    spec = delete_form(
        customer, context.profile_title, reason=context.dialogs.reason, reason_required=required, warnings=alike
    )
    answer = await context.dialogs.ask_form(spec)
    if answer:
        result = await do_one(context, Call(Operation.DELETE, customer.username), customer, answer)
        if result.outcome.is_applied:
            context.mark(context.state.marked - {customer.username})


async def _one(context: ProfileContext, verb: str) -> Customer | None:
    if len(context.state.marked) > 1:
        context.notify(f"{verb} works on one customer at a time; drop the marks first ( - ).", "warning")
        return None
    return await choose_one(context)
