"""stats: the numbers of the sandbox in every form, what is no number, and what is refused."""

import csv
import io
import re

import pytest

from tests.harness import hostile
from tests.harness.sandbox import running
from tests.harness.v3_truth import customers, days_of, last_days, today, total
from tui_reseller.cli.openmetrics import Gauge, exposition
from tui_reseller.domain.exact_text import read_back
from tui_reseller.domain.usage import METRICS

FIGURE = re.compile(r'(?P<name>[a-z_]+)\{(?P<labels>(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*)\} (?P<value>[0-9.e+-]+)')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"')
IN_LABEL = {'\\"': '"', "\\\\": "\\", "\\n": "\n"}


def at_v3(made):
    ready = made.sandbox.ready
    made.environment |= {
        "TUI_RESELLER_PROVIDER": "subusers-v3",
        "TUI_RESELLER_BASE_URL": ready["v3_base_url"],
        "TUI_RESELLER_EU_BASE_URL": ready["v3_eu_base_url"],
        "TUI_RESELLER_API_USER": "boss",
        "TUI_RESELLER_API_KEY": ready["v3_api_key"],
    }
    return made


@pytest.fixture
def console(consoles):
    return at_v3(consoles("shares"))


def names(console, region):
    return [one["username"] for one in customers(console.sandbox, region) if not one["disabled"]]


def sender(console, region="global", days=30):
    """Return somebody who has sent, and has a gap."""
    first, last = last_days(days)
    for name in names(console, region):
        found = days_of(console.sandbox, name, first, last, region)
        if total(found, "delivered") and 0 < len(found) < days:
            return name, found
    raise AssertionError(f"nobody in {region} has a gap")


def parsed(text):
    """Read OpenMetrics as strictly as its grammar wants it: return name, labels and figure of each."""
    lines = text.split("\n")
    assert lines[-2:] == ["# EOF", ""]
    types, found = {}, []
    for line in lines[:-2]:
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert kind == "gauge"
            assert name not in types, "a family stands once"
            types[name] = kind
        elif not line.startswith("# HELP "):
            match = FIGURE.fullmatch(line)
            assert match, line
            labels = {
                key: re.sub(r'\\["\\n]', lambda sign: IN_LABEL[sign[0]], value)
                for key, value in LABEL.findall(match["labels"])
            }
            assert list(types)[-1] == match["name"], "figures stand behind their type"
            found.append((match["name"].removeprefix("tui_reseller_"), labels, float(match["value"])))
    return found


@pytest.mark.parametrize("region", ["global", "eu"])
def test_days_are_those_of_the_service_and_what_it_leaves_out_is_null(console, region):
    name, truth = sender(console, region, 90 if region == "eu" else 30)
    days = "90" if region == "eu" else "30"
    ran = console("stats", name, "--days", days)
    assert ran.code == 0, ran.err
    assert len(ran.rows) == int(days)
    for row in ran.rows:
        expected = truth.get(row["date"], dict.fromkeys(METRICS))
        assert {metric: row[metric] for metric in METRICS} == expected
    assert f"{total(truth, 'delivered'):,} delivered" in ran.err
    assert f"Nothing is told of {int(days) - len(truth)} of {days} days" in ran.err


def test_months_are_summed_by_the_service(console):
    name, _ = sender(console)
    ran = console("stats", name, "--months", "13")
    truth = days_of(console.sandbox, name, ran.rows[0]["date"], last_days(1)[1], "global", "month")
    assert len(ran.rows) == 13
    assert {row["date"]: row["delivered"] for row in ran.rows} == {
        row["date"]: truth[row["date"]]["delivered"] if row["date"] in truth else None for row in ran.rows
    }


def test_csv_has_empty_cells_for_gaps_and_zeros_for_zeros(console):
    name, truth = sender(console)
    ran = console("stats", name, "--output", "csv")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert {row["date"]: row["bounces"] for row in rows} == {
        row["date"]: str(truth[row["date"]]["bounces"]) if row["date"] in truth else "" for row in rows
    }


