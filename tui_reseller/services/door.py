"""The door: nothing that changes a customer leaves but with a permit, and only this module gives one.

Whatever the way in (a verb, the screen, a plan, a job that goes on, an undo, the end of a suspension), the same rules
are asked here, in the same order: may this be written at all (read-only, protection, our own account), is it too much
at once (ceilings), is it a dry run, and has somebody agreed. Who has no permit cannot send (guard.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_reseller.domain.errors import NeedsApproval, RefusedHere
from tui_reseller.domain.grading import NOT_SEEN, Seen, gravest
from tui_reseller.domain.job import Job
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.text import quoted
from tui_reseller.services import listing
from tui_reseller.services.approvals import why_single
from tui_reseller.services.policy import confirming_text, is_confirmed_by, refuse_over_ceiling, typed_text
from tui_reseller.services.session import Session


@dataclass(frozen=True, slots=True)
class Consent:
    """How an operator agreed. Agreed: yes was said, by an option or a person. Typed: what was typed, or None.

    Recorded: an operator agreed before and it is written down (a job that goes on, a suspension that ends), so that
    nothing is asked again; what is typed all the same must still be right. A dry run agrees to nothing.
    """

    agreed: bool = False
    typed: str | None = None
    recorded: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Permit:
    """Lets certain calls of one account leave: those that are named, or those of one job."""

    account: str
    calls: frozenset[tuple[Operation, str]] = frozenset()
    job: int | None = None

    def for_job(self, number: int) -> "Permit":
        """Return the permit of the job that was made of what this one was given for."""
        return Permit(self.account, job=number)

    def refuse_other(self, account: str, call: Call, job: int | None) -> None:
        """Raise RefusedHere for a call that this permit was not given for."""
        is_covered = self.job == job if self.job is not None else (call.operation, call.username) in self.calls
        if account != self.account or not is_covered:
            raise RefusedHere(
                f"refused: {call.operation.value} of {quoted(call.username)} was not agreed to; nothing was sent"
            )


@dataclass(frozen=True, slots=True)
class Approach:
    """Calls that may be written at all. Whoever has more to do before an operator agrees goes through the door in two
    steps: approach(), and then admit() of what it returned.
    """

    session: Session
    calls: Sequence[Call]

    def admit(self, total: int, consent: Consent, seen: Seen = NOT_SEEN) -> Permit:
        """Let the calls leave, out of *total* customers (0: not known). Seen is what the customers had when somebody
        was asked: how grave a call is may depend on it. Raises RefusedHere for what a rule forbids.
        """
        usernames = list(dict.fromkeys(call.username for call in self.calls))
        refuse_over_ceiling(self.session.profile, len(usernames), total)
        level = gravest(self.session.provider, self.calls, seen).grade
        _refuse_unagreed(self.session, level, usernames, total, consent)
        return Permit(self.session.account, frozenset((call.operation, call.username) for call in self.calls))


def approach(session: Session, calls: Sequence[Call], reason: str, *, as_plan: bool = False) -> Approach:
    """Begin to let calls leave: raises RefusedHere for what may not be written, before anything is read or asked. Where
    others must approve, only a plan leaves (services/approvals.py says which).
    """
    session.policy.check_all(calls, reason)
    if not as_plan and (why := why_single(session.policy)):
        can_be_proposed = not any(call.operation is Operation.SIGN_IN for call in calls)
        hint = (
            "make a plan of it, and propose that" if can_be_proposed else "no plan has a link: --break-glass, a right"
        )
        raise NeedsApproval(f"refused: {why}; nothing was sent", hint=hint)
    return Approach(session, calls)


def admit(
    session: Session,
    calls: Sequence[Call],
    reason: str,
    total: int,
    consent: Consent,
    seen: Seen = NOT_SEEN,
    *,
    as_plan: bool = False,
) -> Permit:
    """Do both at once."""
    return approach(session, calls, reason, as_plan=as_plan).admit(total, consent, seen)


async def admit_job(session: Session, job: Job, count: int, consent: Consent) -> Permit:
    """Let a job send *count* of its items: it was agreed to when it was made.

    Raises RefusedHere for what a rule forbids now, and what reading the list raises where a ceiling is a share of it.
    """
    session.policy.tighten()
    why = session.policy.refusal()
    if why is not None:
        raise why
    total = await total_for_ceiling(session)
    refuse_over_ceiling(session.profile, count, total)
    if consent.dry_run:
        raise _dry_run()
    confirming = f"{job.total} {session.profile.name}"
    if consent.typed is not None and consent.typed != confirming:
        raise _mismatch(consent.typed, confirming)
    return Permit(session.account, job=job.number)


async def total_for_ceiling(session: Session) -> int:
    """Return how many customers the account has: of a list that is at most ten minutes old where a ceiling depends on
    it, else as far as it is known (0: not).
    """
    if session.profile.max_percent is not None:
        await listing.refresh_for_many(session)
    return session.customers.total


def _refuse_unagreed(session: Session, level: int, usernames: Sequence[str], total: int, consent: Consent) -> None:
    if consent.dry_run:
        raise _dry_run()
    if consent.typed is not None:
        if not is_confirmed_by(consent.typed, usernames, session.profile):
            raise _mismatch(consent.typed, confirming_text(usernames, session.profile))
        return
    typed = typed_text(level, list(usernames), session.profile, total)
    if typed is not None and not consent.recorded:
        raise RefusedHere(f"refused: this must be confirmed by typing {quoted(typed)}; nothing was sent")
    if not consent.agreed:
        raise RefusedHere("refused: not confirmed; nothing was sent")


def _mismatch(typed: str, confirming: str) -> RefusedHere:
    return RefusedHere(
        f"refused: the confirmation is {quoted(typed)}, it must be {quoted(confirming)}; nothing was sent"
    )


def _dry_run() -> RefusedHere:
    return RefusedHere("refused: a dry run sends nothing")
