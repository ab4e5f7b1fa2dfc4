"""Lengths of time as an operator writes them: 30s, 10m, 2h, 7d."""

import re
from datetime import timedelta

from tui_reseller.domain.errors import InvalidInput

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
