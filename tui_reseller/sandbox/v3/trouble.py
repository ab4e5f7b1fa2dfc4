"""Which customers are in trouble, and when: a few, now and again for weeks, on the same dates whenever one looks."""

from __future__ import annotations

from tui_reseller.sandbox.v3.mix import draw

BOUNCES, SPAM, SILENCE, NONE = 0, 1, 2, 3
OF_THOUSAND = {BOUNCES: 15, SPAM: 15, SILENCE: 20}
KIND, PHASE = 1, 2
"""Purposes of the draws."""
EVERY_DAYS = {BOUNCES: 90, SPAM: 90, SILENCE: 200}
FOR_DAYS = {BOUNCES: 30, SPAM: 30, SILENCE: 90}


def trouble_of(seed: int, ident: int) -> int:
    """Return the kind of trouble of a customer."""
    drawn = draw(seed, ident, KIND, 1000)
    for kind, share in OF_THOUSAND.items():
        if drawn < share:
            return kind
        drawn -= share
    return NONE


def now_of(seed: int, ident: int, day: int) -> int:
    """Return the trouble that a customer is in on a day, counted from the first of the year 1."""
    kind = trouble_of(seed, ident)
    if kind == NONE or (day + draw(seed, ident, PHASE, 1000)) % EVERY_DAYS[kind] >= FOR_DAYS[kind]:
        return NONE
    return kind


def harms(seed: int, ident: int, day: int) -> bool:
    """Say whether a customer's trouble of a day costs reputation."""
    return now_of(seed, ident, day) in {BOUNCES, SPAM}
