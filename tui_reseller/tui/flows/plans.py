"""The review of a plan, and the job that applies it (interaction 6.6)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.grading import gravest
from tui_reseller.domain.job import Job
from tui_reseller.domain.plan import Plan
from tui_reseller.services import plans
from tui_reseller.services.job_passwords import Passwords
from tui_reseller.services.plans import Drafted
from tui_reseller.services.policy import refuse_over_ceiling, typed_text
from tui_reseller.tui.dialogs.form_spec import FormField, FormSpec
from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.dialogs.rows import confirming_field, key_words, reason_field
from tui_reseller.tui.flows.act import admitted, reason_required
from tui_reseller.tui.flows.proposing import propose_plan
from tui_reseller.tui.flows.running import start_run
from tui_reseller.tui.presenters import job as words
from tui_reseller.tui.presenters.header import count_text
from tui_reseller.tui.profile_context import ProfileContext
from tui_reseller.tui.view_state import Note

_PLANNING = "Planning: "
_STARTS = ("then", "start")
"""What is asked only if the job is to start."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an action on many needs beside the plan: further fields of the review, and what makes its passwords."""

    fields: Sequence[FormField] = ()
    passwords: Callable[[dict[str, str]], Passwords | None] = lambda _answer: None
    passwords_to: Callable[[dict[str, str]], str] = lambda _answer: ""


@dataclass(frozen=True, slots=True)
class Review:
    """What a review says beside the plan: how many were marked, how many of them have changed since, and a note.
    Approved is one that others have to have approved of, and did.
    """

    marked: int = 0
    changed: int = 0
    note: str = ""
    asked: Asked = field(default_factory=Asked)
    is_approved: bool = False


def say_planning(context: ProfileContext, what: str) -> None:
    """Say what is being planned, until its review is there."""
    context.notify(f"{_PLANNING}{what} ...")


async def start_reviewed(context: ProfileContext, drafted: Drafted, review: Review) -> Job | None:
    """Show a plan, and start it as a job if the operator says so; return the job. Raises RefusedHere for more customers
    than the profile lets change at once, and what adding a job raises.
    """
    plan = drafted.plan
    if not plan.items:
        why = f": {drafted.refusals[0].message}" if drafted.refusals else ", all are so already"
        context.notify(f"Nothing to do{why}.")
        return None
    refuse_over_ceiling(context.session.profile, len(plan.items), plan.total)
    spec = _spec(context, drafted, review)
    if context.state.note.text.startswith(_PLANNING):
        context.show(note=Note())
    while True:
        answer = await context.dialogs.ask_form(spec, is_write=not review.is_approved)
        if answer is None:
            context.notify("Nothing was started.")
            return None
        if answer.get("then") != "list":
            break
        hidden = frozenset(plan.hidden)
        rows = [("", words.item_line(context.provider, item, is_hidden=item.username in hidden)) for item in plan.items]
        title = f"Plan: all {count_text(len(rows))}"
        await context.dialogs.ask(
            Page(title, rows, hint="/ filters   Esc back to the review", heads=words.item_heads(context.provider))
        )
        kept = [replace(row, start=answer[row.name]) if row.name in _kept(review) else row for row in spec.fields]
        spec = replace(spec, fields=kept)
    if context.session.policy.approvals and not review.is_approved:
        await propose_plan(context, plan, answer["reason"])
        return None
    return await _start(context, plan, answer, review.asked)


def _kept(review: Review) -> set[str]:
    """Return the fields that keep what was typed while all customers were looked at."""
    return {"reason", *(row.name for row in review.asked.fields if row.kind != "secret")}


async def _start(context: ProfileContext, plan: Plan, answer: dict[str, str], asked: Asked) -> Job | None:
    """Apply a plan that was reviewed."""
    if context.run is not None:
        context.notify(f"Job {context.run.job.number} is still running here: one after the other.", "warning")
        return None
    fits = await plans.unmoved(plan, context.session, is_final=True)
    permit = admitted(context, plan.calls, answer, plan.seen, as_plan=True)
    passwords, to = asked.passwords(answer), asked.passwords_to(answer)
    try:
        job = await context.services.jobs.add(fits, context.session.operator, answer["reason"], to, digest=plan.digest)
    except ResellerError:
        if passwords is not None:
            passwords.close()
        raise
    start_run(context, job, permit.for_job(job.number), passwords)
    return job


def _spec(context: ProfileContext, drafted: Drafted, review: Review) -> FormSpec:
    plan = drafted.plan
    found = gravest(context.provider, [item.call for item in plan.items], plan.seen)
    names = [item.username for item in plan.items]
    typed = typed_text(found.grade, names, context.session.profile, plan.total)
    action = context.provider.action(found.operation)
    what = action.title.lower() if len(plan.operations) == 1 else "several actions"
    lines = words.plan_lines(context.provider, plan, marked=review.marked, changed=review.changed, now=context.now())
    lines[1:1] = [text for text in (review.note, action.of_many) if text] + words.undo_lines(drafted.refusals)
    fields = [*review.asked.fields, reason_field(required=reason_required(context, found.operation))]
    if typed is not None:
        fields.append(confirming_field(names, typed, key_words(context.provider)))
    if len(names) > words.SAMPLE:
        then = (("start", "start"), ("list", f"show all {count_text(len(names))} first"))
        fields = [replace(row, only_if=_STARTS) for row in fields]
        fields.insert(0, FormField("then", "ctrl+s", "start", "choice", options=then))
    count = "1 customer" if len(names) == 1 else f"{count_text(len(names))} customers"
    title = f"Plan: {what} for {count}"
    return FormSpec(title, context.profile_title, lines, fields, commit="Start", grade=found.grade)
