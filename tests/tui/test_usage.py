"""Usage on the screen: the sandbox's own numbers, in lines that never move, on a page, in a ranking."""

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from tests.harness.sandbox import running
from tests.harness.v3_truth import customers, days_of, last_days, total
from tests.harness.waiting import soon
from tests.tui.desk import open_desk
from tui_reseller.domain.filters import parse_filter
from tui_reseller.tui.presenters.detail import NO_USAGE
from tui_reseller.tui.presenters.parts import text_of


def opened(sandbox, folder, **more):
    seen = SimpleNamespace(ready=sandbox.ready | {"base_url": sandbox.v3_base_url, "api_key": sandbox.v3_api_key})
    return open_desk(seen, folder, provider="subusers-v3", eu_base_url=sandbox.v3_eu_base_url, **more)


@pytest.fixture
def subusers(sandboxes):
    """A sandbox with 40 customers, as Subusers v3 shows it."""
    shared = sandboxes("usage", customers=40)
    shared.start_anew()
    return shared


@pytest.fixture
def open_v3(subusers, tmp_path):
    @asynccontextmanager
    async def at(size=(120, 40), **more):
        async with opened(subusers, tmp_path, size=size, **more) as desk:
            yield desk

    return at


def sender(sandbox, region="global", days=14):
    """Return somebody of a region who has sent, and the truth of these days."""
    for one in customers(sandbox, region):
        found = days_of(sandbox, one["username"], *last_days(days), region)
        if total(found, "delivered"):
            return one["username"], found
    raise AssertionError(f"nobody in {region} sends")


def percent(part, whole):
    share = 100 * part / whole
    return f"{share:.{0 if share >= 10 else 1 if share >= 1 else 2}f} %"


def detail(desk):
    return [text_of(line) for line in desk.main.detail.lines]


async def resting(desk, name):
    """Put the cursor on a customer and wait until usage is read."""
    await desk.go_to(name)
    await soon("the pane shows it", lambda: name[:10] in text_of(desk.main.detail.lines[0]))
    await soon("it is read", lambda: not any("reading" in line or "not read yet" in line for line in detail(desk)))


@pytest.mark.parametrize("region", ["global", "eu"])
async def test_the_detail_has_the_numbers_of_the_service(open_v3, subusers, region):
    name, truth = sender(subusers, region)
    async with open_v3() as desk:
        await resting(desk, name)
        text = "\n".join(detail(desk))
        assert f"14 days to {last_days(1)[1][5:]}" in text
        assert f"{total(truth, 'delivered'):,} delivered" in text
        assert f"{percent(total(truth, 'bounces'), total(truth, 'processed'))} bounced" in text
        assert ("no reputation told" in text) is (region == "eu")


async def test_no_line_of_the_detail_moves_while_usage_is_read(open_v3, subusers):
    (first, _), other = sender(subusers), customers(subusers, "global")[5]["username"]
    async with open_v3() as desk:
        await resting(desk, first)
        read = detail(desk)
        await resting(desk, other)
        subusers.fault("latency", ms=700, times=50)
        desk.main.context.session.usage.usage.clear()
        await desk.go_to(first)
        await soon("another is shown", lambda: any("reading" in line for line in detail(desk)))
        reading = detail(desk)
        assert len(reading) == len(read)
        at = next(at for at, line in enumerate(read) if line.strip() == "USAGE") + 1
        assert [line for line in read if line not in reading] == [
            line for line in read[at : at + len(NO_USAGE)] if line not in reading
        ]


async def test_it_is_read_once_where_the_cursor_rests_and_never_by_itself(open_v3, subusers):
    name, _ = sender(subusers)
    async with open_v3() as desk:
        await resting(desk, name)
        other = customers(subusers, "global")[6]["username"]
        await resting(desk, other)
        before = len(subusers.requests())
        await resting(desk, name)
        await desk.pilot.pause(0.5)
        assert len(subusers.requests()) == before


async def test_a_low_pane_reads_nothing_that_it_does_not_show(open_v3, subusers):
    async with open_v3(size=(80, 24)) as desk:
        await desk.press("down")
        await soon("usage", lambda: desk.main.context.session.usage.usage)
        await desk.pilot.pause(0.5)
        assert not [row for row in subusers.requests() if "credits" in row["path"] or "reputations" in row["path"]]


