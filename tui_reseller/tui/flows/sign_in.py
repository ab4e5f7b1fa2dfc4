"""A link that signs an operator in as a customer: asked about, shown once as a password is, kept nowhere."""

from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.text import quoted
from tui_reseller.services import sign_in as asking
from tui_reseller.services.write import stopped
from tui_reseller.tui.dialogs.form_spec import FormSpec
from tui_reseller.tui.dialogs.rows import key_words, reason_field, typed_fields
from tui_reseller.tui.dialogs.secret import ShowSecret
from tui_reseller.tui.dialogs.texts import who
from tui_reseller.tui.flows.act import admitted, reason_required, show_result, typed_for_one
from tui_reseller.tui.flows.targets import only_one, warnings
from tui_reseller.tui.profile_context import ProfileContext

REMARK = "It works once, for about a minute, for whoever has it. It is shown here only."


async def sign_in(context: ProfileContext) -> None:
    """Ask, get a link, and show it once."""
    customer = await only_one(context, "sign-in")
    if customer is None:
        return
    session, call = context.session, asking.call_for(customer.username)
    name, action = call.username, context.provider.action(call.operation)
    try:
        session.policy.refuse(call)
    except ResellerError as error:
        context.notify_error(error)
        return
    lines = (who(context.provider, customer), *await warnings(context, customer), *action.consequence)
    typed = typed_for_one(context, call.operation, name)
    fields = (
        reason_field(required=reason_required(context, call.operation)),
        *typed_fields(name, typed, key_words(context.provider)),
    )
    spec = FormSpec(action.title, context.profile_title, lines, fields, commit=action.button, grade=action.grade)
    answer = await context.dialogs.ask_form(spec, is_write=False)
    if answer is None:
        return
    context.notify(f"A sign-in link of {quoted(name, 40)} is asked for ...")
    try:
        permit = admitted(context, [call], answer)
    except ResellerError as error:
        await show_result(context, stopped(call, error))
        return
    result = await asking.ask_for_link(session, call, permit, answer["reason"])
    await show_result(context, result)
    if result.link is None:
        return
    title = f"Sign-in link of {quoted(name, 40)}"
    await context.dialogs.ask(
        ShowSecret(name, result.link, result.outcome, context.host.copy_text, title=title, remark=REMARK)
    )
