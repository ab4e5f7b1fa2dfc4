"""A page read at once says what it says read in pieces, whatever it is."""

import pytest

from tui_reseller.api.lists.whole_bodies import WholeBodies
from tui_reseller.api.reply import BadReply
from tui_reseller.api.subusers_v3.records import PAGE

ONE = '{"id": 1, "username": "ann", "email": "a@x.example", "disabled": false, "region": "eu"}'
TWO = '{"id": 2, "username": "bob", "email": "b@x.example", "disabled": true}'
REGULAR = {"one": f"[{ONE}]", "two": f"[{ONE}, {TWO}]", "spaces": f" \r\n[\t{ONE}\n,{TWO}\n] \n"}
ODD = {
    "a comma first": f"[,{ONE}]",
    "a comma last": f"[{ONE},]",
    "two brackets": f"[{ONE}]]",
    "two lists": f"[{ONE}],[{TWO}]",
    "nested": f"[[{ONE}]]",
    "cut": f"[{ONE}, {TWO[:-9]}",
    "no end": f"[{ONE}, {TWO}",
    "no beginning": f"{ONE}]",
    "empty": "[]",
    "spaced": "[ \n ]",
    "nothing": "",
    "null": "null",
    "an object": ONE,
    "a text": '"ann"',
    "html": "<html>",
    "twice a key": f'[{ONE[:-1]}, "username": "eve"}}]',
    "unknown": f'[{ONE[:-1]}, "plan": "x"}}, {TWO[:-1]}, "plan": "y"}}]',
    "a number as name": '[{"id": 1, "username": 7}]',
    "no name": '[{"id": 1}]',
    "null name": '[{"id": 1, "username": null}]',
    "no comma": f"[{ONE} {TWO}]",
    "lone": '[{"id": 1, "username": "a\\ud800"}]',
    "nan": '[{"id": NaN, "username": "a"}]',
    "text inside": '[{"id": 1, "username": "a}],[{b"}]',
    "not utf-8": f"[{ONE}]".replace("ann", "\udcff"),
}


def bytes_of(text):
    return text.encode("utf-8", "surrogateescape")


def said(read, body):
    try:
        table = read(body)
    except BadReply:
        return "refused"
    return None if table is None else table.rows()


@pytest.mark.parametrize("name", [*REGULAR, *ODD])
def test_at_once_and_in_pieces_are_the_same(name):
    body, bodies = bytes_of((REGULAR | ODD)[name]), WholeBodies(PAGE)
    first, again = said(bodies.table, body), said(bodies.table, body)
    assert first == again == said(WholeBodies(PAGE)._by_pieces, body)
    assert bodies._is_regular or name not in REGULAR, "what is regular is read at once"


def test_what_is_known_of_one_table_is_not_that_of_another():
    """Columns of which nothing is told are shared; what is made of them must not show in the next table."""
    bodies = WholeBodies(PAGE)
    first = bodies.table(bytes_of(REGULAR["two"]))
    changed = first.with_columns(first["city"].fill_null("Vigo"))
    assert changed["city"].to_list() == ["Vigo", "Vigo"]
    assert bodies.table(bytes_of(REGULAR["two"]))["city"].to_list() == [None, None]