@pytest.mark.in_turn(3)
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("region", ["global", "eu"])
async def test_the_page_has_the_numbers_of_the_service(open_v3, subusers, size, region):
    name, _ = sender(subusers, region)
    async with open_v3(size=size) as desk:
        await desk.go_to(name)
        await desk.press("h")
        await desk.opened(f'Usage of "{name}"')
        for key, days in (("3", 30), ("7", 7), ("9", 90)):
            await desk.press(key)
            now = days_of(subusers, name, *last_days(days), region)
            before = days_of(subusers, name, *last_days(days, days), region)
            wanted = f"delivered: {total(now, 'delivered'):,} in {days} days, {total(before, 'delivered'):,} before"
            await soon(wanted, lambda wanted=wanted: wanted in desk.words())
            lines = desk.screen_text()
            assert len(lines) == size[1]
            assert all(len(line.rstrip()) <= size[0] for line in lines)
            assert any("#" in line for line in lines)
        for key, metric in (("b", "bounces"), ("s", "spam_reports"), ("o", "opens")):
            await desk.press(key)
            wanted = f"{metric.replace('_', ' ')}: {total(now, metric):,} in 90 days"
            await soon(wanted, lambda wanted=wanted: wanted in desk.words())
        await desk.press("m")
        await soon("months", lambda: "in 13 months" in desk.words())
        await desk.press("escape")
        assert desk.dialog is None


async def test_a_page_that_is_read_again_asks_again(open_v3, subusers):
    name, _ = sender(subusers)
    async with open_v3() as desk:
        await desk.go_to(name)
        await desk.press("h")
        await soon("it is drawn", lambda: "in 30 days" in desk.words())
        before = len(subusers.requests())
        await desk.press("b")
        await soon("bounces", lambda: "bounces: " in desk.words())
        assert len(subusers.requests()) == before
        await desk.press("r")
        await soon("asked again", lambda: len(subusers.requests()) > before)
        await soon("it is drawn", lambda: "reading" not in desk.words())


async def test_what_goes_wrong_is_said_on_the_page(open_v3, subusers):
    async with open_v3() as desk:
        await desk.is_quiet()
        subusers.fault("status", code=403, times=20, shape="no-scope")
        await desk.press("h")
        await soon("the permission is named", lambda: "subusers.stats.read" in desk.words())


async def test_a_ranking_leads_to_the_customer(open_v3, subusers):
    truth = {
        one["username"]: total(days_of(subusers, one["username"], *last_days(30), "global"), "delivered")
        for one in customers(subusers, "global")
    }
    best = sorted(truth, key=lambda name: -truth[name])
    async with open_v3() as desk:
        await desk.go_to(best[5])
        await desk.press("h")
        await desk.opened("Usage of")
        await soon("it is drawn", lambda: "in 30 days" in desk.words())
        await desk.press("t")
        await desk.opened("By delivered")
        await soon("it is read", lambda: bool(desk.lines()))
        lines = desk.lines()
        assert [f"{truth[name]:,}" for name in best] == [line.split()[2] for line in lines[: len(best)]]
        count = len(customers(subusers, "eu"))
        assert f"{count} customers of the EU are in no ranking" in desk.words()
        await desk.press("c")
        await desk.opened("By share of bounces")
        await desk.press("w")
        await desk.opened("By growth")
        await desk.press("7")
        await desk.opened("By growth   " + last_days(7)[0])
        await desk.press("d")
        await desk.opened("By delivered   " + last_days(7)[0])
        await desk.press("down", "enter")
        await soon("the list is there", lambda: desk.dialog is None)
        week = {one: total(days_of(subusers, one, *last_days(7), "global"), "delivered") for one in truth}
        assert week[desk.main.context.current.username] == sorted(week.values(), reverse=True)[1]


async def test_keys_that_come_too_soon_stay_on_the_page(open_v3, subusers):
    subusers.fault("latency", ms=300, operation="stats_sums", times=50)
    async with open_v3() as desk:
        await desk.press("h")
        await desk.opened("Usage of")
        await desk.press("t")
        await desk.opened("Ranking")
        for key in "ddcnwwbd":
            desk.send(key)
        await desk.opened("By delivered")
        await soon("it is read", lambda: "reading" not in desk.words())
        assert desk.title.startswith("By delivered")
        assert subusers.log() == []


