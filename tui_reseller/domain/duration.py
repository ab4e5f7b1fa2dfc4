"""Lengths of time as an operator writes them: 30s, 10m, 2h, 7d."""

import re
from datetime import timedelta

from tui_reseller.domain.errors import InvalidInput

DURATION = "[0-9]{1,6}[smhdSMHD]"
"""How a duration is written, as a pattern for others."""
_DURATION = re.compile(r"(\d{1,6})([smhd])")
_LONGEST = timedelta(days=36_500)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def read_duration(text: str) -> timedelta:
    """Return a duration such as 30s, 10m, 2h or 7d. Raises InvalidInput."""
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None:
        raise InvalidInput("a duration is a number with s, m, h or d, for example 10m")
    found = timedelta(seconds=int(match[1]) * _UNITS[match[2]])
    if found > _LONGEST:
        raise InvalidInput(f"a duration is at most {_LONGEST.days}d")
    return found


def written(length: timedelta) -> str:
    """Return a duration as read_duration() reads it, in the largest unit that holds it whole."""
    seconds = int(length.total_seconds())
    unit = next(unit for unit, size in reversed(_UNITS.items()) if seconds % size == 0)
    return f"{seconds // _UNITS[unit]}{unit}"
