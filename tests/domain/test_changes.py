"""Before -> after: what a call changes, what somebody else changed meanwhile, which calls an edit needs."""

import pytest

from tests.harness.v2 import DETAIL_FIELDS, SWITCHED, a_customer, calls_for, changed, changes_of, collisions, wanted_by
from tui_reseller.domain.changes import Change, Collision, as_object, from_object
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.switch import Switch

LUZ = a_customer("luz", "luz@bodega.es", sending=Switch.ON, first_name="Luz", city="Madrid")


@pytest.mark.parametrize(("operation", "wanted"), SWITCHED.items())
def test_a_switch_wants_its_one_value(operation, wanted):
    assert wanted_by(Call(operation, "luz")) == {wanted[0]: wanted[1]}


def test_a_creation_wants_its_username_too():
    assert wanted_by(Call(Operation.CREATE, "luz", {"city": "Oslo"})) == {"city": "Oslo", "username": "luz"}


def test_a_password_and_a_delete_want_nothing_that_is_listed():
    assert wanted_by(Call(Operation.PASSWORD, "luz", password=Secret("x"))) == {}
    assert wanted_by(Call(Operation.DELETE, "luz")) == {}


@pytest.mark.parametrize(
    ("call", "changes"),
    [
        (Call(Operation.DISABLE, "luz"), (Change("sending", True, False),)),
        (Call(Operation.ENABLE, "luz"), ()),
        (Call(Operation.WEBSITE_DISABLE, "luz"), (Change("website_access", None, False),)),
        (Call(Operation.SET, "luz", {"city": "Oslo", "first_name": "Luz"}), (Change("city", "Madrid", "Oslo"),)),
        (Call(Operation.SET, "luz", {"phone": "1"}), (Change("phone", None, "1"),)),
        (Call(Operation.EMAIL, "luz", {"email": "x@y.es"}), (Change("email", "luz@bodega.es", "x@y.es"),)),
        (Call(Operation.RENAME, "luz", {"username": "lux"}), (Change("username", "luz", "lux"),)),
        (Call(Operation.DELETE, "luz"), ()),
        (Call(Operation.PASSWORD, "luz", password=Secret("canary")), ()),
    ],
)
def test_a_call_tells_what_it_changes(call, changes):
    assert changes_of(call, LUZ) == changes


def test_a_creation_changes_everything_from_nothing():
    call = Call(Operation.CREATE, "luz", {"city": "Oslo", "package": "free"}, Secret("canary"))
    assert changes_of(call, None) == (
        Change("city", None, "Oslo"),
        Change("package", None, "free"),
        Change("username", None, "luz"),
    )


def test_a_field_that_no_list_shows_has_no_before():
    assert changes_of(Call(Operation.SET, "luz", {"package": "free"}), LUZ) == (Change("package", None, "free"),)


def test_changes_survive_being_written_as_an_object():
    changes = (Change("sending", None, True), Change("city", "a", ""), Change("phone", "1", None))
    assert from_object(as_object(changes)) == changes
    assert as_object(changes)["city"] == {"before": "a", "after": ""}


def test_a_wanted_field_that_somebody_else_changed_collides():
    now = changed(LUZ, city="Lisboa", first_name="Other", sending=Switch.OFF)
    assert collisions(LUZ, now, {"city": "Oslo"}) == (Collision("city", "Madrid", "Lisboa", "Oslo"),)
    assert collisions(LUZ, now, {"city": "Oslo", "sending": None}) == (
        Collision("city", "Madrid", "Lisboa", "Oslo"),
        Collision("sending", True, False, None),
    )


@pytest.mark.parametrize(
    "wanted",
    [{"phone": "1"}, {"city": "Lisboa"}, {"website_access": True}, {"package": "free"}, {}],
    ids=["untouched", "to the wanted value", "website access is never told", "not of the list", "nothing"],
)
def test_what_somebody_else_changed_elsewhere_or_alike_does_not_collide(wanted):
    now = changed(LUZ, city="Lisboa", website_access=Switch.OFF)
    assert collisions(LUZ, now, wanted) == ()


def test_an_edit_sends_only_what_differs_details_first_then_the_email():
    edited = {"email": "new@bodega.es", "phone": "1", "city": "Oslo", "first_name": "Luz", "zip": ""}
    calls = calls_for(LUZ, edited)
    assert calls == (
        Call(Operation.SET, "luz", {"city": "Oslo", "phone": "1"}),
        Call(Operation.EMAIL, "luz", {"email": "new@bodega.es"}),
    )
    assert list(calls[0].fields) == ["city", "phone"]


@pytest.mark.parametrize("edited", [{}, {"city": "Madrid", "phone": ""}, {"username": "other"}])
def test_an_edit_without_a_difference_needs_no_call(edited):
    assert calls_for(LUZ, edited) == ()


@pytest.mark.parametrize("name", DETAIL_FIELDS)
def test_every_detail_can_be_edited_and_emptied(name):
    full = LUZ.with_values(dict.fromkeys(DETAIL_FIELDS, "old"))
    assert calls_for(full, {name: ""}) == (Call(Operation.SET, "luz", {name: ""}),)
