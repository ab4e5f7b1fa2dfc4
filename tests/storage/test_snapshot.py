"""The last list on disk: what comes back, with changes, and how quickly."""

import asyncio
import json
import os
import stat
import time
from datetime import timedelta

import pytest

from tests.harness.v2 import a_customer, frame_from, new_list, parse_filter
from tests.storage.kept_lists import LIST, READ_AT, customers_of, part, whole
from tui_reseller.domain.listing import ListQuery
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.searching import FOLDING
from tui_reseller.domain.switch import Switch
from tui_reseller.storage import snapshot_head

SEARCHED = RESELLER_V2.searched


async def test_everything_comes_back(snapshots, saved):
    found = await snapshots.load("acme")
    assert (found.info.read_at, found.info.total, found.changes) == (READ_AT, 5, [])
    assert customers_of(found.customers) == LIST
    assert [dict(customer.extra) for customer in customers_of(found.customers)] == [dict(c.extra) for c in LIST]
    assert await snapshots.load("somebody else") is None
    assert snapshots.head("somebody else", 2) is None


async def test_the_head_has_the_first_rows_with_cells_cut(snapshots, saved):
    info, customers = snapshots.head("acme", 4)
    assert (info.read_at, info.total) == (READ_AT, 5)
    assert customers[:2] == LIST[:2]
    assert (customers[2].value("website"), customers[2].value("address")) == ("x" * 500, "\U0001f600" * 500)
    assert dict(customers[2].extra) == {}
    assert customers[3] == LIST[3]
    assert len(customers) == 4
    assert len(snapshots.head("acme", 99)[1]) == 5


async def test_the_head_stays_small_and_readable_whatever_the_rows_hold(snapshots, save):
    texts = dict.fromkeys(("address", "city", "state", "zip", "country", "phone", "website"), "\U0001f600" * 9_000)
    huge = a_customer("u" * 9_000, "\U0001f600" * 9_000, extra={"a": "\U0001f600" * 9_000}).with_values(texts)
    await save([huge] * 300)
    _info, customers = snapshots.head("acme", 999)
    assert len(customers) == snapshot_head.FIRST_ROWS
    assert all(
        len(value) == 500 for value in (customers[0].username, customers[0].value("email"), customers[0].value("city"))
    )
    assert await whole(snapshots) == [huge] * 300


async def test_an_empty_list_is_a_list(snapshots, save):
    await save([])
    assert await whole(snapshots) == []
    assert snapshots.head("acme", 9)[1] == []


async def test_a_list_takes_the_place_of_the_one_before(snapshots, saved, save):
    await snapshots.note("acme", [("c", None)])
    await save(LIST[:1], read_at=READ_AT + timedelta(hours=1))
    found = await snapshots.load("acme")
    assert (customers_of(found.customers), found.changes) == (LIST[:1], [])
    assert found.info.read_at == READ_AT + timedelta(hours=1)
    assert sorted(path.name.partition("-")[0] for path in saved.iterdir()) == ["head.json", "list", "lock"]


async def test_what_an_older_version_left_goes(saved, save):
    (saved / "list.jsonl").write_bytes(b"old")
    await save()
    assert not (saved / "list.jsonl").exists()


async def test_files_are_private_and_marked_for_backups(cache, snapshots, save):
    before = os.umask(0)
    try:
        await save()
        await snapshots.note("acme", [("a", None)])
    finally:
        os.umask(before)
    modes = {path.relative_to(cache).parts[-1]: stat.S_IMODE(path.stat().st_mode) for path in cache.rglob("*")}
    assert set(modes.values()) == {0o600, 0o700}
    assert sorted(name[:4] for name, mode in modes.items() if mode == 0o600) == ["CACH", "chan", "head", "list", "lock"]
    assert (cache / "CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55")


async def test_accounts_that_look_alike_are_kept_apart(snapshots, save, cache):
    names = ["https://h|a/b", "https://h|a b", "https://h|A-b", "../../x", "", "é" * 300]
    for name in names:
        await save([a_customer(name)], account=name)
    for name in names:
        assert await whole(snapshots, name) == [a_customer(name)]
    assert {path.parent.parent for path in cache.parent.rglob("head.json")} == {cache}


async def test_changes_come_back_in_order(snapshots, saved):
    changes = [
        ("a", a_customer("b", city="Rome \x00")),
        ("c", None),
        ("d", a_customer("d", sending=Switch.ON, extra={"id": "7"})),
        ("b", a_customer("b", website="z" * 100_000)),
        ("gone already", None),
    ]
    for username, customer in changes:
        await snapshots.note("acme", [(username, customer)])
    found = await snapshots.load("acme")
    assert found.changes == changes
    assert customers_of(found.customers) == LIST
    assert snapshots.head("acme", 1)[1] == LIST[:1]


