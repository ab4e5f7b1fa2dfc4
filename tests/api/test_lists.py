"""Lists read piece by piece."""

import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.harness.v2_lists import new_strict_json
from tui_reseller.api.lists.unfinished_record import MAX_RECORD
from tui_reseller.api.reply import BadReply
from tui_reseller.api.reseller_v2.strict_xml import StrictXml

RECORD = {"username": "änn€😀", "email": 'a"\\b@example.com', "active": "true", "x": {"y": ["}", "]", {}]}, "zip": ""}
JSON_LIST = f' [{json.dumps(RECORD)} ,\n{json.dumps(RECORD, ensure_ascii=False)}, {{"username":""}} ] \n'.encode()
XML_LIST = (
    (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!-- all -->\n<users>\n <user><username>änn€😀 </username>\n'
        "<email>a&quot;&#8364;<![CDATA[<]]></email><x>t<!-- --><y>1</y></x></user><user><username/></user>\n</users>\n"
    )
    .replace("<x>t<!-- -->", "<x>")
    .encode()
)
XML_RECORDS = [{"username": "änn€😀", "email": 'a"€<', "x": {"y": "1"}}, {"username": ""}]


def read(parser, pieces):
    found = []
    try:
        for piece in pieces:
            found += parser.feed(piece)
        found += parser.close()
    except BadReply:
        return "bad"
    return found if parser.is_list else parser.is_list


@pytest.mark.parametrize(
    ("make", "body", "records"),
    [(new_strict_json, JSON_LIST, [RECORD, RECORD, {"username": ""}]), (StrictXml, XML_LIST, XML_RECORDS)],
)
def test_cut_anywhere(make, body, records):
    assert read(make(), [body]) == records
    assert read(make(), [bytes([byte]) for byte in body]) == records
    for at in range(len(body)):
        assert read(make(), [body[:at], body[at:]]) == records
        # A body that ends early is never a list; only blanks may be missing at its end.
        assert read(make(), [body[:at]]) in (["bad", None, False] if body[at:].strip() else [records])


@pytest.mark.parametrize(
    "body",
    [
        b"[1]",
        b"[null]",
        b"[[]]",
        b'[{"username":"a"},]',
        b'[,{"username":"a"}]',
        b'[{"username":"a"}{"username":"a"}]',
        b'[{"username":"a"} {"username":"a"}]',
        b'[{"username":"a"}]x',
        b'[{"username":"a"}]]',
        b'[{"username":"a"}][]',
        b"[{]}",
        b"[",
        b'[{"username":"a"}',
        b'[{"username":"a"},',
        b'[{"username":"a"},{"username":"\xff"}]',
        b'[{"username":"a","username":"b"}]',
        b'[{"username":"a"},{"username":' + b"[" * 40 + b"]" * 40 + b"}]",
        b'[{"username":"a"},{"username":' + b"[" * 31 + b"]" * 31 + b"}]",
        b'[{"username":"a"},{"username":' + b"[" * 200_000,
        b'[{"username":"a"},{"username":' + b"[" * 200_000 + b"]" * 200_000 + b"}]",
        b'[{"username":"a"},{"username":NaN}]',
    ],
)
def test_malformed_json_lists(body):
    assert read(new_strict_json(), [body]) == "bad"
    assert read(new_strict_json(), [body[at : at + 1000] for at in range(0, len(body), 1000)]) == "bad"


def test_depth_that_is_allowed():
    body = b'[{"username":' + b"[" * 30 + b"]" * 30 + b'},{"username":"a"}]'
    assert len(read(new_strict_json(), [body])) == 2
    inner = b"<username>" * 30 + b"</username>" * 30
    named = b"<user><username>a</username></user>"
    assert len(read(StrictXml(), [b"<users><user>" + inner + b"</user>" + named + b"</users>"])) == 2


@pytest.mark.parametrize(
    "body", [b"<users><x/></users>", b"<users><user></users>", b"<users>", b"<users><user><a/>", b"<users></users>x"]
)
def test_malformed_xml_lists(body):
    assert read(StrictXml(), [body]) == "bad"
    assert read(StrictXml(), [bytes([byte]) for byte in body]) == "bad"