async def test_what_goes_wrong_is_said_in_the_ranking(open_v3, subusers):
    async with open_v3() as desk:
        await desk.is_quiet()
        subusers.fault("status", code=403, times=20, shape="no-scope")
        await desk.press("colon")
        await desk.opened("Command")
        await desk.write("ranking")
        await desk.press("enter")
        await soon("the permission is named", lambda: "subusers.stats.read" in desk.words())
        subusers.clear()
        await desk.press("d")
        await soon("it is read", lambda: len(desk.lines()) > 10)


async def test_all_of_a_ranking_can_be_marked_and_worked_on(open_v3, subusers):
    async with open_v3() as desk:
        await desk.press("colon")
        await desk.opened("Command")
        await desk.write("ranking")
        await desk.press("enter")
        await desk.opened("By delivered")
        await soon("it is read", lambda: len(desk.lines()) > 10)
        await desk.press("asterisk")
        await desk.told("of the ranking are marked")
        assert desk.state.marked == {one["username"] for one in customers(subusers, "global")}
        await desk.main.context.requery(parse_filter("is:marked", desk.main.context.provider))
        assert desk.state.shown == len(desk.state.marked)


async def test_a_service_without_statistics_says_where_they_are(at_desk):
    async with at_desk(size=(120, 40)) as desk:
        await desk.press("h")
        await desk.told("has no statistics")
        assert "vendor's website" in desk.note
        assert not any(line.startswith("Usage") for line in detail(desk))


async def test_what_the_key_may_not_read_is_asked_for_once(tmp_path):
    with running("--scopes", "subusers.read,user.profile.read", customers=40) as sandbox:
        async with opened(sandbox, tmp_path, size=(120, 40)) as desk:
            names = [one["username"] for one in customers(sandbox, "global")]
            for name in names[:3]:
                await desk.go_to(name)
                await soon("it is said", lambda: any("not told: access forbidden" in line for line in detail(desk)))
            assert len([row for row in sandbox.requests() if row["path"].endswith("subusers/stats")]) == 1


async def test_below_the_list_one_line_says_what_is_sent(open_v3, subusers):
    name, found = sender(subusers)
    async with open_v3(size=(80, 24)) as desk:
        await desk.go_to(name)
        words = f"14 days  {total(found, 'delivered'):,} delivered"
        await soon("usage below the list", lambda: any(words in line for line in detail(desk)))
        assert len(detail(desk)) == 8
        assert any(line.startswith(" Last") for line in detail(desk))


async def test_views_on_usage_hold_those_of_whom_something_was_read_and_ask_nothing(open_v3, subusers):
    name, _ = sender(subusers)
    async with open_v3() as desk:
        await resting(desk, name)
        known = desk.main.context.session.usage
        (key,) = [key for key in known.usage if key[0] == name]
        asked = len(subusers.requests())
        for view, words, is_so in (("b", "mail bounces", known.bouncing), ("i", "silent since", known.silent)):
            await desk.press("t")
            await desk.opened("Views")
            assert words in desk.words()
            await desk.press(view)
            await desk.told("Usage read of 1 so far; nothing is asked here")
            assert desk.state.shown == len(is_so)
        assert len(subusers.requests()) == asked
        one = known.usage[key]
        bad = {day: {"processed": 1000, "delivered": 900, "bounces": 100} for day in one.now.period.points}
        known.usage.keep(key, replace(one, now=replace(one.now, told=bad), read_at=one.read_at + timedelta(seconds=1)))
        await desk.press("t", "b")
        await soon("it bounces", lambda: desk.state.shown == 1 and desk.main.context.current.username == name)
        sent = {day: {"delivered": 900} for day in one.before.period.points}
        known.usage.keep(key, replace(one, now=replace(one.now, told={}), before=replace(one.before, told=sent)))
        await desk.press("t", "i")
        await soon("it is silent", lambda: desk.state.shown == 1 and desk.main.context.current.username == name)


async def test_another_service_has_no_views_on_usage(at_desk):
    async with at_desk() as desk:
        await desk.press("t")
        await desk.opened("Views")
        assert "bounces" not in desk.words()
