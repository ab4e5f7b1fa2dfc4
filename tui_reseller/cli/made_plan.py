"""A plan that was made: what is said of it, and the command that applies it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tui_reseller.cli.applying import confirmation_of
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.operator_files import OperatorFile
from tui_reseller.domain.printed import Typed, Word, command
from tui_reseller.domain.providers import provider_of
from tui_reseller.services.files.findings import finding_lines, rows_with
from tui_reseller.services.plans import Drafted
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session


@dataclass(frozen=True, slots=True)
class MadePlan:
    """What was drafted, of which file, and for which usernames that file has passwords."""

    inv: Invocation
    services: Services
    session: Session
    drafted: Drafted
    passwords: frozenset[str]
    source: OperatorFile | None
    reading: Sequence[Word] = ()

    def report(self, out: Path | None, *, skip_refused: bool) -> int:
        """Save the plan if it is one, and report it with the next step; return the exit code."""
        found, refusals, say = self.drafted.plan, self.drafted.refusals, self.inv.console.say
        for line in finding_lines(refusals):
            self.inv.console.warn(line)
        for warning in found.warnings:
            say(f"note: {warning}")
        is_made = bool(found.items) and (skip_refused or not refusals)
        place = self.services.plans.save(found, out) if is_made else None
        digest = found.digest[:12] if is_made else None
        self.inv.out.item({
            "plan": digest, "file": str(place) if place else None,
            "items": len(found.items), "already": found.already, "total": found.total,
            "operations": [operation.value for operation in found.operations],
            "refused": self._refused(), "warnings": list(found.warnings),
        })  # fmt: skip
        rows = rows_with(refusals)
        counts = f"{len(found.items):,} to do, {found.already:,} so already, {rows:,} refused"
        if digest is None and not refusals:
            say(f"nothing is left to do: {found.already:,} are so already")
            return ExitCode.OK
        if digest is None:
            doubtful = "; --accept-doubtful takes doubtful cells" if any(one.is_doubtful for one in refusals) else ""
            self.inv.console.warn(f"no plan was made: {counts}{doubtful}")
            return ExitCode.USAGE
        say(f"{counts} - {self._next(digest, out)}")
        return ExitCode.PARTIAL if refusals else ExitCode.OK

    def _refused(self) -> object:
        """Return all that was found, for programs; for people it stands on stderr already."""
        found = self.drafted.refusals
        if self.inv.out.format == "table":
            return f"{rows_with(found):,}"
        return [
            {"line": one.line, "column": one.column or None, "message": one.message, "doubtful": one.is_doubtful}
            for one in found
        ]

    def _next(self, digest: str, out: Path | None) -> str:
        """Return the command that applies the plan, ready to run."""
        plan, profile = self.drafted.plan, self.session.profile.name
        path = f"./{out}" if str(out).startswith("~") else str(out)  # pathlib dropped the dot that kept it from home
        where = Typed(_as_argument(path)) if out else Typed(digest)
        if not where.may_stand:
            self.services.plans.save(plan)  # so that its digest finds it
            where = Typed(digest)
        confirmation = confirmation_of(plan, self.session)
        asked = ("--confirm", confirmation.typed) if confirmation.typed is not None else ("--yes",)
        needing = {
            item.username for item in plan.items if provider_of(plan.account).action(item.operation).needs_password
        }
        files: list[Word] = []
        can_be_named = True
        if self.source is not None and needing & self.passwords:
            can_be_named = not self.source.is_stdin
            files += ["--from", Typed(_as_argument(self.source.place)), *self.reading]
        if needing - self.passwords:
            files += ["--passwords-to", f"passwords-{digest}.csv"]
        next_ = command("plan", "apply", where, "--profile", profile, *asked, *files) if can_be_named else None
        same = " and the options that it was read with" if self.reading else ""
        return next_ or f"plan {digest}; its passwords are in your file: name it to apply with --from{same}"


def _as_argument(path: str) -> str:
    """Return a path as an argument that is no option, no stdin, and no digest of another plan."""
    return f"./{path}" if path.startswith("-") or path.isalnum() else path
