"""The filter language: every form, every complaint with its place, and no other exception ever."""

import contextlib
import time

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from tests.harness.v2 import FIELDS, SEARCHED, a_customer, frame_from, mask, parse_filter, searchable
from tests.storage import naive
from tui_reseller.domain.errors import InvalidFilter
from tui_reseller.domain.filters import IS_WORDS, LONGEST_REGEX, STATES, Filter, parse_selection
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.switch import Switch

LUZ = a_customer(
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
FRAME = searchable(frame_from([LUZ]))


def fits(text, customer):
    """Whether a filter shows a customer: as the rules say it plainly, and as the list does it."""
    found = parse_filter(text)
    (listed,) = mask(searchable(frame_from([customer])), found)
    assert listed == naive.matches(found, customer), text
    return listed


@pytest.mark.parametrize("name", SEARCHED)
def test_a_bare_word_is_looked_for_in_each_searched_field(name):
    customer = a_customer("x").with_values({name: "a-Needle-b"})
    assert fits("needle", customer)
    assert not fits("-needle", customer)


@pytest.mark.parametrize("name", sorted({*FIELDS} - {*SEARCHED} - {"sending", "website_access"}))
def test_a_bare_word_is_not_looked_for_elsewhere(name):
    assert not fits("needle", a_customer("x").with_values({name: "needle"}))


@pytest.mark.parametrize(
    "text",
    ["", "   ", "luz", "LUZ", '"marín ruiz"', "city:sebast", "CITY:SEBAST", "zip=20001", "state=gipuzkoa",
     'city="san sebastián"', "country~^(es|pt)$", "email~bodega\\.EXAMPLE", "sending:on", "sending=on",
     "sending:ON", "website_access:unknown", "-sending:off", "-madrid", "luz -madrid country:es", "-zip=",
     "http://bodega.example/x", "website:http://bodega", "phone:+34", "city:", "luz - bodega",
     '""', 'username~"."', "sending~^on$", '-"mar rui"', '"luz"bodega', "-city=madrid"],
)  # fmt: skip
def test_a_filter_that_fits_shows_the_customer(text):
    assert fits(text, LUZ)


@pytest.mark.parametrize(
    "text",
    ["madrid", "-luz", "city=sebast", "city:madrid", "zip=", "country~^pt$", "sending:off", "sending:unknown",
     "website_access:on", "-sending:on", "luz madrid", '"ruiz marín"', "-http://bodega.example", "-city:sebast",
     "country~^E$", "is:marked"],
)  # fmt: skip
def test_a_filter_that_does_not_fit_hides_the_customer(text):
    assert not fits(text, LUZ)


def test_an_empty_field_is_found_by_an_equals_sign_alone():
    assert fits("phone=", a_customer("x"))
    assert fits("phone=", a_customer("x", phone=""))
    assert not fits("-phone=", a_customer("x"))


@pytest.mark.parametrize("word", IS_WORDS)
def test_an_is_word_is_kept_for_whoever_knows_more_than_the_customer(word):
    (term,) = parse_filter(f"is:{word}").terms
    assert (term.kind, term.text, term.field, term.negated) == ("is", word, "", False)
    (term,) = parse_filter(f"-IS:{word.upper()}").terms
    assert (term.kind, term.text, term.negated) == ("is", word, True)


def test_new_and_changed_are_told_apart_from_the_other_words():
    assert {"new", "changed"} <= set(IS_WORDS)
    names = {"new": frozenset({"a"}), "changed": frozenset({"b"})}
    frame = searchable(frame_from([a_customer("a"), a_customer("b"), a_customer("c")]))
    shown = {word: mask(frame, parse_filter(f"is:{word}"), names).to_list() for word in ("new", "changed", "marked")}
    assert shown == {"new": [True, False, False], "changed": [False, True, False], "marked": [False] * 3}


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
        ("qqqqqq:x", 0, False, "username or email? Or put the text in quotes"),
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


REPEATED = [
    "(a+)+", "(a*)*", "(a+)*b", "(.*a){20}", "(x+x+)+y", "([a-z]+)*$", "(a{2,})+", "(?:a+)+", "((a+))+", "((a+)b?)*",
    "([ab]+[ab])+c", "(a|a)+b", "(a|aa)+$", "(?:a|a?)*b", "(a?a?)+$", "([(]a+)+", "(a+)+?", "(\\(a+)+", "([]a]+c)+",
    "([^]a]+c)+", "(?P<x>a+)+",
]  # fmt: skip


@pytest.mark.parametrize("regex", REPEATED)
def test_a_regex_that_repeats_what_repeats_is_allowed_and_takes_no_time(regex):
    """Python's own regexes would take longer than the universe is old."""
    frame = searchable(frame_from([a_customer("x", email="a" * 5_000 + "!")] * 20))
    found = parse_filter(f"email~{regex}")
    began = time.perf_counter()
    assert len(mask(frame, found, {})) == 20
    assert time.perf_counter() - began < 1.0


@pytest.mark.parametrize(
    "regex",
    ["^(es|pt)$", "(es|pt)?x", "a+b+", "(abc)+", "(a+)?", "[(+]+", "\\(a+\\)+", "(a+)b", "a{2,3}", "([+]a)+", "a\\\\1",
     "\\d+-\\d+", "(a\\+)+", "[])+]+", "(ab){2}", "(a+)+", "(a|aa)+$"],
)  # fmt: skip
@pytest.mark.parametrize("email", ["es", "aabb", "abcabc", "(a+)", "12-3", "abab", "a\\1", "", None])
def test_a_regex_finds_what_it_finds_in_python(regex, email):
    assert parse_filter(f"email~{regex}").terms[0].kind == "regex"
    assert fits(f"email~{regex}", a_customer("x", email=email)) in {True, False}


def test_a_regex_of_more_than_200_signs_is_refused():
    assert parse_filter("email~" + "a" * LONGEST_REGEX)
    with pytest.raises(InvalidFilter, match="at most 200 characters") as caught:
        parse_filter("luz email~" + "a" * (LONGEST_REGEX + 1))
    assert (caught.value.place, caught.value.unfinished) == (10, False)


def test_a_regex_of_which_python_warns_is_read_without_a_warning():
    assert parse_filter("email~[[a]").terms[0].text == "[[a]"


def test_a_regex_sees_the_end_of_a_long_value():
    assert fits("city~end$", a_customer("x", city="x" * 100_000 + "end"))


@pytest.mark.parametrize("regex", ["[[a]", "a\\Z", "(?a)x", "\\N{BULLET}", "((a{200}){200}){200}"])
def test_a_regex_that_the_list_cannot_run_is_refused_when_it_is_asked(regex):
    with pytest.raises(InvalidFilter, match="cannot be used") as caught:
        fits(f"luz email~{regex}", LUZ)
    assert (caught.value.place, caught.value.unfinished) == (4, False)


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
        with contextlib.suppress(InvalidFilter):
            assert len(mask(FRAME, found, {})) == 1
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
    frame = searchable(frame_from([a_customer("x", email="ab" * 500 + "a" * 1000)]))
    began = time.perf_counter()
    with contextlib.suppress(InvalidFilter):
        mask(frame, found, {})
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
    shown = [other for other in Switch if fits(f"website_access:{state}", a_customer("x", website_access=other))]
    assert [found.value for found in shown] == [state]


@pytest.mark.parametrize(
    "text", ["\u0301", '"\u0301\u0308"', "-\u0301", "city:\u0301", "-city:\u0301", "madrid \u0301"]
)
def test_accents_without_a_letter_choose_nobody_for_a_change(text):
    assert parse_filter(text), "a list shows it"
    with pytest.raises(InvalidFilter, match="everybody"):
        parse_selection(text, RESELLER_V2)


@pytest.mark.parametrize("text", ["", " ", '""', "  \t", '"" ""', "-"])
def test_an_empty_filter_chooses_nobody_for_a_change(text):
    with pytest.raises(InvalidFilter):
        parse_selection(text, RESELLER_V2)


@pytest.mark.parametrize("name", sorted(set(RESELLER_V2.columns) - set(RESELLER_V2.switches)))
@pytest.mark.parametrize("sign", [":", "=", "~"])
@pytest.mark.parametrize("before", ["", "-", "sending:on ", "-sending:on madrid "])
@pytest.mark.parametrize("after", ["", " ", " madrid"])
def test_a_condition_without_a_value_chooses_nobody_for_a_change(name, sign, before, after):
    text = f"{before}{name}{sign}{after}"
    assert parse_filter(text), "a list shows it while it is typed"
    with pytest.raises(InvalidFilter, match=name):
        parse_selection(text, RESELLER_V2)


@pytest.mark.parametrize(
    "text", ['city=""', '-city=""', "madrid", "city:x", "sending:off", "is:missing-data", "email~^a"]
)
def test_a_condition_with_a_value_chooses(text):
    assert parse_selection(text, RESELLER_V2) == parse_filter(text)
