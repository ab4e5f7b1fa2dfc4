"""When a commit counts: not while nobody can have read the form, not from a held key, not from a paste."""

from collections.abc import Callable

from tui_reseller.services.policy import READ_SECONDS

SAME_KEY_SECONDS = 0.25
ANY_KEY_SECONDS = 0.03
REPEAT_BEGINS_SECONDS = 1.0
"""A key that is held begins to repeat up to this long after it went down (X11: 0.66 s)."""
TOO_FAST = "That came too fast (held key, paste or slow line). Press again."


class CommitGuard:
    """Times of keys and of the form's painting, in seconds of one clock.

    Last is the key that came before the form: it may still be held down.
    """

    def __init__(self, now: Callable[[], float], last: tuple[str, float] | None = None) -> None:
        self._now = now
        self._painted: float | None = None
        self._last = last
        self._before: tuple[str, float] | None = None

    def painted(self) -> None:
        """The form is on the screen from now on."""
        self._painted = self._now()

    def hidden(self) -> None:
        """The form is not on the screen any more."""
        self._painted = None

    def key(self, name: str) -> None:
        """A key arrived, wherever it goes."""
        self._before, self._last = self._last, (name, self._now())

    def allows(self) -> bool:
        """Whether a commit by the key that came last counts."""
        now = self._now()
        if self._painted is None or now - self._painted < READ_SECONDS:
            return False
        if self._before is None or self._last is None:
            return True
        gap = self._last[1] - self._before[1]
        if self._before[0] != self._last[0]:
            return gap >= ANY_KEY_SECONDS
        return gap >= (REPEAT_BEGINS_SECONDS if self._before[1] <= self._painted else SAME_KEY_SECONDS)


class KeyTimes:
    """Hears every key of the application, wherever it goes, and tells it to the forms that are open."""

    FORMS = 3
    """So many forms may be open over each other: an editor, its review, and the question whether to leave."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._guards: list[CommitGuard] = []
        self._last: tuple[str, float] | None = None

    def hear(self, name: str) -> None:
        """A key arrived."""
        for guard in self._guards:
            guard.key(name)
        self._last = (name, self._now())

    def all_hidden(self) -> None:
        """Nothing is on the screen: the program stops, and what is typed meanwhile arrives when it goes on."""
        for guard in self._guards:
            guard.hidden()

    def all_painted(self) -> None:
        """What was on the screen is there again."""
        for guard in self._guards:
            guard.painted()

    def new_guard(self) -> CommitGuard:
        """Return a guard that hears every key from now on."""
        guard = CommitGuard(self._now, self._last)
        self._guards = [*self._guards[1 - self.FORMS :], guard]
        return guard
