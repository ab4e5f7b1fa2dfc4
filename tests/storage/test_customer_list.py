"""The list in memory against a plain model of the same rules."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.harness.v2 import FIELDS, a_customer, frame_from, frame_of, new_list, parse_filter
from tests.storage.naive import answered
from tui_reseller.domain.audit import Operator
from tui_reseller.domain.changes import Change
from tui_reseller.domain.confusables import skeleton
from tui_reseller.domain.customer import NO_EXTRA, Customer
from tui_reseller.domain.errors import InvalidFilter, InvalidInput
from tui_reseller.domain.listing import ListContext, ListDifference, ListQuery, RefreshCounts
from tui_reseller.domain.note import NOTE_COLUMNS, Note, Notes
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.switch import Switch
from tui_reseller.storage import customer_list, frames, noted_rows
from tui_reseller.storage.incoming import ENOUGH


def a_note(username, label, text, **meant):
    """A note on whoever is told by these values."""
    moment = datetime(2026, 11, 3, tzinfo=UTC)
    return Note(username, label, text, Operator("kim", "bastion"), moment, meant)


NOTES = Notes({note.username: note for note in (
    a_note("a", "Vip A", "", email="a", first_name=None, last_name=None),
    a_note("b", "", "pays\nlate ß", email="b", first_name="Ana", last_name="Sol"),  # only of who has this address
    a_note("c", "É", "vip", id="1", email="a", first_name=None, last_name=None),
    a_note("d", "=1", "x\x1fy"),
    a_note("\ud800", "nobody's", ""),
)})  # fmt: skip
CONTEXT = ListContext(
    marked=frozenset({"a", "B"}), needs_you=frozenset({"b"}), suspended=frozenset({"A", "d"}), notes=NOTES
)
NAMES = st.sampled_from(["a", "A", "b", "B", "c", "d", "e", "Σ", "f\x1f"])
TEXT = st.sampled_from([None, "", "a", "A", "b", "B", "Σ", "aΣ", "ß", "é", "x\x1fy", "İ", "12"])
CUSTOMERS = st.builds(
    a_customer,
    username=NAMES,
    email=TEXT,
    sending=st.sampled_from(Switch),
    website_access=st.sampled_from(Switch),
    city=TEXT,
    state=TEXT,
    website=TEXT,
    extra=st.sampled_from([NO_EXTRA, {"id": "1"}, {"id": "2", "note": "of the service"}]),
)
WORDS = ["a", "-a", "b", "Σ", "ß", '"\x1f"', '-"\x1f"', "i", "email:a", "email=a", "-city=b", "state~^[ab]$", "city="]
WORDS += ["sending:on", "-sending:unknown", "is:marked", "-is:needs-you", "is:missing-data", "is:duplicate-email"]
WORDS += ["is:suspended", "is:new", "-is:changed", "sending~^o"]
WORDS += ["is:noted", "-is:noted", "note:vip", "label:VIP", "-note:a", 'note:"pays late"', "label=é", 'label="vip a"']
WORDS += ["note=vip", 'note=""', '-label=""', "note:", "label~^vip", "-note~x", "note~^$", "note:e"]
QUESTIONS = st.builds(
    lambda words, sort, descending: ListQuery(parse_filter(" ".join(words)), sort, descending, CONTEXT),
    st.lists(st.sampled_from(WORDS), max_size=3),
    st.sampled_from(["", *FIELDS]),
    st.booleans(),
)
CHANGES = st.lists(st.tuples(st.sampled_from("abcdez"), st.none() | CUSTOMERS), max_size=8)
ALL = ListQuery()


async def listed(customers, rows=None, pieces=1, *, complete=True):
    """Return a list of these customers."""
    rows = new_list() if rows is None else rows
    incoming = rows.incoming()
    size = max(1, -(-len(customers) // pieces))
    for start in range(0, len(customers), size):
        await incoming.add(frame_from(customers[start : start + size]))
    await rows.take(incoming, {}, complete=complete)
    return rows


def changed(model, changes):
    """Apply changes to a plain list as apply() does; return who is new by that."""
    made = set()
    for username, customer in changes:
        names = [known.username for known in model]
        wanted = username if username in names else customer and customer.username
        if wanted in names:
            at = names.index(wanted)
            model[at : at + 1] = [] if customer is None else [customer]
        elif customer is not None:
            model.append(customer)
            made.add(customer.username)
    return made


@settings(max_examples=150, deadline=None)
@given(st.lists(CUSTOMERS, max_size=12), QUESTIONS, st.integers(1, 5))
def test_a_question_shows_what_a_plain_model_shows(customers, question, pieces):
    async def story():
        rows = await listed(customers, pieces=pieces)
        assert await rows.query(question)
        expected = answered(customers, question)
        assert rows.window(0, 99) == expected
        assert (len(rows), rows.total) == (len(expected), len(customers))
        assert list(rows.usernames()) == [customer.username for customer in expected]
        assert rows.window(1, 3) == expected[1:3]
        assert await rows.count(question) == len(expected)
        names = {customer.username for customer in customers}
        assert await rows.hidden(names) == len(names - set(rows.usernames()))

    asyncio.run(story())


@settings(max_examples=150, deadline=None)
@given(st.lists(CUSTOMERS, max_size=8), CHANGES, CHANGES, QUESTIONS, QUESTIONS)
def test_changes_inserts_renames_and_deletes_leave_what_a_plain_model_leaves(customers, first, second, one, other):
    async def story(monkeypatch):
        rows, model = await listed(customers), list(customers)
        await rows.query(one)
        rows.apply(first)
        new = changed(model, first)
        for question in (one, other):
            assert await rows.query(question)
            assert rows.window(0, 99) == answered(model, question, new)
        await rows.tidy()  # fold at once: numbers of rows stay good
        assert rows.window(0, 99) == answered(model, other, new)
        rows.apply(second[:1])
        rows.apply(second[1:])
        new |= changed(model, second)
        for question in (other, one, other, ALL, other, one, ALL):
            assert await rows.query(question)
            assert rows.window(0, 99) == answered(model, question, new)
        names = [known.username for known in model]
        assert rows.total == len(model)
        for name in [*names, "nobody"]:
            assert rows.is_ambiguous(name) == (names.count(name) > 1)
            assert (rows.get(name) is None) == (name not in names)
            if name in names:
                assert rows.get(name) == model[names.index(name)]
                assert rows.row_of(name) == names.index(name)
        assert rows.named(names) == {name: model[names.index(name)] for name in names}

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(customer_list, "FOLD_AT", 1)
        asyncio.run(story(monkeypatch))


UNIQUE = st.lists(CUSTOMERS, max_size=9, unique_by=lambda customer: customer.username)


def test_an_order_is_turned_back_at_once_unless_a_customer_has_changed_since():
    up, down = ListQuery(sort="email"), ListQuery(sort="email", descending=True)

    async def story():
        rows = await listed([a_customer("a", email="x@e.es"), a_customer("b", email="y@e.es")])
        for question in (up, down):
            await rows.query(question)
        back = rows.query(up)
        with pytest.raises(StopIteration) as at_once:
            back.send(None)
        assert at_once.value.value is True
        assert list(rows.usernames()) == ["a", "b"]
        rows.apply([("a", a_customer("a", email="z@e.es"))])
        assert list(rows.usernames()) == ["a", "b"]  # until it is asked again
        await rows.query(up)
        assert list(rows.usernames()) == ["b", "a"]

    asyncio.run(story())


@settings(max_examples=100, deadline=None)
@given(UNIQUE.filter(bool), CHANGES, UNIQUE, QUESTIONS)
def test_a_refresh_tells_what_is_new_gone_and_changed(old, edits, new, question):
    async def story():
        rows, model = await listed(old), list(old)
        rows.apply(edits)
        changed(model, edits)
        model = {customer.username: customer for customer in reversed(model)}
        await rows.query(question)
        await listed(new, rows)
        now = {customer.username: customer for customer in new}
        came = now.keys() - model.keys() if model else set()
        gone = model.keys() - now.keys()
        other = {name for name in now.keys() & model.keys() if now[name] != model[name]}
        assert rows.refreshed == RefreshCounts(len(came), len(gone), len(other))
        assert rows.fresh(now) == came | other
        assert rows.window(0, 99) == answered(new, question, came, other)
        expected = {ListDifference("new", name) for name in came} | {ListDifference("gone", name) for name in gone}
        for name in other:
            pairs = [(f, model[name].value(f), now[name].value(f)) for f in FIELDS]
            expected.add(ListDifference("changed", name, tuple(Change(*p) for p in pairs if p[1] != p[2])))
        assert set(rows.differences(99)) == expected

    asyncio.run(story())


async def test_a_changed_row_keeps_its_place_until_the_next_question():
    rows = await listed([a_customer(name, city="Oslo") for name in "abc"])
    await rows.query(ListQuery(parse_filter("city:oslo"), "username", descending=True))
    rows.apply([("b", a_customer("zz", city="Rome"))])
    assert list(rows.usernames()) == ["c", "zz", "a"]
    assert (rows.row_of("zz"), rows.row_of("b"), rows.get("b")) == (1, None, None)
    rows.apply([("d", a_customer("d", city="Rome")), ("e", a_customer("e", city="Oslo"))])
    rows.apply([("c", None)])
    assert list(rows.usernames()) == ["zz", "a"]
    await rows.query(ListQuery(parse_filter("city:oslo"), "username"))
    assert list(rows.usernames()) == ["a", "e"]
    assert rows.total == 4
    assert rows.row_of("zz") is None


async def test_a_list_that_arrives_shows_what_matches_and_a_new_one_keeps_the_question():
    rows = new_list()
    await rows.query(ListQuery(parse_filter("-x"), "username", descending=True))
    incoming = rows.incoming()
    for names in (["a", "x1"], ["b"]):
        await incoming.add(frame_from([a_customer(name) for name in names]))
        await rows.take(incoming, {}, complete=False)
    assert list(rows.usernames()) == ["b", "a"]
    assert await incoming.has("x1")
    assert not await incoming.has("c")
    await listed([a_customer(name) for name in ("c", "x2", "d")], rows)
    assert list(rows.usernames()) == ["d", "c"]
    assert rows.total == 3


async def test_many_small_pieces_are_one_list():
    customers = [a_customer(f"u{n}") for n in range(300)]
    rows = await listed(customers, pieces=300)
    assert rows.window(0, 400) == customers


async def test_what_arrived_in_large_pieces_is_kept_and_given_on_in_them():
    incoming = new_list().incoming()
    pieces = [frame_from([a_customer(f"u{piece}-{n}") for n in range(ENOUGH)]) for piece in range(3)]
    for piece in pieces:
        await incoming.add(piece)
    given_on = frame_of(incoming)
    assert given_on.drop(frames.SEARCH).equals(pl.concat(pieces))
    assert given_on.n_chunks() >= len(pieces)


async def test_the_head_is_shown_until_a_list_is_there():
    rows = new_list()
    rows.show_head([a_customer("a"), a_customer("b", city="Oslo")], 1_000)
    assert (len(rows), rows.total, rows.is_head, rows.row_of("b"), rows.usernames()) == (2, 1_000, True, 1, ["a", "b"])
    assert rows.get("b").value("city") == "Oslo"
    assert not rows.is_ambiguous("a")
    rows.apply([("a", None), ("b", a_customer("c"))])
    assert rows.usernames() == ["c"]
    assert await rows.query(ListQuery(parse_filter("b")))
    assert await rows.count(ALL) == 0
    await listed([a_customer("a"), a_customer("b")], rows)
    assert (rows.usernames(), rows.is_head) == (["b"], False)


async def test_website_access_that_this_tool_set_fills_what_the_service_does_not_tell():
    rows = new_list()
    incoming = rows.incoming()
    known = [a_customer("a"), a_customer("b"), a_customer("c", website_access=Switch.ON), a_customer("d")]
    await incoming.add(frame_from(known))
    await rows.take(
        incoming, {name: {"website_access": value} for name, value in (("a", False), ("b", None), ("c", False))}
    )
    states = [customer.switch("website_access") for customer in rows.window(0, 9)]
    assert states == [Switch.OFF, Switch.UNKNOWN, Switch.ON, Switch.UNKNOWN]


async def test_a_newer_question_makes_an_older_one_void():
    rows = await listed([a_customer(f"user{n}") for n in range(2_000)])
    answers = await asyncio.gather(*(rows.query(ListQuery(parse_filter(text))) for text in ("u", "us", "user199")))
    assert answers == [False, False, True]
    assert len(rows) == 11


async def test_a_change_while_a_question_is_answered_is_in_the_answer():
    rows = await listed([a_customer(f"user{n}") for n in range(2_000)])
    asked = asyncio.create_task(rows.query(ListQuery(parse_filter("user7"), "email")))
    await asyncio.sleep(0)
    rows.apply([("user7", a_customer("other"))])
    assert await asked
    assert rows.row_of("other") is None
    assert len(rows) == 110


async def test_typing_on_narrows_and_taking_back_widens_again():
    words = ("garcia", "garnet", "lopez", "gold", "silva", "smith", "kim", "weber", "rossi", "novak")
    names = [f"{word}{n}" for n in range(50) for word in words]
    rows = await listed([a_customer(name) for name in names])
    for text in ("g", "ga", "gar", "garc", "gar", "garn", "garnet4", "-garnet4", "ga -gar", "garc sending:on"):
        question = ListQuery(parse_filter(text))
        await rows.query(question)
        assert rows.window(0, 999) == answered([a_customer(name) for name in names], question)


async def test_an_unknown_column_is_told_with_the_nearest():
    with pytest.raises(InvalidInput, match="emial") as caught:
        await new_list().query(ListQuery(sort="emial"))
    assert "email" in caught.value.hint


@pytest.mark.parametrize("regex", [r"(?>a)", r"(((a{200}){200}){200})"])
async def test_a_regex_that_the_list_cannot_run_is_an_error_and_the_last_answer_stands(regex):
    rows = await listed([a_customer("a"), a_customer("b")])
    await rows.query(ListQuery(parse_filter("b")))
    with pytest.raises(InvalidFilter, match="cannot be used"):
        await rows.query(ListQuery(parse_filter(f"email~{regex}")))
    assert rows.usernames() == ["b"]
    await listed([a_customer("b"), a_customer("bb"), a_customer("c")], rows)
    assert rows.usernames() == ["b", "bb"]


@pytest.mark.parametrize("regex", [r"(a+)+$", r"(a|a)*b", r".*.*.*.*x", r"(.*)*y"])
async def test_no_regex_takes_for_ever(regex):
    rows = await listed([a_customer("u", email="a" * 50_000 + "!")])
    async with asyncio.timeout(20):
        await rows.query(ListQuery(parse_filter(f"email~{regex}")))


LOOKS = st.text(st.sampled_from("aA0oO1l| \tаоéｅ\u200b."), max_size=4)


@given(st.lists(LOOKS, max_size=12, unique=True), LOOKS)
@settings(max_examples=60)
async def test_look_alikes_in_columns_are_those_of_the_plain_rule(names, wanted):
    rows = await listed([a_customer(name) for name in names])
    expected = [name for name in names if name != wanted and skeleton(name) == skeleton(wanted)]
    assert sorted((await rows.look_alikes([wanted], 20)).get(wanted, [])) == sorted(expected)


async def test_look_alikes_are_found_hidden_changed_new_and_not_taken_out():
    rows = await listed([a_customer("acme"), a_customer("Acme"), a_customer("аcme"), a_customer("other")])
    await rows.query(ListQuery(parse_filter("other")))
    rows.apply([("Acme", None), ("new", a_customer("ac me"))])
    assert sorted((await rows.look_alikes(["acme"], 9))["acme"]) == ["ac me", "аcme"]
    assert len((await rows.look_alikes(["acme", "zoe"], 1))["acme"]) == 1


async def test_look_alikes_in_the_head_of_a_list():
    rows = new_list()
    rows.show_head([a_customer("acme"), a_customer("ACME"), a_customer("x")], 3)
    assert await rows.look_alikes(["acme", "zoe"], 9) == {"acme": ["ACME"]}


def test_a_service_without_a_searched_field_has_a_list_all_the_same():
    fields = tuple(replace(field, is_searched=False) for field in RESELLER_V2.fields)
    other = replace(RESELLER_V2, fields=fields)
    frame = frames.searchable(other, frames.frame_from(other, [Customer.of(other, "a"), Customer.of(other, "b")]))
    assert frame[frames.SEARCH].to_list() == ["", ""]


async def test_label_and_note_are_columns_where_they_are_asked_for():
    customers = [a_customer("a", email="a"), a_customer("b", email="x"), a_customer("c", email="a"), a_customer("d")]
    rows = await listed(customers)
    await rows.query(ListQuery(sort="username", descending=True))
    plain, noted = await rows.table(), await rows.table(notes=NOTES)
    assert noted.columns == [*plain.columns, *NOTE_COLUMNS]
    assert noted.select(plain.columns).equals(plain)
    assert noted.select("username", *NOTE_COLUMNS).rows() == [
        ("d", "=1", "x\x1fy"), ("c", "É", "vip"), ("b", None, None), ("a", "Vip A", None),
    ]  # fmt: skip
    assert (await rows.table(["a", "nobody"], notes=NOTES))["label"].to_list() == ["Vip A"]
    assert (await rows.table(everything=True, notes=Notes()))["label"].to_list() == [None] * 4


async def test_other_notes_find_other_rows_and_a_newer_list_is_joined_anew():
    rows = await listed([a_customer("a"), a_customer("b")])
    question = ListQuery(parse_filter("note:vip"), context=ListContext(notes=Notes({"a": a_note("a", "vip", "")})))
    await rows.query(question)
    assert rows.usernames() == ["a"]
    await rows.query(replace(question, context=ListContext(notes=Notes({"b": a_note("b", "vip", "")}))))
    assert rows.usernames() == ["b"]
    await listed([a_customer("c"), a_customer("b"), a_customer("a")], rows)
    assert rows.usernames() == ["b"]
    await rows.query(question)
    assert rows.usernames() == ["a"]
    rows.apply([("a", a_customer("z"))])
    await rows.query(question)
    assert rows.usernames() == [], "the overlay has notes by its own names"


@settings(max_examples=80, deadline=None)
@given(st.lists(CUSTOMERS, max_size=12))
def test_many_rows_are_joined_as_few_are_looked_up(customers):
    frame = frames.frame_from(RESELLER_V2, customers)
    few = noted_rows.noted_rows(RESELLER_V2, frame, NOTES)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(noted_rows, "FEW", -1)
        many = noted_rows.noted_rows(RESELLER_V2, frame, NOTES)
    assert many.found.equals(few.found)
    assert many.columns().equals(few.columns())
    of = [NOTES.of(customer) for customer in customers]
    assert many.columns()["label"].to_list() == [note.value("label") if note else None for note in of]


async def test_a_regex_for_notes_that_the_list_cannot_run_is_an_error():
    rows = await listed([a_customer("a")])
    with pytest.raises(InvalidFilter, match="cannot be used"):
        await rows.query(ListQuery(parse_filter(r"note~(?>a)"), context=CONTEXT))
