"""Lists as tables: the fast path says what the strict parser says, or nothing."""

import json
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.harness.v2 import COLUMNS
from tests.harness.v2_lists import strict_parser, table_of_records, table_parser
from tui_reseller.api.lists.unfinished_record import MAX_RECORD
from tui_reseller.api.reply import BadReply
from tui_reseller.api.reseller_v2.records import LAYOUT
from tui_reseller.domain.profile import Format

FIELDS = ["username", "email", "active", "first_name", "last_name", "address", "city", "zip", "country", "phone"]
NASTY = [
    "",
    " ",
    '"',
    '":',
    '":"',
    '\\":"',
    ":",
    ":null",
    ': "',
    "}",
    "},{",
    "</user>",
    "a\\",
    "\\ud800",
    "é",
    "日本",
    "😀",
]
NASTY += [
    "\t",
    "\n",
    "\r\n",
    "&",
    "&amp;",
    "&#233;",
    "]]>",
    "<!--",
    "\x7f",
    "\x85",
    "\xa0x",
    "true",
    "5",
    "null",
    "\u2028",
]
TEXTS = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
VALUES = TEXTS | st.none() | st.booleans() | st.integers(-9, 10**25) | st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.sampled_from(["ann", "bob", "Zoë", "x\\y", 'q"', ":", "  ", "", "a:b"])
RECORDS = st.fixed_dictionaries({"username": NAMES}, optional=dict.fromkeys(FIELDS[1:], TEXTS))
ODD = st.dictionaries(st.sampled_from([*FIELDS, "id", ":", "x y", '"', "website_access"]), VALUES, max_size=5)
NESTED = st.builds(lambda record: {**record, "city": {"a": ["}", {"b": 1}]}}, RECORDS)
CUTS = st.lists(st.integers(1, 60), max_size=40)


def parse(wanted, body, cuts=(), *, learnt=b""):
    """Return the rows of a body in pieces, or "bad", or None for no list; and how often it took the fast path."""
    parser = table_parser(wanted)
    parser._fast = fast = parser._new_fast()
    answers = []
    whole = fast.table
    fast.table = lambda records: answers.append(whole(records)) or answers[-1]
    pieces, at = [learnt] if learnt else [], 0
    for size in cuts:
        pieces.append(body[at : at + size])
        at += size
    pieces.append(body[at:])
    try:
        tables = [table for piece in pieces for table in parser.feed(piece)] + parser.close()
    except BadReply:
        return "bad", 0
    rows = [row for table in tables for row in table.rows()]
    assert all(table.columns == list(COLUMNS) for table in tables)
    return (_plain(rows) if parser.is_list else None), sum(table is not None for table in answers)


def _plain(rows):
    """Extra is compared as what it says."""
    return [(*row[:-1], json.loads(row[-1]) if row[-1] is not None else None) for row in rows]


def strictly(wanted, body):
    parser = strict_parser(wanted)
    try:
        records = parser.feed(body) + parser.close()
    except BadReply:
        return "bad"
    return _plain(table_of_records(records).rows()) if parser.is_list else None


@settings(max_examples=150, deadline=None)
@given(
    st.lists(RECORDS | ODD | NESTED, max_size=8),
    st.sampled_from([(",", ":"), (", ", ": "), (",\n", ":"), (",", " : ")]),
    st.booleans(),
    CUTS,
)
def test_json_is_read_as_the_strict_parser_reads_it(records, separators, ascii_only, cuts):
    body = json.dumps(records, separators=separators, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    first = b'[{"username":"one","email":"a"},'
    for text in (body, first + body[1:] if records else body):
        assert parse(Format.JSON, text, [len(first), *cuts])[0] == strictly(Format.JSON, text)


@settings(max_examples=80, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=4), st.data(), CUTS)
def test_json_that_is_cut_off_or_damaged_is_what_the_strict_parser_says(records, data, cuts):
    body = json.dumps(records, separators=(",", ":")).encode()
    at = data.draw(st.integers(0, len(body) - 1))
    assert parse(Format.JSON, body[:at], cuts)[0] in {"bad", None}
    sign = data.draw(st.sampled_from([b",", b"}", b"{", b'"', b"]", b"[", b":", b"\\", b"x", b" ", b"\xff", b"0"]))
    for damaged in (body[:at] + sign + body[at:], body[:at] + sign + body[at + 1 :], body[:at] + body[at + 1 :]):
        assert parse(Format.JSON, damaged, cuts)[0] == strictly(Format.JSON, damaged)


TRICKS = [
    b'{"username":"b","zip":1.50}', b'{"username":"b","zip":1e3}', b'{"username":"b","zip":1000.0}',
    b'{"username":"b","zip":"1","zip":"2"}', b'{"username":"b","x":"1"}', b'{"username":"b","city":"\\ud800"}',
    b'{"username":"b","city":"\\\\ud83d\\udc00"}', b'{"username" : "b","x":1}', b'{"username":"b", "city" :null}',
    b'{"username":"b","\\u0075sername":"c"}', b'{"username":"b","city":{"a":"}"}}', b'{"username":"b","city":["x"]}',
    b'{"username":"b","zip":1.5,":":5}', b'{"username":"b","zip":1,"x":"y"}', b'{"username":"b","":""}',
    b'{"username":" "}', b'{"email":"x"}', b'{"username":null}', b'{"username":5}', b"{}", b'{"username":false}',
    b'{"username":"b","city":-0}', b'{"username":"b","city":null}', b'{"username":"b","x":null,"city":null}',
    b'{"username":"b","city":"\\u0000"}', b'{"username":"b","zip":12345678901234567890123}', b'{"username":"b",}',
    b'{"username":"b","city":"a\\":\\"b"}', b'{"username":"b","city":"\\ud83d\\ude00","x":null}',
]  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS)
def test_no_trick_slips_through_the_fast_path(trick):
    plain = b'{"username":"a","city":"Oslo"}'
    body = b"[" + b",".join([plain, plain, trick, plain]) + b"]"
    first = len(plain) + 1
    assert parse(Format.JSON, body, [first])[0] == strictly(Format.JSON, body)


