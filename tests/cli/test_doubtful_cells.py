"""Cells that no person has written stop a plan, with line and column, unless the customer has them already."""

import pytest

from tests.harness.v2 import a_customer
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.services.files.doubts import as_it_was, doubt

CELLS = {
    "3.46E+10": "shortened", "3,46E+10": "shortened", "4E+10": "shortened", "1.5e9": "shortened",
    "1234.0": "decimal", "1.0": "decimal", "nan": "no value", "NaN": "no value", "#N/A": "formula fails",
    "#REF!": "formula fails", "#NAME?": "formula fails", "#DIV/0!": "formula fails", "#######": "too narrow",
    '="01067"': "it is a formula", "=A1": "it is a formula", "M\ufffdller": "U+FFFD", "MÃ¼ller": '"Müller"',
    "CafÃ©": '"Café"', "â‚¬ 5": '"€ 5"', "M&uuml;ller": "entity of HTML", "a &amp; b": "entity of HTML",
    "&#252;": "entity of HTML", "mailto:a@x.example": "a link", "pay\u200bpal": "not seen",
    "\\N": "no value", "(null)": "no value", "[NULL]": "no value", "<null>": "no value",
}  # fmt: skip
FINE = (
    "Müller", "Málaga", "5 E 2", "12E3", "1.5", "01067", "+34 91 123", "R&D; more", "AT&T", "#12", "# 5", "Nan", "a=b",
    "N/A street", "Ã", "é", "100", "a\\b", "https://x.example/?a=1&b=2", "10.00", "می\u200cخواهم",
)  # fmt: skip


@pytest.mark.parametrize("value", CELLS)
def test_it_is_doubtful(value):
    assert CELLS[value] in doubt(RESELLER_V2.by_name["city"], value)


@pytest.mark.parametrize("value", FINE)
def test_it_is_what_a_person_writes(value):
    assert doubt(RESELLER_V2.by_name["city"], value) == ""


@pytest.mark.parametrize(
    ("value", "present"), [("1067", "01067"), ("34911", "+34911"), ("34911", "0034911"), ("0", "00")]
)
def test_a_number_that_has_lost_its_beginning(value, present):
    assert "it has lost what it begins with" in doubt(RESELLER_V2.by_name["zip"], value, present)
    assert doubt(RESELLER_V2.by_name["zip"], value, "9" + present) == ""


def test_several_addresses_in_one_cell():
    email = RESELLER_V2.by_name["email"]
    for value in ("a@x.example; b@x.example", "a@x.example,b@x.example", "a@x.example b@x.example"):
        assert "several addresses" in doubt(email, value)
    assert doubt(email, "a@x.example") == ""


def test_text_that_was_taken_for_cp1252_is_known_again():
    for text in ("Müller", "Łódź", "日本", "€", "Málaga", "naïve", "Ýx"):
        spoilt = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode())
        assert as_it_was(spoilt) == text
        assert "as the customer has it" in doubt(RESELLER_V2.by_name["city"], spoilt, text)


SPOILT = [("Müller", "M?ller"), ("İzmir", "?zmir"), ("Γιώργος", "???????"), ("Łódź", "?ód?"), ("Łódź", "__d_")]


@pytest.mark.parametrize(("present", "spoilt"), SPOILT)
def test_letters_that_an_encoding_has_not_are_missed(present, spoilt):
    assert "without the letters" in doubt(RESELLER_V2.by_name["city"], spoilt, present)


@pytest.mark.parametrize("taken", ["mac_roman", "cp1250", "cp850", "cp1252"])
@pytest.mark.parametrize("real", ["utf-8", "cp1252", "cp850", "mac_roman"])
@pytest.mark.parametrize("present", ["Málaga", "Müller", "Besançon 3 – x"])
def test_what_the_customer_has_is_known_in_the_wrong_encoding(taken, real, present):
    content = present.encode(real, "replace")
    spoilt = content.decode(taken, "replace")
    if spoilt != present and "\ufffd" not in spoilt:
        assert doubt(RESELLER_V2.by_name["city"], spoilt, present)


@pytest.mark.parametrize(
    ("present", "value"),
    [
        ("Müller", "Muller"),
        ("Málaga", "Málaga?"),
        ("Málaga", "Lugo"),
        ("Málaga", "M\u00fcnster"),
        ("a b", "a?b"),
        ("é", "e"),
    ],
)
def test_another_value_is_not_taken_for_a_spoilt_one(present, value):
    assert doubt(RESELLER_V2.by_name["city"], value, present) == ""


@pytest.fixture
def customer(desk):
    values = {"zip": "01067", "city": "Müller", "address": "1234.0", "phone": "nan"}
    desk.service.customers = {"ann": a_customer("ann", "a@x.example").with_values(values)}
    return desk


def plan(desk, text, *more):
    return desk("plan", "new", "--from", "-", "--action", "set", *more, stdin=text.encode())


def test_all_of_them_stop_the_plan_with_line_and_column(customer):
    ran = plan(customer, "username,zip,city,address,phone\nann,1067,MÃ¼ller,3.46E+10,#N/A\n")
    assert ran.code == 2
    assert [(one["line"], one["column"], one["doubtful"]) for one in ran.row["refused"]] == [
        (2, "zip", True), (2, "city", True), (2, "address", True), (2, "phone", True),
    ]  # fmt: skip
    assert 'line 2, city: "MÃ¼ller": it is "Müller", as the customer has it, read as CP1252' in ran.err
    assert "--accept-doubtful takes doubtful cells" in ran.err


def test_what_the_customer_has_is_never_doubtful(customer):
    assert plan(customer, "username,address,phone\nann,1234.0,nan\n").row["already"] == 1


def test_the_operator_may_accept_them(customer):
    ran = plan(customer, "username,zip,address\nann,1067,3.46E+10\n", "--accept-doubtful")
    assert (ran.code, ran.row["items"]) == (0, 1)
    assert "2 doubtful cells were accepted" in ran.err


def test_an_escape_of_somebody_else_is_named(customer):
    ran = plan(customer, "username,city\nann,C:\\new\n")
    assert ran.code == 2
    assert "line 2, city" in ran.err


def test_20_000_bad_rows_are_21_lines(customer):
    ran = plan(customer, "username,zip\n" + "".join(f"x{number},1.0\n" for number in range(20_000)))
    lines = ran.err.splitlines()
    assert [line for line in lines if line.startswith("line ")] == lines[:20]
    assert lines[20] == "... and 19,980 more"
    assert len(lines) < 25
    assert len(ran.row["refused"]) == 20_000


def test_an_empty_cell_leaves_the_field_unless_it_is_to_clear_it(customer):
    text = "username,zip,city,state\nann,,Vigo,\n"
    ran = plan(customer, text)
    assert "1 empty cell leaves the field as it is; --blank clear empties it" in ran.err
    (shown,) = customer("plan", "show", ran.row["plan"]).rows
    assert set(shown["changes"]) == {"city"}
    (shown,) = customer("plan", "show", plan(customer, text, "--blank", "clear").row["plan"]).rows
    assert {name: change["after"] for name, change in shown["changes"].items()} == {"zip": "", "city": "Vigo"}
