"""Read the list again by itself, where the config says how often. It never comes between a person and a dialog."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from tui_reseller.domain.refreshing import every
from tui_reseller.tui.flows.listing import FAILED, show_refresh
from tui_reseller.tui.profile_context import ProfileContext

SOON = 5.0
"""Seconds after which it is tried again where something stood against it: a dialog, a job, a reading on its way."""


@dataclass(slots=True)
class _Timed:
    is_on: bool = False


def refresh_by_time(context: ProfileContext) -> None:
    """Begin to read the list again after the time that profile or settings say; without one no timer runs at all."""
    profile, settings = context.session.profile, context.services.profiles.load().settings
    length = every(profile.refresh or settings.refresh)
    timed = context.memory(_Timed)
    if length is not None and not timed.is_on:
        timed.is_on = True
        _look_later(context, length, length.total_seconds())


def _look_later(context: ProfileContext, length: timedelta, seconds: float) -> None:
    def look() -> None:
        if not context.is_open:
            return
        left = _left(context, length)
        if left <= 0 and _may(context):
            context.host.run_in_background(partial(show_refresh, context, quietly=True), "refresh")
            left = length.total_seconds()
        _look_later(context, length, max(left, SOON))

    context.host.after(seconds, look)


def _left(context: ProfileContext, length: timedelta) -> float:
    """Return in how many seconds the list is as old as it may be."""
    read_at = context.session.held.read_at
    return 0.0 if read_at is None else (read_at + length - context.now()).total_seconds()


def _may(context: ProfileContext) -> bool:
    """Whether nothing stands against it: a dialog, a job, a change or a reading on its way; a key that is missing or
    refused, and a list that a person has to look at, end it until the operator's own refresh has gone well.
    """
    state = context.state
    is_busy = bool(state.progress) or context.run is not None or context.session.desk.in_flight
    return context.host.is_resting and not is_busy and state.trouble in {"", FAILED}
