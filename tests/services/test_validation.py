"""Values before they are sent: what is refused, what is worth a word."""

from dataclasses import replace

import pytest

from tests.harness.v2 import (
    check_country,
    check_email,
    checked_field_names,
    findings_for,
    refuse_invalid,
)
from tests.services.fakes import CALLS
from tui_reseller.domain.errors import (
    InvalidInput,
)
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.services.validation import country_name, without_unchanged


@pytest.mark.parametrize(
    "value", ["luz@bodega.es", "luz+tag@bodega.es", "luz@bodega.example", '"a b"@bodega.es', "a@sub.bodega.test"]
)
def test_a_good_address_is_said_nothing_about(value):
    assert check_email(value) == []


@pytest.mark.parametrize(
    "value",
    ["", "luz", "luz@", "@bodega.es", "luz@bodega", "a b@bodega.es", "luz@bodega..es", "a..b@bodega.es",
     "a\nb@bodega.es", "x" * 95 + "@bodega.es"],
)  # fmt: skip
def test_a_broken_address_is_refused(value):
    assert [found for found in check_email(value) if not found.warning]


@pytest.mark.parametrize("value", [".a@bodega.es", "luz@bodega.local", "luz@bodega.invalid"])
def test_an_unusual_address_is_warned_of(value):
    found = check_email(value)
    assert [(one.field, one.warning) for one in found] == [("email", True)]


@pytest.mark.parametrize(
    ("value", "words"),
    [("ES", None), ("", None), ("Spain", '"ES" is the usual code'), ("esp", '"ES"'), ("uk", '"GB"'),
     ("Spian", 'did you mean "ES" (Spain)?'), ("Atlantis-on-Sea", "not a two-letter code"), ("es", "")],
)  # fmt: skip
def test_the_code_of_a_country_is_suggested_never_demanded(value, words):
    found = check_country(value)
    assert all(one.warning for one in found)
    assert bool(found) == (words is not None)
    assert words is None or words in found[0].message


def test_a_country_code_has_a_name():
    assert country_name("PT") == "Portugal"
    assert country_name("XX") == ""


@pytest.mark.parametrize("operation", CALLS)
def test_every_good_call_is_accepted(operation):
    assert all(found.warning for found in findings_for(CALLS[operation]))


def test_everything_that_is_refused_is_named_and_warnings_are_returned():
    call = Call(Operation.SET, "luz", {"city": "\n", "zip": "x" * 51, "country": "Spain"})
    with pytest.raises(InvalidInput, match=r"City holds.*; Zip has 51") as caught:
        refuse_invalid(call)
    assert caught.value.field == "city"
    assert [one.field for one in refuse_invalid(Call(Operation.SET, "luz", {"country": "Spain"}))] == ["country"]


def test_an_address_of_a_new_customer_is_complained_about_once():
    call = CALLS[Operation.CREATE]
    found = findings_for(replace(call, fields={**call.fields, "email": "x" * 60 + "@bodega.es"}))
    assert [one.message for one in found if one.field == "email"] == ["E-mail has 70 characters, at most 64"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("username", "use rename"), ("email", "use email"), ("password", "use password"),
     ("sending", "use enable and disable"), ("website_access", "website-enable"), ("cty", "did you mean city?"),
     ("qqq", "fields: city, zip")],
)  # fmt: skip
def test_a_field_that_a_verb_does_not_take_names_the_right_verb_or_field(name, words):
    with pytest.raises(InvalidInput) as caught:
        checked_field_names({"city": "x", name: "y"}, ("city", "zip"))
    assert caught.value.field == name
    assert words in caught.value.message + caught.value.hint


def test_fields_that_a_verb_takes_are_accepted():
    assert checked_field_names({"city": "x"}, ("city", "zip")) is None


def test_a_field_has_its_word_on_screen():
    assert (RESELLER_V2.label("first_name"), RESELLER_V2.label("other")) == ("First name", "other")


def test_fields_that_are_already_so_are_left_out():
    call = Call(Operation.SET, "luz", {"city": "Oslo", "zip": "1"})
    assert without_unchanged(call, {"city": "Oslo"}).fields == {"zip": "1"}
