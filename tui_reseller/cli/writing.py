"""The way of every verb that changes customers: check, read, show or ask, send, tell (design section 4)."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tui_reseller.cli import asking, words
from tui_reseller.cli.applying import job_line, teller
from tui_reseller.cli.delivery import Delivery
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import Writing
from tui_reseller.cli.report import Report
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.changes import Change
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import CustomerNotFound, RefusedHere, SnapshotDamaged
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.plan import Item, JobState, Plan
from tui_reseller.domain.printed import command
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import quoted
from tui_reseller.services import door, listing
from tui_reseller.services.door import Consent, Permit
from tui_reseller.services.jobs import JobRun
from tui_reseller.services.result import Result
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session
from tui_reseller.services.validation import refuse_invalid
from tui_reseller.services.write import Aim, carry_out, preview

MANY_READS = 20
"""Above this many usernames one list is read instead of each customer."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a verb wants done: one operation on one or several customers. Generated passwords are shown once."""

    calls: Sequence[Call]
    generated: Mapping[str, Secret] = field(default_factory=dict)
    skip_unknown: bool = False

    @property
    def operation(self) -> Operation:
        """The one operation."""
        return self.calls[0].operation

    @property
    def usernames(self) -> list[str]:
        """On whom."""
        return [call.username for call in self.calls]


def write(inv: Invocation, options: Writing, order: Order) -> int:
    """Do it all; return the exit code. Raises ResellerError for what stops it before anything is sent."""

    async def opened(services: Services, session: Session) -> int:
        return await _Flow(inv, options, order, services, session).run()

    return inv.with_session(opened, writing=True)


