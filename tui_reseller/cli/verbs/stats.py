"""stats: what customers send, as the service counts it."""

import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from tui_reseller.cli.argument_values import FilePath
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.openmetrics import Gauge, exposition
from tui_reseller.cli.options import common_with
from tui_reseller.cli.usage_gauges import gauges_of_many, gauges_of_one
from tui_reseller.domain.errors import CustomerNotFound
from tui_reseller.domain.provider import KEY
from tui_reseller.domain.ranking import ORDERS, title_of
from tui_reseller.domain.text import quoted
from tui_reseller.domain.usage import METRICS, PLOTTED, Period, Ranked, number, percent
from tui_reseller.domain.usage_text import gap_lines, plot_lines, range_words, sample_line
from tui_reseller.services import usage
from tui_reseller.services.known_usage import Ranking, Standing, Usage
from tui_reseller.services.rankings import ranking
from tui_reseller.services.services import LedgerUse, Services
from tui_reseller.services.session import Session
from tui_reseller.system.whole_file import put_in_place

OPENMETRICS = "openmetrics"
_DEFAULT_DAYS = 30
_LIMIT = 20
_HEIGHT, _WIDTH = 8, 80
_IN_TABLE = (KEY, "date", "requests", "delivered", "bounces", "blocks", "spam_reports", "opens", "clicks")
_TOP_IN_TABLE = ("delivered", "bounces", "bounce_share", "spam_reports", "spam_share")
_COMPARED = ("before_delivered", "growth")
_LAST = "last_delivered"


@click.command()
@click.argument("username", required=False)
@click.option(
    "--days", metavar="N", type=click.IntRange(1, 396), help="So many whole days before today; 30 by default."
)
@click.option("--months", metavar="N", type=click.IntRange(1, 36), help="So many months instead, by month: 13.")
@click.option(
    "--top", metavar="METRIC", help="Rank all customers: delivered, bounces, bounce_share, growth, silence ..."
)
@click.option(
    "--limit", metavar="N", type=click.IntRange(min=1), help=f"With --top: at most so many; {_LIMIT} by default."
)
@click.option(
    "--to", metavar="FILE", type=FilePath(), help="With openmetrics: put it in the place of this file at one moment."
)
@click.option("--plot", is_flag=True, help="Draw delivered, bounces, spam reports and opens against the period before.")
@common_with(OPENMETRICS)
def stats(
    inv: Invocation,
    *,
    username: str | None,
    days: int | None,
    months: int | None,
    top: str | None,
    limit: int | None,
    to: Path | None,
    plot: bool,
) -> int:
    """Say what a customer sends, day by day, or rank all customers.

    A day of which the service tells nothing is empty (null), and no zero. Ranked are customers outside the EU: the
    service has no ranking of others. Orders of our own are bounce_share, spam_share, growth and silence.

    Examples:
      tui-reseller stats garcia.mail
      tui-reseller stats garcia.mail --months 13 --plot
      tui-reseller stats garcia.mail --days 90 --output csv > garcia.csv
      tui-reseller stats garcia.mail --output openmetrics --to /var/lib/node_exporter/garcia.prom
      tui-reseller stats --top bounce_share --days 7 --limit 10

    """
    _refuse_senseless(inv, username, top, limit, plot=plot, is_both=bool(days and months))

    async def opened(services: Services, session: Session) -> int:
        usage.refuse(session)
        period = usage.months(session, months) if months else usage.days(session, days or _DEFAULT_DAYS)
        await inv.connect(session)
        if top is not None:
            return _write_ranking(inv, session, await ranking(session, top, period, limit or _LIMIT), to)
        return await _one(inv, services, session, username or "", period, to=to, plot=plot)

    if to is not None and inv.out.format != OPENMETRICS:
        raise click.UsageError(f"--to is for {OPENMETRICS} alone; the shell writes the other formats to a file")
    return inv.with_session(opened, ledger=LedgerUse.NONE)


def _write_metrics(inv: Invocation, gauges: Iterable[Gauge], to: Path | None) -> None:
    """Write figures for a collector, to stdout or as a file that is whole at any moment."""
    text = exposition(gauges)
    if to is not None:
        put_in_place(to, text.encode("utf-8"))
    else:
        inv.out.write(text)
        inv.out.flush()


