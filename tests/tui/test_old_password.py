"""A password that the service changes only for who knows the old one, on the screen."""

from types import SimpleNamespace

import pytest

from tests.tui.desk import open_desk
from tui_reseller.tui.widgets.inputs import SecretInput

OLD, NEW = "former-pass-w0rd", "s3cret-pass-w0rd"


@pytest.fixture
def sandbox(sandboxes):
    shared = sandboxes("old password on screen", customers=12)
    shared.start_anew()
    return shared


@pytest.fixture
def luz(sandbox):
    name = sandbox.fresh_name()
    sandbox.plant(name, active="true", email=f"{name}@x.example", region="global", password=OLD)
    return name


@pytest.fixture
def opened(sandbox, tmp_path):
    ready = sandbox.ready | {"base_url": sandbox.ready["v3_base_url"], "api_key": sandbox.ready["v3_api_key"]}
    seen = SimpleNamespace(ready=ready, log=sandbox.log, applied=sandbox.applied)
    eu = sandbox.ready["v3_eu_base_url"]
    return lambda: open_desk(seen, tmp_path, provider="subusers-v3", eu_base_url=eu, size=(120, 40))


async def test_the_key_asks_for_both(opened, sandbox, luz):
    async with opened() as desk:
        await desk.go_to(luz)
        await desk.press("p")
        await desk.opened("Change password")
        assert "log-in page" in desk.words()
        await desk.read_then()
        assert "Old password is required" in desk.problem
        assert isinstance(desk.field("old"), SecretInput)
        await desk.write(OLD)
        await desk.press("tab", "right")
        for name in ("password", "again"):
            desk.field(name).value = NEW
        desk.app.screen.set_focus(desk.field("typed"))
        await desk.write(luz)
        await desk.read_then()
        await desk.applied(("password", luz))
        assert sandbox.takes(luz, NEW)
        assert not any(word in text for _, text in desk.main.context.log for word in (OLD, NEW))


async def test_a_wrong_old_one_is_refused_and_nothing_is_changed(opened, sandbox, luz):
    async with opened() as desk:
        await desk.go_to(luz)
        await desk.press("p")
        await desk.opened("Change password")
        desk.field("old").value = "an0ther-pass"
        desk.app.screen.set_focus(desk.field("typed"))
        await desk.write(luz)
        await desk.read_then()
        await desk.told("the old password is not right")
        assert sandbox.applied() == []
        assert sandbox.takes(luz, OLD)


async def test_of_several_none_is_asked_for(opened, sandbox):
    async with opened() as desk:
        await desk.press("space", "space", "up", "p")
        await desk.told("one customer at a time")
        assert (desk.dialog, sandbox.log()) == (None, [])
