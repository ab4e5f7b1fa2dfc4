"""Jobs on the screen: the list, a job's page, what can be done with one that does not run."""

import asyncio
import json
from pathlib import Path

from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import InvalidInput, ResellerError
from tui_reseller.domain.job import Job
from tui_reseller.domain.plan import Plan
from tui_reseller.domain.printed import command
from tui_reseller.domain.text import clean
from tui_reseller.services import plans
from tui_reseller.services.approvals import refuse_unapproved_job
from tui_reseller.services.door import Consent, Permit, admit_job
from tui_reseller.services.job_items import RETRIED, retry_rejected
from tui_reseller.services.plans import Drafted
from tui_reseller.services.undo import draft_undo
from tui_reseller.system.files import at_home
from tui_reseller.tui.dialogs.form_spec import FormField, FormSpec
from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.flows.plans import Review, say_planning, start_reviewed
from tui_reseller.tui.flows.running import ask_page, start_run
from tui_reseller.tui.presenters import job as words
from tui_reseller.tui.presenters.header import count_text
from tui_reseller.tui.profile_context import ProfileContext


async def jobs(context: ProfileContext) -> None:
    """List the jobs of this account; open one."""
    while True:
        found = await context.services.jobs.all(context.session.account)
        heads, lines = words.job_table(found, context.now())
        rows = [(str(job.number), line) for job, line in zip(found, lines, strict=True)]
        none = "No job yet: mark several customers, then a verb."
        chosen = await context.dialogs.ask(Page("Plans and jobs", rows, empty=none, heads=heads))
        if chosen is None:
            return
        await open_job(context, int(chosen))


async def open_job(context: ProfileContext, number: int) -> None:
    """Show a job, and do what is asked there."""
    while True:
        job = await context.services.jobs.get(number)
        if job is None:
            return
        wanted = await ask_page(context, job)
        if wanted is None:
            return
        try:
            if await _do(context, job, wanted):
                return
        except ResellerError as error:
            context.notify_error(error)
            return


async def _do(context: ProfileContext, job: Job, wanted: str) -> bool:
    """Do what was asked on a job's page; return whether it leads away from it."""
    match wanted:
        case "resume":
            permit = await _permitted(context, job, job.total - job.done)
            start_run(context, job, permit, context.services.passwords_of(job))
        case "retry":
            permit = await _permitted(context, job, sum(job.counts.get(outcome, 0) for outcome in RETRIED))
            async with context.services.jobs.owning(job.number, context.session.operator):
                count = await retry_rejected(context.services.jobs, job)
            context.notify(f"{count_text(count)} customers again.")
            start_run(context, job, permit, context.services.passwords_of(job))
        case "undo":
            await _undo(context, job)
            return True
        case _:
            await _results(context, job)
    return False


async def _permitted(context: ProfileContext, job: Job, count: int) -> Permit:
    await refuse_unapproved_job(context.services.approvals, job, context.session.policy)
    return await admit_job(context.session, job, count, Consent(agreed=True, recorded=True))


async def _undo(context: ProfileContext, job: Job) -> None:
    entries = await context.services.ledger.entries(AuditQuery(account=context.session.account, batch=job.batch))
    say_planning(context, f"undo of job {job.number}")
    drafted = await draft_undo(context.session, entries, f"undo of {job.batch}")
    note = f"Undo of job {job.number}; what was changed since is left alone."
    await review_and_run(context, drafted, Review(note=note))


async def review_and_run(context: ProfileContext, drafted: Drafted, review: Review) -> None:
    """Show a plan; if the operator says so, apply it as a job, and show the job's page."""
    job = await start_reviewed(context, drafted, review)
    if job is not None:
        await open_job(context, job.number)


async def start_approved(context: ProfileContext, plan: Plan) -> None:
    """Review a plan that others approved of once more, and apply it. Raises InvalidInput for one that needs passwords:
    on the screen there is no file that has them.
    """
    plans.check_place(plan, context.session)
    if any(context.provider.action(operation).needs_password for operation in plan.operations):
        context.services.plans.save(plan)
        raise InvalidInput(
            "this plan needs passwords, which no proposal holds; nothing was sent",
            hint=command("plan", "apply", plan.digest[:12], "--passwords-to", "passwords.csv"),
        )
    await review_and_run(context, Drafted(plan), Review(note="Others approved of exactly this.", is_approved=True))


async def _results(context: ProfileContext, job: Job) -> None:
    """Write what became of each customer to a new file."""
    name = Path.cwd() / f"job-{job.number}-results.jsonl"
    each = "one for each of two calls" if job.makes_two_calls else "one a customer"
    lines = (f"What became of {count_text(job.total)} customers, {each}: JSON Lines, yours alone (0600).",)
    fields = (FormField("file", "New file", value=str(name), required=True),)
    answer = await context.dialogs.ask_form(
        FormSpec(f"Results of job {job.number}", context.profile_title, lines, fields, "Write")
    )
    if answer is None:
        return
    lines_of: list[str] = []
    after = -1
    while page := await context.services.jobs.items(job.number, after):
        lines_of += [json.dumps(item.as_dict(context.provider)) + "\n" for item in page]
        after = page[-1].seq
    place = await asyncio.to_thread(_written, context, answer["file"], "".join(lines_of))
    context.notify(f"Wrote {count_text(len(lines_of))} rows to {clean(place)}", "good")


def _written(context: ProfileContext, name: str, content: str) -> str:
    path = at_home(name)
    context.services.write_new(path, content.encode("ascii"))
    return str(path)
