"""A mistyped word is answered with the nearest known one, and with all of them where none is near."""

import pytest

from tui_reseller.domain.nearest import did_you_mean, nearest

KNOWN = ("username", "email", "first_name")


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("emial", "did you mean email?"),
        ("user_name", "did you mean username?"),
        ("zzz", "fields: a, b"),
        ("", "fields: a, b"),
    ],
)
def test_the_hint(word: str, hint: str) -> None:
    assert did_you_mean(word, KNOWN, "fields: a, b") == hint


def test_best_first_and_no_more_than_wanted() -> None:
    assert nearest("name", KNOWN, most=2, likeness=0.5) == ["username", "first_name"]
    assert nearest("name", KNOWN, most=1, likeness=0.5) == ["username"]
    assert nearest("name", [], likeness=0.1) == []


def test_known_words_may_be_a_mapping_or_an_iterator() -> None:
    assert did_you_mean("emial", dict.fromkeys(KNOWN), "") == did_you_mean("emial", iter(KNOWN), "")
