"""due: suspensions with an end. Listed, and with --run lifted, as cron does."""

import asyncio
import secrets

import click

from tui_reseller.cli import messages
from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.confirmation import Confirmation, ask, consent_from_options
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import writing
from tui_reseller.cli.report import Report
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.grading import gravest
from tui_reseller.domain.operation import Call, Outcome
from tui_reseller.domain.text import quoted
from tui_reseller.services import door
from tui_reseller.services.door import Consent, Permit
from tui_reseller.services.lifting import call_of, left_alone, lift, noted
from tui_reseller.services.result import Result
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session
from tui_reseller.services.suspensions import Suspension, open_suspensions
from tui_reseller.services.time_input import local_text

COLUMNS = ("until", "username", "state", "reason", "operator", "profile", "id", "time", "replaced_by")
TABLE_COLUMNS = ("until", "username", "state", "reason", "operator", "profile", "id")
_WORDS = {
    "needs_you": "resolve it first",
    "noted": "left alone",
    "replaced": "stopped again",
    "due": "due",
    "waiting": "not yet",
}


@click.command()
@click.option("--run", "running", is_flag=True, help="Give sending back to those that are due.")
@click.option("--all", "everything", is_flag=True, help="Also those that have not ended yet.")
@writing
def due(inv: Invocation, options: Writing, *, running: bool, everything: bool) -> int:
    """List customers whose suspension (disable --until) has ended; with --run, start sending again.

    What was changed since is left alone: nothing is sent to a customer who has sending already, or was stopped again.
    With --run, --yes is enough for any number: each end was set by an operator.

    Examples:
      tui-reseller due
      tui-reseller due --all
      tui-reseller due --run --yes --profile acme --quiet

    """
    if running and everything:
        raise InvalidInput("--run lifts what is due; --all is for the list")
    if running:
        return inv.with_session(lambda _services, session: _Run(inv, options, session).run(), writing=options)

    async def work(services: Services) -> int:
        now = services.clock.now()
        found = await open_suspensions(services.ledger, inv.account_named(services))
        shown = [suspension for suspension in found if everything or suspension.until <= now]
        in_table = inv.out.format == "table"
        with inv.out.rows(TABLE_COLUMNS if in_table else COLUMNS) as rows:
            for suspension in shown:
                row = suspension.as_dict(now)
                rows.add({**row, **_for_table(suspension, str(row["state"]))} if in_table else row)
        later = "" if everything or len(found) == len(shown) else f", {len(found) - len(shown):,} later (--all)"
        inv.console.say(f"{len(shown):,} {'open' if everything else 'ended'}{later}")
        return ExitCode.OK

    return inv.with_ledger(work)


def _for_table(suspension: Suspension, state: str) -> dict[str, object]:
    return {
        "until": local_text(suspension.until),
        "state": _WORDS[state],
        "operator": suspension.entry.operator.name,
    }


class _Run:
    """Lifting what is due on an open session."""

    def __init__(self, inv: Invocation, options: Writing, session: Session) -> None:
        self.inv, self.options, self.session = inv, options, session
        self.is_stopped = False

    async def run(self) -> int:
        """Look, show or ask, send; return the exit code."""
        session = self.session
        waiting = self._due(await open_suspensions(session.ledger, session.account))
        if not waiting:
            self.inv.console.say("nothing is due")
            return ExitCode.OK
        calls = [call_of(suspension) for suspension in waiting]
        if self.options.dry_run:
            return self._show_only(calls)
        approach = door.approach(session, calls, self.options.reason)
        consent = self._confirmed(waiting, calls)
        await self.inv.connect(session)
        total = await door.total_for_ceiling(session) if len(calls) > 1 else 0
        return await self._lift(waiting, approach.admit(total, consent))

    def _due(self, found: list[Suspension]) -> list[Suspension]:
        """Return what can be lifted now; say what is not, and why."""
        now = self.session.clock.now()
        for suspension in found:
            state = suspension.state(now)
            if state == "replaced" and suspension.until <= now and suspension.replaced_by is not None:
                self.inv.console.say(left_alone(suspension, suspension.replaced_by))
            elif state == "noted" and suspension.until <= now:
                self.inv.console.warn(noted(suspension))
            elif state == "needs_you" and suspension.until <= now:
                said = f"left alone: what became of the stop of {quoted(suspension.username)} is not resolved"
                self.inv.console.warn(f"{said} ({suspension.entry.id})")
        return [suspension for suspension in found if suspension.state(now) == "due"]

    def _confirmed(self, waiting: list[Suspension], calls: list[Call]) -> Consent:
        """Return the consent. Yes is enough for any number: each end was set by an operator."""
        if self.options.yes and self.options.confirm is None:
            return Consent(agreed=True, recorded=True)
        usernames = [suspension.username for suspension in waiting]
        confirmation = Confirmation(gravest(self.session.provider, calls), usernames, self.session.profile, 0)
        consent = consent_from_options(confirmation, self.options, can_ask=self.inv.console.can_ask)
        if consent is None:
            ended = [
                f"  {quoted(one.username)}  ended {local_text(one.until)}  {quoted(one.entry.reason, 200)}"
                for one in waiting[: messages.SHOWN]
            ]
            many = f" for {len(waiting):,} customers" if len(waiting) > 1 else ""
            action = self.session.provider.action(calls[0].operation)
            title = f"{action.heading}{many} - profile {self.session.profile.name}"
            consent = ask(confirmation, [title, *ended, *action.consequence], self.inv.console)
        return consent

    def _show_only(self, calls: list[Call]) -> int:
        with Report(self.inv, self.session.profile) as report:
            for call in calls:
                report.add(Result(call.username, call.operation, Outcome.NOT_SENT, "dry run: nothing was sent"))
        self.inv.console.say("dry run: nothing was sent")
        return ExitCode.OK

    async def _lift(self, waiting: list[Suspension], permit: Permit) -> int:
        batch = secrets.token_hex(4)
        self.inv.signals.on_first_stop = self._stop if len(waiting) > 1 else None
        with Report(self.inv, self.session.profile, verifying=self.options.verify) as report:
            try:
                for suspension in waiting:
                    if self.is_stopped:
                        break
                    report.add(await lift(self.session, suspension, permit, batch, self.options.reason))
            except asyncio.CancelledError:
                await report.add_cut_off(self.session, AuditQuery(self.session.account, batch=batch))
                raise
            finally:
                self.inv.signals.on_first_stop = None
            await report.verify(self.session)
        return report.close(len(waiting), batch)

    def _stop(self) -> None:
        self.is_stopped = True
