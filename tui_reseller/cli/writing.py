"""The way of every verb that changes customers: check, read, show or ask, send, report (design section 4)."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from tui_reseller.cli import messages
from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.confirmation import Confirmation, ask, consent_from_options
from tui_reseller.cli.delivery import Delivery
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.job_running import job_line, job_reporter
from tui_reseller.cli.named_customers import MANY_READS, nobody_there, one_by_one, read_named
from tui_reseller.cli.planned import needs_proposal, plan_of
from tui_reseller.cli.report import Report
from tui_reseller.cli.write_request import WriteRequest
from tui_reseller.domain.action import Effect
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.changes import Change
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import CustomerNotFound, InvalidInput, NeedsApproval, RefusedHere
from tui_reseller.domain.grading import NOT_SEEN, gravest, seen_values
from tui_reseller.domain.job import JobState
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.text import quoted
from tui_reseller.services import door, listing
from tui_reseller.services.creating import batch_for, carry_out_then
from tui_reseller.services.door import Consent, Permit
from tui_reseller.services.jobs import JobRun
from tui_reseller.services.new_customers import checked_customers
from tui_reseller.services.new_names import WAY_OUT, know_names, new_name, odd_names
from tui_reseller.services.result import Result
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session
from tui_reseller.services.validation import refuse_invalid, says_nothing
from tui_reseller.services.write import Aim, carry_out, preview


def write(inv: Invocation, options: Writing, operation: Operation, request: Callable[[Provider], WriteRequest]) -> int:
    """Do it all; return the exit code. *Request* reads the arguments for the service of the profile, once it is known
    to have the operation. Raises ResellerError for what stops it before anything is sent.
    """

    async def opened(services: Services, session: Session) -> int:
        if (lacking := session.policy.lacking(operation)) is not None:
            raise lacking
        return await _WriteFlow(inv, options, request(session.provider), services, session).run()

    return inv.with_session(opened, writing=options)


class _WriteFlow:
    """One writing command on an open session.

    Each customer is read once before its call is sent; where a person was asked in between, once more.
    """

    def __init__(
        self, inv: Invocation, options: Writing, request: WriteRequest, services: Services, session: Session
    ) -> None:
        self.inv, self.options, self.request, self.services, self.session = inv, options, request, services, session
        self.found: dict[str, Customer] = {}
        self.odd_names: list[str] = []
        self.is_asked = False

    async def run(self) -> int:
        """Refuse early what needs no reading; then read, show or ask, and send."""
        options, session, request = self.options, self.session, self.request
        if options.dry_run:
            return await self._show_only()
        try:
            approach = door.approach(session, [*request.calls, *request.further], options.reason)
        except NeedsApproval as error:
            return await self._plan_instead(error)
        early = None if request.read else self._warnings()
        info = listing.first_rows(session)
        total = info.total if info else 0
        confirmation = Confirmation(gravest(session.provider, request.calls), request.usernames, session.profile, total)
        consent = None if self._depends_on_customer else self._consent(confirmation)
        await self._check_rows()
        request = self.request
        warnings = [*messages.odd_names(self.odd_names), *(self._warnings() if early is None else early)]
        calls, skipped = self._without(await self._look_up())
        warnings += await self._taken_away(calls)
        seen = seen_values(self.found.values()) if self._depends_on_customer else NOT_SEEN
        if calls and self._depends_on_customer:
            confirmation = replace(confirmation, gravest=gravest(session.provider, calls, seen))
            consent = self._consent(confirmation)
        if calls and consent is None:
            lines = [(call.username, self._all_changes(call)) for call in calls]
            reviewed = messages.review(request.operation, session.profile, lines, warnings)
            consent, self.is_asked = ask(confirmation, reviewed, self.inv.console), True
        else:
            self._say(warnings)
        if not calls:
            return await self._send(calls, skipped, None)
        total = await door.total_for_ceiling(session) if request.is_for_many else confirmation.total
        return await self._send(calls, skipped, approach.admit(total, consent or Consent(), seen))

    @property
    def _depends_on_customer(self) -> bool:
        """Whether only a reading of the customers tells how grave it is."""
        return self.session.provider.action(self.request.operation).adding is not None

    def _consent(self, confirmation: Confirmation) -> Consent | None:
        return consent_from_options(confirmation, self.options, can_ask=self.inv.console.can_ask)

    async def _plan_instead(self, error: NeedsApproval) -> int:
        """Make a plan of what others have to approve of first. Raises that it was refused, and how to propose it."""
        await self._check_rows()
        calls, _skipped = self._without(await self._look_up())
        plan = await plan_of(self.session, calls, self.found, self.request.then)
        raise needs_proposal(error, self.services, plan)

    async def _check_rows(self) -> None:
        """Check the rows of a file, and new usernames, against the list. Raises InvalidInput with all that is wrong.

        A dry run looks only at the list that is there.
        """
        request, may_ask = self.request, not self.options.dry_run
        if not new_name(self.session.provider, request.calls[0]):
            return
        if may_ask:
            await self.inv.connect(self.session)
        if request.read is not None:
            await know_names(self.session, may_ask=may_ask, is_for_many=True)
            checked = await checked_customers(self.session, request.read, request.checking)
            self._say(checked.notes)
            self.request = replace(request, calls=checked.calls, then=checked.then)
        else:
            await know_names(self.session, may_ask=may_ask, is_for_many=False)
        if request.read is None or request.checking.allow_odd_names:  # of a file, the check has refused them
            self.odd_names = await odd_names(self.session, self.request.calls)
        if self.odd_names and not request.checking.allow_odd_names:
            raise InvalidInput(f"{self.odd_names[0]}; {WAY_OUT}", field=KEY, hint="nothing was sent")

    def _warnings(self) -> list[str]:
        """Return what is worth a word about the calls, each once. Raises InvalidInput for what speaks against one."""
        provider = self.session.provider
        said = [
            f"{quoted(call.username)}: {finding.message}" if self.request.is_for_many else finding.message
            for call in [*self.request.calls, *self.request.further]
            if not says_nothing(provider, call)
            for finding in refuse_invalid(provider, call)
        ]
        return list(dict.fromkeys(said))

    async def _taken_away(self, calls: Sequence[Call]) -> list[str]:
        """Return what calls take away from customers beside what they say."""
        if not self.session.provider.action(self.request.operation).is_whole:
            return []
        found = [(call, self.found[call.username]) for call in calls]
        lost = [(call, line) for call, now in found for line in await self.session.taken_away(call, now)]
        return [f"{quoted(call.username)} loses: {line}" for call, line in lost]

    def _say(self, warnings: Sequence[str]) -> None:
        for warning in warnings:
            self.inv.console.say(f"note: {warning}")

    async def _look_up(self) -> set[str]:
        """Read the customers; return the names that are unknown. Raises CustomerNotFound unless those are skipped."""
        is_new = self.session.provider.action(self.request.operation).effect is Effect.CREATES
        if not (is_new and self.options.dry_run):
            await self.inv.connect(self.session)
        if is_new:
            return set()
        self.found = await read_named(self.session, self.request.calls)
        unknown = [name for name in self.request.usernames if name not in self.found]
        if unknown and not (self.request.skip_unknown and self.request.is_for_many):
            raise await nobody_there(self.session, unknown, may_skip=self.request.is_for_many)
        return set(unknown)

    def _without(self, unknown: Collection[str]) -> tuple[list[Call], list[Result]]:
        """Return the calls on customers that are there, and the results of the others."""
        calls = self.request.calls
        skipped = [_skipped(call) for call in calls if call.username in unknown]
        return [call for call in calls if call.username not in unknown], skipped

    def _changes(self, call: Call) -> tuple[Change, ...]:
        return preview(self.session.provider, call, self.found.get(call.username))

    def _all_changes(self, call: Call) -> tuple[Change, ...]:
        """Return the changes of a call and of the one that follows it."""
        then = self.request.then.get(call.username)
        return self._changes(call) + (self._changes(then) if then else ())

    async def _show_only(self) -> int:
        """Show what would change and what speaks against it; send nothing. A dry run may be locked."""
        await self._check_rows()
        self._say([*messages.odd_names(self.odd_names), *self._refusals(), *self._warnings()])
        calls, skipped = self._without(await self._look_up())
        self._say(await self._taken_away(calls))
        with Report(self.inv, self.session.profile) as report:
            then = self.request.then
            for call in (one for first in calls for one in (first, then.get(first.username)) if one):
                changes = self._changes(call)
                message = "dry run: nothing was sent"
                report.add(Result(call.username, call.operation, Outcome.NOT_SENT, message, changes=changes))
            for result in skipped:
                report.add(result)
        self.inv.console.say("dry run: nothing was sent")
        return ExitCode.PARTIAL if skipped else ExitCode.OK

    def _refusals(self) -> list[str]:
        """Return what would be refused, each reason once."""
        said: list[str] = []
        for call in self.request.calls:
            try:
                door.approach(self.session, [call], self.options.reason)
            except RefusedHere as error:
                said.append(f"it would be {error.message}")
        return list(dict.fromkeys(said))

    async def _send(self, calls: Sequence[Call], skipped: Sequence[Result], permit: Permit | None) -> int:
        """Send what there is a permit for; report it with what was skipped."""
        generated = self.request.generated
        report = Report(self.inv, self.session.profile, generated, verifying=self.options.verify)
        passwords = {call.username: call.password for call in calls if call.password}
        batch = ""
        async with Delivery(self.inv, self.services.password_files, report, passwords, generated) as delivery:
            with report:
                for result in skipped:
                    report.add(result)
                if permit is not None and self.request.is_for_many:
                    batch = await self._send_many(calls, report, permit, delivery)
                elif permit is not None:
                    await self._send_one(calls[0], report, permit, delivery)
                await report.verify(self.session)
        two_calls = self.request.then if self.request.is_for_many else ()
        return delivery.code(report.close(len(self.request.calls), batch, two_calls))

    async def _send_one(self, call: Call, report: Report, permit: Permit, delivery: Delivery) -> None:
        await delivery.keep(call)
        began = self.session.clock.now()
        found, reason = self.found.get(call.username), self.options.reason
        aim = Aim.at(self.session.provider, found, reason) if self.is_asked else Aim(read=found, reason=reason)
        then = self.request.then.get(call.username)
        batch = batch_for(then)
        try:
            report.add(result := await carry_out(self.session, call, permit, replace(aim, batch=batch)))
            if then is not None and result.outcome.is_applied:
                report.add(await carry_out_then(self.session, call, result, then, permit, reason, batch))
        except asyncio.CancelledError:
            query = AuditQuery(self.session.account, username=call.username, since=began)
            await report.add_cut_off(self.session, query)
            raise
        delivery.is_over = True

    async def _send_many(self, calls: Sequence[Call], report: Report, permit: Permit, delivery: Delivery) -> str:
        """Several are a job, as everywhere; return what the audit log calls it."""
        session, jobs = self.session, self.services.jobs
        is_from_list = len(self.request.calls) > MANY_READS
        plan = await plan_of(session, calls, self.found, self.request.then)
        job = await jobs.add(plan, session.operator, self.options.reason, delivery.place)
        present = await one_by_one(session, calls) if self.is_asked and not is_from_list else self.found
        run = JobRun(
            session, jobs, job, permit.for_job(job.number), delivery.passwords, job_reporter(self.inv, report),
            present=None if is_from_list else present,
        )  # fmt: skip
        self.inv.signals.on_first_stop = run.stop
        try:
            done = await run.run()
        except asyncio.CancelledError:
            await report.add_cut_off(session, AuditQuery(session.account, batch=job.batch))
            raise
        finally:
            self.inv.signals.on_first_stop = None
        delivery.is_over = done.is_finished
        if done.state is not JobState.FINISHED:
            self.inv.console.warn(job_line(done, session.profile.name))
        return job.batch


def _skipped(call: Call) -> Result:
    message = "there is no such customer: left out"
    return Result(call.username, call.operation, Outcome.NOT_SENT, message, error=CustomerNotFound(message))
