"""A file of new customers of Subusers v3 on the screen, with names and address: a review, and two calls for each."""

import csv
from types import SimpleNamespace

import pytest

from tests.tui.desk import open_desk


@pytest.fixture
def sandbox(sandboxes):
    shared = sandboxes("importing with details", customers=12)
    shared.start_anew()
    return shared


@pytest.fixture
def opened(sandbox, tmp_path):
    ready = sandbox.ready | {"base_url": sandbox.ready["v3_base_url"], "api_key": sandbox.ready["v3_api_key"]}
    seen = SimpleNamespace(ready=ready, log=sandbox.log, applied=sandbox.applied)
    eu = sandbox.ready["v3_eu_base_url"]
    return lambda: open_desk(seen, tmp_path, provider="subusers-v3", eu_base_url=eu, size=(140, 50))


async def test_names_and_address_of_a_file_are_set_by_second_calls(opened, sandbox, tmp_path):
    names = [sandbox.fresh_name() for _ in range(2)]
    path = tmp_path / "new.csv"
    with path.open("w", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(["action", "username", "email", "ips", "city", "password"])
        rows.writerows(["create", name, f"{name}@x.example", "203.0.113.1", "Vigo", "s3cret-pass"] for name in names)
    async with opened() as desk:
        await desk.press("less_than_sign")
        await desk.opened("Import")
        desk.field("file").value = str(path)
        await desk.read_then()
        await desk.opened("Import new.csv: 2 to do, 0 so already, 0 refused")
        await desk.press("p")
        await desk.opened("Plan: new customer for 2 customers")
        assert "by a second call" in desk.words()
        assert 'create, then city "Vigo"' in desk.words()
        assert sandbox.log() == []
        await desk.read_then()
        await desk.applied(("create", names[0]), ("set", names[0]), ("create", names[1]), ("set", names[1]))
        await desk.told("finished: 2 applied")
        assert {sandbox.held(name)["city"] for name in names} == {"Vigo"}
        assert {desk.main.context.session.customers.get(name).text("city") for name in names} == {"Vigo"}
