"""The filter language: every form, every complaint with its place, and no other exception ever."""

import time

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from tui_reseller.domain.customer import FIELDS, Customer
from tui_reseller.domain.errors import InvalidFilter
from tui_reseller.domain.filters import IS_WORDS, LONGEST_REGEX, SEARCHED, STATES, Filter, parse_filter
from tui_reseller.domain.switch import Switch

LUZ = Customer(
    "bodega.luz",
    "Luz@Bodega.example",
    sending=Switch.ON,
    website_access=Switch.UNKNOWN,
    first_name="Luz",
    last_name="Marín Ruiz",
    address="Calle Mayor 3",
    city="San Sebastián",
    state="Gipuzkoa",
    zip="20001",
    country="ES",
    phone="+34 943 1",
    website="http://bodega.example/x",
)


@pytest.mark.parametrize("name", SEARCHED)
def test_a_bare_word_is_looked_for_in_each_searched_field(name):
    customer = Customer("x").with_values({name: "a-Needle-b"})
    assert parse_filter("needle").matches(customer)
    assert not parse_filter("-needle").matches(customer)


@pytest.mark.parametrize("name", sorted({*FIELDS} - {*SEARCHED} - {"sending", "website_access"}))
def test_a_bare_word_is_not_looked_for_elsewhere(name):
    assert not parse_filter("needle").matches(Customer("x").with_values({name: "needle"}))


@pytest.mark.parametrize(
    "text",
    ["", "   ", "luz", "LUZ", '"marín ruiz"', "city:sebast", "CITY:SEBAST", "zip=20001", "state=gipuzkoa",
     'city="san sebastián"', "country~^(es|pt)$", "email~bodega\\.EXAMPLE", "sending:on", "sending=on",
     "sending:ON", "website_access:unknown", "-sending:off", "-madrid", "luz -madrid country:es", "-zip=",
     "http://bodega.example/x", "website:http://bodega", "phone:+34", "city:", "luz - bodega",
     '""', 'username~"."', "sending~^on$", '-"mar rui"', '"luz"bodega', "-city=madrid"],
)  # fmt: skip
def test_a_filter_that_fits_shows_the_customer(text):
    assert parse_filter(text).matches(LUZ)


@pytest.mark.parametrize(
    "text",
    ["madrid", "-luz", "city=sebast", "city:madrid", "zip=", "country~^pt$", "sending:off", "sending:unknown",
     "website_access:on", "-sending:on", "luz madrid", '"ruiz marín"', "-http://bodega.example", "-city:sebast",
     "country~^E$", "is:marked"],
)  # fmt: skip
def test_a_filter_that_does_not_fit_hides_the_customer(text):
    assert not parse_filter(text).matches(LUZ)


def test_an_empty_field_is_found_by_an_equals_sign_alone():
    assert parse_filter("phone=").matches(Customer("x"))
    assert parse_filter("phone=").matches(Customer("x", phone=""))
    assert not parse_filter("-phone=").matches(Customer("x"))


@pytest.mark.parametrize("word", IS_WORDS)
def test_an_is_word_asks_whoever_knows_more_than_the_customer(word):
    asked = []

    def answer(found, customer):
        asked.append((found, customer))
        return True

    assert parse_filter(f"is:{word}").matches(LUZ, answer)
    assert not parse_filter(f"-IS:{word.upper()}").matches(LUZ, answer)
    assert asked == [(word, LUZ), (word, LUZ)]


@pytest.mark.parametrize(
    ("text", "place", "unfinished", "words"),
    [
        ("nosuch:x", 0, False, 'no field "nosuch"'),
        ("luz nosuch:x", 4, False, 'no field "nosuch"'),
        ("luz -nosuch:x", 5, False, 'no field "nosuch"'),
        ("nosuch:", 0, True, 'no field "nosuch"'),
        ("nosuch: luz", 0, False, 'no field "nosuch"'),
        ("usernam:x", 0, False, "username"),
        ("mail:x", 0, False, "email"),
        ("contry=x", 0, False, "country"),
        ("websit~x", 0, False, "website"),
        ("qqqqqq:x", 0, False, "put the text in quotes, or: username, email"),
        ("password:x", 0, False, 'no field "password"'),
        ("sending:o", 8, True, "sending is on, off, unknown"),
        ("sending:", 8, True, "sending is on, off, unknown"),
        ("luz sending:perhaps", 12, False, "sending is on, off, unknown"),
        ("website_access=true", 15, False, "website_access is on, off, unknown"),
        ("is:mark", 3, True, "is: knows marked"),
        ("is:odd", 3, False, "is: knows marked"),
        ('"open', 0, True, 'closing " is missing'),
        ('luz city:"san', 9, True, 'closing " is missing'),
        ("-", 0, True, "a word follows"),
        ("luz -", 4, True, "a word follows"),
        ("email~(", 6, True, "cannot be read"),
        ("email~a(", 7, True, "cannot be read"),
        ("email~*", 6, True, "cannot be read"),
        ("email~[z-a]", 7, True, "cannot be read"),
        ("email~a{99999999999}", 6, True, "cannot be read"),
    ],
)
def test_a_complaint_points_at_its_place_and_names_what_is_near(text, place, unfinished, words):
    with pytest.raises(InvalidFilter) as caught:
        parse_filter(text)
    assert (caught.value.place, caught.value.unfinished) == (place, unfinished)
    assert words in caught.value.message
    assert caught.value.field == "filter"


