"""Verbs on marked customers: a plan, its review, the job, its undo."""

import stat

from tests.harness.waiting import soon
from tui_reseller.domain.operation import Operation
from tui_reseller.services.throttle import MOST_BESIDE
from tui_reseller.tui.flows.marking import mark_pasted


async def marked(desk, names, key, title, count):
    """Mark customers, press a verb's key, and fill the review of its plan in."""
    await soon("they are listed", lambda: desk.row_of(names[-1]) is not None)
    mark_pasted(desk.main.context, "\n".join(names))
    await desk.go_to(names[0])
    await desk.press(key)
    await desk.opened(title)
    if desk.app.screen.query("#field-typed"):
        desk.field("typed").focus()
        await desk.write(f"{count} acme")


async def test_a_job_over_marked_customers_pauses_goes_on_and_stops(at_desk, sandbox, someone):
    names = [someone(f"run-{number}") for number in range(30)]
    sandbox.fault("latency", operation="disable", ms=150, times=99)
    async with at_desk() as desk:
        await marked(desk, names, "d", "Plan: disable sending for 30", 30)
        await desk.read_then()
        await soon("the page of the job", lambda: desk.title.startswith("Job "))
        await soon("one is done", lambda: len(sandbox.log()) >= 1)
        await desk.press("space")
        await soon("paused", lambda: "paused (paused by you)" in desk.title)
        assert not desk.main.context.session.desk.in_flight
        before = len(sandbox.log())
        assert before < 30
        await desk.press("space")
        await soon("it goes on", lambda: len(sandbox.log()) > before)
        await desk.press("x", "s")
        await soon("it is over", lambda: "stopped (stopped by you)" in desk.title)
        done = len(sandbox.log())
        sent = [row["username"] for row in sandbox.log()]
        assert len(set(sent)) == done
        assert set(sent) <= set(names[: done + MOST_BESIDE])  # one that waited for its turn is left where it stood
        await desk.press("escape")
        assert f"{done} applied, {30 - done} to do" in desk.note
        entries = await desk.entries()
        assert {entry.batch for entry in entries} == {"job-1"}
        assert {entry.operation for entry in entries} == {Operation.DISABLE}
        await desk.press("b")
        await desk.opened("Plans and jobs")
        assert f"{done} applied, {30 - done} to do of 30" in desk.lines()[0]
        assert desk.lines()[0].split()[:3] == ["1", "disable", "stopped"]
        await desk.press("enter")
        await soon("its page", lambda: f"{done}/30" in desk.title)
        await soon("its items", lambda: len(desk.lines()) == 30)


async def test_a_job_pauses_itself_after_three_that_were_not_applied(at_desk, sandbox, someone):
    names = [someone(f"bad-{number}") for number in range(5)]
    sandbox.fault("status", operation="disable", code=400, times=9)
    async with at_desk() as desk:
        await marked(desk, names, "d", "Plan: disable sending for 5", 5)
        await desk.read_then()
        await soon("paused", lambda: "in a row were not applied" in desk.title)
        await soon("its items", lambda: len(desk.lines()) == 5)
        assert sum(line.startswith("Rejected") for line in desk.lines()) >= 3
        assert sandbox.log() == []
        sandbox.start_anew()
        await desk.press("t")
        await soon("the others and those again", lambda: len(sandbox.log()) == 5)
        await soon("it is over", lambda: "finished" in desk.title)


async def test_a_whole_job_is_undone_from_its_page(at_desk, sandbox, someone):
    names = [someone(f"back-{number}") for number in range(3)]
    async with at_desk() as desk:
        await marked(desk, names, "d", "Plan: disable sending for 3", 3)
        await desk.read_then()
        await soon("it is over", lambda: "finished" in desk.title)
        await soon("undo is offered", lambda: "u undo the whole job" in desk.words())
        await desk.press("u")
        await desk.opened("Plan: enable sending for 3")
        assert "Undo of job 1" in desk.words()
        if desk.app.screen.query("#field-typed"):
            desk.field("typed").focus()
            await desk.write("3 acme")
        await desk.read_then()
        await soon("all are back", lambda: len(sandbox.log()) == 6)
        assert {row["operation"] for row in sandbox.log()[3:]} == {"enable"}


async def test_passwords_of_several_go_into_a_new_private_file(at_desk, sandbox, someone, tmp_path):
    names = [someone(), someone()]
    file = tmp_path / "new.csv"
    async with at_desk() as desk:
        await marked(desk, names, "p", "Plan: reset password for 2", 2)
        desk.field("file").value = str(file)
        await desk.read_then()
        await soon("both are applied", lambda: len(sandbox.log()) == 2)
        await desk.told("passwords in")
        await soon("it is over", lambda: "finished" in desk.title)
        assert "undo" not in desk.words()  # a password cannot be
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        rows = file.read_text("utf-8").splitlines()
        assert len(rows) == 3
        assert {row.partition(",")[0] for row in rows[1:]} == set(names)
        assert all(len(row.split(",")[1]) == 24 and row.endswith(",applied") for row in rows[1:])