async def test_no_change_is_noted_where_there_is_no_list(snapshots, saved, cache, tmp_path):
    await snapshots.note("other", [("a", a_customer("a"))])
    assert [path.name for path in cache.iterdir() if path.is_dir()] == [saved.name]
    (saved / "head.json").write_bytes(b"?")
    await snapshots.note("acme", [("a", a_customer("a"))])
    assert not list(saved.glob("changes-*"))


@pytest.mark.parametrize(
    "torn",
    [b'{"u":"c","c":nu', b'{"u":', b'{"u":"c"}', b"[]", b"7", b'{"u":1,"c":null}', b'{"u":"x","c":[1]}', b"\xff", b"\0",
     b'{"u":"x","c":["x",1,null' + b",null" * 11 + b"]}", b"[" * 100_000,
     b'{"u":"x","c":["x","\\ud800"' + b",null" * 12 + b"]}",
     b'{"u":"x","c":["x"' + b",null" * 12 + b',"{"]}', b'{"u":"x","c":["x"' + b",null" * 12 + b',"[]"]}',
     b'{"u":"x","c":["x"' + b",null" * 12 + b',"' + b"[" * 100_000 + b'"]}'],
    ids=range(15),
)  # fmt: skip
async def test_a_torn_change_is_left_out_and_the_others_stand(snapshots, saved, torn):
    await snapshots.note("acme", [("a", None)])
    with part(saved, "changes-").open("ab") as file:
        file.write(torn)
    assert (await snapshots.load("acme")).changes == [("a", None)]
    await snapshots.note("acme", [("c", None)])
    assert (await snapshots.load("acme")).changes == [("a", None), ("c", None)]


async def test_a_change_torn_at_any_byte_costs_no_other(snapshots, saved):
    await snapshots.note("acme", [("a", a_customer("b", city="Łódź"))])
    file = part(saved, "changes-")
    content = file.read_bytes()
    for length in range(len(content)):
        file.write_bytes(content[:length])
        await snapshots.note("acme", [("c", None)])
        found = (await snapshots.load("acme")).changes
        assert found[-1] == ("c", None)
        assert found[:-1] in ([], [("a", a_customer("b", city="Łódź"))])


@pytest.mark.slow
async def test_the_head_of_a_long_list_is_there_at_once_and_loading_leaves_the_screen_its_turn(snapshots, save):
    customers = [a_customer(f"user{n}", f"mail{n}@example.com", city="Oslo", country="NO") for n in range(100_000)]
    await save(customers)
    taken = []
    for _ in range(5):
        begin = time.perf_counter()
        assert len(snapshots.head("acme", 200)[1]) == 200
        taken.append(time.perf_counter() - begin)
    assert min(taken) < 0.01
    loading = asyncio.create_task(snapshots.load("acme"))
    longest, last = 0.0, time.perf_counter()
    while not loading.done():
        await asyncio.sleep(0.001)
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
    assert longest < 0.2
    assert customers_of((await loading).customers) == customers


async def test_what_is_searched_is_kept_with_the_list(snapshots):
    incoming = new_list().incoming()
    await incoming.add(frame_from([a_customer("a", city="Málaga"), a_customer("b")]))
    await snapshots.save("acme", READ_AT, incoming)
    kept = (await snapshots.load("acme")).customers
    assert kept["_search"].to_list() == incoming.frame()["_search"].to_list()
    assert "malaga" in kept["_search"][0]
    assert [customer.username for customer in snapshots.head("acme", 9)[1]] == ["a", "b"]


@pytest.mark.parametrize("searched", [None, [0, *SEARCHED], [FOLDING, *SEARCHED[1:]], [FOLDING, *SEARCHED[::-1]]])
async def test_what_an_older_rule_made_searchable_is_made_so_again(snapshots, cache, searched):
    incoming = new_list().incoming()
    await incoming.add(frame_from([a_customer("a", city="Málaga")]))
    await snapshots.save("acme", READ_AT, incoming)
    (file,) = cache.glob("*/head.json")
    head = json.loads(file.read_bytes())
    assert head.pop("searched") == [FOLDING, *SEARCHED]
    file.write_text(json.dumps(head | ({"searched": searched} if searched else {})))
    kept = (await snapshots.load("acme")).customers
    assert "_search" not in kept.columns
    shown = new_list()
    again = shown.incoming()
    await again.add(kept)
    await shown.take(again, {})
    await shown.query(ListQuery(parse_filter("malaga")))
    assert shown.usernames() == ["a"]
