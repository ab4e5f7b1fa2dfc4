"""One action on many customers: a plan, its review, and the job that applies it (interaction 6.6)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.plan import Plan
from tui_reseller.services import listing, plans
from tui_reseller.services.job_passwords import Passwords
from tui_reseller.services.plan_file import RequestedChange
from tui_reseller.services.plans import Drafted
from tui_reseller.services.policy import refuse_over_ceiling, typed_text
from tui_reseller.tui.dialogs.form import FormField, FormSpec
from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.dialogs.texts import CONSEQUENCE_OF_MANY, WORDS, confirming_field, reason_field
from tui_reseller.tui.flows.act import admitted, reason_required
from tui_reseller.tui.flows.jobs import run_and_show
from tui_reseller.tui.presenters import job as words
from tui_reseller.tui.presenters.header import count_text
from tui_reseller.tui.stage import Stage

_THEN = (("start", "start"), ("list", "look at all of them first"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What an action on many needs beside the plan: further fields of the review, and what makes its passwords."""

    fields: Sequence[FormField] = ()
    passwords: Callable[[dict[str, str]], Passwords | None] = lambda _answer: None
    passwords_to: Callable[[dict[str, str]], str] = lambda _answer: ""


async def act_on_many(
    stage: Stage, operation: Operation, targets: Sequence[Customer], asked: Asked | None = None
) -> None:
    """Plan one operation for marked customers, have it reviewed, and apply it."""
    session = stage.session
    names = [customer.username for customer in targets]
    shown = frozenset(session.customers.usernames())
    stage.tell(f"Planning: {WORDS[operation].lower()} for {count_text(len(names))} customers ...")
    try:
        await listing.refresh_for_many(session)
        wanted = [RequestedChange(Call(operation, name)) for name in names]
        hidden = frozenset(name for name in names if name not in shown)
        drafted = await plans.draft(session, wanted, origin=f"marked {count_text(len(names))}", hidden=hidden)
    except ResellerError as error:
        stage.tell_error(error)
        return
    await stage.requery()
    loaded = {customer.username: customer for customer in targets}
    changed = plans.moved_since(drafted.plan, loaded)
    await review(stage, drafted, marked=len(names), changed=changed, asked=asked or Asked())


async def review(
    stage: Stage, drafted: Drafted, *, marked: int = 0, changed: int = 0, asked: Asked | None = None, note: str = ""
) -> None:
    """Show a plan, and apply it as a job if the operator says so."""
    plan, asked = drafted.plan, asked or Asked()
    if not plan.items:
        why = f": {drafted.refusals[0].message}" if drafted.refusals else ", all are so already"
        stage.tell(f"Nothing to do{why}.")
        return
    refuse_over_ceiling(stage.session.profile, len(plan.items), plan.total)
    spec = _spec(stage, drafted, marked=marked, changed=changed, asked=asked, note=note)
    while True:
        answer = await stage.ask_form(spec)
        if answer is None:
            return
        if answer.get("then") != "list":
            break
        hidden = frozenset(plan.hidden)
        rows = [("", words.item_line(item, is_hidden=item.username in hidden)) for item in plan.items]
        await stage.ask(Page(f"Plan: all {count_text(len(rows))}", rows, hint="/ filters   Esc back to the review"))
        spec = replace(
            spec, fields=[replace(f, start=answer[f.name]) if f.name == "reason" else f for f in spec.fields]
        )
    await _start(stage, plan, answer, asked)


async def _start(stage: Stage, plan: Plan, answer: dict[str, str], asked: Asked) -> None:
    """Apply a plan that was reviewed, and show the job."""
    if stage.run is not None:
        stage.tell(f"Job {stage.run.job.number} is still running here: one after the other.", "warning")
        return
    fits = await plans.unmoved(plan, stage.session)
    permit = admitted(stage, [item.call for item in plan.items], answer)
    passwords, to = asked.passwords(answer), asked.passwords_to(answer)
    try:
        job = await stage.services.jobs.add(fits, stage.session.operator, answer["reason"], to, digest=plan.digest)
    except ResellerError:
        if passwords is not None:
            passwords.close()
        raise
    await run_and_show(stage, job, permit.for_job(job.number), passwords)


def _spec(stage: Stage, drafted: Drafted, *, marked: int, changed: int, asked: Asked, note: str) -> FormSpec:
    plan = drafted.plan
    gravest = max(plan.operations, key=lambda operation: stage.session.provider.action(operation).grade)
    names = [item.username for item in plan.items]
    typed = typed_text(gravest, names, stage.session.profile, plan.total)
    what = WORDS[gravest].lower() if len(plan.operations) == 1 else "several actions"
    lines = words.plan_lines(plan, marked=marked, changed=changed, now=stage.now())
    consequence = CONSEQUENCE_OF_MANY.get(gravest)
    lines[1:1] = [text for text in (note, consequence) if text] + words.undo_lines(drafted.refusals)
    fields = [*asked.fields, reason_field(required=reason_required(stage, gravest), value=stage.reason)]
    if len(names) > words.SAMPLE:
        fields.append(FormField("then", "Then", "start", "choice", options=_THEN))
    if typed is not None:
        fields.append(confirming_field(names, typed))
    count = "1 customer" if len(names) == 1 else f"{count_text(len(names))} customers"
    return FormSpec(f"Plan: {what} for {count}", stage.profile_title, lines, fields, commit="Start")
