"""A new customer: form, review, one call."""

import secrets

from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.password import PasswordState, generate_password
from tui_reseller.domain.provider import AtCreate
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import clean
from tui_reseller.services.job_passwords import state_after
from tui_reseller.services.validation import findings_for
from tui_reseller.tui.dialogs.texts import create_form, review_form, typed_fields
from tui_reseller.tui.flows.act import do_one, reason_required, typed_for_one
from tui_reseller.tui.flows.new_password import do_one_and_show
from tui_reseller.tui.stage import Stage


async def create(stage: Stage) -> None:
    """Ask, review, send; what was typed stays until it is applied or left, and n brings it back."""
    values, stage.unsent = stage.unsent, None
    problem = ""
    while True:
        values = await stage.ask_form(create_form(stage.profile_title, values, problem))
        if values is None:
            return
        password, problem = _password(values)
        call = Call(Operation.CREATE, values["username"], _fields(values), password)
        findings = findings_for(stage.session.provider, call) if password else []
        problem = problem or "; ".join(finding.message for finding in findings if not finding.warning)
        if problem:
            continue
        lines = [
            f"{RESELLER_V2.label(name):<12} {clean(values[name], longest=100)}"
            for name in RESELLER_V2.at_create(AtCreate.REQUIRED)
        ]
        lines.append(
            "Password     " + ("generated, shown once afterwards" if values["how"] == "generate" else "as typed")
        )
        lines += [f"note: {finding.message}" for finding in findings if finding.warning]
        lines.append("There is no undo: a username that was created and deleted can never be used again.")
        spec = review_form(
            "Review new customer", stage.profile_title, lines, reason=stage.reason,
            reason_required=reason_required(stage, Operation.CREATE), commit="Create",
            confirming=typed_fields(call.username, typed_for_one(stage, Operation.CREATE, call.username)),
        )  # fmt: skip
        answer = await stage.ask_form(spec)
        if answer is None:
            continue
        # Until it is applied, and also if the answer of the service never comes; that opens no dialog.
        stage.unsent = {name: value for name, value in values.items() if name not in {"password", "again"}}
        send = do_one_and_show if values["how"] == "generate" else do_one
        result = await send(stage, call, None, answer)
        if state_after(result) is not PasswordState.REFUSED:
            stage.unsent = None
            return
        stage.tell(f"{stage.state.note.text}   n brings back what you typed", stage.state.note.kind)
        return


def _fields(values: dict[str, str]) -> dict[str, str]:
    given = {name: values[name] for name in RESELLER_V2.at_create(AtCreate.REQUIRED) if name != "username"}
    return given | {name: values[name] for name in RESELLER_V2.at_create(AtCreate.ADVISED) if values[name]}


def _password(values: dict[str, str]) -> tuple[Secret | None, str]:
    """Return the password, or what is wrong with what was typed."""
    if values["how"] == "generate":
        return generate_password(secrets.choice), ""
    if values["password"] != values["again"]:
        return None, "the two passwords differ; nothing was sent"
    return Secret(values["password"]), "" if values["password"] else "a password is required"