XML_FIELDS = st.fixed_dictionaries({"username": NAMES, "email": TEXTS, "city": TEXTS})
LEGAL = str.maketrans("", "", "".join(map(chr, [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])))


def xml_of(records, charset, style):
    parts = [f'<?xml version="1.0" encoding="{charset}"?>\n<users>\n']
    for number, record in enumerate(records):
        fields = ""
        for name, value in record.items():
            text = escape(str(value).translate(LEGAL))
            if style == "short" and not text:
                fields += f"<{name}/>"
            elif style == "cdata" and number % 3 == 2 and "]]>" not in str(value):
                fields += f"<{name}><![CDATA[{str(value).translate(LEGAL)}]]></{name}>"
            else:
                fields += f" <{name}>{text}</{name}>\n"
        if style == "comment" and number % 3 == 2:
            fields = f"<!-- </user><user> -->{fields}"
        parts.append(f"<user>\n{fields}</user>\n")
    return "".join([*parts, "</users>\n"]).encode(charset, "xmlcharrefreplace")


@settings(max_examples=100, deadline=None)
@given(
    st.lists(XML_FIELDS | RECORDS, max_size=8),
    st.sampled_from(["UTF-8", "ISO-8859-1", "US-ASCII"]),
    st.sampled_from(["plain", "short", "cdata", "comment"]),
    CUTS,
)
def test_xml_is_read_as_the_strict_parser_reads_it(records, charset, style, cuts):
    body = xml_of([{"username": "one", "email": "a", "city": "b"}, *records], charset, style)
    begin = body.index(b"</user>") + 7
    for cut in ([], [begin], [begin, *cuts], cuts):
        assert parse(Format.XML, body, cut)[0] == strictly(Format.XML, body)


@settings(max_examples=100, deadline=None)
@given(st.lists(XML_FIELDS, min_size=2, max_size=4), st.data(), CUTS)
def test_xml_that_is_cut_off_or_damaged_is_what_the_strict_parser_says(records, data, cuts):
    body = xml_of(records, "UTF-8", "plain").rstrip()
    at = data.draw(st.integers(60, len(body) - 1))
    assert parse(Format.XML, body[:at], [body.index(b"</user>") + 7, *cuts])[0] in {"bad", None}
    sign = data.draw(
        st.sampled_from([b"<", b">", b"&", b"/", b"x", b"\x00", b"\r", b"&#0;", b"&#xd800;", b"]]>", b"\xff"])
    )
    damaged = body[:at] + sign + body[at:]
    begin = body.index(b"</user>") + 7
    assert parse(Format.XML, damaged, [begin, *cuts])[0] == strictly(Format.XML, damaged)


def test_nulls_of_known_fields_take_the_fast_path():
    body = json.dumps([{"username": f"u{n}", "city": None, "zip": None if n % 2 else "1"} for n in range(50)]).encode()
    for text in (body, body.replace(b": ", b":").replace(b", ", b",")):
        found, times_fast = parse(Format.JSON, text, [60] * 100)
        assert found == strictly(Format.JSON, text)
        assert times_fast > 10


@pytest.mark.parametrize("wanted", Format)
@pytest.mark.parametrize("extras", [{}, {"id": 7}, {"id": "x", "note": 'é"<&'}])
def test_ordinary_lists_take_the_fast_path(wanted, extras):
    usual = {"city": "Zoë & Söhne 😀", **extras}
    records = [
        {"username": f"u{n}", "email": f'"q{n}"@example.com', "active": "TRUE" if n % 2 else "0", **usual}
        for n in range(200)
    ]
    body = json.dumps(records).encode() if wanted is Format.JSON else xml_of(records, "ISO-8859-1", "plain")
    found, times_fast = parse(wanted, body, [400] * 1000)
    assert found == strictly(wanted, body)
    assert len(found) == 200
    assert [row[2] for row in found[:2]] == [False, True]
    assert found[5][-1] == ({name: str(value) for name, value in extras.items()} or None)
    assert times_fast > 50


def test_a_record_that_is_too_large_is_refused_in_a_piece_of_any_size():
    body = b'[{"username":"a"},{"username":"b","city":"' + b"x" * MAX_RECORD + b'"},{"username":"c"}]'
    for cut in ([], [20], [20, 500_000, 500_000], [100] * 20):
        assert parse(Format.JSON, body, cut)[0] == "bad"
    body = (
        b"<users><user><username>a</username></user><user><username>"
        + b"x" * MAX_RECORD
        + b"</username></user></users>"
    )
    for cut in ([], [42], [42, 500_000, 500_000], [100] * 20):
        assert parse(Format.XML, body, cut)[0] == "bad"


def test_every_known_field_has_a_place():
    assert {"active"} | set(COLUMNS) - {"sending", "extra"} == set(LAYOUT.known)
