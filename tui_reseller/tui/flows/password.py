"""Reset passwords: one customer, or all marked ones into a file that is named first."""

import secrets
from collections.abc import Sequence

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.password import check_password, generate_password
from tui_reseller.domain.secret import Secret
from tui_reseller.services.job_items import ONE_BY_ONE
from tui_reseller.services.job_passwords import Made, Passwords
from tui_reseller.system.files import at_home
from tui_reseller.tui.dialogs.form_spec import FormField
from tui_reseller.tui.dialogs.texts import password_form
from tui_reseller.tui.flows.act import do_one, reason_required
from tui_reseller.tui.flows.many import act_on_many
from tui_reseller.tui.flows.new_password import do_one_and_show
from tui_reseller.tui.flows.plans import Asked
from tui_reseller.tui.flows.targets import choose, warnings
from tui_reseller.tui.profile_context import ProfileContext


async def password(context: ProfileContext) -> None:
    """Ask, send, and show a generated password once."""
    targets = await choose(context)
    if not targets:
        return
    if len(targets) > 1 and context.provider.action(Operation.PASSWORD).why_old_password:
        context.notify(f"Nothing was sent: {ONE_BY_ONE}; drop the marks first ( - ).", "warning")
        return
    if len(targets) > 1:
        await _many(context, targets)
        return
    (target,) = targets
    spec = password_form(
        context.provider, target, context.profile_title, typed=target.username,
        reason_required=reason_required(context, Operation.PASSWORD),
        warnings=await warnings(context, target),
    )  # fmt: skip
    answer = await context.dialogs.ask_form(spec)
    if answer is not None:
        await _one(context, target, answer)


async def _one(context: ProfileContext, customer: Customer, answer: dict[str, str]) -> None:
    generated = answer["how"] == "generate"
    secret = generate_password(secrets.choice) if generated else Secret(answer["password"])
    if not generated and answer["password"] != answer["again"]:
        context.notify("The two passwords differ; nothing was sent.", "bad")
        return
    refused = [finding for finding in check_password(secret, customer.username) if not finding.warning]
    if refused:
        context.notify(f"{refused[0].message}; nothing was sent.", "bad")
        return
    old = Secret(answer["old"]) if "old" in answer else None
    call = Call(Operation.PASSWORD, customer.username, {}, secret, old_password=old)
    send = do_one_and_show if generated else do_one
    await send(context, call, customer, answer)


async def _many(context: ProfileContext, targets: Sequence[Customer]) -> None:
    """A new password for each, in a file that is named before the first is made."""
    name = str(at_home(f"~/passwords-{context.now():%Y%m%d-%H%M%S}.csv"))
    hint = "new; only you can read it"
    fields = (FormField("file", "Result file", name, required=True, hint=hint),)

    def passwords(answer: dict[str, str]) -> Passwords:
        return Made(context.services.password_files.new(at_home(answer["file"])))

    def place(answer: dict[str, str]) -> str:
        return str(at_home(answer["file"]).absolute())

    await act_on_many(context, Operation.PASSWORD, targets, Asked(fields, passwords, place))
