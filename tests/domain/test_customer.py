"""A customer: its fields as text, as JSON, and there and back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness.v2 import FIELDS, SWITCH_FIELDS, TEXT_FIELDS, a_customer, customer_from_dict
from tui_reseller.domain.switch import Switch

TEXT = st.none() | st.text(max_size=10)
CUSTOMERS = st.builds(
    a_customer,
    st.text(max_size=10),
    sending=st.sampled_from(Switch),
    website_access=st.sampled_from(Switch),
    extra=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
    **dict.fromkeys(TEXT_FIELDS[1:], TEXT),
)


@given(CUSTOMERS)
def test_a_customer_survives_being_written_as_json(customer):
    back = customer_from_dict(json.loads(json.dumps(customer.as_dict())))
    assert back == customer
    assert dict(back.extra) == dict(customer.extra)


@given(CUSTOMERS)
def test_output_has_every_field_in_order_and_extra_only_if_there_is_some(customer):
    assert list(customer.as_dict()) == [*FIELDS, *(["extra"] if customer.extra else [])]


@pytest.mark.parametrize("found", [{}, {"email": "x"}])
def test_an_object_without_a_username_is_foreign(found):
    with pytest.raises(KeyError):
        customer_from_dict(found)


@pytest.mark.parametrize("username", [None, 5, ["x"]])
def test_an_object_with_an_odd_username_is_foreign(username):
    with pytest.raises(TypeError):
        customer_from_dict({"username": username})


def test_values_of_another_kind_are_left_out():
    found = customer_from_dict(
        {"username": "luz", "city": 5, "zip": ["1"], "sending": "on", "extra": "x", "other": "y"}
    )
    assert found == a_customer("luz")
    assert found.extra == {}


def test_missing_and_empty_are_told_apart_as_values_and_alike_as_text():
    customer = a_customer("luz", city="")
    assert (customer.value("city"), customer.value("zip")) == ("", None)
    assert (customer.text("city"), customer.text("zip")) == ("", "")


@pytest.mark.parametrize("name", SWITCH_FIELDS)
@pytest.mark.parametrize(
    ("state", "text", "value"),
    [(Switch.ON, "on", True), (Switch.OFF, "off", False), (Switch.UNKNOWN, "unknown", None)],
)
def test_a_switch_is_a_word_as_text_and_true_false_or_null_as_a_value(name, state, text, value):
    customer = a_customer("luz", **{name: state})
    assert (customer.text(name), customer.value(name)) == (text, value)
    assert a_customer("luz").with_values({name: value}) == customer


def test_a_switch_given_as_text_is_unknown_and_never_off():
    assert a_customer("luz", sending=Switch.ON).with_values({"sending": "false"}).switch("sending") is Switch.UNKNOWN


def test_fields_that_there_are_not_are_ignored_in_a_copy():
    assert a_customer("luz").with_values({"password": "x", "extra": "y", "city": "Oslo"}) == a_customer(
        "luz", city="Oslo"
    )


@pytest.mark.parametrize(
    ("first", "last", "full"), [("Luz", "Marín", "Luz Marín"), ("Luz", None, "Luz"), ("", "M", "M"), (None, None, "")]
)
def test_the_full_name_has_one_blank_between_what_is_there(first, last, full):
    assert a_customer("luz", first_name=first, last_name=last).joined(("first_name", "last_name")) == full


@pytest.mark.parametrize(
    ("sent", "state"),
    [(True, Switch.ON), ("True", Switch.ON), (" TRUE\n", Switch.ON), (1, Switch.ON), ("1", Switch.ON),
     (False, Switch.OFF), ("false", Switch.OFF), (0, Switch.OFF), ("0", Switch.OFF),
     (None, Switch.UNKNOWN), ("", Switch.UNKNOWN), ("yes", Switch.UNKNOWN), (2, Switch.UNKNOWN), ("on", Switch.UNKNOWN),
     ("false.", Switch.UNKNOWN), ([], Switch.UNKNOWN)],
)  # fmt: skip
def test_what_the_service_sends_for_a_switch_is_read_strictly(sent, state):
    assert Switch.from_wire(sent) is state
