"""Formula marks in the file of a plan: those of our own CSV come off, and nothing else does."""

import json

from tests.harness.v2 import read_rows
from tui_reseller.domain.operation import Operation


def fields(content: str, action: Operation = Operation.SET) -> dict[str, str]:
    (wanted,) = read_rows(content.encode(), action).wanted
    return dict(wanted.call.fields)


def test_the_marks_of_our_own_csv_come_off():
    found = read_rows(b"username,phone,city,address\nann,'+34 91,x;\\u003d1,''-y\n", Operation.SET)
    assert dict(found.wanted[0].call.fields) == {"phone": "+34 91", "city": "x;=1", "address": "'-y"}
    assert found.notes == ["2 formula marks (') were taken off"]


def test_json_has_no_marks():
    assert fields(json.dumps({"username": "ann", "city": "'-x"})) == {"city": "'-x"}


def test_a_password_begins_as_it_was_meant_to():
    (wanted,) = read_rows(b"username,password\nann,'+Secret-123\n", Operation.PASSWORD).wanted
    assert wanted.call.password is not None
    assert wanted.call.password.reveal() == "'+Secret-123"
