"""Safety rules: what is refused before anything leaves, how strongly a person is asked (interaction.md section 4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tui_reseller.domain.errors import InvalidInput, RefusedHere
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.text import quoted
from tui_reseller.services.ports import Clock

GRADES = {
    Operation.LIST: 0,
    Operation.ENABLE: 1,
    Operation.WEBSITE_ENABLE: 1,
    Operation.WEBSITE_DISABLE: 1,
    Operation.SET: 1,
    Operation.DISABLE: 2,
    Operation.CREATE: 2,
    Operation.EMAIL: 2,
    Operation.PASSWORD: 3,
    Operation.RENAME: 3,
    Operation.DELETE: 3,
}
"""0 nothing is sent, 1 asks, 2 states the consequence, 3 has the username (or COUNT PROFILE) typed."""

TYPED = 3
MANY = 25
"""Above this many customers, or above 5 % and at least 5, the count and the profile are typed."""
SHARE = 0.05
SHARE_FLOOR = 5
LONGEST_UNLOCK = timedelta(hours=8)


def grade(operation: Operation, count: int = 1, total: int = 0, *, protected: bool = False) -> int:
    """Return how strongly to ask, 0 to 3, for an operation on *count* of *total* customers."""
    level = GRADES[operation]
    if level == 0:
        return 0
    if protected:
        level += 1
    if count > 1:
        level = max(level, 2)
        if count > MANY or (count >= SHARE_FLOOR and total and count > total * SHARE):
            level = TYPED
    return min(level, TYPED)


def typed_text(operation: Operation, usernames: list[str], profile: Profile, total: int) -> str | None:
    """Return what has to be typed before this is done, or None: the username for one, "COUNT PROFILE" for many."""
    if grade(operation, len(usernames), total, protected=profile.protected) < TYPED:
        return None
    return usernames[0] if len(usernames) == 1 else f"{len(usernames)} {profile.name}"


@dataclass
class Policy:
    """What this profile allows now. Unlocking a protected profile lasts until a moment, and has a reason."""

    profile: Profile
    clock: Clock
    read_only: bool = False
    unlocked_until: datetime | None = None
    unlock_reason: str = ""

    @property
    def is_writable(self) -> bool:
        """Whether a write would be let through now."""
        return self.why_read_only() is None

    def why_read_only(self) -> str | None:
        """Return why nothing may be written, or None."""
        if self.read_only:
            return "this run is read-only (--read-only)"
        if self.profile.read_only:
            return f'profile "{self.profile.name}" is read-only'
        if self.profile.protected and not self._is_unlocked():
            return f'profile "{self.profile.name}" is protected and locked'
        return None

    def _is_unlocked(self) -> bool:
        return self.unlocked_until is not None and self.clock.now() < self.unlocked_until

    def unlock(self, minutes: float, reason: str) -> datetime:
        """Open a protected profile for writing. Raises InvalidInput without a reason or for a senseless time."""
        if not reason.strip():
            raise InvalidInput("unlocking needs a reason", field="reason")
        if not 0 < minutes <= LONGEST_UNLOCK.total_seconds() / 60:
            raise InvalidInput("unlock for 1 to 480 minutes", field="minutes")
        self.unlocked_until = self.clock.now() + timedelta(minutes=minutes)
        self.unlock_reason = reason.strip()
        return self.unlocked_until

    def lock(self) -> None:
        """Close a protected profile again."""
        self.unlocked_until, self.unlock_reason = None, ""

    def check(self, call: Call, reason: str) -> None:
        """Let a write through or raise RefusedHere."""
        why = self.why_read_only()
        if why:
            hint = "unlock it first: l on the screen, --unlock REASON on the command line" if "locked" in why else ""
            raise RefusedHere(f"refused: {why}; nothing was sent", hint=hint)
        if not call.username.strip():
            raise RefusedHere("refused: this row has no username; nothing was sent")
        if call.operation is not Operation.CREATE and call.username == self.profile.api_user:
            raise RefusedHere(f"refused: {quoted(call.username)} is our own reseller account; nothing was sent")
        if self.profile.protected and GRADES[call.operation] > 1 and not (reason.strip() or self.unlock_reason):
            raise RefusedHere(
                f'refused: profile "{self.profile.name}" is protected, a reason is required; nothing was sent'
            )
