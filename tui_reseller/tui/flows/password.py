"""Reset passwords: one customer, or all marked ones into a file that is named first."""

import csv
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.password import check_password, generate_password
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import clean, formula_safe
from tui_reseller.services.policy import refuse_over_ceiling, typed_text
from tui_reseller.services.result import Result
from tui_reseller.tui.dialogs.secret import ShowSecret
from tui_reseller.tui.dialogs.texts import password_form
from tui_reseller.tui.flows.act import do_many, do_one, reason_required
from tui_reseller.tui.flows.targets import choose, warnings
from tui_reseller.tui.stage import Stage


async def password(stage: Stage) -> None:
    """Ask, send, and show a generated password once."""
    targets = await choose(stage)
    if not targets:
        return
    usernames = [customer.username for customer in targets]
    session = stage.session
    refuse_over_ceiling(session.profile, len(targets), session.customers.total)
    typed = typed_text(Operation.PASSWORD, usernames, session.profile, session.customers.total)
    spec = password_form(
        targets, stage.profile_title, typed=typed or "", reason=stage.reason,
        reason_required=reason_required(stage, Operation.PASSWORD),
        warnings=await warnings(stage, targets[0]) if len(targets) == 1 else (),
        file=str(Path.home() / f"passwords-{stage.now():%Y%m%d-%H%M%S}.csv"),
    )  # fmt: skip
    answer = await stage.ask_form(spec)
    if answer is None:
        return
    if len(targets) == 1:
        await _one(stage, targets[0], answer)
    else:
        await _many(stage, targets, answer)


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
    result = await do_one(stage, Call(Operation.PASSWORD, customer.username, {}, secret), customer, answer["reason"])
    if generated and result.outcome in {Outcome.APPLIED, Outcome.UNKNOWN}:
        await stage.ask(ShowSecret(customer.username, secret, result.outcome, stage.app.copy_text))


async def _many(stage: Stage, targets: Sequence[Customer], answer: dict[str, str]) -> None:
    path = Path(os.path.expanduser(answer["file"]))  # noqa: PTH111, ASYNC240 - reads nothing from the disk
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        stage.tell(f"{path}: {error.strerror}; nothing was sent.", "bad")
        return
    passwords = {customer.username: generate_password(secrets.choice) for customer in targets}
    calls = [Call(Operation.PASSWORD, name, {}, secret) for name, secret in passwords.items()]
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        write = csv.writer(file).writerow
        write(("username", "password", "outcome"))
        # Before the first is sent: a password that may have been set must not be lost with this program.
        for username, secret in passwords.items():
            write((formula_safe(clean(username)), secret.reveal(), "not sent yet"))
        file.flush()
        os.fsync(handle)
        results = await do_many(stage, calls, targets, answer["reason"])
        file.seek(0)
        file.truncate()
        write(("username", "password", "outcome"))
        by_name = {result.username: result for result in results}
        for username, secret in passwords.items():
            write((formula_safe(clean(username)), secret.reveal(), _word(by_name.get(username))))
        file.flush()
        os.fsync(handle)
    stage.tell(f"{stage.state.note.text}   passwords in {path}", stage.state.note.kind)


def _word(result: Result | None) -> str:
    return result.outcome.word if result else "Not sent"