def test_openmetrics_has_the_same_sums(console):
    name, truth = sender(console)
    ran = console("stats", name, "--output", "openmetrics")
    assert ran.code == 0, ran.err
    found = parsed(ran.out)
    sums = {labels["metric"]: value for family, labels, value in found if family == "messages"}
    assert sums == {metric: total(truth, metric) for metric in METRICS}
    families = {family: value for family, labels, value in found if labels["username"] == name}
    assert families["points_told"] == len(truth)
    assert families["bounce_ratio"] == total(truth, "bounces") / total(truth, "processed")
    assert 0 <= families["reputation"] <= 100


def test_a_plot_fits_and_says_the_sums(console, monkeypatch):
    name, truth = sender(console)
    ran = console("stats", name, "--plot")
    lines = ran.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert f"delivered: {total(truth, 'delivered'):,} in 30 days" in ran.out
    assert sum(line.startswith(("delivered:", "bounces:", "spam reports:", "opens:")) for line in lines) == 4


def everybody(console, days, back=0):
    first, last = last_days(days, back)
    listed = [one["username"] for one in customers(console.sandbox, "global")]
    return {name: days_of(console.sandbox, name, first, last, "global") for name in listed}


def test_a_ranking_is_that_of_the_service_without_the_eu(console):
    truth = everybody(console, 7)
    ran = console("stats", "--top", "delivered", "--days", "7", "--limit", "8")
    assert ran.code == 0, ran.err
    sums = {name: total(days, "delivered") for name, days in truth.items()}
    assert [row["delivered"] for row in ran.rows] == sorted(sums.values(), reverse=True)[:8]
    assert all(sums[row["username"]] == row["delivered"] for row in ran.rows)
    assert "EU" in ran.err
    assert not {row["username"] for row in ran.rows} & set(names(console, "eu"))


def test_orders_of_our_own_follow_from_two_periods(console):
    now, before = everybody(console, 90), everybody(console, 90, back=90)
    shares = {
        name: total(days, "bounces") / total(days, "processed")
        for name, days in now.items()
        if total(days, "processed") >= 100
    }
    ran = console("stats", "--top", "bounce_share", "--days", "90", "--limit", "5")
    assert [row["bounce_share"] for row in ran.rows] == [
        round(share, 6) for share in sorted(shares.values(), reverse=True)[:5]
    ]
    silent = {name for name in now if total(before[name], "delivered") and not total(now[name], "delivered")}
    ran = console("stats", "--top", "silence", "--days", "90", "--limit", "100")
    assert {row["username"] for row in ran.rows} == silent
    for row in ran.rows:
        days = {**before[row["username"]], **now[row["username"]]}
        assert row["last_delivered"] == max(day for day, metrics in days.items() if metrics["delivered"])
    grown = {
        name: total(now[name], "delivered") / total(before[name], "delivered") - 1
        for name in now
        if total(before[name], "delivered") >= 100
    }
    ran = console("stats", "--top", "growth", "--days", "90", "--limit", "5")
    assert [row["growth"] for row in ran.rows] == [
        round(share, 6) for share in sorted(grown.values(), reverse=True)[:5]
    ]


def test_a_table_shows_shares_and_every_sign_of_a_username(console):
    ran = console("stats", "--top", "bounce_share", "--output", "table")
    assert ran.out.splitlines()[0].split() == [
        "username", "delivered", "bounces", "bounce_share", "spam_reports", "spam_share",
    ]  # fmt: skip
    assert " %" in ran.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "name a customer"),
        (("ann", "--top", "delivered"), "name a customer"),
        (("ann", "--limit", "3"), "--limit belongs"),
        (("ann", "--days", "3", "--months", "3"), "one of the two"),
        (("--top", "delivered", "--plot"), "--plot draws one"),
    ],
)
def test_senseless_options(console, arguments, words):
    ran = console("stats", *arguments)
    assert (ran.code, words in ran.err) == (2, True)


