"""The same numbers of usage by the screen, by the command in each of its forms, and by the sandbox's own truth."""

import csv
import io
import json
import re
import stat
import subprocess

import pytest

from tests.harness.sandbox import running
from tests.harness.terminal import ENTER, Terminal, environment, program
from tests.harness.v3_truth import customers, days_of, last_days, total

pytestmark = pytest.mark.terminal
DAYS = 30


@pytest.fixture(scope="module")
def sandbox():
    with running(customers=60) as made:
        yield made


@pytest.fixture
def there(home, sandbox):
    ready = sandbox.ready
    return environment(
        home, LANG="C.UTF-8", TUI_RESELLER_PROVIDER="subusers-v3", TUI_RESELLER_API_USER="boss",
        TUI_RESELLER_BASE_URL=ready["v3_base_url"], TUI_RESELLER_EU_BASE_URL=ready["v3_eu_base_url"],
        TUI_RESELLER_API_KEY=ready["v3_api_key"],
    )  # fmt: skip


def command(there, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        program(*arguments),
        env=there,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )


def sender(sandbox, region):
    """Return somebody who has sent and of whom some days are not told, and the truth."""
    for one in customers(sandbox, region):
        found = days_of(sandbox, one["username"], *last_days(DAYS), region)
        if total(found, "delivered") and 0 < len(found) < DAYS:
            return one["username"], found
    raise AssertionError(f"nobody in {region} has a gap")


@pytest.mark.slow
@pytest.mark.in_turn(3)
@pytest.mark.parametrize(("region", "size"), [("global", (80, 24)), ("global", (120, 40)), ("eu", (80, 24))])
def test_screen_command_and_truth_agree(there, sandbox, region, size):
    name, truth = sender(sandbox, region)
    sums = {metric: total(truth, metric) for metric in ("delivered", "bounces", "spam_reports", "opens")}
    before = days_of(sandbox, name, *last_days(DAYS, DAYS), region)

    rows = [json.loads(line) for line in command(there, "stats", name, "--output", "jsonl").stdout.splitlines()]
    told = {row["date"]: row for row in rows if row["delivered"] is not None}
    assert set(told) == set(truth)
    assert {metric: sum(row[metric] for row in told.values()) for metric in sums} == sums

    text = command(there, "stats", name, "--output", "csv").stdout
    cells = list(csv.DictReader(io.StringIO(text)))
    assert {metric: sum(int(row[metric] or 0) for row in cells) for metric in sums} == sums
    assert sum(row["delivered"] == "" for row in cells) == DAYS - len(truth)

    metrics = command(there, "stats", name, "--output", "openmetrics").stdout
    found = {match[1]: int(float(match[2])) for match in re.finditer(r'metric="([a-z_]+)"\} ([0-9.e+]+)', metrics)}
    assert {metric: found[metric] for metric in sums} == sums

    plot = command(there, "stats", name, "--plot").stdout
    title = f"delivered: {sums['delivered']:,} in {DAYS} days, {total(before, 'delivered'):,} before"
    assert title in plot

    terminal = Terminal(program(), there, size)
    try:
        terminal.sees("complete", seconds=60)
        terminal.press("/")
        terminal.type(name)
        terminal.sees(f"/ {name}", "1 of ")
        terminal.press(ENTER, "h")
        terminal.sees(title)
        for key, metric in (("b", "bounces"), ("s", "spam_reports"), ("o", "opens")):
            terminal.press(key)
            terminal.sees(f"{metric.replace('_', ' ')}: {sums[metric]:,} in {DAYS} days")
    finally:
        terminal.kill()


def test_a_ranking_is_the_same_and_says_where_the_eu_is(there, sandbox, home):
    listed = [one["username"] for one in customers(sandbox, "global")]
    truth = {name: total(days_of(sandbox, name, *last_days(7), "global"), "delivered") for name in listed}
    ran = command(there, "stats", "--top", "delivered", "--days", "7", "--limit", "5", "--output", "jsonl")
    assert [json.loads(line)["delivered"] for line in ran.stdout.splitlines()] == sorted(truth.values(), reverse=True)[
        :5
    ]
    assert "customers of the EU are in no ranking" in ran.stderr
    file = home / "customers.prom"
    file.write_text("old")
    file.chmod(0o600)
    options = ("--top", "delivered", "--days", "7", "--limit", "5", "--output", "openmetrics", "--to", str(file))
    ran = command(there, "stats", *options)
    assert ran.stdout == ""
    assert file.read_text().endswith("# EOF\n")
    figures = re.findall(r'username="([^"]+)",period="[^"]*",metric="delivered"\} ([0-9.e+]+)', file.read_text())
    assert {name: int(float(value)) for name, value in figures} == {name: truth[name] for name, _ in figures}
    assert len(figures) == 5
    assert stat.S_IMODE(file.stat().st_mode) & 0o044 == 0o044
    assert [path.name for path in home.iterdir() if path.name.startswith(".customers")] == []


def test_a_file_that_cannot_be_written_is_named(there, sandbox, home):
    name, _ = sender(sandbox, "global")
    for place in (home, home / "none" / "x.prom"):
        options = ("--output", "openmetrics", "--to", str(place))
        ran = subprocess.run(program("stats", name, *options), env=there, capture_output=True, text=True, check=False)
        assert ran.returncode == 2
        assert str(place) in ran.stderr
    ran = subprocess.run(program("stats", name, "--to", "x"), env=there, capture_output=True, text=True, check=False)
    assert (ran.returncode, "--to is for openmetrics" in ran.stderr) == (2, True)
