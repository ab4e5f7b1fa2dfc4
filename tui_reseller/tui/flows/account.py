"""E-mail, rename, delete: one customer, one dialog, one call."""

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.dialogs.texts import delete_form, email_form, rename_form
from tui_reseller.tui.flows.act import do_one, reason_required, typed_for_one
from tui_reseller.tui.flows.targets import choose_one, warnings
from tui_reseller.tui.stage import Stage

MORE = (
    Option("e", "Change e-mail", "customer.email"),
    Option("r", "Rename", "customer.rename"),
    Option("d", "Delete", "customer.delete"),
    Option("w", "Website access", "website.set"),
)


def more_menu(_stage: Stage) -> Menu:
    """Return the menu behind x."""
    return Menu("More", MORE)


async def email(stage: Stage) -> None:
    """Change the contact address."""
    customer = await _one(stage, "e-mail")
    if customer is None:
        return
    required, typed = reason_required(stage, Operation.EMAIL), typed_for_one(stage, Operation.EMAIL, customer.username)
    spec = email_form(customer, stage.profile_title, reason=stage.reason, reason_required=required, typed=typed)
    answer = await stage.ask_form(spec)
    if answer:
        call = Call(Operation.EMAIL, customer.username, {"email": answer["email"]})
        await do_one(stage, call, customer, answer)
        stage.again = email


async def rename(stage: Stage) -> None:
    """Change the username; marks and cursor go with it."""
    customer = await _one(stage, "rename")
    if customer is None:
        return
    required, alike = reason_required(stage, Operation.RENAME), await warnings(stage, customer)
    spec = rename_form(customer, stage.profile_title, reason=stage.reason, reason_required=required, warnings=alike)
    answer = await stage.ask_form(spec)
    if answer:
        call = Call(Operation.RENAME, customer.username, {"username": answer["username"]})
        result = await do_one(stage, call, customer, answer)
        if result.outcome.is_applied and customer.username in stage.state.marked:
            stage.mark(stage.state.marked - {customer.username} | {answer["username"]})


async def delete(stage: Stage) -> None:
    """Close the account."""
    customer = await _one(stage, "delete")
    if customer is None:
        return
    required, alike = reason_required(stage, Operation.DELETE), await warnings(stage, customer)
    spec = delete_form(customer, stage.profile_title, reason=stage.reason, reason_required=required, warnings=alike)
    answer = await stage.ask_form(spec)
    if answer:
        result = await do_one(stage, Call(Operation.DELETE, customer.username), customer, answer)
        if result.outcome.is_applied:
            stage.mark(stage.state.marked - {customer.username})


async def _one(stage: Stage, verb: str) -> Customer | None:
    if len(stage.state.marked) > 1:
        stage.tell(f"{verb} works on one customer at a time; drop the marks first ( - ).", "warning")
        return None
    return await choose_one(stage)
