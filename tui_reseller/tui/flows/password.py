"""Reset passwords: one customer, or all marked ones into a file that is named first."""

import secrets
from collections.abc import Sequence
from pathlib import Path

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.password import check_password, generate_password
from tui_reseller.domain.secret import Secret
from tui_reseller.services.job_passwords import Made, Passwords
from tui_reseller.tui.dialogs.form import FormField
from tui_reseller.tui.dialogs.texts import password_form
from tui_reseller.tui.flows.act import do_one, reason_required
from tui_reseller.tui.flows.new_password import do_one_and_show
from tui_reseller.tui.flows.plans import Asked, act_on_many
from tui_reseller.tui.flows.targets import choose, warnings
from tui_reseller.tui.stage import Stage


async def password(stage: Stage) -> None:
    """Ask, send, and show a generated password once."""
    targets = await choose(stage)
    if not targets:
        return
    if len(targets) > 1:
        await _many(stage, targets)
        return
    (target,) = targets
    spec = password_form(
        target, stage.profile_title, typed=target.username, reason=stage.reason,
        reason_required=reason_required(stage, Operation.PASSWORD),
        warnings=await warnings(stage, target),
    )  # fmt: skip
    answer = await stage.ask_form(spec)
    if answer is not None:
        await _one(stage, target, answer)


async def _one(stage: Stage, customer: Customer, answer: dict[str, str]) -> None:
    generated = answer["how"] == "generate"
    secret = generate_password(secrets.choice) if generated else Secret(answer["password"])
    if not generated and answer["password"] != answer["again"]:
        stage.tell("The two passwords differ; nothing was sent.", "bad")
        return
    refused = [finding for finding in check_password(secret, customer.username) if not finding.warning]
    if refused:
        stage.tell(f"{refused[0].message}; nothing was sent.", "bad")
        return
    call = Call(Operation.PASSWORD, customer.username, {}, secret)
    send = do_one_and_show if generated else do_one
    await send(stage, call, customer, answer)


async def _many(stage: Stage, targets: Sequence[Customer]) -> None:
    """A new password for each, in a file that is named before the first is made."""
    name = str(Path.home() / f"passwords-{stage.now():%Y%m%d-%H%M%S}.csv")
    hint = "new; only you can read it"
    fields = (FormField("file", "Result file", name, required=True, hint=hint),)

    def passwords(answer: dict[str, str]) -> Passwords:
        return Made(stage.services.password_files.new(Path(answer["file"]).expanduser()))

    def place(answer: dict[str, str]) -> str:
        return str(Path(answer["file"]).expanduser().absolute())

    await act_on_many(stage, Operation.PASSWORD, targets, Asked(fields, passwords, place))
