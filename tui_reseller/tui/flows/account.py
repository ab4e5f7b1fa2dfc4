"""E-mail, rename, delete: one customer, one dialog, one call."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.provider import KEY
from tui_reseller.services.new_names import new_name, why_odd
from tui_reseller.services.result import Result
from tui_reseller.tui.command import Command
from tui_reseller.tui.dialogs.form_spec import FormSpec
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.dialogs.texts import delete_form, one_field_form
from tui_reseller.tui.flows.act import do_one, reason_required, typed_for_one
from tui_reseller.tui.flows.again import remember
from tui_reseller.tui.flows.targets import only_one, warnings
from tui_reseller.tui.presenters.commands import is_lacking, words_of
from tui_reseller.tui.profile_context import ProfileContext

_MORE = (
    "customer.email", "customer.rename", "customer.delete", "website.set", "customer.credits", "customer.ips",
    "customer.offerings", "customer.sign-in", "customer.label", "customer.note",
)  # fmt: skip


def more_menu(context: ProfileContext) -> Menu:
    """Return the menu behind x: its values are ids of commands."""
    commands = {command.id: command for command in context.host.commands}
    return Menu("More", [Option(commands[name].more, _more_words(context, commands[name]), name) for name in _MORE])


def _more_words(context: ProfileContext, command: Command) -> str:
    """Return what a line of the menu says; of what the service has not, that it has not."""
    lacks = is_lacking(command, context.provider)
    return words_of(command, context.provider) + (f"   (not in {context.provider.title})" if lacks else "")


async def email(context: ProfileContext) -> None:
    """Change the contact address."""
    customer = await only_one(context, "e-mail")
    if customer is not None and await _change(context, Operation.EMAIL, customer, warnings=()) is not None:
        remember(context, email)


async def rename(context: ProfileContext) -> None:
    """Change the username; marks and cursor go with it."""
    customer = await only_one(context, "rename")
    if customer is None:
        return
    changed = await _change(context, Operation.RENAME, customer, warnings=await warnings(context, customer))
    if changed is not None and changed.result.outcome.is_applied and customer.username in context.state.marked:
        context.mark(context.state.marked - {customer.username} | {changed.fields[KEY]})


class _Changed(NamedTuple):
    """What was sent, and what became of it."""

    fields: Mapping[str, str]
    result: Result


async def _change(
    context: ProfileContext, operation: Operation, customer: Customer, *, warnings: Sequence[str]
) -> _Changed | None:
    """Ask for the one field that an operation takes, and send it; None if the operator leaves."""
    spec = one_field_form(
        context.provider,
        operation,
        customer,
        context.profile_title,
        typed=typed_for_one(context, operation, customer.username),
        reason_required=reason_required(context, operation),
        warnings=warnings,
    )
    answer = await context.dialogs.ask_form(spec)
    if answer is None:
        return None
    fields = {name: answer[name] for name in context.provider.action(operation).takes}
    call = Call(operation, customer.username, fields)
    if new_name(context.provider, call) and not await _agreed_to_name(context, call):
        return None
    return _Changed(fields, await do_one(context, call, customer, answer))


async def _agreed_to_name(context: ProfileContext, call: Call) -> bool:
    """Ask once more if the new username is odd; return whether it is to be taken."""
    odd = await why_odd(context.session, call)
    if not odd:
        return True
    spec = FormSpec("An odd username", context.profile_title, (f"! {odd}",), commit="Take it all the same")
    return await context.dialogs.ask_form(spec) is not None


async def delete(context: ProfileContext) -> None:
    """Close the account."""
    customer = await only_one(context, "delete")
    if customer is None:
        return
    call = Call(Operation.DELETE, customer.username)
    spec = delete_form(
        context.provider,
        customer,
        context.profile_title,
        reason_required=reason_required(context, call.operation),
        warnings=await warnings(context, customer),
    )
    answer = await context.dialogs.ask_form(spec)
    if answer is None:
        return
    result = await do_one(context, call, customer, answer)
    if result.outcome.is_applied:
        context.mark(context.state.marked - {customer.username})
