"""Statistics of Subusers v3: what customers send, their reputations and credits (services 9.4, 9.7).

Those of the EU are in no call that is about several customers: they are asked for one by one, on their behalf, at the
host of their region.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import date

from tui_reseller.api.connection import Connection
from tui_reseller.api.json_codec import Number
from tui_reseller.api.request import Request
from tui_reseller.api.v3.caller import PAGE_CAP, Caller
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import CustomerNotFound, NotPermitted, ResellerError, UnusableAnswer
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.usage import METRICS, Credits, Metrics, Period, Step

EU = "eu"
AT_ONCE = 10
"""So many customers may be named in one call (services 9.7)."""
BACKWARDS = "desc"
LONGEST = 18
"""Digits of a number of messages: what every machine holds."""

Place = Callable[[str, str], Awaitable[tuple[Connection, str]]]
"""Gives the connection of calls on a customer's behalf, and the region, by username and region, empty if not known."""
Explain = Callable[[Request, NotPermitted], Awaitable[ResellerError]]


class Statistics:
    """The calls about statistics. Fits the port of the services by shape."""

    def __init__(self, caller: Caller, everywhere: Connection, key: Secret, place: Place, explain: Explain) -> None:
        self._caller = caller
        self._global = everywhere
        self._key = key
        self._place = place
        self._explain = explain

    async def series(self, customer: Customer, period: Period, *, background: bool = False) -> Mapping[date, Metrics]:
        """Return the metrics of a customer of any region, by the day or by the first day of the month.

        Raises NoAnswer, Rejected and its kinds; NotPermitted, with the permission that the key lacks, among them.
        """
        connection, region = await self._place(customer.username, customer.text("region"))
        query = [*_range(period), ("aggregated_by", period.step.value)]
        if region != EU:
            request = Request(
                "GET", "subusers/stats", query=[("subusers", customer.username), *query], bearer=self._key
            )
            scope, connection = "subusers.stats.read", self._global
        else:
            request = Request("GET", "stats", query=query, bearer=self._key, on_behalf_of=customer.username)
            scope = "stats.read"
        tree = await self._ask(connection, request, scope, background=background)
        found: dict[date, Metrics] = {}
        for day, name, metrics in _days(tree):
            if region == EU or name == customer.username:
                found[day.replace(day=1) if period.step is Step.MONTH else day] = metrics
        return found

    async def days(self, usernames: Sequence[str], period: Period) -> Mapping[str, Mapping[date, Metrics]]:
        """Return the days of at most ten customers outside the EU. Raises as series()."""
        query = [*(("subusers", name) for name in usernames[:AT_ONCE]), *_range(period), ("aggregated_by", "day")]
        tree = await self._ask(
            self._global, Request("GET", "subusers/stats", query=query, bearer=self._key), "subusers.stats.read"
        )
        found: dict[str, dict[date, Metrics]] = {}
        for day, name, metrics in _days(tree):
            found.setdefault(name, {})[day] = metrics
        return found

    async def ranking(self, metric: str, period: Period, limit: int, offset: int) -> Sequence[tuple[str, Metrics]]:
        """Return a page of all customers outside the EU, those with most of a metric first. Raises as series()."""
        query = [
            *_range(period),
            ("sort_by_metric", metric),
            ("sort_by_direction", BACKWARDS),
            ("limit", str(limit)),
            ("offset", str(offset)),
        ]
        request = Request("GET", "subusers/stats/sums", query=query, bearer=self._key)
        tree = await self._ask(self._global, request, "subusers.stats.read")
        if not isinstance(tree, dict) or not isinstance(tree.get("stats"), list):
            raise UnusableAnswer("the reply is no ranking")
        return [(name, metrics) for name, metrics in _each(tree["stats"]) if name]

    async def reputation(self, username: str, *, background: bool = False) -> float | None:
        """Return a customer's reputation, 0 to 100; None where none is told. Raises as series()."""
        request = Request("GET", "subusers/reputations", query=[("usernames", username)], bearer=self._key)
        tree = await self._ask(self._global, request, "subusers.reputations.read", background=background)
        if not isinstance(tree, list):
            raise UnusableAnswer("the reply is no list of reputations")
        told = [one.get("reputation") for one in tree if isinstance(one, dict) and one.get("username") == username]
        return next((float(value) for value in told if isinstance(value, Number)), None)

    async def credits(self, username: str, *, background: bool = False) -> Credits | None:
        """Return how much a customer may still send; None where it is not told. Raises as series()."""
        request = Request("GET", "subusers/{subuser}/credits", {"subuser": username}, bearer=self._key)
        try:
            tree = await self._ask(self._global, request, "subusers.credits.read", background=background)
        except CustomerNotFound:
            return None
        if not isinstance(tree, dict) or not isinstance(tree.get("type"), str):
            raise UnusableAnswer("the reply says nothing of credits")
        return Credits(tree["type"], _whole(tree.get("remain")), _whole(tree.get("total")))

    async def _ask(self, connection: Connection, request: Request, scope: str, *, background: bool = False) -> object:
        """Make a call. Raises what a refusal means: the service says that we may not in several cases."""
        refusal = None
        try:
            return await self._caller.ask(connection, request, scope=scope, cap=PAGE_CAP, background=background)
        except NotPermitted as error:
            refusal = error
        raise await self._explain(request, refusal) if request.on_behalf_of else refusal


def _range(period: Period) -> list[tuple[str, str]]:
    return [("start_date", period.first.isoformat()), ("end_date", period.last.isoformat())]


def _days(tree: object) -> Iterator[tuple[date, str, Metrics]]:
    """Yield day, name and metrics of all that a series tells. Raises UnusableAnswer for anything else."""
    if not isinstance(tree, list):
        raise UnusableAnswer("the reply is no list of days")
    for one in tree:
        if not isinstance(one, dict) or not isinstance(one.get("stats"), list):
            raise UnusableAnswer("the reply is no list of days")
        day = _day(one.get("date"))
        for name, metrics in _each(one["stats"]):
            yield day, name, metrics


def _each(stats: Sequence[object]) -> Iterator[tuple[str, Metrics]]:
    for one in stats:
        metrics = one.get("metrics") if isinstance(one, dict) else None
        if not isinstance(one, dict) or not isinstance(metrics, dict):
            raise UnusableAnswer("the reply has statistics without metrics")
        name = one.get("name")
        found = {metric: number for metric in METRICS if (number := _whole(metrics.get(metric))) is not None}
        yield name if isinstance(name, str) else "", found


def _day(text: object) -> date:
    try:
        return date.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        raise UnusableAnswer("the reply has statistics of no day") from None


def _whole(value: object) -> int | None:
    """Return a number of messages; None for what is not told. Raises UnusableAnswer for what is no such number."""
    if value is None:
        return None
    if not isinstance(value, Number) or len(value) > LONGEST or not value.removeprefix("-").isdecimal():
        raise UnusableAnswer("the reply has statistics that are no whole numbers")
    return int(value)