def _refuse_senseless(
    inv: Invocation, username: str | None, top: str | None, limit: int | None, *, plot: bool, is_both: bool
) -> None:
    if (username is None) == (top is None):
        raise click.UsageError("name a customer, or rank all of them with --top METRIC")
    if limit and top is None:
        raise click.UsageError("--limit belongs to --top")
    if is_both:
        raise click.UsageError("--days and --months: one of the two is too many")
    if plot and (top is not None or inv.common.output):
        raise click.UsageError("--plot draws one customer, and has no --output")


async def _one(
    inv: Invocation, services: Services, session: Session, username: str, period: Period, *, to: Path | None, plot: bool
) -> int:
    customer = await session.find(username)
    if customer is None:
        raise CustomerNotFound(f"there is no customer {quoted(username)}")
    found = await usage.usage_of(session, customer, period)
    if plot:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDTH
        for metric in PLOTTED:
            inv.out.write("\n".join(plot_lines(found.now, found.before, metric, width, _HEIGHT)) + "\n\n")
        inv.out.flush()
    elif inv.out.format == OPENMETRICS:
        standing = await usage.standing_of(session, services.samples, customer)
        _write_metrics(inv, gauges_of_one(session.profile.name, username, found, standing), to)
        _say_refused(inv, standing)
        return ExitCode.OK
    else:
        _write_days(inv, found, username)
    _say_totals(inv, found)
    standing = await usage.standing_of(session, services.samples, customer)
    _say_standing(inv, standing)
    return ExitCode.OK


def _write_days(inv: Invocation, found: Usage, username: str) -> None:
    columns = _IN_TABLE if inv.out.format == "table" else (KEY, "date", *METRICS)
    with inv.out.rows(columns) as rows:
        for day in found.period.points:
            metrics = found.now.told.get(day, {})
            rows.add({KEY: username, "date": day.isoformat(), **{name: metrics.get(name) for name in METRICS}})


def _say_totals(inv: Invocation, found: Usage) -> None:
    sums = found.now.totals
    inv.console.say(
        f"{range_words(found.period)}: {number(sums.get('delivered'))} delivered, "
        f"{percent(sums.bounce_share)} bounced, {percent(sums.spam_share)} reported as spam"
    )
    for line in gap_lines(found.now):
        inv.console.say(line)


def _say_standing(inv: Invocation, standing: Standing) -> None:
    if standing.reputation is not None:
        inv.console.say(f"reputation {standing.reputation:g}; as read before: {sample_line(standing.samples)}")
    if standing.credits is not None:
        left = "no limit" if standing.credits.remain is None else f"{standing.credits.remain:,} left"
        inv.console.say(f"credits: {left}")
    _say_refused(inv, standing)


def _say_refused(inv: Invocation, standing: Standing) -> None:
    for error in standing.refused:
        inv.console.warn(f"not read: {usage.trouble_words(error)}")


def _write_ranking(inv: Invocation, session: Session, found: Ranking, to: Path | None) -> int:
    is_compared = found.name in ORDERS and ORDERS[found.name].needs_before
    if inv.out.format == OPENMETRICS:
        _write_metrics(inv, gauges_of_many(session.profile.name, found.rows, found.period), to)
    else:
        in_table = inv.out.format == "table"
        own = () if found.name in {*_TOP_IN_TABLE, *ORDERS} else (found.name,)
        shown = (*own, *_TOP_IN_TABLE) if in_table else (*METRICS, "bounce_share", "spam_share")
        last = (_LAST,) if is_compared and ORDERS[found.name].tells_last else ()
        columns = (KEY, *last, *shown, *(_COMPARED if is_compared else ()))
        with inv.out.rows(columns) as rows:
            for one in found.rows:
                row = _row(one, in_table=in_table)
                rows.add({name: row[name] for name in columns})
    inv.console.say(f"by {title_of(found.name)}, {range_words(found.period)}; customers of the EU are in no ranking")
    if found.name in ORDERS and not found.is_whole:
        inv.console.say(f"looked at: the {found.reach:,} with the most {ORDERS[found.name].by.replace('_', ' ')}")
    return ExitCode.OK


def _row(one: Ranked, *, in_table: bool) -> Mapping[str, object]:
    shares: Mapping[str, float | None] = {
        "bounce_share": one.now.bounce_share, "spam_share": one.now.spam_share, "growth": one.growth,
    }  # fmt: skip
    return {
        KEY: one.username,
        **{name: one.now.get(name) for name in METRICS},
        **{name: percent(share) if in_table else _rounded(share) for name, share in shares.items()},
        _LAST: one.last.isoformat() if one.last is not None else None,
        "before_delivered": one.before.get("delivered") if one.before is not None else None,
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 6)
