"""What the use cases of usage need from outside: a service that has statistics, and where samples are kept."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.usage import Credits, Metrics, Period, Sample


class UsagePort(Protocol):
    """Statistics of one profile's service. Every method raises NoAnswer, Rejected and its kinds; NotPermitted, with the
    permission that the key lacks, among them.
    """

    async def series(self, customer: Customer, period: Period, *, background: bool = False) -> Mapping[date, Metrics]:
        """Return the metrics of a customer of any region, by the day or by the first day of the month."""

    async def days(self, usernames: Sequence[str], period: Period) -> Mapping[str, Mapping[date, Metrics]]:
        """Return the days of customers, at most ten and none of the EU; who is not there, or of whom nothing is told,
        is left out.
        """

    async def ranking(self, metric: str, period: Period, limit: int, offset: int) -> Sequence[tuple[str, Metrics]]:
        """Return a page of all customers outside the EU with their sums, those with most of a metric first."""

    async def reputation(self, username: str, *, background: bool = False) -> float | None:
        """Return a customer's reputation, 0 to 100; None where none is told."""

    async def credits(self, username: str, *, background: bool = False) -> Credits | None:
        """Return how much a customer may still send; None where it is not told."""


class SamplesPort(Protocol):
    """Reputations and credits as they were read, one a day, kept on this machine. Every method may raise BadConfig."""

    def keep(self, account: str, customer: str, sample: Sample) -> None:
        """Keep the sample of a day, in the place of an earlier one of it. Customer is the id, or the username where
        there is none.
        """

    def of(self, account: str, customer: str) -> Sequence[Sample]:
        """Return the samples of a customer, oldest first."""
