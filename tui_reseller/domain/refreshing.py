"""When the list is read again by itself: at the start, by the key alone, or after some time as well."""

from datetime import timedelta

from tui_reseller.domain.duration import read_duration
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.nearest import did_you_mean
from tui_reseller.domain.text import clean

AUTO, MANUAL = "auto", "manual"
SHORTEST = timedelta(minutes=1)
"""A list of a million takes seconds, and counts against the service's limit."""


def checked_refresh(text: str) -> str:
    """Return a word or a length of time, or raise InvalidInput: auto, manual, or from 1m on."""
    if text in {AUTO, MANUAL}:
        return text
    if not text[:1].isdigit():
        near = did_you_mean(text, (AUTO, MANUAL), f"there is: {AUTO}, {MANUAL}, or how often: 5m")
        raise InvalidInput(f'no such value "{clean(text, longest=40)}" - {near}', field="refresh")
    if read_duration(text) < SHORTEST:
        raise InvalidInput("the list is read again by itself after 1m at the soonest", field="refresh")
    return text


def every(text: str) -> timedelta | None:
    """Return after which time the list is read again by itself; None where it is not."""
    return None if text in {"", AUTO, MANUAL} else read_duration(text)
