"""Field rules: lengths, controls, usernames, what a new customer needs."""

import pytest

from tests.harness.v2 import (
    ADVISED_AT_CREATE,
    DETAIL_FIELDS,
    LABELS,
    LIMITS,
    REQUIRED_AT_CREATE,
    check_new,
    check_text,
    check_username,
    findings_for,
)
from tui_reseller.domain.operation import Call, Operation

NEW = dict.fromkeys(DETAIL_FIELDS, "x") | {"username": "bodega", "email": "luz@bodega.es", "country": "ES"}
ADVISED = dict.fromkeys(ADVISED_AT_CREATE, "x")


def refused(found):
    return [(one.field, one.message) for one in found if not one.warning]


@pytest.mark.parametrize(("name", "limit"), LIMITS.items())
def test_each_field_has_its_longest_value(name, limit):
    assert check_text(name, "x" * limit) == []
    ((field, message),) = refused(check_text(name, "x" * (limit + 1)))
    assert field == name
    assert message == f"{LABELS.get(name, name)} has {limit + 1} characters, at most {limit}"


@pytest.mark.parametrize("sign", ["\x00", "\n", "\t", "\x1b", "\x7f", "\x85", "\x9b"])
def test_control_characters_are_refused(sign):
    assert refused(check_text("city", f"a{sign}b")) == [("city", "City holds control characters or line breaks")]


def test_half_a_character_is_refused():
    assert refused(check_text("city", "a\udcffb")) == [("city", "City holds half a character (a lone surrogate)")]


@pytest.mark.parametrize("value", [" a", "a ", "\u00a0a"])
def test_blanks_at_the_ends_are_warned_of(value):
    (found,) = check_text("city", value)
    assert found.warning
    assert "space" in found.message


@pytest.mark.parametrize("value", ["abc", "bodega.luz", "luz@bodega.es", "a" * 64, "12a", "sendgrid.com", "日本語"])
def test_a_usable_username_is_said_nothing_about(value):
    assert check_username(value) == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("ab", "at least 3"),
        ("", "at least 3"),
        ("a" * 65, "at most 64"),
        ("12345", "digits only"),
        ("x@sendgrid.com", "sendgrid.com"),
        ("x@eu.SendGrid.com", "sendgrid.com"),
        (" abc", "begins or ends with a space"),
        ("abc ", "begins or ends with a space"),
        ("a\nbc", "control characters"),
    ],
)
def test_a_username_that_the_service_refuses_is_refused(value, words):
    assert [words in message for _field, message in refused(check_username(value))] == [True]


def test_only_details_that_are_sent_are_checked():
    def fields(**values):
        return {found.field for found in findings_for(Call(Operation.SET, "ann", values))}

    assert fields() == set()
    assert fields(city="Oslo", username="\x00", email="\x00") == set()
    assert fields(zip="x" * 51, city="\x00") == {"city", "zip"}


def test_a_complete_new_customer_is_said_nothing_about():
    assert check_new(NEW | ADVISED) == []


@pytest.mark.parametrize("name", REQUIRED_AT_CREATE)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_new_customer_needs_each_required_field(name, value):
    values = {**NEW, **ADVISED, name: value}
    if value is None:
        del values[name]
    assert (name, f"{LABELS[name]} is required") in refused(check_new(values))


@pytest.mark.parametrize("name", ADVISED_AT_CREATE)
def test_a_field_that_later_documentation_requires_is_warned_of(name):
    (found,) = check_new({k: v for k, v in (NEW | ADVISED).items() if k != name})
    assert (found.field, found.warning) == (name, True)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("colour", "red", "no field 'colour'"),
        ("sending", "true", "no field 'sending'"),
        ("email", "x" * 65, "at most 64"),
        ("username", "12345", "digits only"),
        ("free_user", "maybe", "true or false"),
        ("billing_date", "1.2.2026", "YYYY-MM-DD"),
        ("city", "a\nb", "control characters"),
    ],
)
def test_a_new_customer_with_an_unusable_value_is_refused(name, value, words):
    ((field, message),) = refused(check_new(NEW | ADVISED | {name: value}))
    assert field == name
    assert words in message


@pytest.mark.parametrize(
    ("name", "value"),
    [("free_user", "true"), ("free_user", "false"), ("billing_date", "2026-01-31"), ("billing_date", ""), ("ip", "x")],
)
def test_optional_fields_of_a_new_customer_are_accepted(name, value):
    assert check_new(NEW | ADVISED | {name: value}) == []
