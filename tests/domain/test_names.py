"""Usernames that are one to the eye."""

import pytest

from tui_reseller.domain.confusables import is_same_name, skeleton

ALIKE = [
    ("acme", "ACME", "case"),
    ("acme", " acme", "a blank before"),
    ("acme", "ac me", "a blank within"),
    ("acme", "acme\u200b", "a sign without width"),
    ("acme", "ac\u034fme", "a sign that nothing draws"),
    ("acme", "\u115facme", "a filler"),
    ("acme", "acme\ufe0f", "a selector"),
    ("acme", "ac\U000e0100me", "a variation"),
    ("q" + "\u0323" * 4, "q" + "\u0323" * 5, "a fifth mark"),
    ("acme", "\u202eacme", "a sign of direction"),
    ("acme", "аcmе", "Cyrillic a and e"),
    ("acme", "ＡＣＭＥ", "full width"),
    ("café", "cafe\u0301", "another normal form"),
    ("ohara", "0hara", "a nought"),
    ("mail1", "maill", "a one"),
    ("pho", "ρhο", "Greek"),
]


@pytest.mark.parametrize(("one", "other", "_why"), ALIKE)
def test_what_the_eye_overlooks_makes_no_difference_to_the_look(one, other, _why):
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"), [("acme", "acne"), ("a.b", "ab"), ("cafe", "café"), ("user2", "user3"), ("a-b", "a_b")]
)
def test_what_is_seen_makes_a_difference(one, other):
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("acme", "Acme ", True), ("acme", "ａｃｍｅ", True), ("straße", "STRASSE", True), ("acme", "аcme", False),
     ("acme", "ac me", False), ("", "acme", False)],
)  # fmt: skip
def test_our_own_name_is_known_in_any_case_width_and_between_blanks(one, other, same):
    assert is_same_name(one, other) is same
