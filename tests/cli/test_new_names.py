"""New usernames that people take for others, through every door; and addresses with signs that are not seen."""

import csv
import io
import json

import pytest

from tests.harness.v2 import a_customer

FIELDS = {
    "email": "neu@x.example", "first_name": "N", "last_name": "E", "address": "A", "city": "C", "state": "S",
    "zip": "1", "country": "ES", "phone": "1", "website": "x.example",
}  # fmt: skip
ODD = {
    "zero\u200bw": "ZERO WIDTH SPACE (U+200B)",
    "new\u202ename": "RIGHT-TO-LEFT OVERRIDE",
    "new\u00a0name": "NO-BREAK SPACE",
    "ne\u034fw": "COMBINING GRAPHEME JOINER (U+034F), which is not seen",
    "ne\u115fw": "HANGUL CHOSEONG FILLER (U+115F), which is not seen",
    "new\ufe0f": "VARIATION SELECTOR-16 (U+FE0F), which is not seen",
    "nq" + "\u0323" * 5: "COMBINING DOT BELOW (U+0323), which is not seen",
    "nord\u180blys": 'it looks like the customer "nordlys"',
    "n\u0435w": "CYRILLIC SMALL LETTER IE",
    "\uff4eew": "unusual form of Unicode",
    "NORDLYS": 'it looks like the customer "nordlys"',
    "nordly\u0455": 'it looks like the customer "nordlys"',
    "nord lys": 'it looks like the customer "nordlys"',
}


@pytest.fixture(autouse=True)
def there(desk):
    desk.service.customers["nordlys"] = a_customer("nordlys")


def as_csv(*names):
    text = io.StringIO()
    writer = csv.DictWriter(text, ["username", *FIELDS])
    writer.writeheader()
    writer.writerows({"username": name, **FIELDS} for name in names)
    return text.getvalue()


def as_lines(*names):
    return "".join(json.dumps({"username": name, **FIELDS}) + "\n" for name in names)


def doors(name):
    pairs = [f"{field}={value}" for field, value in FIELDS.items()]
    yield ["create", f"username={name}", *pairs, "--generate-password", "--yes"], ""
    for text in (as_csv(name), as_lines(name)):
        yield ["create", "--from", "-", "--generate-password", "--yes"], text
        yield ["plan", "new", "--from", "-", "--action", "create"], text
    yield ["rename", "c2", name, "--confirm", "c2"], ""
    yield ["plan", "new", "--from", "-", "--action", "rename"], json.dumps({"username": "c2", "new_username": name})


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_an_odd_name_is_refused_everywhere_unless_it_is_allowed(desk, name):
    for argv, stdin in doors(name):
        ran = desk(*argv, stdin=stdin.encode())
        assert ran.code == 2, (argv, ran.err)
        assert ODD[name] in ran.err
        assert "--allow-odd-names takes it" in ran.err
        assert desk.service.sent == []
    for argv, stdin in doors(name):
        assert desk(*argv, "--allow-odd-names", "--dry-run", stdin=stdin.encode()).code == 0 or argv[0] == "plan"


@pytest.mark.in_turn(5)
@pytest.mark.parametrize("name", ODD, ids=ascii)
@pytest.mark.parametrize("door", range(len([*doors("x")])))
def test_where_it_is_allowed_the_review_says_that_it_is_odd(desk, name, door):
    argv, stdin = [*doors(name)][door]
    desk("list")
    if argv[0] == "plan":
        ran = desk(*argv, "--allow-odd-names", stdin=stdin.encode())
        assert any(ODD[name] in words for words in ran.row["warnings"])
        return
    dry = desk(*argv, "--allow-odd-names", "--dry-run", stdin=stdin.encode())
    assert (dry.code, "note: odd username" in dry.err, ODD[name] in dry.err) == (0, True, True)
    if stdin:
        told = desk(*argv, "--allow-odd-names", stdin=stdin.encode())
        assert (told.code, len(desk.service.sent)) == (0, 1)
        last = "Applied"
    else:
        asks = argv[:3] if argv[0] == "rename" else argv[:-1]
        told = desk(*asks, "--allow-odd-names", answers=["no"])
        assert (told.code, desk.service.sent) == (11, [])
        last = "Type "
    assert told.err.index("note: odd username") < told.err.index(ODD[name]) < told.err.rindex(last)


def test_of_many_odd_names_the_first_are_told_and_the_others_counted(desk):
    desk("list")
    names = [f"zero\u200b{number}" for number in range(13)]
    ran = desk(
        "create", "--from", "-", "--generate-password", "--dry-run", "--allow-odd-names", stdin=as_csv(*names).encode()
    )
    assert (ran.code, ran.err.count("note: odd username"), "and 3 more odd usernames" in ran.err) == (0, 10, True)


def test_a_plan_names_odd_names_before_all_else_and_counts_the_others(desk):
    desk("list")
    names = [*(f"neu{number}" for number in range(30)), *(f"zero\u200b{number}" for number in range(13))]
    ran = desk("plan", "new", "--from", "-", "--action", "create", "--allow-odd-names", stdin=as_csv(*names).encode())
    first, second, *others = ran.row["warnings"]
    assert (first.startswith("odd username"), second) == (True, "12 more odd usernames")
    assert sum(words.startswith("odd username") for words in others) == 9
    assert any(words.startswith("43 x ") for words in others)


def test_an_ordinary_name_is_not_called_odd_in_a_review(desk):
    for argv, stdin in doors("neu"):
        if argv[0] != "plan":
            assert "odd" not in desk(*argv, "--allow-odd-names", "--dry-run", stdin=stdin.encode()).err


@pytest.mark.parametrize("name", ["neu", "garcia.mail", "Кириллица", "日本語", "neu@x.example", "ann smith", "josé"])
def test_an_ordinary_name_is_not_odd(desk, name):
    for argv, stdin in doors(name):
        if argv[0] == "plan":
            ran = desk(*argv, stdin=stdin.encode())
            assert (ran.code, ran.row["refused"]) == (0, []), ran.err


def test_two_new_names_that_look_alike_are_told_with_their_lines(desk):
    ran = desk("plan", "new", "--from", "-", "--action", "create", stdin=as_csv("newman", "Newman", "other").encode())
    assert ran.code == 2
    assert 'line 3, username: odd username "Newman": it looks like "newman" of line 2' in ran.err


def test_a_name_may_become_another_spelling_of_itself(desk):
    assert desk("rename", "nordlys", "Nordlys", "--confirm", "nordlys").code == 0


def test_an_existing_odd_name_stays_usable(desk):
    desk.service.customers["\u04411"] = desk.service.customers.pop("c2")
    assert desk("disable", "\u04411", "--yes").code == 0


def test_a_name_in_another_case_is_asked_about(desk):
    desk("list")
    for argv in (["disable", "C1", "--yes"], ["disable", " c1", "--yes"], ["delete", "C1", "--confirm", "C1"]):
        ran = desk(*argv)
        assert ran.code == 7
        assert 'did you mean "c1"?' in ran.err
    assert desk.service.sent == []


def test_an_address_with_a_sign_that_is_not_seen_is_refused(desk):
    ran = desk("email", "c1", "a\u200b@x.example", "--yes")
    assert (ran.code, desk.service.sent) == (2, [])
    assert "a\\u200b@x.example" in ran.err
