"""A list that is well-formed and not the list of customers: no reader takes it for one, nobody is absent from it."""

import json
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.harness.v2_lists import strict_parser, table_of_records, table_parser
from tui_reseller.api.reply import BadReply
from tui_reseller.api.reseller_v2.client import PROBE_BYTES
from tui_reseller.domain import errors as e
from tui_reseller.domain.profile import Format

GOOD = {Format.JSON: '{"username":"ann","city":"Vigo"}', Format.XML: "<user><username>ann</username></user>"}
OTHERS = {
    Format.JSON: [
        '{"email":"a0@example.com","reason":"x"}', "{}", '"ann"', "5", "null", "true", '["ann"]', "[]",
        '{"Username":"ann"}', '{"USERNAME":"ann"}', '{"user":{"username":"ann"}}', '{" username":"ann"}',
        '{"name":"ann","users":["ann"]}', '{"number":"1"}',
    ],
    Format.XML: [
        "<user><email>a0@example.com</email><reason>x</reason></user>", "<user/>", "<user>ann</user>",
        "<contact><username>ann</username></contact>", "<user><Username>ann</Username></user>",
        "<user><user><username>ann</username></user></user>", "ann", '<user username="ann"/>',
        "<user><user_name>ann</user_name></user>",
    ],
}  # fmt: skip
OTHER_ROOTS = {
    Format.JSON: ['{"a":{"username":"ann"}}', '{"users":[{"username":"ann"}]}', '{"username":"ann"}', "null", '"ann"'],
    Format.XML: [
        "<unsubscribes><user><username>ann</username></user></unsubscribes>", "<user><username>ann</username></user>",
        "<Users><user><username>ann</username></user></Users>",
        "<result><user><username>ann</username></user></result>",
    ],
}  # fmt: skip


DAMAGED = {
    Format.JSON: ['{"username":null,"email":"q"}', '{"username":""}', '{"username":5}', '{"username":" \\t"}',
                  '{"username":["ann"]}', '{"username":"\\ud800"}'],
    Format.XML: ["<user><username/><email>q</email></user>", "<user><username> </username></user>",
                 "<user><username><b>ann</b></username></user>"],
}  # fmt: skip
"""Records of customers, but nobody can say of whom (D13-D16)."""


def listed(wanted, *records):
    return f"[{','.join(records)}]" if wanted is Format.JSON else f"<users>{''.join(records)}</users>"


def bodies():
    for wanted, others in OTHERS.items():
        for other in others:
            for place, records in (
                ("alone", [other]), ("first", [other, *[GOOD[wanted]] * 3]), ("last", [*[GOOD[wanted]] * 3, other]),
                ("in a crowd", [*[GOOD[wanted]] * 500, other, *[GOOD[wanted]] * 500]), ("many", [other] * 300),
            ):  # fmt: skip
                yield pytest.param(wanted, listed(wanted, *records), id=f"{wanted.value}-{other[:40]}-{place}")
    for wanted, roots in OTHER_ROOTS.items():
        for root in roots:
            yield pytest.param(wanted, root, id=f"{wanted.value}-{root[:40]}")


@pytest.mark.parametrize(("wanted", "body"), [*bodies()])
async def test_no_reader_takes_another_list_for_the_list_of_customers(service, make_client, reply, wanted, body):
    service.answer = reply(body)
    client = make_client(wanted)
    with pytest.raises(e.UnusableAnswer):
        [_ async for _ in client.stream()]
    for username in ("ann", "zoe"):  # neither there nor not there
        with pytest.raises(e.UnusableAnswer):
            await client.find(username)
    with pytest.raises(e.UnusableAnswer):
        await client.probe()


@pytest.mark.parametrize("wanted", Format)
async def test_the_error_says_why(service, make_client, reply, wanted):
    service.answer = reply(listed(wanted, OTHERS[wanted][0]))
    with pytest.raises(e.UnusableAnswer, match="no username, so it is not the list of customers"):
        await make_client(wanted).find("ann")


@pytest.mark.parametrize("wanted", Format)
async def test_one_other_record_behind_pieces_that_took_the_fast_path(service, make_client, reply, wanted):
    service.answer = reply(listed(wanted, *[GOOD[wanted]] * 60_000, OTHERS[wanted][0], *[GOOD[wanted]] * 60_000))
    with pytest.raises(e.UnusableAnswer, match="no username"):
        [_ async for _ in make_client(wanted).stream()]


def damaged():
    return [pytest.param(w, record, id=f"{w.value}-{record}") for w, records in DAMAGED.items() for record in records]


@pytest.mark.parametrize("count", [1, 2, 700])
@pytest.mark.parametrize(("wanted", "record"), damaged())
async def test_a_list_in_which_nobody_has_a_name_is_not_the_list(service, make_client, reply, wanted, record, count):
    service.answer = reply(listed(wanted, *[record] * count))
    client = make_client(wanted)
    for reading in (lambda: drained(client.stream()), lambda: client.find("ann"), client.probe):
        with pytest.raises(e.UnusableAnswer, match="no record in it has a usable username"):
            await reading()


