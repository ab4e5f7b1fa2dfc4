"""What is refused of a password, what is warned of, and what one that we make looks like."""

import random
import secrets

import pytest

from tui_reseller.domain.password import GENERATED_LENGTH, check_password, generate_password
from tui_reseller.domain.secret import MASK, Secret


def refused(value, username="user1"):
    return [found.message for found in check_password(Secret(value), username) if not found.warning]


def warned(value):
    return [found.message for found in check_password(Secret(value), "user1") if found.warning]


@pytest.mark.parametrize("value", ["abcde1fg", "a1" * 64, "correct horse 1", "a1!\"#$%&'"])
def test_a_good_password_is_said_nothing_about(value):
    assert check_password(Secret(value), "user1") == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "at least 6"),
        ("abcd1", "at least 6"),
        ("a1" * 64 + "b", "more than 128"),
        ("abc1234\n", "control characters"),
        ("abc1234\x7f", "control characters"),
        ("abc1234\x85", "control characters"),
        ("abc1234\ud800", "control characters"),
    ],
)
def test_a_password_that_the_service_or_a_terminal_would_break_is_refused(value, words):
    assert [words in message for message in refused(value)] == [True]


def test_a_password_may_not_be_the_username():
    assert refused("bodega1luz", "bodega1luz") == ["Password equals the username"]
    assert refused("bodega1luz", "") == []


@pytest.mark.parametrize("value", ["abc123", "abcd123", "abcdefghij", "1234567890", "!!!!!!!!!!"])
def test_a_password_below_the_newest_rule_is_warned_of_and_accepted(value):
    assert refused(value) == []
    assert any("newest rule" in message for message in warned(value))


def test_letters_beyond_ascii_are_warned_of():
    assert refused("contraseña1") == []
    assert any("cannot send" in message for message in warned("contraseña1"))


@pytest.mark.parametrize("value", ["abcd1", "a1\x00canary-hunter2", "canary-ñ", "canaryhunter"])
def test_no_finding_repeats_the_password(value):
    found = check_password(Secret(value), value)
    assert found
    assert not [one for one in found if value in one.message or MASK in one.message]


@pytest.mark.parametrize("length", [2, 8, GENERATED_LENGTH, 128])
def test_a_generated_password_has_the_length_letters_and_digits(length):
    for _ in range(200):
        value = generate_password(secrets.choice, length).reveal()
        assert len(value) == length
        assert any(char.isalpha() for char in value)
        assert any(char.isdigit() for char in value)
        assert value[0].isalnum()
        assert value[-1].isalnum()
        assert not set(value) & set("lIO01 '\"$`\\")


def test_a_generated_password_is_accepted_without_a_word():
    assert check_password(generate_password(secrets.choice), "user1") == []


def test_a_draw_without_a_digit_is_drawn_again():
    draws = iter("abcdefgh" + "12345678" + "-bcdef1a" + "abcdef1." + "abcdef1a")
    assert generate_password(lambda _signs: next(draws), 8).reveal() == "abcdef1a"


def test_passwords_differ_as_the_chooser_does():
    chooser = random.Random(1)
    assert generate_password(chooser.choice) != generate_password(chooser.choice)
