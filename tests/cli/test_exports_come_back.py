"""What nobody edited changes nothing; what was edited changes exactly that. And nobody's twin is ever touched.

Customers have hostile and odd values in every field, and usernames made of them; their export, as CSV and as JSON
Lines, is handed in again by the command.
"""

import csv
import io
import json
import random

import pytest

from tests.harness import hostile
from tests.harness.v2 import DETAIL_FIELDS, a_customer
from tui_reseller.api.surrogates import without_surrogates
from tui_reseller.domain.operation import Operation

TEXTS = [
    *dict.fromkeys(without_surrogates(text) for _, text in hostile.ALL if len(text) <= 500),
    "C:\\new\\table", "a\\\\n", "3.46E+10", "1234.0", "nan", "#N/A", "#######", '="01067"', "=1+1", "ann\ufffd",
    "M\u00c3\u00bcller", "&uuml;", "mailto:a@x.example", "01067", " outer ", "\tx\t", "", "Str 1; -2",
]  # fmt: skip
COUNT = 500


def customers():
    chance = random.Random(7)
    found = {}
    for number in range(COUNT):
        values = {name: chance.choice(TEXTS) for name in (*DETAIL_FIELDS, "email")}
        values["sending"] = chance.choice((True, False))
        name = f"{TEXTS[number % len(TEXTS)]}{number}"
        found[name] = a_customer(name).with_values(values)
    return found


@pytest.fixture
def filled(desk):
    desk.service.customers = customers()
    return desk


def planned(desk, text, *more):
    ran = desk("plan", "new", "--from", "-", *more, stdin=text.encode())
    assert ran.code == 0, ran.err
    return ran


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("action", ["set", "email"])
def test_an_unedited_export_plans_nothing(filled, form, action):
    exported = filled("list", "--output", form).out
    ran = planned(filled, exported, "--action", action)
    assert (ran.row["items"], ran.row["already"], ran.row["refused"]) == (0, COUNT, [])
    assert f"nothing is left to do: {COUNT} are so already" in ran.err


def edited(text, form, number, field, value):
    """Return an export in which a person has changed one cell."""
    if form == "jsonl":
        rows = [json.loads(line) for line in text.splitlines()]
        rows[number][field] = value
        return "".join(json.dumps(row) + "\n" for row in rows)
    rows = list(csv.reader(io.StringIO(text)))
    rows[number + 1][rows[0].index(field)] = value
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue()


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_one_edited_cell_is_exactly_one_change(filled, form):
    exported = filled("list", "--output", form).out
    names = list(filled.service.customers)
    chance = random.Random(8)
    for field in DETAIL_FIELDS:
        number = chance.randrange(COUNT)
        ran = planned(filled, edited(exported, form, number, field, "Lugo"), "--action", "set")
        assert (ran.row["items"], ran.row["already"]) == (1, COUNT - 1)
        (shown,) = filled("plan", "show", ran.row["plan"]).rows
        before = filled.service.customers[names[number]].text(field)
        assert (shown["username"], shown["changes"]) == (names[number], {field: {"before": before, "after": "Lugo"}})


def test_an_export_whose_other_columns_were_edited_is_refused(filled):
    exported = filled("list", "--output", "csv").out
    ran = filled(
        "plan", "new", "--from", "-", "--action", "set", stdin=edited(exported, "csv", 3, "email", "x@y.es").encode()
    )
    assert (ran.code, [one["column"] for one in ran.row["refused"]]) == (2, ["email"])
    assert "set does not change email" in ran.err
    more = ["--ignore-columns", "email"]
    assert planned(filled, edited(exported, "csv", 3, "email", "x@y.es"), "--action", "set", *more).row["items"] == 0


TWINS = [
    ("ann", " ann"), ("ann", "ann "), ("zoe", "zoe\u00a0"), ("a b", "a\tb"), ("a b", "a\nb"), ("ann", "ANN"),
    ("e" + "\u0301" * 4, "e" + "\u0301" * 5), ("ann", "ann\u200b"), ("user1", "us\u0435r1"), ("a\\nb", "a\nb"),
    ("'=x", "=x"), ("a;=b", "a;'=b"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "twin"), TWINS, ids=ascii)
@pytest.mark.in_turn(4)
@pytest.mark.parametrize("form", ["csv", "jsonl", "-0"])
def test_the_twin_is_never_touched(desk, one, twin, form):
    for meant, other in ((one, twin), (twin, one)):
        desk.service.customers = {name: a_customer(name).with_values({"sending": True}) for name in (meant, other)}
        desk.service.sent.clear()
        how = ["-0"] if form == "-0" else ["--output", form]
        listed = desk("list", *how).out
        chosen = "".join(_only(listed, form, at=0))
        ran = desk("disable", *how[: form == "-0"], "--yes", "-", stdin=chosen.encode())
        assert ran.code == 0, ran.err
        assert [(call.operation, call.username) for call in desk.service.sent] == [(Operation.DISABLE, meant)]


def _only(listed, form, at):
    """Return an export with one of its customers alone."""
    if form == "-0":
        return [listed.split("\0")[at], "\0"]
    lines = listed.split("\n")
    return [f"{lines[0]}\n{lines[1 + at]}\n"] if form == "csv" else [f"{lines[at]}\n"]


@pytest.mark.parametrize(("one", "twin"), TWINS, ids=ascii)
def test_whose_twin_is_not_there_is_not_found(desk, one, twin):
    for present, named in ((one, twin), (twin, one)):
        desk.service.customers = {present: a_customer(present).with_values({"sending": True})}
        assert desk("list").code == 0
        for argv, stdin in (
            (["disable", "-0", "--yes", "-"], f"{named}\0"),
            (["plan", "new", "--from", "-", "--action", "disable"], json.dumps({"username": named})),
        ):
            ran = desk(*argv, stdin=stdin.encode())
            assert ran.code in {2, 7}, ran.err
            assert "there is no customer" in ran.err
            assert desk.service.sent == []
