"""Records to customers: total, and nothing is lost or guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness.v2 import DETAIL_FIELDS, a_customer
from tests.harness.v2_lists import customer_from
from tui_reseller.api import json_codec
from tui_reseller.domain.switch import Switch

FULL = {name: f"the {name}" for name in ("username", "email", *DETAIL_FIELDS)}


def from_json(text):
    return customer_from(json_codec.decode(text.encode()))


def test_full_record():
    assert customer_from({**FULL, "active": "true"}) == a_customer(**FULL, sending=Switch.ON)
    assert customer_from(FULL).extra == {}


def test_missing_null_and_empty_are_told_apart():
    found = from_json('{"username":"ann","email":null,"city":""}')
    assert (found.value("email"), found.value("city"), found.value("zip")) == (None, "", None)


def test_other_fields_and_types_are_kept_as_text():
    found = from_json(
        '{"username":"ann","zip":01234,"phone":49.10,"city":true,"state":{"a":[1,"ü"]},"id":12,"address2":"x","n":null,'
        '"list":[false]}'.replace("01234", "1234.0")
    )
    assert (found.value("zip"), found.value("phone"), found.value("city"), found.value("state")) == (
        "1234.0",
        "49.10",
        "true",
        None,
    )
    assert found.extra == {"state": '{"a":["1","ü"]}', "id": "12", "address2": "x", "n": "", "list": "[false]"}
    assert all(type(value) is str for value in (found.value("zip"), found.value("phone"), *found.extra.values()))


@pytest.mark.parametrize(
    ("wire", "switch"),
    [
        ('"true"', "on"),
        ('"True "', "on"),
        ("true", "on"),
        ("1", "on"),
        ('"1"', "on"),
        ('"false"', "off"),
        ("false", "off"),
        ("0", "off"),
        ('"yes"', "unknown"),
        ('""', "unknown"),
        ("null", "unknown"),
        ("{}", "unknown"),
        ("1.0", "unknown"),
    ],
)
def test_switches(wire, switch):
    found = from_json(f'{{"username":"ann","active":{wire},"website_access":{wire}}}')
    assert (found.switch("sending").value, found.switch("website_access").value) == (switch, switch)
    assert from_json('{"username":"ann"}').switch("website_access") is Switch.UNKNOWN


@pytest.mark.parametrize(
    ("wire", "why"),
    [
        ('{"username":null}', "not usable"),
        ('{"username":""}', "not usable"),
        ('{"username":" \\t"}', "not usable"),
        ('{"username":12}', "a number: 12"),
        ('{"username":["a"]}', '["a"]'),
        ('{"username":true}', "true"),
        ('{"username":"a\\ud800"}', "not usable"),
    ],
)
def test_damaged_record(wire, why):
    found = from_json(wire.replace("}", ',"email":"a@example.com","id":"1"}').replace("{,", "{"))
    assert found.username == ""
    assert why in found.extra["damaged"]
    assert (found.value("email"), found.extra["id"]) == ("a@example.com", "1")
    "".join(found.extra.values()).encode()


def test_half_a_character_is_replaced():
    found = from_json('{"username":"ann","city":"a\\udc00b\\ud83d\\ude00","x":"\\ud800","y":["\\ud800"]}')
    assert found.value("city") == "a\ufffdb😀"
    assert found.extra["x"] == "\ufffd"
    assert found.extra["y"].encode()


plain = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5) | st.integers().map(str).map(json_codec.Number),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*FULL, "active", "website_access", "id", "damaged"]), plain))
def test_every_record_becomes_a_customer(record):
    found = customer_from(record)
    for value in (found.username, *(found.text(name) for name in FULL), *found.extra.values()):
        assert type(value) is str
        value.encode()
