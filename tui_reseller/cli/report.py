"""What became of writes, reported as it happens: a row per customer on stdout, a closing line on stderr."""

from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import Self

from tui_reseller.cli import messages
from tui_reseller.cli.exit_codes import ExitCode, for_results
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.lost_answers import reconcile_unknown
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import Conflict
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.password import PasswordState
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import quoted
from tui_reseller.services.job_passwords import state_after
from tui_reseller.services.result import Result
from tui_reseller.services.session import Session

COLUMNS = ("username", "operation", "outcome", "id", "changes", "message")


class Report:
    """Results of one command under a profile. With *verifying*, a lost answer is reported only after it was checked."""

    def __init__(
        self,
        inv: Invocation,
        profile: Profile,
        generated: Mapping[str, Secret] | None = None,
        *,
        verifying: bool = False,
    ) -> None:
        self._inv = inv
        self._provider, self._profile = profile.service, profile.name
        self._generated = generated or {}
        self._verifying = verifying
        self._results: list[Result] = []
        self._waiting: list[Result] = []
        in_table = inv.out.format == "table"
        columns = (*COLUMNS, "password") if self._generated and not in_table else COLUMNS
        self._rows = inv.out.rows(columns, flushed=True)

    def __enter__(self) -> Self:
        self._rows.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for result in self._waiting:  # the check was interrupted
            self._write_row(result)
        self._rows.__exit__(kind, error, trace)
        if self._inv.out.format == "table":
            for result in self._results:
                password = self._password_of(result)
                if password is not None:
                    self._inv.out.write(f"password of {quoted(result.username)}: {password.reveal()}\n")
            self._inv.out.flush()

    @property
    def results(self) -> Sequence[Result]:
        """The results that were reported."""
        return self._results

    def sent_password(self, result: Result) -> bool:
        """Whether a result tells of a call that carried a password."""
        return self._provider.action(result.operation).needs_password

    @property
    def shown(self) -> set[str]:
        """The customers whose new passwords are in the output, or would be if it took them."""
        return {result.username for result in self._results if self._password_of(result) is not None}

    def add(self, result: Result) -> None:
        """Report a result, unless it is still to be checked."""
        if self._verifying and result.outcome is Outcome.UNKNOWN:
            self._waiting.append(result)
        else:
            self._write_row(result)

    async def verify(self, session: Session) -> None:
        """Check lost answers against the service, and report the outcomes."""
        if not self._waiting:
            return
        self._inv.console.say(f"answer lost for {len(self._waiting):,}: checking against the service, up to 90 s")
        self._waiting, checked = [], await reconcile_unknown(session, self._waiting)
        for result in checked:
            self._write_row(result)

    async def add_cut_off(self, session: Session, query: AuditQuery) -> None:
        """Report the writes that were in flight when a signal came: they stand in the ledger as unknown."""
        reported = {result.id for result in self._results}
        for entry in await session.ledger.entries(query):
            if entry.outcome is Outcome.UNKNOWN and entry.id not in reported:
                unknown = Outcome.UNKNOWN
                result = Result(entry.customer, entry.operation, unknown, entry.message, entry.id, entry.changes)
                self._write_row(result)
                self._inv.console.warn(messages.result_line(self._provider, result, self._profile))

    def close(self, asked: int, batch: str, two_calls: Collection[str] = ()) -> ExitCode:
        """Say the closing line; return the exit code. Two calls are made for some of several customers."""
        results = messages.by_customer(self._provider, self._results, two_calls) if two_calls else self._results
        code = for_results(results, max(asked, len(results)))
        say = self._inv.console.say if code is ExitCode.OK else self._inv.console.warn
        if asked == 1:
            for result in self._results:  # of one customer there may be two: create, and its details
                say(messages.result_line(self._provider, result, self._profile))
            return code
        for result in self._results:
            if result.outcome is Outcome.UNKNOWN:
                self._inv.console.warn(messages.result_line(self._provider, result, self._profile))
        say(messages.results_line(self._provider, results, asked, batch, self._profile, two_calls))
        return code

    def _write_row(self, result: Result) -> None:
        self._results.append(result)
        row = result.as_dict()
        password = self._password_of(result)
        if self._inv.out.format == "table":
            row["changes"] = self._changes_text(result)
        elif password is not None:
            row["password"] = password.reveal()
        self._rows.add(row)

    def _password_of(self, result: Result) -> Secret | None:
        """Return a generated password, unless the service certainly does not have it."""
        if not self.sent_password(result):
            return None
        is_refused = state_after(result) is PasswordState.REFUSED
        return None if is_refused else self._generated.get(result.username)

    def _changes_text(self, result: Result) -> str:
        if isinstance(result.error, Conflict):
            return messages.conflict_text(self._provider, result.error.collisions)
        return messages.changes_text(self._provider, result.operation, result.changes) if result.changes else ""