@pytest.mark.parametrize(
    "regex",
    ["(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(a)\\1", "(?P<x>a)(?P=x)", "(a)?(?(1)b|c)", "a\\\\\\1"],
)
def test_look_around_and_back_references_are_refused_at_their_place(regex):
    with pytest.raises(InvalidFilter, match="no look-around and no back-references") as caught:
        parse_filter(f"luz email~{regex}")
    assert (caught.value.place, caught.value.unfinished) == (10, False)


@pytest.mark.parametrize(
    "regex",
    ["(a+)+", "(a*)*", "(a+)*b", "(.*a){20}", "(x+x+)+y", "([a-z]+)*$", "(a{2,})+", "(?:a+)+", "((a+))+", "((a+)b?)*",
     "([ab]+[ab])+c", "(a|a)+b", "(a|aa)+$", "(?:a|a?)*b", "(a?a?)+$", "([(]a+)+", "(a+)+?", "(\\(a+)+", "([]a]+c)+",
     "([^]a]+c)+", "(?P<x>a+)+"],
)  # fmt: skip
def test_a_regex_that_could_take_for_ever_is_refused(regex):
    with pytest.raises(InvalidFilter, match="take for ever"):
        parse_filter(f"email~{regex}")


@pytest.mark.parametrize(
    "regex",
    ["^(es|pt)$", "(es|pt)?x", "a+b+", "(abc)+", "(a+)?", "[(+]+", "\\(a+\\)+", "(a+)b", "a{2,3}", "([+]a)+", "a\\\\1",
     "\\d+-\\d+", "(a\\+)+", "[])+]+", "(ab){2}"],
)  # fmt: skip
def test_a_harmless_regex_is_accepted(regex):
    assert parse_filter(f"email~{regex}").terms[0].kind == "regex"


def test_a_regex_of_more_than_200_signs_is_refused():
    assert parse_filter("email~" + "a" * LONGEST_REGEX)
    with pytest.raises(InvalidFilter, match="take for ever"):
        parse_filter("email~" + "a" * (LONGEST_REGEX + 1))


def test_a_regex_of_which_python_warns_is_read_without_a_warning():
    assert parse_filter("email~[[a]").matches(Customer("x", email="a@b"))


def test_a_regex_sees_only_the_beginning_of_an_endless_value():
    assert parse_filter("city~end").matches(Customer("x", city="x" * 4000 + "end"))
    assert not parse_filter("city~end").matches(Customer("x", city="x" * 4096 + "end"))


WORDS = st.sampled_from(
    ["-", '"', ":", "=", "~", "(", ")", "[", "]", "+", "*", "{", "}", "?", "|", "\\", "\\1", "(?", "(?i)", "(?L)",
     "a", "9", " ", "email", "username", "sending", "is", "on", "http://", "&&", "--", "||", "\\N{", "\\x", "\\u", "^"],
)  # fmt: skip


@settings(deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=14).map("".join)))
@example("email~[[")
@example("email~[a&&b]")
@example("email~(?L)a")
@example("email~a(?i)")
@example("email~" + "(" * 190)
def test_no_text_makes_anything_but_a_filter_or_an_invalid_filter(text):
    found = _read(text)
    if isinstance(found, InvalidFilter):
        assert 0 <= found.place <= len(text)
        assert found.message
    else:
        assert found.text == text
        assert isinstance(found.matches(LUZ), bool)
        assert all(0 <= term.start < term.end <= len(text) for term in found.terms)


def _read(text):
    try:
        return parse_filter(text)
    except InvalidFilter as error:
        return error


@settings(deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.lists(st.sampled_from(["(", ")", "(?:", "a", "b", "|", "+", "*", "?", "[ab]", "{9}", "c"]), max_size=12))
def test_no_regex_of_groups_that_is_accepted_takes_long(parts):
    found = _read("email~" + "".join(parts))
    assume(isinstance(found, Filter))
    began = time.perf_counter()
    found.matches(Customer("x", email="ab" * 10 + "a" * 12))
    assert time.perf_counter() - began < 1.0


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["luz", '"two  words"', "-madrid", "sending:on", 'city:"a   b"']), min_size=1, max_size=5)
)
def test_dropping_a_term_leaves_the_others_as_they_were(parts):
    found = parse_filter("  ".join(parts))
    for index in range(len(parts)):
        left = parse_filter(found.without(index))
        assert _told(left) == _told(found)[:index] + _told(found)[index + 1 :]


def _told(found):
    return [(term.kind, term.text, term.field, term.negated) for term in found.terms]


def test_terms_without_a_blank_between_them_stay_two_after_dropping_one():
    found = parse_filter('"a""b""c"')
    assert found.without(1).split() == ['"a"', '"c"']


def test_an_empty_filter_is_false_and_highlights_nothing():
    assert not Filter()
    assert not parse_filter("  ")
    assert parse_filter("x")


def test_only_texts_that_are_wanted_are_highlighted():
    assert parse_filter("Luz -madrid city:San city: zip=2 email~x sending:on").words == ("luz", "san")


@pytest.mark.parametrize("state", STATES)
def test_each_state_of_a_switch_is_told_from_the_others(state):
    shown = [
        other
        for other in Switch
        if parse_filter(f"website_access:{state}").matches(Customer("x", website_access=other))
    ]
    assert [found.value for found in shown] == [state]