@pytest.mark.parametrize("body", [b"{}", b"null", b"x", b"<users/>", b"", b"  ", b"\xef\xbb\xbf{"])
def test_not_a_json_list(body):
    assert read(new_strict_json(), [body, b" ", b"more"] if body.strip() else [body]) in (False, None)


@pytest.mark.parametrize("body", [b"[]", b"<result/>", b"<html>", b"<!DOCTYPE html>", b"", b"\xff\xfe<"])
def test_not_an_xml_list(body):
    assert read(StrictXml(), [body, b"more"]) is False


@pytest.mark.parametrize("piece", [777, 65536, 10 * MAX_RECORD])
@pytest.mark.parametrize("size", [MAX_RECORD - 100, MAX_RECORD + 100])
def test_largest_record(size, piece):
    for make, body in (
        (new_strict_json, b'[{"username":"' + b"x" * size + b'"}]'),
        (StrictXml, b"<users><user><username>" + b"x" * size + b"</username></user></users>"),
    ):
        found = read(make(), [body[at : at + piece] for at in range(0, len(body), piece)])
        assert found == ([{"username": "x" * size}] if size < MAX_RECORD else "bad")


@pytest.mark.parametrize("make", [new_strict_json, StrictXml])
def test_endless_record_is_refused_early(make):
    parser = make()
    parser.feed(b'[{"username":"' if make is new_strict_json else b"<users><user><username>")
    with pytest.raises(BadReply, match="1 MiB"):
        [parser.feed(b"}x" * 500) for _ in range(2000)]


@pytest.mark.parametrize("make", [new_strict_json, StrictXml])
def test_memory_is_that_of_a_piece(make):
    one = b'{"username":"a"},' if make is new_strict_json else b"<user><username>a</username></user>"
    piece = one * (65536 // len(one))
    parser = make()
    parser.feed(b"[" if make is new_strict_json else b"<users>")
    parser.feed(piece)
    tracemalloc.start()
    for _ in range(8):
        parser.feed(piece)
    kept, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 200_000


values = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
records = st.lists(
    st.dictionaries(st.sampled_from("bc"), values, max_size=2).map(lambda more: {"username": "a", **more}), max_size=6
)
cuts = st.lists(st.integers(1, 40), max_size=60)


def pieces(body, sizes):
    at = 0
    for size in sizes:
        yield body[at : at + size]
        at += size
    yield body[at:]


@settings(deadline=None)
@given(records, cuts, st.sampled_from([None, 1]), st.booleans())
def test_json_in_pieces_is_json_in_one(rows, sizes, indent, ascii_only):
    body = json.dumps(rows, indent=indent, ensure_ascii=ascii_only).encode()
    assert read(new_strict_json(), pieces(body, sizes)) == read(new_strict_json(), [body]) == rows


def xml_of(rows, charset):
    def escaped(text):
        kept = "".join(char for char in text if char.isprintable()).strip()
        return kept.replace("&", "&amp;").replace("<", "&lt;").replace("]]>", "]]&gt;")

    body = "".join(
        "<user>" + "".join(f"<{name}>{escaped(value)}</{name}>" for name, value in row.items()) + "</user>"
        for row in rows
    )
    head = f'<?xml version="1.0" encoding="{charset}"?>'
    return f"{head}<users>{body}</users>".encode(charset, "xmlcharrefreplace")


@settings(deadline=None)
@given(records, cuts, st.sampled_from(["UTF-8", "ISO-8859-1", "Windows-1252", "US-ASCII"]))
def test_xml_in_pieces_is_xml_in_one(rows, sizes, charset):
    body = xml_of(rows, charset)
    whole = read(StrictXml(), [body])
    assert read(StrictXml(), pieces(body, sizes)) == whole
    if whole != "bad":  # a non-character has no place in XML
        assert [list(row) for row in whole] == [list(row) for row in rows]


@settings(deadline=None)
@given(st.sampled_from([JSON_LIST, XML_LIST]), st.integers(0, 400), st.binary(min_size=1, max_size=3), cuts)
def test_damaged_in_pieces_is_damaged_in_one(body, at, junk, sizes):
    body = body[:at] + junk + body[at:]
    for make in (new_strict_json, StrictXml):
        assert read(make(), pieces(body, sizes)) == read(make(), [body])