def test_nothing_is_ranked_by_what_nobody_knows(console):
    ran = console("stats", "--top", "fame")
    assert (ran.code, "bounce_share" in ran.err) == (2, True)


def test_who_is_not_there(console):
    assert console("stats", "nobody-there").code == 7


@pytest.mark.parametrize("arguments", [("ann",), ("--top", "delivered"), ("ann", "--output", "openmetrics")])
@pytest.mark.parametrize(
    ("provider", "title", "instead"),
    [
        ("reseller-v2", "Reseller API v2", "at the vendor's website"),
        ("accounts-v3", "Account Provisioning v3", "a sign-in link lets you in"),
    ],
)
def test_a_service_without_statistics_says_where_they_are(consoles, arguments, provider, title, instead):
    made = consoles("shares", provider=provider)
    asked = len(made.sandbox.requests())
    ran = made("stats", *arguments)
    assert (ran.code, ran.out, f"{title} has no statistics" in ran.err, instead in ran.err) == (11, "", True, True)
    assert len(made.sandbox.requests()) == asked


def test_a_ranking_in_openmetrics(console):
    ran = console("stats", "--top", "opens", "--limit", "3", "--output", "openmetrics")
    rows = console("stats", "--top", "opens", "--limit", "3").rows
    found = parsed(ran.out)
    sums = {(labels["username"], labels["metric"]): value for name, labels, value in found if name == "messages"}
    assert sums == {(row["username"], metric): row[metric] for row in rows for metric in METRICS}


@pytest.mark.parametrize(
    ("region", "allowed", "missing"),
    [("global", "subusers.read", "subusers.stats.read"), ("eu", "subusers.read", '"stats.read"')],
)
def test_a_permission_that_the_key_lacks_is_named(terminal, home, region, allowed, missing):
    from tests.cli.conftest import Console  # noqa: PLC0415

    with running("--scopes", allowed, customers=40) as sandbox:
        made = at_v3(Console(terminal, home, sandbox))
        name = customers(sandbox, region)[0]["username"]
        ran = made("stats", name)
        assert (ran.code, missing in ran.err) == (6, True), ran.err


def test_what_the_key_may_not_read_leaves_the_rest(terminal, home):
    from tests.cli.conftest import Console  # noqa: PLC0415

    with running("--scopes", "subusers.read,subusers.stats.read", customers=40) as sandbox:
        made = at_v3(Console(terminal, home, sandbox))
        ran = made("stats", customers(sandbox, "global")[0]["username"], "--days", "7")
        assert (ran.code, len(ran.rows)) == (0, 7)
        assert "subusers.reputations.read" in ran.err
        assert "subusers.credits.read" in ran.err


def test_a_limit_is_waited_for(console):
    name, truth = sender(console)
    console.sandbox.fault("rate-limit", retry_after=1, times=1)
    ran = console("stats", name)
    assert ran.code == 0, ran.err
    assert sum(row["delivered"] or 0 for row in ran.rows) == total(truth, "delivered")


def test_the_reputation_is_kept_for_a_history(console):
    name, _ = sender(console)
    assert console("stats", name, "--days", "7").code == 0
    ran = console("stats", name, "--days", "7")
    assert f"({today():%m-%d})" in ran.err


@pytest.mark.parametrize("username", hostile.SIXTY)
def test_no_username_ends_its_label_or_acts_on_a_terminal(username):
    text = exposition([Gauge("messages", "Messages.", [({"username": username, "metric": "opens"}, 3)])])
    assert hostile.is_harmless(text.replace("\n", ""))
    ((name, labels, value),) = parsed(text)
    assert (name, read_back(labels["username"]), labels["metric"], value) == ("messages", username, "opens", 3)
