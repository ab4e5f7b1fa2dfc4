"""Kinds of fields that today's service has not: the list, the snapshot and the export take them from the table."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from tests.harness.v2 import RESELLER_V2
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.export import ExportFormat
from tui_reseller.domain.filters import parse_filter
from tui_reseller.domain.listing import ListQuery
from tui_reseller.domain.provider import Field, Kind, Provider
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.storage.customer_list import CustomerList
from tui_reseller.storage.export import Exporter
from tui_reseller.storage.frames import frame_from
from tui_reseller.storage.snapshot import Snapshots

KINDS = Provider(
    "kinds", "A service with fields of every kind", "https://kinds.example",
    (
        Field("username", "Username", is_searched=True), Field("credits", "Credits", Kind.NUMBER),
        Field("on", "On", Kind.SWITCH), Field("region", "Region", Kind.CHOICE, choices=("eu", "global")),
        Field("since", "Since", Kind.MOMENT),
    ),
    {},
)  # fmt: skip
VALUES = {
    "a": (10, True, "eu", "2026-01-02T00:00:00.000Z"),
    "b": (9, False, "global", "2025-12-31T00:00:00.000Z"),
    "c": (None, None, None, None),
    "d": (0, True, "eu", "2026-01-01T00:00:00.000Z"),
    "e": (2.5, True, "eu", "2024-01-01T00:00:00.000Z"),
    "f": (-3, True, "eu", ""),
}


def customer(name, values=None):
    known = zip(KINDS.columns[1:], values or VALUES[name], strict=True)
    return Customer.of(KINDS, name, dict(known))


PEOPLE = [customer(name) for name in VALUES]


async def list_of(customers):
    rows = CustomerList(KINDS)
    arriving = rows.incoming()
    await arriving.add(frame_from(KINDS, customers))
    await rows.take(arriving, {})
    return rows


def names(rows):
    return "".join(found.username for found in rows.window(0, len(rows)))


def test_values_come_back_as_they_were():
    rows = asyncio.run(list_of(PEOPLE))
    found = rows.window(0, 9)
    assert [one.as_dict() for one in found] == [one.as_dict() for one in PEOPLE]
    assert [type(one.value("credits")) for one in found] == [int, int, type(None), int, float, int]
    assert [one.text("credits") for one in found] == ["10", "9", "", "0", "2.5", "-3"]


@pytest.mark.parametrize(
    ("sort", "ascending", "descending"),
    [("credits", "fdebac", "abedfc"), ("since", "ebdacf", "adbecf"), ("region", "adefbc", "bfedac"),
     ("on", "badefc", "fedabc")],
)  # fmt: skip
async def test_each_kind_has_its_order_and_keeps_it_while_rows_change(sort, ascending, descending):
    for customers, changes in ((PEOPLE, []), (PEOPLE[:3], PEOPLE[3:])):
        rows = await list_of(customers)
        rows.apply([(one.username, one) for one in changes])
        for is_descending, expected in ((False, ascending), (True, descending)):
            await rows.query(ListQuery(sort=sort, descending=is_descending))
            assert names(rows) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("credits=10", "a"), ("credits:1", "a"), ('credits=""', "c"), ("credits=2.5", "e"), ("credits~^-", "f"),
     ("on:off", "b"), ("region=eu -credits=0", "aef"), ("since~^2025", "b")],
)  # fmt: skip
async def test_a_filter_sees_what_is_shown(text, expected):
    rows = await list_of(PEOPLE[:4])
    rows.apply([(one.username, one) for one in PEOPLE[4:]])
    await rows.query(ListQuery(parse_filter(text, KINDS)))
    assert names(rows) == expected


async def test_a_snapshot_keeps_them(tmp_path, monkeypatch):
    monkeypatch.setitem(PROVIDERS, KINDS.id, KINDS)
    account = "kinds|https://kinds.example|acme"
    snapshots = Snapshots(tmp_path / "cache")
    await snapshots.save(account, datetime.now(UTC), frame_from(KINDS, PEOPLE[:5]))
    await snapshots.note(account, [("f", PEOPLE[5])])
    assert [one.as_dict() for one in snapshots.head(account, 9)[1]] == [one.as_dict() for one in PEOPLE[:5]]
    assert [one.as_dict() for _name, one in (await snapshots.load(account)).changes] == [PEOPLE[5].as_dict()]


def test_an_export_writes_them():
    frame = frame_from(KINDS, PEOPLE)
    lines = "".join(Exporter().texts(frame, ExportFormat.JSON_LINES, ())).splitlines()
    assert [json.loads(line) for line in lines] == [
        {name: value for name, value in one.as_dict().items() if name != "extra"} for one in PEOPLE
    ]
    table = "".join(Exporter().texts(frame, ExportFormat.CSV, ())).splitlines()
    assert table[1:4] == [
        "a,10,on,eu,2026-01-02T00:00:00.000Z", "b,9,off,global,2025-12-31T00:00:00.000Z", "c,,unknown,,",
    ]  # fmt: skip


def test_the_service_of_today_has_the_columns_that_it_had():
    assert frame_from(RESELLER_V2, []).columns == [*RESELLER_V2.columns, "extra"]
