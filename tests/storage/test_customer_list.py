"""The list in memory against a plain model of the same rules."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_reseller.domain.customer import DETAIL_FIELDS, FIELDS, Customer
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.filters import parse_filter
from tui_reseller.domain.listing import ListContext
from tui_reseller.domain.switch import Switch
from tui_reseller.storage.customer_list import PlainList

CONTEXT = ListContext(marked=frozenset({"a", "B"}), needs_you=frozenset({"b"}))
TEXT = st.sampled_from([None, "", "a", "A", "b", "B", "Σ", "aΣ", "ß", "é", "x\x1fy", "İ", "12"])
CUSTOMERS = st.builds(
    Customer,
    username=st.sampled_from(["a", "A", "b", "B", "c", "d", "e", "Σ", "f\x1f"]),
    email=TEXT,
    sending=st.sampled_from(Switch),
    city=TEXT,
    state=TEXT,
    website=TEXT,
)
WORDS = ["a", "-a", "b", "Σ", "ß", '"\x1f"', '-"\x1f"', "i", "email:a", "email=a", "-city=b", "state~^[ab]$"]
WORDS += ["sending:on", "-sending:unknown", "is:marked", "-is:needs-you", "is:missing-data", "is:duplicate-email"]
FILTERS = st.lists(st.sampled_from(WORDS), max_size=3).map(lambda words: parse_filter(" ".join(words)))


def is_word(customers):
    def holds(word, customer):
        if word == "missing-data":
            return any(not getattr(customer, name) for name in ("email", *DETAIL_FIELDS))
        if word == "duplicate-email":
            same = [other for other in customers if (other.email or "").lower() == (customer.email or "").lower()]
            return bool(customer.email) and len(same) > 1
        return customer.username in (CONTEXT.marked if word == "marked" else CONTEXT.needs_you)

    return holds


def modelled(customers, filter_, sort, *, descending):
    holds = is_word(customers)
    found = [customer for customer in customers if filter_.matches(customer, holds)]
    if not sort:
        return found[::-1] if descending else found

    def text(customer):
        return "" if getattr(customer, sort) is Switch.UNKNOWN else customer.text(sort).lower()

    present = sorted((c for c in found if text(c)), key=text, reverse=descending)
    return present + [c for c in found if not text(c)]


@settings(max_examples=300, deadline=None)
@given(st.lists(CUSTOMERS, max_size=12), FILTERS, st.sampled_from(["", *FIELDS]), st.booleans())
def test_a_query_shows_what_a_plain_model_shows(customers, filter_, sort, descending):
    rows = PlainList(customers)
    count = rows.query(filter_, sort, descending=descending, context=CONTEXT)
    expected = modelled(customers, filter_, sort, descending=descending)
    assert rows.window(0, 99) == expected
    assert (count, len(rows), rows.total) == (len(expected), len(expected), len(customers))
    assert list(rows.usernames()) == [customer.username for customer in expected]
    assert rows.window(1, 3) == expected[1:3]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(CUSTOMERS, max_size=8),
    st.lists(st.tuples(st.sampled_from("abcdez"), st.none() | CUSTOMERS), max_size=8),
    FILTERS,
)
def test_changes_leave_the_same_customers_as_in_a_plain_model(customers, changes, filter_):
    rows = PlainList(customers)
    model = list(customers)
    for username, customer in changes:
        rows.apply(username, customer)
        place = next((at for at, known in enumerate(model) if known.username == username), None)
        if place is not None:
            model[place : place + 1] = [] if customer is None else [customer]
        elif customer is not None:
            model.append(customer)
        names = [known.username for known in model]
        assert rows.window(0, 99) == model
        for name in [*names, "nobody"]:
            assert rows.is_ambiguous(name) == (names.count(name) > 1)
            assert (rows.get(name) is None) == (name not in names)
            if rows.get(name) is not None:
                assert rows.get(name).username == name
                assert model[rows.row_of(name)] is rows.get(name)
    rows.query(filter_, "email", context=CONTEXT)
    assert rows.window(0, 99) == modelled(model, filter_, "email", descending=False)


def test_a_changed_row_keeps_its_place_until_the_next_query():
    rows = PlainList(Customer(name, city="Oslo") for name in "abc")
    rows.query(parse_filter("city:oslo"), "username", descending=True, context=ListContext())
    rows.apply("b", Customer("zz", city="Rome"))
    assert list(rows.usernames()) == ["c", "zz", "a"]
    assert (rows.row_of("zz"), rows.row_of("b"), rows.get("b")) == (1, None, None)
    rows.apply("d", Customer("d", city="Rome"))
    rows.apply("e", Customer("e", city="Oslo"))
    assert list(rows.usernames()) == ["c", "zz", "a", "e"]
    rows.apply("c", None)
    assert list(rows.usernames()) == ["zz", "a", "e"]
    rows.query(parse_filter("city:oslo"), "username", context=ListContext())
    assert list(rows.usernames()) == ["a", "e"]
    assert rows.total == 4
    assert rows.row_of("zz") is None


def test_a_new_list_keeps_the_query_and_an_arriving_one_shows_what_matches():
    rows = PlainList()
    rows.query(parse_filter("-x"), "username", descending=True, context=ListContext())
    rows.extend([Customer("a"), Customer("x1")])
    rows.extend([Customer("b")])
    assert list(rows.usernames()) == ["a", "b"]
    rows.replace([Customer("c"), Customer("x2"), Customer("d")])
    assert list(rows.usernames()) == ["d", "c"]
    assert rows.total == 3


def test_an_unknown_column_is_told_with_the_nearest():
    with pytest.raises(InvalidInput, match="emial") as caught:
        PlainList().query(parse_filter(""), "emial", context=ListContext())
    assert "email" in caught.value.hint


@pytest.mark.slow
def test_a_word_is_found_among_100_000_customers_between_two_keys():
    rows = PlainList(Customer(f"user{n}", f"mail{n}@example.com", city="Oslo " * 3) for n in range(100_000))
    wanted = parse_filter("r99")
    taken = []
    for _ in range(5):
        begin = time.perf_counter()
        assert rows.query(wanted, context=ListContext()) == 1111
        taken.append(time.perf_counter() - begin)
    assert min(taken) < 0.05
