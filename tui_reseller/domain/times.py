"""Moments as an operator reads them."""

from datetime import datetime


def clock_text(moment: datetime | None, now: datetime) -> str:
    """Return a time of day in local time; with the date if it is not today's."""
    if moment is None:
        return "-"
    local, today = moment.astimezone(), now.astimezone().date()
    if local.date() == today:
        return local.strftime("%H:%M")
    return f"{local.day} {local.strftime('%b %H:%M')}"
