"""When a service that asks us to slow down wants to be asked again (N26-N29)."""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tui_reseller.api.reply import Reply

LONGEST = 6 * 3600.0
DEFAULT = 1.0
"""Seconds where the service gives no usable time. Never 0, which would be a busy loop."""
UNIX_TIME_FROM = 1e9
"""An X-RateLimit-Reset above this is a moment, below it a number of seconds (reseller-v2 4.4)."""


def retry_after(reply: Reply) -> float:
    """Return seconds to wait, 0 to 6 h: Retry-After as seconds or date, else X-RateLimit-Reset, else 1.

    Moments are measured from the Date of the reply, so that a wrong clock on either side does no harm.
    """
    value = reply.header("retry-after")
    if value is not None:
        seconds = _number(value)
        return _bounded(_until(_moment(value), reply) if seconds is None else seconds)
    reset = _number(reply.header("x-ratelimit-reset") or "")
    if reset is not None and reset > UNIX_TIME_FROM:
        reset = _until(reset, reply)
    return _bounded(reset)


def _bounded(seconds: float | None) -> float:
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        return DEFAULT
    return min(seconds, LONGEST)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _until(moment: float | None, reply: Reply) -> float | None:
    if moment is None:
        return None
    now = _moment(reply.header("date") or "")
    return moment - (datetime.now(UTC).timestamp() if now is None else now)


def _moment(text: str) -> float | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