@pytest.mark.parametrize("wanted", Format)
@pytest.mark.parametrize("count", [3, 300_000])
async def test_records_without_a_name_behind_others_change_nothing_for_the_list(
    make_client, service, reply, wanted, count
):
    body = listed(wanted, *[GOOD[wanted]] * 3, *[DAMAGED[wanted][0]] * 2, *[GOOD[wanted]] * count)
    service.answer = reply(body)
    assert sum(len(piece.customers) for piece in await drained(make_client(wanted).stream())) == count + 5


@pytest.mark.parametrize("place", ["first", "last"])
@pytest.mark.parametrize(("wanted", "record"), damaged())
async def test_a_damaged_record_proves_nobody_absent(service, make_client, reply, wanted, record, place):
    records = [GOOD[wanted], record] if place == "last" else [record, GOOD[wanted]]
    service.answer = reply(listed(wanted, *records))
    client = make_client(wanted)
    with pytest.raises(e.UnusableAnswer, match="not listed, but records without a usable username are"):
        await client.find("zoe")
    assert (await client.find("ann")).username == "ann"
    assert sum(len(piece.customers) for piece in await drained(client.stream())) == 2


@pytest.mark.parametrize("wanted", Format)
async def test_a_list_of_others_proves_absence_only_if_it_has_enough(service, make_client, reply, wanted):
    service.answer = reply(listed(wanted, GOOD[wanted]))
    client = make_client(wanted)
    assert await client.find("zoe", 1.0) is None
    with pytest.raises(e.UnusableAnswer, match="came with 1 customers, many fewer"):
        await client.find("zoe", 1.6)
    assert await client.find("ANN", 1.6) is None  # the filter worked, without regard to case
    service.answer = reply(listed(wanted))
    assert await client.find("zoe", 1.6) is None


async def drained(pieces):
    return [piece async for piece in pieces]


@pytest.mark.parametrize("wanted", Format)
async def test_nobody_is_in_an_empty_list(service, make_client, reply, wanted):
    service.answer = reply(listed(wanted))
    client = make_client(wanted)
    assert [len(piece.customers) for piece in [piece async for piece in client.stream()]] == [0]
    assert await client.find("ann") is None
    assert list((await client.probe()).seen) == []


@pytest.mark.parametrize("wanted", Format)
async def test_the_probe_proves_nothing_before_a_record_is_whole(service, make_client, reply, wanted):
    long = "x" * (PROBE_BYTES + 300_000)
    other = f'{{"email":"{long}"}}' if wanted is Format.JSON else f"<user><email>{long}</email></user>"
    service.answer = reply(listed(wanted, other))
    with pytest.raises(e.UnusableAnswer):
        await make_client(wanted).probe()


NAMES = st.sampled_from(["ann", "zoe", "", " ", "5"])
FIELDS = {name: st.sampled_from(["", "a", "&", "true", "1"]) for name in ("email", "city", "active", "id", "Username")}
RECORDS = st.fixed_dictionaries({"username": NAMES}, optional=FIELDS)
FOREIGN = st.fixed_dictionaries({}, optional=FIELDS)


def strictly(wanted, body):
    parser = strict_parser(wanted)
    try:
        return table_of_records(parser.feed(body) + parser.close()).rows()
    except BadReply:
        return "bad"


def fast(wanted, body, sizes):
    reader, tables, at = table_parser(wanted), [], 0
    try:
        for size in sizes:
            tables += reader.feed(body[at : at + size])
            at += size
        tables += [*reader.feed(body[at:]), *reader.close()]
    except BadReply:
        return "bad"
    return [row for table in tables for row in table.rows()]


def xml_record(record):
    return f"<user>{''.join(f'<{name}>{escape(value)}</{name}>' for name, value in record.items())}</user>"


@settings(deadline=None, max_examples=120)
@given(
    st.lists(RECORDS, max_size=6).flatmap(
        lambda good: st.lists(FOREIGN, max_size=2).flatmap(lambda foreign: st.permutations([*good, *foreign]))
    ),
    st.lists(st.integers(1, 90), max_size=12),
)
def test_all_ways_of_reading_agree_on_what_is_a_list_of_customers(records, sizes):
    in_json = json.dumps(records, separators=(",", ":")).encode()
    in_xml = f"<users>{''.join(map(xml_record, records))}</users>".encode()
    found = strictly(Format.JSON, in_json)
    has_name = any(record.get("username", "").strip() for record in records)
    assert (found == "bad") == (any("username" not in r for r in records) or bool(records and not has_name))
    assert found == fast(Format.JSON, in_json, sizes)
    assert fast(Format.XML, in_xml, sizes) == strictly(Format.XML, in_xml)
    if found == "bad":
        assert strictly(Format.XML, in_xml) == "bad"
    else:
        assert [(row[0], row[2]) for row in strictly(Format.XML, in_xml)] == [(row[0], row[2]) for row in found]
