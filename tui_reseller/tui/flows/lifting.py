"""A suspension that is over: nothing gives sending back by itself, so a person does, or stops it without an end."""

import secrets

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.printed import command
from tui_reseller.domain.text import quoted
from tui_reseller.services.lifting import call_of, lift
from tui_reseller.services.suspensions import Suspension
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.dialogs.texts import switch_form
from tui_reseller.tui.flows.act import admitted, do_one, reason_required, show_result, typed_for_one
from tui_reseller.tui.flows.switches import switch
from tui_reseller.tui.presenters.entry import ended_lines
from tui_reseller.tui.profile_context import ProfileContext


async def ended(context: ProfileContext, suspension: Suspension) -> None:
    """Say what was to be when it ends, and do what is chosen."""
    customer = context.session.customers.get(suspension.username)
    stop = context.provider.action(suspension.entry.operation)
    back = context.provider.action(call_of(suspension).operation)
    options = () if customer is None else (
        Option("e", f"{back.title} ...", "lift"),
        Option("d", f"{stop.title} without an end ...", "stop"),
    )  # fmt: skip
    for_all = command("due", "--run", "--profile", context.session.profile.name)
    lines = [*ended_lines(suspension, context.now()), f" For all that are due: {for_all}"]
    if customer is None:
        lines.append(" It is not in the list; r reads it again.")
    chosen = await context.dialogs.ask(Menu(f"DUE - {quoted(suspension.username, 40)}", options, lines=lines))
    if customer is not None and chosen == "lift":
        await _lift(context, suspension, customer)
    elif customer is not None and chosen == "stop":
        await switch(context, suspension.entry.operation, [customer])


async def _lift(context: ProfileContext, suspension: Suspension, customer: Customer) -> None:
    call = call_of(suspension)
    spec = switch_form(
        context.provider,
        call.operation,
        customer,
        context.profile_title,
        read_at=context.read_at,
        typed=typed_for_one(context, call.operation, call.username),
        reason_required=reason_required(context, call.operation),
        now=context.now(),
    )
    answer = await context.dialogs.ask_form(spec)
    if answer is None:
        return
    if context.session.policy.approvals:
        await do_one(context, call, customer, answer)
        return
    try:
        permit = admitted(context, [call], answer)
    except ResellerError as error:
        context.notify_error(error)
        return
    result = await lift(context.session, suspension, permit, secrets.token_hex(4), answer["reason"])
    await show_result(context, result)
