"""Safety rules: what is refused before anything leaves, how strongly a person is asked (interaction.md section 4)."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tui_reseller.domain.confusables import is_same_name
from tui_reseller.domain.errors import InvalidInput, NotWritable, RefusedHere
from tui_reseller.domain.operation import Call, Operation, called
from tui_reseller.domain.printed import command, is_plain
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.provider import KEY
from tui_reseller.domain.text import quoted
from tui_reseller.services.ports import Clock

TYPED = 3
"""The grade of what has the username (or COUNT PROFILE) typed."""
MANY = 25
"""Above this many customers, or above 5 % and at least 5, the count and the profile are typed."""
SHARE = 0.05
SHARE_FLOOR = 5
READ_SECONDS = 0.5
"""An answer that comes sooner after its question came from nobody who has read it."""
LONGEST_UNLOCK = timedelta(hours=8)
SAME_MOMENT = timedelta(seconds=1)
"""Clocks that drift by less than this were not set."""


def grade(level: int, count: int = 1, total: int = 0, *, protected: bool = False) -> int:
    """Return how strongly to ask, 1 to 3, for what has this grade on one customer, on *count* of *total* customers;
    total 0 is not known.
    """
    level += 1 if protected else 0
    if count > 1:
        level = max(level, 2)
        if count > MANY or (count >= SHARE_FLOOR and (not total or count > total * SHARE)):
            level = TYPED
    return min(level, TYPED)


def typed_text(level: int, usernames: Sequence[str], profile: Profile, total: int) -> str | None:
    """Return what has to be typed before what has this grade is done, or None where yes is enough."""
    is_typed = grade(level, len(usernames), total, protected=profile.protected) >= TYPED
    return confirming_text(usernames, profile) if is_typed else None


def confirming_text(usernames: Sequence[str], profile: Profile) -> str:
    """Return what confirms a write: the username for one, "COUNT PROFILE" for many, and "1 PROFILE" for one whose
    username cannot stand in a printed command.
    """
    is_one = len(usernames) == 1 and is_plain(usernames[0])
    return usernames[0] if is_one else f"{len(usernames)} {profile.name}"


def is_confirmed_by(text: str, usernames: Sequence[str], profile: Profile) -> bool:
    """Whether a text confirms a write; the username of a single customer always does, whatever signs are in it."""
    return text == confirming_text(usernames, profile) or [text] == list(usernames)


def refuse_over_ceiling(profile: Profile, count: int, total: int) -> None:
    """Raise NotWritable if *count* of *total* customers (0: not known) are more than the profile lets change at once.

    One customer is never too many. A share of a number that is not known is refused: it is not guessed.
    """
    if count <= 1:
        return
    name, rows, share = profile.name, profile.max_rows, profile.max_percent
    if rows is not None and count > rows:
        raise NotWritable(
            f'refused: {count:,} customers, profile "{name}" allows {rows:,} at once',
            hint=f"nothing was sent; what raises it: {command('profile', 'set', name, f'max_rows={count}')}",
        )
    if share is not None and not total:
        raise NotWritable(
            f'refused: profile "{name}" allows {share:g} % of all customers at once, how many there are is not known',
            hint="read the list first; nothing was sent",
        )
    if share is not None and count > total * share / 100:
        needed = min(100.0, math.ceil(1000 * count / total) / 10)
        raise NotWritable(
            f'refused: {100 * count / total:.1f} % of all customers, profile "{name}" allows {share:g} % at once',
            hint=f"nothing was sent; what raises it: {command('profile', 'set', name, f'max_percent={needed:g}')}",
        )


@dataclass
class Policy:
    """What this profile allows now. Unlocking a protected profile lasts for minutes, and has a reason.

    Present tells the rules as they stand in the config file now. What is stricter there holds from the next write on;
    what is looser, when the profile is opened again.

    The minutes are counted by a clock that never jumps: setting the time of the machine neither ends nor prolongs them.
    """

    profile: Profile
    clock: Clock
    read_only: bool = False
    present: Callable[[], Profile] | None = None
    approvals: int = field(default=0, init=False)
    """How many others must approve of a plan before it is applied; then nothing is sent by itself."""
    _locks_at: float | None = field(default=None, init=False)
    _told_until: datetime | None = field(default=None, init=False)
    _unlock_reason: str = field(default="", init=False)
    _seen: Profile | None = field(default=None, init=False)
    _ceilings: tuple[int | None, float | None] = field(default=(None, None), init=False)

    def __post_init__(self) -> None:
        self._ceilings = self.profile.max_rows, self.profile.max_percent

    def refuse_lowered(self, count: int, total: int) -> None:
        """Raise NotWritable if a ceiling was lowered since the profile was opened, and *count* of *total* customers,
        which were agreed to before, are too many now.
        """
        if self._ceilings != (self.profile.max_rows, self.profile.max_percent):
            refuse_over_ceiling(self.profile, count, total)

    def tighten(self) -> None:
        """Take over what became stricter meanwhile. Raises BadConfig where the config file cannot be read any more."""
        if self.present is not None:
            present = self.present()
            if present is not self._seen:
                self.profile, self._seen = self.profile.stricter(present), present

    @property
    def is_writable(self) -> bool:
        """Whether a write would be let through now."""
        return self.why_read_only() is None

    def why_read_only(self) -> str | None:
        """Return why nothing may be written, or None."""
        why = self.why_never_writable()
        if why is None and self.profile.protected and not self.is_unlocked:
            return f'profile "{self.profile.name}" is protected and locked'
        return why

    def why_never_writable(self) -> str | None:
        """Return why nothing may be written here, unlocked or not; or None."""
        if self.read_only:
            return "this run is read-only (--read-only)"
        if self.profile.read_only:
            return f'profile "{self.profile.name}" is read-only'
        return None

    @property
    def is_unlocked(self) -> bool:
        """Whether the minutes of an unlocking are running."""
        return self._locks_at is not None and self.clock.monotonic() < self._locks_at

    @property
    def unlocked_until(self) -> datetime | None:
        """When it locks itself again, by the time of the machine as it is now; None while it is locked, and for a run.

        It stays the same moment unless that time was set: what is told must not flicker.
        """
        if self._locks_at is None or math.isinf(self._locks_at) or not self.is_unlocked:
            return None
        until = self.clock.now() + timedelta(seconds=self._locks_at - self.clock.monotonic())
        if self._told_until is None or abs(until - self._told_until) > SAME_MOMENT:
            self._told_until = until
        return self._told_until

    @property
    def unlock_reason(self) -> str:
        """Why it was unlocked; empty while it is locked."""
        return self._unlock_reason if self.is_unlocked else ""

    def unlock(self, minutes: float, reason: str) -> datetime:
        """Open a protected profile for writing. Raises InvalidInput without a reason or for a senseless time."""
        if not reason.strip():
            raise InvalidInput("unlocking needs a reason", field="reason")
        if not 0 < minutes <= LONGEST_UNLOCK.total_seconds() / 60:
            raise InvalidInput("unlock for 1 to 480 minutes", field="minutes")
        self._locks_at = self.clock.monotonic() + minutes * 60
        self._unlock_reason = reason.strip()
        self._told_until = self.clock.now() + timedelta(minutes=minutes)
        return self._told_until

    def unlock_for_run(self, reason: str) -> None:
        """Open a protected profile until this program ends: for one command. Raises InvalidInput without a reason."""
        self.unlock(1, reason)
        self._locks_at = math.inf

    def lock(self) -> None:
        """Close a protected profile again."""
        self._locks_at, self._unlock_reason, self._told_until = None, "", None

    def reason_for(self, reason: str) -> str:
        """Return the reason to write down: the operator's own, and why the profile was unlocked."""
        own, unlock = reason.strip(), self.unlock_reason
        return f"{own} (unlocked: {unlock})" if own and unlock and own != unlock else own or unlock

    def check(self, call: Call, reason: str) -> None:
        """Let a write through or raise RefusedHere."""
        self.check_all([call], reason)

    def check_all(self, calls: Iterable[Call], reason: str) -> None:
        """Let writes through or raise RefusedHere for the first that is not. Raises BadConfig as refuse() does."""
        self.tighten()
        operations = set()
        for call in calls:
            if call.operation not in operations:
                self._refuse_operation(call.operation)
                operations.add(call.operation)
            self._refuse_name(call)
        grades = (self.profile.service.action(operation).grade for operation in operations)
        if self.profile.protected and max(grades, default=0) > 1 and not self.reason_for(reason):
            raise RefusedHere(
                f'refused: profile "{self.profile.name}" is protected, a reason is required; nothing was sent'
            )

    def refusal(self) -> NotWritable | None:
        """Return the error of everything while nothing may be written; None if something may."""
        why = self.why_read_only()
        if why is None:
            return None
        may_be_unlocked = self.why_never_writable() is None
        hint = "unlock it first: l on the screen, --unlock REASON on the command line" if may_be_unlocked else ""
        return NotWritable(f"refused: {why}; nothing was sent", hint=hint)

    def lacking(self, operation: Operation) -> RefusedHere | None:
        """Return the error of an operation that the service has not, with what to do instead; None if it has it."""
        service = self.profile.service
        if service.has(operation):
            return None
        return RefusedHere(
            f"refused: {service.title} has no {called(operation)}; nothing was sent",
            hint=service.lacks.get(operation, ""),
        )

    def without_usage(self) -> RefusedHere | None:
        """Return the error of asking for statistics where the service has none, with where they are seen instead; None
        if it has them.
        """
        service = self.profile.service
        if service.tells_usage:
            return None
        return RefusedHere(f"refused: {service.title} has no statistics", hint=service.why_no_usage)

    def refuse(self, call: Call) -> None:
        """Raise RefusedHere for what is never sent, whoever asks: what the service has not, while nothing may be
        written, to no username, to our own reseller account or under its name (in any case, width or with spaces around
        it: O14). Raises BadConfig where the config file cannot be read any more.
        """
        self.tighten()
        self._refuse_operation(call.operation)
        self._refuse_name(call)

    def _refuse_operation(self, operation: Operation) -> None:
        refusal = self.lacking(operation) or self.refusal()
        if refusal is not None:
            raise refusal

    def _refuse_name(self, call: Call) -> None:
        if not call.username.strip():
            raise RefusedHere("refused: this row has no username; nothing was sent")
        names = (call.username, call.fields[KEY]) if KEY in call.fields else (call.username,)
        for name in names:
            if why := self.why_own(name):
                raise RefusedHere(f"refused: {why}; nothing was sent")

    def why_own(self, name: str) -> str:
        """Return why nothing is done to a username, nor given it: it is our own account's, however it is spelt. Nothing
        for all others.
        """
        is_own = bool(self.profile.api_user) and is_same_name(name, self.profile.api_user)
        return f"{quoted(name)} is our own reseller account" if is_own else ""
