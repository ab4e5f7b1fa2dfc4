"""Moments as operators write and read them: on the clock of this machine, kept in UTC."""

from datetime import UTC, datetime, timedelta

from tui_reseller.domain.duration import read_duration
from tui_reseller.domain.errors import InvalidInput

LONGEST_AHEAD = timedelta(days=3650)
_FORMS = "3d or 12h from now, 2026-11-30 or 2026-11-30T09:00 (local time)"


def read_end(text: str, now: datetime) -> datetime:
    """Return a moment to come, in UTC: a date or time in ISO 8601 (local unless it says otherwise), or a duration.

    A date alone is its beginning. Raises InvalidInput for what is no moment, is past, or more than ten years away.
    """
    wanted = text.strip()
    try:
        found = now + read_duration(wanted)
    except InvalidInput:
        try:
            found = datetime.fromisoformat(wanted).astimezone(UTC)
        except (ValueError, OverflowError, OSError):
            raise InvalidInput(f"an end is {_FORMS}", field="until") from None
    if not now < found <= now + LONGEST_AHEAD:
        raise InvalidInput("an end is later than now, and at most ten years away", field="until")
    return found


def start_of_day(now: datetime) -> datetime:
    """Return the last midnight of this machine's clock, in UTC."""
    return now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def local_text(moment: datetime) -> str:
    """Return a moment on this machine's clock, to the minute."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
