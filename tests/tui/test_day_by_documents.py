"""A day on the screen at both services of today, each call and answer held against the official documents."""

import csv
from types import SimpleNamespace

import pytest

from tests.harness.judged import Judged
from tests.harness.lost_answers import IN_JOBS, Case
from tests.harness.samples import PASSWORD, recorded_of
from tests.harness.waiting import soon
from tests.tui.by_keys import carry_out, close_link
from tests.tui.desk import open_desk
from tui_reseller.domain.action import Effect
from tui_reseller.domain.provider import KEY
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.tui.widgets.inputs import TypedInput

TODAY = [each for each in PROVIDERS.values() if each.id.endswith("-v3")]
LAG = 60.0


@pytest.fixture
def sandbox(sandboxes):
    shared = sandboxes("a day by the documents", customers=12)
    shared.start_anew()
    shared.advance(600)
    return shared


@pytest.fixture
def judged(sandbox):
    with Judged.before(sandbox.v3_base_url) as proxy:
        yield proxy


@pytest.fixture
def opened(sandbox, judged, tmp_path, monkeypatch):
    """Hand out a desk at a provider of the sandbox, behind the judge."""
    monkeypatch.setattr("tui_reseller.api.v3.allowance.SLOW", 0.0)  # what is taken more seldom waits in real time

    def made(provider):
        ready = sandbox.ready | {"base_url": judged.base_url, "api_key": sandbox.v3_api_key}
        seen = SimpleNamespace(ready=ready, log=sandbox.log, applied=sandbox.applied)
        return open_desk(seen, tmp_path, provider=provider.id, size=(120, 50))

    return made


def in_jobs(provider):
    """Return a case for each operation that a job may do at a service."""
    return [case for case in IN_JOBS if case.provider is provider and case.fault == IN_JOBS[0].fault]


def rows_of(cases, sandbox):
    """Return rows of a file, one for each, on customers who are planted for them."""
    for case in cases:
        call = case.call(case.planted(sandbox))
        renames = case.provider.action(case.operation).effect is Effect.RENAMES
        fields = {"new_username": call.fields[KEY]} if renames else dict(call.fields)
        password = {"password": PASSWORD} if call.password is not None else {}
        yield {"action": case.operation.value, "username": call.username, **fields, **password}


@pytest.mark.long
@pytest.mark.parametrize("provider", TODAY, ids=lambda each: each.id)
async def test_every_operation_by_its_keys(opened, judged, sandbox, provider):
    calls = [case.call(case.planted(sandbox)) for case in (Case(provider, one, "") for one in recorded_of(provider))]
    sandbox.advance(LAG)
    async with opened(provider) as desk:
        for number, call in enumerate(calls, 1):
            await carry_out(desk, provider, call)
            await soon(f"{call.operation.value} is applied", lambda number=number: len(sandbox.applied()) == number)
            await soon("it is known", lambda: not desk.main.context.session.desk.in_flight)
            if provider.action(call.operation).effect is Effect.ENTERS:
                await close_link(desk)
            await soon("nothing is asked", lambda: desk.dialog is None)
    assert [one for one, _ in sandbox.applied()] == [call.operation.value for call in calls]
    assert judged.wrong == []
    assert len(judged.calls) > len(calls)


@pytest.mark.long
@pytest.mark.parametrize("provider", TODAY, ids=lambda each: each.id)
async def test_a_file_of_all_that_a_job_may_do(opened, judged, sandbox, tmp_path, provider):
    cases, path = in_jobs(provider), tmp_path / "moves.csv"
    rows = list(rows_of(cases, sandbox))
    sandbox.advance(LAG)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, dict.fromkeys(name for row in rows for name in row))
        writer.writeheader()
        writer.writerows(rows)
    async with opened(provider) as desk:
        await desk.press("less_than_sign")
        await desk.opened("Import")
        desk.field("file").value = str(path)
        await desk.read_then()
        await desk.opened(f"Import moves.csv: {len(rows)} to do, 0 so already, 0 refused")
        await desk.press("p")
        await desk.opened("Plan: ")
        for field in desk.app.screen.query(TypedInput):
            desk.app.screen.set_focus(field)
            await desk.pilot.pause()
            await desk.write(f"{len(rows)} acme")
        await desk.read_then()
        await desk.told(f"finished: {len(rows)} applied")
    assert sorted(one for one, _ in sandbox.applied()) == sorted(case.operation.value for case in cases)
    assert judged.wrong == []
