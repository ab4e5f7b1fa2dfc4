"""Disable sending until a moment, and activity that follows a customer through a rename."""

from datetime import UTC, datetime, timedelta

import pytest

from tui_reseller.domain.audit import utc_text
from tui_reseller.services.suspensions import open_suspensions


async def test_d_takes_an_end_and_the_audit_log_keeps_it(at_desk, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("d")
        await desk.opened("Disable sending")
        await desk.write("unpaid")
        await desk.press("tab")
        await desk.write("3 weeks")
        await desk.read_then("ctrl+s")
        assert "3d or 12h from now" in desk.problem
        for _key in range(len("3 weeks")):
            await desk.press("backspace")
        await desk.write("3d")
        await desk.read_then("ctrl+s")
        await desk.applied(("disable", name))
        await desk.told(f'"{name}"  sending on -> off until ')
        (found,) = await open_suspensions(desk.services.ledger)
        assert (found.username, found.state(desk.services.clock.now())) == (name, "waiting")
        assert abs(found.until - datetime.now(UTC) - timedelta(days=3)) < timedelta(minutes=5)
        await desk.press("a")
        await desk.opened("Activity of")
        assert "until" in desk.lines()[0]


async def test_a_copied_command_does_what_was_done_with_its_end_and_its_reason(at_desk, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("d")
        await desk.opened("Disable sending")
        await desk.write("ticket 4711")
        await desk.press("tab")
        await desk.write("3d")
        await desk.read_then("ctrl+s")
        await desk.applied(("disable", name))
        await desk.press("y", "c")
        (entry,) = await desk.entries()
        copied = f"tui-reseller disable --profile acme --until {utc_text(entry.until)} --reason 'ticket 4711' {name}"
        await desk.told(copied)
        assert desk.app.clipboard == copied


@pytest.mark.parametrize(
    ("name", "reason", "said", "copied"),
    [
        ("a';touch P;'", "ticket 4711", "could misread a name", "tui-reseller audit show {id}"),
        ("-x$(touch P)", "", "could misread a name", "tui-reseller audit show {id}"),
        ("plain.name", "customer's wish", "without its reason", "tui-reseller disable --profile acme plain.name"),
    ],
)
async def test_what_a_shell_could_misread_is_not_copied(at_desk, someone, name, reason, said, copied):
    someone(name)
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("d")
        await desk.opened("Disable sending")
        await desk.write(reason)
        await desk.read_then()
        await desk.applied(("disable", name))
        await desk.press("y", "c")
        await desk.told(said)
        (entry,) = await desk.entries()
        assert desk.app.clipboard == copied.format(id=entry.id)


async def test_activity_of_a_renamed_customer_shows_what_was_done_before(at_desk, someone):
    name = someone(active="false")
    new = f"{name}.new"
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("e")
        await desk.opened("Enable sending")
        await desk.read_then()
        await desk.applied(("enable", name))
        await desk.press("x", "r")
        await desk.opened("Rename")
        await desk.write(new)
        desk.field("typed").focus()
        await desk.write(name)
        await desk.read_then()
        await desk.applied(("enable", name), ("rename", name))
        await desk.go_to(new)
        await desk.press("a")
        await desk.opened("Activity of")
        renamed, enabled = desk.lines()
        assert f'username "{name}" -> "{new}"' in renamed
        assert f"  {name}  " in enabled, "the name that it had then"
        await desk.press("t", "m")
        await desk.opened("mine, today")
        assert len(desk.lines()) == 2
