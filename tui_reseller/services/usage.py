"""What a customer sends, and how the service values that: read when somebody wants to know, never by itself.

What the cursor of the screen asks for comes after all that somebody waits for, within the pace of the service.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import BadConfig, NotPermitted, ResellerError
from tui_reseller.domain.usage import RECENT_DAYS, Credits, Period, Sample, Series
from tui_reseller.services import retry
from tui_reseller.services.known_usage import Standing, Usage
from tui_reseller.services.session import Session
from tui_reseller.services.usage_port import SamplesPort, UsagePort

MONTHS = 13
EU = "eu"

T = TypeVar("T")


def refuse(session: Session) -> None:
    """Raise RefusedHere where the service has no statistics, with where they are seen instead."""
    refusal = session.policy.without_usage()
    if refusal is not None:
        raise refusal


def days(session: Session, count: int) -> Period:
    """Return the period of so many whole days before today."""
    return Period.of_days(count, session.clock.now().date())


def recent(session: Session) -> Period:
    """Return the period of which something is shown beside the list."""
    return days(session, RECENT_DAYS)


def months(session: Session, count: int) -> Period:
    """Return the period of so many months, with that of yesterday as the last."""
    return Period.of_months(count, session.clock.now().date())


async def usage_of(
    session: Session, customer: Customer, period: Period, *, background: bool = False, anew: bool = False
) -> Usage:
    """Return what a customer sent in a period and in the one before, in one call; what was read within ten minutes is
    not read again, unless *anew*.

    Raises RefusedHere where the service has no statistics; NoAnswer, Rejected and its kinds. What the key may not read
    is asked for once, in the background.
    """
    refuse(session)
    known, now, key = session.usage, session.clock.now(), (customer.username, period)
    found = None if anew else known.usage.fresh(key, now, lambda one: one.read_at)
    if found is not None:
        return found
    which = f"series {customer.text('region')}"
    if background and which in known.refused:
        raise known.refused[which]
    whole = Period(period.before.first, period.last, period.step)
    try:
        told = await asked(session, lambda port: port.series(customer, whole, background=background))
    except NotPermitted as error:
        known.refused[which] = error
        raise
    series = Series(whole, told)
    return known.usage.keep(key, Usage(series.part(period), series.part(period.before), now))


async def standing_of(
    session: Session, samples: SamplesPort, customer: Customer, *, background: bool = False, anew: bool = False
) -> Standing:
    """Return a customer's reputation and credits, with what was kept of them before; today's are kept beside those.

    What the key may not read is in *refused*. Raises as usage_of().
    """
    refuse(session)
    known, now = session.usage, session.clock.now()
    found = None if anew else known.standing.fresh(customer.username, now, lambda one: one.read_at)
    if found is not None:
        return found
    refused: list[NotPermitted] = []

    async def part(what: str, ask: Callable[[UsagePort], Awaitable[T]]) -> T | None:
        if background and what in known.refused:
            refused.append(known.refused[what])
            return None
        try:
            return await asked(session, ask)
        except NotPermitted as error:
            known.refused[what] = error
            refused.append(error)
            return None

    name = customer.username
    reputation: float | None = None
    if customer.text("region") != EU:  # of those the service does not work one out
        reputation = await part("reputation", lambda port: port.reputation(name, background=background))
    credits_: Credits | None = await part("credits", lambda port: port.credits(name, background=background))
    kept = await _keep(session, samples, customer, reputation, credits_)
    return known.standing.keep(name, Standing(now, reputation, credits_, tuple(refused), kept))


async def _keep(
    session: Session, samples: SamplesPort, customer: Customer, reputation: float | None, credits_: Credits | None
) -> tuple[Sample, ...]:
    """Keep what was read today, and return all that was kept; nothing where the disk refuses: it is shown all the same.

    Customers are kept by what stays when they are renamed.
    """
    key = customer.text("id") or customer.username
    sample = Sample(session.clock.now().date(), reputation, credits_.remain if credits_ else None)
    try:
        if sample.reputation is not None or sample.remain is not None:
            await asyncio.to_thread(samples.keep, session.account, key, sample)
        return tuple(await asyncio.to_thread(samples.of, session.account, key))
    except BadConfig:
        return ()


async def asked(session: Session, ask: Callable[[UsagePort], Awaitable[T]]) -> T:
    """Ask the service's statistics, again where that does no harm. Raises NoAnswer, Rejected and its kinds."""
    port = (await session.service()).usage()
    return await retry.read(session.clock, partial(ask, port), session.budget, total=session.total_seconds)


def trouble_words(error: ResellerError) -> str:
    """Return in one line why something could not be read."""
    return error.message + (f" - {error.hint}" if error.hint else "")
