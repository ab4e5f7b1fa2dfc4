"""Remote text made harmless, and formulas disarmed."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tui_reseller.domain.text import MAX_MARKS, MAX_SHOWN, clean, formula_restored, formula_safe, quoted

BIDI = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
ZERO_WIDTH = {0xAD, 0x180E, 0x200B, 0x2060, 0xFEFF, *range(0x2061, 0x2065), *range(0x206A, 0x2070)}
NASTY = st.sampled_from(
    "\x00\x07\x1b\x7f\x9b\x9d\u202e\u2066\u200b\ufeff\u2028\r\n\t\u0301\u0e31\U000e0100\ud800\U000e0041e"
)
ANY_TEXT = st.text(st.one_of(st.characters(), NASTY), max_size=120)


@settings(deadline=None)
@given(ANY_TEXT)
@example("\x1b]52;c;cHduCg==\x07")
@example("e" + "\u0301" * 500)
@example("e\U000e0100" + "\u0301" * 9)
def test_cleaned_text_holds_nothing_that_acts_on_a_terminal(text):
    shown = clean(text)
    assert not [char for char in shown if unicodedata.category(char) in {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"}]
    assert not [char for char in shown if ord(char) in BIDI | ZERO_WIDTH]


@settings(deadline=None)
@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)


@settings(deadline=None)
@given(ANY_TEXT, st.integers(1, 40))
def test_cleaned_text_is_never_longer_than_the_text_or_the_limit(text, longest):
    assert len(clean(text, longest=longest)) <= min(len(text), longest)


@settings(deadline=None)
@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=60))
def test_plain_text_stays_as_it_is(text):
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "␛[31m"),
        ("\x00", "␀"),
        ("a\rb", "a␍b"),
        ("a\tb\nc\x85d\u2028e\u2029f", "a b c d e f"),
        ("\x7f", "␡"),
        ("\x9b31m", "\ufffd31m"),
        ("\u202egpj.exe", "\ufffdgpj.exe"),
        ("\u2066x\u2069", "\ufffdx\ufffd"),
        ("pay\u200bpal", "pay\ufffdpal"),
        ("so\xadft", "so\ufffdft"),
        ("a\u3164b\u115fc\u034fd\ufe00e\u180bf\U0001d173g", "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf\ufffdg"),
        ("❤\ufe0f 1\ufe0f\u20e3", "❤\ufe0f 1\ufe0f\u20e3"),
        ("admin\ufe0f", "admin\ufffd"),
        ("ad\u200cmin\u200d", "ad\ufffdmin\ufffd"),
        ("\u200dم\u200d م\u200d\u200dم", "\ufffdم\ufffd م\ufffd\ufffdم"),
        ("ශ්\u200dරී", "ශ්\u200dරී"),
        ("\ud800", "\ufffd"),
        ("\ue000", "\ufffd"),
        ("\U000e0041", "\ufffd"),
        ("Zoë Ñandú 日本 العربية", "Zoë Ñandú 日本 العربية"),
        ("👩\u200d🌾", "👩\u200d🌾"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_each_kind_of_character_has_its_own_treatment(text, shown):
    assert clean(text) == shown


def test_at_most_four_combining_marks_stay_on_each_letter():
    assert clean("e" + "\u0301" * 9 + "a" + "\u0301" * 9) == "e" + "\u0301" * MAX_MARKS + "a" + "\u0301" * MAX_MARKS


def test_what_is_cut_ends_with_a_sign():
    assert clean("x" * (MAX_SHOWN + 1)) == "x" * (MAX_SHOWN - 1) + "…"
    assert clean("x" * MAX_SHOWN) == "x" * MAX_SHOWN
    assert clean("abcdef", longest=4) == "abc…"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\ufeff=1", "\u200b=1", "\u3000@x",
     "＝1", "＋1", "－1", "＠x", "\tplain", "'=1", '"=1', "\u200d=1", '=HYPERLINK("http://x")', "  \t +x"],
)  # fmt: skip
def test_what_a_spreadsheet_would_run_gets_a_quote_in_front(text):
    assert formula_safe(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["", "plain", "a=1", "1-1", "user+tag@example.org", "'a", "(=1)", "日本", "a; b", ";", "Str 1; -2"]
)
def test_what_a_spreadsheet_shows_as_text_stays_as_it_is(text):
    assert formula_safe(text) == text


FORMULAS = st.text(st.sampled_from("=+-@';\" \t\n\u200b\u200d＝a1"), max_size=12)


@settings(deadline=None)
@given(st.one_of(ANY_TEXT, FORMULAS))
@example("'=1")
def test_the_marks_come_off_again_exactly(text):
    safe = formula_safe(text)
    assert formula_restored(safe) == text
    assert safe.lstrip(' \t\n"\u200b\u200d\ufeff\u3000')[:1] not in set("=+-@\uff1d\uff0b\uff0d\uff20")


def test_a_quoted_name_shows_its_ends_and_is_clean():
    assert quoted(" x ") == '" x "'
    assert quoted("\x1b") == '"␛"'
    assert quoted('x" is deleted') == '"x\\" is deleted"'
    assert quoted("x\\") == '"x\\\\"'
    assert quoted("abcdef", longest=3) == '"ab…"'
