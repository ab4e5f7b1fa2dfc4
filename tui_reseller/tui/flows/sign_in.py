"""A link that signs an operator in as a customer: asked about, shown once as a password is, kept nowhere."""

from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.text import quoted
from tui_reseller.services import sign_in as asking
from tui_reseller.services.door import Consent
from tui_reseller.tui.dialogs.form_spec import FormSpec
from tui_reseller.tui.dialogs.rows import reason_field, typed_fields
from tui_reseller.tui.dialogs.secret import ShowSecret
from tui_reseller.tui.dialogs.texts import who
from tui_reseller.tui.flows.targets import only_one, warnings
from tui_reseller.tui.profile_context import ProfileContext

REMARK = "It works once, for about a minute, for whoever has it. It is shown here only."


async def sign_in(context: ProfileContext) -> None:
    """Ask, get a link, and show it once."""
    customer = await only_one(context, "sign-in")
    if customer is None:
        return
    session, name, action = context.session, customer.username, asking.ACTION
    try:
        asking.refuse(session, name)
    except ResellerError as error:
        context.notify_error(error)
        return
    lines = (who(context.provider, customer), *await warnings(context, customer), *action.consequence)
    needs_reason = session.profile.protected and not session.policy.unlock_reason
    fields = (reason_field(required=needs_reason), *typed_fields(name, asking.typed_text(session, name)))
    spec = FormSpec(action.title, context.profile_title, lines, fields, commit=action.button, grade=action.grade)
    answer = await context.dialogs.ask_form(spec, is_write=False)
    if answer is None:
        return
    context.notify(f"A sign-in link of {quoted(name, 40)} is asked for ...")
    try:
        consent = Consent(agreed=True, typed=answer.get("typed"))
        link = await asking.link_for(session, name, answer["reason"], consent)
    except ResellerError as error:
        context.notify_error(error)
        return
    context.notify(f"A sign-in link of {quoted(name, 40)} was given; that is written down, the link is not.", "good")
    title = f"Sign-in link of {quoted(name, 40)}"
    await context.dialogs.ask(
        ShowSecret(name, link, Outcome.APPLIED, context.host.copy_text, title=title, remark=REMARK)
    )