class _Flow:
    """One writing command on an open session."""

    def __init__(self, inv: Invocation, options: Writing, order: Order, services: Services, session: Session) -> None:
        self.inv, self.options, self.order, self.services, self.session = inv, options, order, services, session
        self.found: dict[str, Customer] = {}

    async def run(self) -> int:
        """Refuse early what needs no reading; then read, show or ask, and send."""
        options, session, order = self.options, self.session, self.order
        if options.unlock is not None:
            session.policy.unlock_for_run(options.unlock)
        warnings = self._checked()
        info = listing.first_rows(session)
        question = asking.Question(order.operation, order.usernames, session.profile, info.total if info else 0)
        consent = None if options.dry_run else asking.by_options(question, options, can_ask=self.inv.talk.can_ask)
        await session.ledger.recover()
        await session.learn_last_set()
        unknown = await self._look_up()
        calls = [call for call in order.calls if call.username not in unknown]
        skipped = [_skipped(call) for call in order.calls if call.username in unknown]
        if options.dry_run:
            return self._show_only(calls, skipped, warnings)
        if calls and consent is None:
            lines = [(call.username, self._changes(call)) for call in calls]
            reviewed = words.review(order.operation, session.profile, lines, warnings)
            consent = asking.ask(question, reviewed, self.inv.talk)
        else:
            for warning in warnings:
                self.inv.talk.say(f"note: {warning}")
        total = await door.total_for_ceiling(session) if len(order.calls) > 1 else question.total
        permit = door.admit(session, order.calls, options.reason, total, consent or Consent())
        return await self._send(calls, skipped, permit)

    def _checked(self) -> list[str]:
        """Raise what speaks against the calls themselves; return what is only worth a word. A dry run may be locked."""
        said: list[str] = []
        for call in self.order.calls:
            try:
                self.session.policy.check(call, self.options.reason)
            except RefusedHere as error:
                if not self.options.dry_run:
                    raise
                said.append(f"it would be {error.message}")
            prefix = f"{quoted(call.username)}: " if len(self.order.calls) > 1 else ""
            said += [prefix + finding.message for finding in refuse_invalid(self.session.provider, call)]
        return list(dict.fromkeys(said))

    async def _look_up(self) -> set[str]:
        """Read the customers; return the names that are unknown. Raises CustomerNotFound unless those are skipped."""
        names = self.order.usernames
        if self.order.operation is Operation.CREATE:
            if not self.options.dry_run:
                await self.inv.connect(self.session)
            return set()
        await self.inv.connect(self.session)
        if len(names) > MANY_READS:
            self.found = await self._from_list(names)
        else:
            for name in names:
                customer = await self.session.find(name)
                if customer is not None:
                    self.found[name] = customer
        unknown = [name for name in names if name not in self.found]
        if unknown and not (self.order.skip_unknown and len(names) > 1):
            listed = ", ".join(quoted(name) for name in unknown[:5])
            more = f" and {len(unknown) - 5:,} more" if len(unknown) > 5 else ""
            hint = "--skip-unknown leaves them out" if len(names) > 1 else ""
            raise CustomerNotFound(f"there is no customer {listed}{more}; nothing was sent", hint=hint)
        return set(unknown)

    async def _from_list(self, names: Sequence[str]) -> dict[str, Customer]:
        with contextlib.suppress(SnapshotDamaged):  # the service is asked anyway
            await listing.load(self.session)
        fresh = await listing.read_all(self.session)
        if fresh.held:
            way = command("list", "--accept-smaller", "--profile", self.session.profile.name)
            raise RefusedHere(
                f"the list came with {fresh.total:,} customers, the last one had {fresh.previous:,}; nothing was sent",
                hint=f"look at it first; what takes it over: {way}",
            )
        return dict(self.session.customers.named(names))

    def _changes(self, call: Call) -> tuple[Change, ...]:
        return preview(self.session.provider, call, self.found.get(call.username))

    def _show_only(self, calls: Sequence[Call], skipped: Sequence[Result], warnings: Sequence[str]) -> int:
        for warning in warnings:
            self.inv.talk.say(f"note: {warning}")
        with Report(self.inv, self.session.profile.name) as report:
            for call in calls:
                changes = self._changes(call)
                message = "dry run: nothing was sent"
                report.add(Result(call.username, call.operation, Outcome.NOT_SENT, message, changes=changes))
            for result in skipped:
                report.add(result)
        self.inv.talk.say("dry run: nothing was sent")
        return ExitCode.SOME if skipped else ExitCode.FINE

    async def _send(self, calls: Sequence[Call], skipped: Sequence[Result], permit: Permit) -> int:
        asked, generated = len(self.order.calls), self.order.generated
        report = Report(self.inv, self.session.profile.name, generated, verifying=self.options.verify)
        passwords = {call.username: call.password for call in calls if call.password}
        async with Delivery(self.inv, self.services.password_files, report, passwords, generated) as delivery:
            with report:
                for result in skipped:
                    report.add(result)
                if asked == 1:
                    await self._send_one(calls[0], report, permit, delivery)
                    batch = ""
                else:
                    batch = await self._send_many(calls, report, permit, delivery)
                await report.verify(self.session)
        return delivery.code(report.close(asked, batch))

    async def _send_one(self, call: Call, report: Report, permit: Permit, delivery: Delivery) -> None:
        await delivery.keep(call)
        began = self.session.clock.now()
        aim = Aim(self.found.get(call.username), reason=self.options.reason)
        try:
            report.add(await carry_out(self.session, call, permit, aim))
        except asyncio.CancelledError:
            query = AuditQuery(self.session.account, username=call.username, since=began)
            await report.add_cut_off(self.session, query)
            raise
        delivery.is_over = True

    async def _send_many(self, calls: Sequence[Call], report: Report, permit: Permit, delivery: Delivery) -> str:
        """Several are a job, as everywhere; return what the audit log calls it."""
        session, jobs = self.session, self.services.jobs
        job = await jobs.add(self._plan(calls), session.operator, self.options.reason, delivery.place)
        run = JobRun(
            session, jobs, job, permit.for_job(job.number), delivery.passwords, teller(self.inv, report),
            present=None if len(calls) > MANY_READS else self.found,
        )  # fmt: skip
        self.inv.signals.softly = run.stop
        try:
            done = await run.run()
        except asyncio.CancelledError:
            await report.add_cut_off(session, AuditQuery(session.account, batch=job.batch))
            raise
        finally:
            self.inv.signals.softly = None
        delivery.is_over = done.is_finished
        if done.state is not JobState.FINISHED:
            self.inv.talk.warn(job_line(done, session.profile.name))
        return job.batch

    def _plan(self, calls: Sequence[Call]) -> Plan:
        session, now = self.session, self.session.clock.now()
        items = [Item.of(session.provider, call, self.found.get(call.username)) for call in calls]
        total = session.customers.total or len(items)
        return Plan(session.profile.name, session.account, "command line", now, now, total, items)


def _skipped(call: Call) -> Result:
    message = "there is no such customer: left out"
    return Result(call.username, call.operation, Outcome.NOT_SENT, message, error=CustomerNotFound(message))
