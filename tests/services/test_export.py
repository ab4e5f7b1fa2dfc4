"""Export as a use case: exactly what the list shows, or exactly the chosen customers."""

import asyncio
import json
import time

import polars as pl
import pytest

from tests.harness.v2 import FIELDS, a_customer, changed, parse_filter
from tests.services.fakes import ANA, LUZ, put_list
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.export import Exported, ExportFormat
from tui_reseller.domain.listing import ListQuery
from tui_reseller.domain.profile import Profile
from tui_reseller.services.export import check, export

KAI = a_customer("kai", city="Porto", extra={"id": "7"})


@pytest.fixture
def exporter(services):
    return services.exporter


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


async def test_all_customers_as_the_objects_that_every_output_has(session, exporter, tmp_path):
    await put_list(session, [LUZ, ANA, KAI])
    path = tmp_path / "all.jsonl"
    done = await export(exporter, session, path)
    assert read(path) == [customer.as_dict() for customer in (LUZ, ANA, KAI)]
    assert done == Exported(path, ExportFormat.JSON_LINES, 3, path.stat().st_size)


@pytest.mark.parametrize(
    "question",
    [
        ListQuery(),
        ListQuery(parse_filter("city:porto")),
        ListQuery(sort="username"),
        ListQuery(parse_filter("-luz"), "username", descending=True),
    ],
)
async def test_exactly_what_is_shown_in_its_order(session, exporter, tmp_path, question):
    await put_list(session, [LUZ, ANA, KAI])
    await session.customers.query(question)
    done = await export(exporter, session, tmp_path / "shown.jsonl")
    shown = session.customers.window(0, 10)
    assert read(tmp_path / "shown.jsonl") == [customer.as_dict() for customer in shown]
    assert done.rows == len(shown)


async def test_what_was_changed_since_as_the_list_shows_it(session, exporter, tmp_path):
    await put_list(session, [LUZ, ANA, KAI])
    new = a_customer("new")
    for step, changes in enumerate([[("luz", changed(LUZ, city="Oslo"))], [("new", new)], [("ana", None)]]):
        session.customers.apply(changes)
        path = tmp_path / f"{step}.jsonl"
        await export(exporter, session, path)
        assert read(path) == [customer.as_dict() for customer in session.customers.window(0, 10)]
        assert [row["username"] for row in read(path)] == list(session.customers.usernames())
    await session.customers.query(ListQuery())
    await export(exporter, session, tmp_path / "asked.jsonl")
    assert [row["username"] for row in read(tmp_path / "asked.jsonl")] == ["luz", "kai", "new"]


async def test_chosen_customers_also_where_the_list_does_not_show_them(session, exporter, tmp_path):
    await put_list(session, [LUZ, ANA, KAI])
    await session.customers.query(ListQuery(parse_filter("nobody")))
    done = await export(
        exporter, session, tmp_path / "a.csv", usernames={"kai", "luz", "gone"}, columns=("city", "username")
    )
    assert (tmp_path / "a.csv").read_text() == "city,username\nMadrid,luz\nPorto,kai\n"
    assert done.rows == 2
    await export(exporter, session, tmp_path / "none.parquet", usernames=())
    assert pl.read_parquet(tmp_path / "none.parquet").shape == (0, len(FIELDS))


async def test_the_form_may_be_another_than_the_ending(session, exporter, tmp_path):
    done = await export(exporter, session, tmp_path / "list.txt", form=ExportFormat.CSV)
    assert done.form is ExportFormat.CSV
    assert (tmp_path / "list.txt").read_text().startswith("username,email,sending,")


async def test_what_is_asked_wrongly_is_refused_before_anything_is_written(session, exporter, tmp_path):
    (tmp_path / "there.csv").write_text("mine")
    for path, more in [("list.txt", {}), ("there.csv", {}), ("missing/a.csv", {}), ("a.csv", {"columns": ["ctiy"]})]:
        with pytest.raises(InvalidInput) as caught:
            await export(exporter, session, tmp_path / path, **more)
        assert caught.value.field in {"path", "columns"}
    assert sorted(path.name for path in tmp_path.glob("*.*")) == ["there.csv"]
    assert (tmp_path / "there.csv").read_text() == "mine"


def test_a_target_can_be_checked_alone(services, tmp_path):
    assert check(services.exporter, tmp_path / "a.parquet") is ExportFormat.PARQUET
    (tmp_path / "a.csv").write_text("mine")
    with pytest.raises(InvalidInput):
        check(services.exporter, tmp_path / "a.csv")
    assert check(services.exporter, tmp_path / "a.csv", overwrite=True) is ExportFormat.CSV


async def test_before_the_first_list_there_is_nothing_to_export(services, tmp_path):
    session = services.open(Profile("acme", "acme-api"))
    session.customers.show_head([LUZ], 1)
    with pytest.raises(InvalidInput, match="no list yet"):
        await export(services.exporter, session, tmp_path / "a.csv")


async def test_progress_comes_in_the_event_loop_and_cancelling_leaves_nothing(session, exporter, tmp_path):
    await put_list(session, [a_customer(f"c{number}") for number in range(100_000)])
    told = []

    def tell(done, total):
        told.append((done, total))
        assert asyncio.current_task() is None  # a callback of the loop
        work.cancel()

    folder = tmp_path / "out"
    folder.mkdir()
    work = asyncio.create_task(export(exporter, session, folder / "a.jsonl", progress=tell))
    began = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert told[0] == (0, 100_000)
    assert time.monotonic() - began < 3
    assert list(folder.iterdir()) == []
