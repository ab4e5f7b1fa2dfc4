"""Which bodies take the fast path, and that it says what the strict parser says of any body, wherever it is cut."""

import json
import sys
from collections import deque

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.harness.v2 import COLUMNS
from tests.harness.v2_lists import strict_parser, table_of_records, table_parser
from tui_reseller.api.lists.json_structure import longest_record, structure_of
from tui_reseller.api.lists.table_parser import PART
from tui_reseller.api.lists.tables import SPACES, schema_of
from tui_reseller.api.lists.unfinished_record import MAX_RECORD
from tui_reseller.api.reply import BadReply
from tui_reseller.domain.profile import Format
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.sandbox.dialects import DIALECTS
from tui_reseller.sandbox.listing import render


def plain(table):
    """Extra is compared as what it says: JSON has more than one way to write a text."""
    return [(*row[:-1], row[-1] and json.loads(row[-1])) for row in table.rows()]


def strictly(body, wanted):
    parser = strict_parser(wanted)
    try:
        records = parser.feed(body) + parser.close()
    except BadReply:
        return "bad"
    return plain(table_of_records(records)) if parser.is_list else parser.is_list


def fed(reader, pieces, ahead):
    """Yield tables; with some ahead, pieces are parsed before those before them are committed."""
    parses = deque()
    for piece in pieces:
        half = len(piece) // 2
        parses.append(reader.speculate(reader.cut([piece[:half], piece[half:]])))
        while parses and (not reader.is_list or len(parses) > ahead):
            yield from reader.commit(parses.popleft())
    while parses:
        yield from reader.commit(parses.popleft())
    yield from reader.close()


def fast(pieces, wanted, ahead=0):
    """Return the rows, and how many bytes did not take the fast path."""
    reader = table_parser(wanted)
    try:
        tables = list(fed(reader, pieces, ahead))
    except BadReply:
        return "bad", reader.strict_bytes
    assert all(table.schema == schema_of(RESELLER_V2) and tuple(table.columns) == COLUMNS for table in tables)
    rows = [row for table in tables for row in plain(table)]
    return (rows if reader.is_list else reader.is_list), reader.strict_bytes


def cut(body, sizes):
    at = 0
    for size in sizes:
        yield body[at : at + size]
        at += size
    yield body[at:]


FIELDS = (
    "username", "email", "active", "first_name", "last_name", "address", "city", "state", "zip", "country", "phone",
    "website",
)  # fmt: skip
PERSON = ("e@x.example", "true", "Noëlle 😀", "O'Neil & <Co>", 'Rue "1" 2 : \\', "Łódź", "", "01234", "US", "5", "x/y")


class Rows:
    """Stands for the sandbox's store."""

    def __init__(self, fields, count):
        values = dict(zip(FIELDS[1:], PERSON, strict=True))
        self.rows = [(*(values.get(name, str(n)) for name in fields), None) for n in range(count)]

    def batches(self):
        yield self.rows


def ordinary(dialect, wanted, count=300):
    """Return a body as the sandbox writes it."""
    fields = (*(("id",) if dialect == "2018" else ()), *FIELDS)
    return b"".join(render(Rows(fields, count), fields, wanted.value, DIALECTS[dialect]))


@pytest.mark.parametrize("wanted", Format)
@pytest.mark.parametrize("dialect", ["seed", "2014", "2018"])
def test_ordinary_bodies_take_the_fast_path(dialect, wanted):
    body = ordinary(dialect, wanted)
    rows, strict_bytes = fast(cut(body, [5000] * 20), wanted)
    assert rows == strictly(body, wanted)
    assert len(rows) == 300
    assert rows[7][:3] == ("7", "e@x.example", True)
    assert rows[7][-1] == ({"id": "7"} if dialect == "2018" else None)
    # The first piece tells what fields there are; JSON with known fields needs no such piece.
    assert strict_bytes < (100 if wanted is Format.JSON and dialect != "2018" else 5100)


REGULAR = [
    '{"username":"a","email":null,"city": null}',
    '{"username": "a", "active": true, "zip": 1, "state":-12}',
    '{"username":"a"}, {"username":"b"}',
    '{\n  "username": "a",\n  "zip": 1\n}',
    '{"username":"\\ud83d\\ude00 \\\\ud800 \\u0000","city":"x : y"}',
    '{"user\\u006eame":"a"}',
    '{"username":"a","active":" TRUE "},{"username":"b","active":"\\u001f0"},{"username":"c","active":"yes"}',
]
IRREGULAR = [
    '{"username":"a","email":"b","email":null}',
    '{"username":"a","email":null,"email":"b"}',
    '{"username":"a","username"  :"b"}',
    '{"username":"a","id"\n :"b"}',
    '{"username":"a","id":null}',
    '{"username":"a","id":"b"}',
    '{"username":123}',
    '{"user\\u006eame":123}',
    '{"username":true}',
    '{"username":null}',
    '{"username":""}',
    '{"username":"\\u001c \\u00a0"}',
    '{"email":"a"}',
    "{}",
    '{"username":"a","zip":1.50}',
    '{"username":"a","zip":1e3}',
    '{"username":"a","zip":-0}',
    '{"username":"a","zip":12345678901234567890}',
    '{"username":"a","zip":[]}',
    '{"username":"a","zip":{"zip":"1"}}',
    '{"username":"a","zip":"\\ud800"}',
    '{"username":"a","\\ud800":"x"}',
    '{"username":"a","city":"\\":null"}',
    '{"username":"a","city":":null"}',
    '{"username":"a","city":"\x7fnull\x7f","zip":null}',
    '{"username":"a","city":"\x01"}',
    '{"username":"a","city":"\n"}',
    '{"username":"a",}',
    '{"username":"a"}{"username":"b"}',
    '{"username":"a"}],[{"username":"b"}',
    '{"username":"a"},null,{"username":"b"}',
    '{"username":"a","zip":nul}',
    '{"username":"a","zip":nullx}',
    '{"username":"a","zip":01}',
]


@pytest.mark.parametrize("inner", REGULAR + IRREGULAR)
def test_json_that_is_and_is_not_regular(inner):
    body = f"[{inner}]".encode()
    rows, strict_bytes = fast([b"[", inner.encode(), b"]"], Format.JSON)
    assert rows == strictly(body, Format.JSON)
    assert (strict_bytes > 2) == (inner in IRREGULAR)


R = "<user><username>a</username><city>b</city></user>"
TURNED = "<user><city>x</city><username>z</username></user>"
REGULAR_XML = [
    "<user><username>&amp;lt;&#233;&quot;</username><city> x\n</city></user>",
    "<user><username>a</username><city/></user>",
    "<user>\n\t<username>a</username>\n<city>></city> </user>",
    f"{R}<user><username/></user>{R}<user><city/><username/></user>{R}{TURNED}{R * 15}",
]
IRREGULAR_XML = [
    "<user><username>a</username><city>b\r\n</city></user>",
    "<user><username>a</username><city>\x01</city></user>",
    "<user><username>a</username><city>\ufffe</city></user>",
    "<user><username>a</username><city>]]></city></user>",
    "<user><username>a</username><city>&nope;</city></user>",
    "<user><username>a</username><city>&#x41;</city></user>",
    "<user><username>a</username><city>&#0;</city></user>",
    "<user><username>a</username><city>&#55296;</city></user>",
    "<user><username>a</username><city>&#1114112;</city></user>",
    "<user><username>a</username><city>a & b</city></user>",
    "<user><username>a</username><city><![CDATA[<a/>]]></city></user>",
    f"<!-- {R} -->{R}",
    f"<!-- </user>{R} -->",
    f"<?x {R}?>",
    f"text{R}",
    f"</users><users>{R}",
    "<user><username>a</username><city>b</city></user></user>",
    "<user></users><username>a</username></user>",
]


@pytest.mark.parametrize("inner", REGULAR_XML + IRREGULAR_XML)
def test_xml_that_is_and_is_not_regular(inner):
    first, second = f"<users>{R}".encode(), b"</users>"
    rows, strict_bytes = fast([first, inner.encode(), second], Format.XML)
    assert rows == strictly(first + inner.encode() + second, Format.XML)
    assert (strict_bytes > len(first + second)) == (inner in IRREGULAR_XML)


@pytest.mark.parametrize("mark", ["<!-- </user>", "<![CDATA[ </user>", "<?x </user>"])
def test_records_in_a_comment_that_began_a_piece_earlier(mark):
    ends = {"<!-": " -->", "<![": "]]>", "<?x": "?>"}[mark[:3]]
    pieces = [part.encode() for part in (f"<users>{R}", mark, R, f"{R}{ends}</users>")]
    assert fast(pieces, Format.XML)[0] == strictly(b"".join(pieces), Format.XML)


def test_hostile_sizes_go_to_the_strict_parser():
    many = b"".join(b',"f%d":1' % n for n in range(20_000))
    assert len(fast([b'[{"username":"a"' + many + b"}", b',{"username":"b"}' * 2000, b"]"], Format.JSON)[0]) == 2001
    fields = b"".join(b"<f%d>1</f%d>" % (n, n) for n in range(10_000))
    pieces = [b"<users><user><username>a</username>" + fields + b"</user>", R.encode() * 2, b"</users>"]
    assert len(fast(pieces, Format.XML)[0]) == 3
    prolog = b"<!-- " + b"<users>" * 20_000 + b" -->"
    assert len(fast([prolog + b"<users>" + R.encode() + b"</users>"], Format.XML)[0]) == 1
    for opening, closing in ((b"[", b"]"), (b'{"username":', b"}")):
        body = b'[{"username":' + opening * 30_000 + b"1" + closing * 30_000 + b"}]"
        assert fast([b"[", body[1:-1], b"]"], Format.JSON)[0] == "bad"
    large = b'[{"username":"a"},{"username":"' + b"x" * (MAX_RECORD + 100) + b'"}]'
    assert fast([large], Format.JSON)[0] == fast(cut(large, [900_000]), Format.JSON)[0] == "bad"


@pytest.mark.parametrize("ahead", [3, pytest.param(0, marks=pytest.mark.long)])
@pytest.mark.parametrize("wanted", Format)
def test_large_pieces_take_the_fast_path_but_for_what_is_odd_in_them(wanted, ahead):
    body = ordinary("seed", wanted, 30_000)
    assert len(body) > 5 * MAX_RECORD
    rows, strict_bytes = fast(cut(body, [3 * MAX_RECORD]), wanted, ahead)
    assert rows == strictly(body, wanted)
    learning = 100 if wanted is Format.JSON else PART + 1000
    assert strict_bytes < learning
    place = body.index(b"15000")
    odd = body[:place] + body[place:].replace(b"15000", {Format.JSON: b"\\ud800", Format.XML: b"<!-- -->x"}[wanted], 1)
    rows, strict_bytes = fast(cut(odd, [3 * MAX_RECORD]), wanted, ahead)
    assert rows == strictly(odd, wanted)
    assert strict_bytes < learning + PART + 1000


FILLINGS = {
    "text": lambda size: b'"' + b"x" * (size - 2) + b'"',
    "braces": lambda size: b'"' + b"}{" * ((size - 2) // 2) + b'"',
    "a brace in the middle": lambda size: b'"' + b"x" * (size // 2) + b"}" + b"x" * (size // 2 - 3) + b'"',
    "spaces": lambda size: b" " * (size - 3) + b'"a"',
    "spaces around a brace": lambda size: b" " * (size // 2) + b'"}"' + b" " * (size // 2 - 3),
}


@pytest.mark.in_turn(7)
@pytest.mark.parametrize("over", [-300, -60, 60, 300])
@pytest.mark.parametrize("filling", FILLINGS)
def test_a_record_that_is_too_large_is_refused_in_a_large_piece_too(filling, over):
    few = b",".join(b'{"username":"%d","email":"a"}' % number for number in range(50_000))
    large = b'{"username":"b","email":' + FILLINGS[filling](MAX_RECORD + over) + b"}"
    body = b"[" + few + b"," + large + b"," + few + b"]"
    found = strictly(body, Format.JSON)
    assert (found == "bad") == (over > -40)
    assert fast([body[:1], body[1:]], Format.JSON)[0] == found
    assert fast([body[:20], body[20:1000], body[1000:]], Format.JSON, 3)[0] == found


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 3)), min_size=1, max_size=12))
def test_the_longest_record_is_never_longer_than_is_said(records):
    texts = [b"{" + b"x" * size + b"}" * braces + b"x" * size + b"}" for size, braces in records]
    body = b"[" + b",".join(texts) + b"]"
    structure = structure_of(body)
    assert len(structure.braces) == body.count(b"}")
    found = longest_record(structure, len(texts))
    assert found >= max(map(len, texts))
    if not any(braces for _size, braces in records):
        assert found <= max(map(len, texts)) + 1


def test_further_fields_are_written_alike_on_both_paths():
    row = {"username": "a", "z": "1", "sending": 5, "extra": '"\\\n\x1fé\u2028', 'k"\\': True, "damaged": "x"}
    inner = json.dumps(row, separators=(",", ":")).encode()
    rows, strict_bytes = fast([b"[" + inner, b"," + inner, b"]"], Format.JSON)
    assert rows[0] == rows[1]
    assert rows[0][-1] == {"z": "1", "sending": "5", "extra": row["extra"], 'k"\\': "true", "damaged": "x"}
    assert strict_bytes == 1 + len(inner) + 1


def test_spaces_are_those_of_python():
    assert set(SPACES) == {chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()}


# --- Anything at all ------------------------------------------------------------------------------------------------

KEYS = ["email", "active", "city", "zip", "id", "user\\u006eame", "\\u0069d", 'a\\"b', "\\ud800", "", "sending"]
ODD_VALUES = [
    "null", "true", "false", "0", "1", "-5", "-0", "01", "1.50", "1e3", "12345678901234567890", "[]", "{}", "NaN",
    "nul", '{"username":"x"}', '[{"a":"}"}]', '"\\ud800"', '"\\ud83d\\ude00"', '"\\\\ud83d"', '"\\u0000"',
    '"\\u001c"', '" "',
    '""', '"\\":null"', '":null"', '": null,"', '"\x7fnull\x7f"', '"},{"', '"a\tb"', '"a\\tb"', '"[]}"', '" 1"',
    '"TRUE"', '"x : y"', '"\\\\"', '"\\\\\\""',
]  # fmt: skip
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
tokens = st.one_of(
    st.builds(json.dumps, texts, ensure_ascii=st.booleans()), st.builds(json.dumps, texts), st.sampled_from(ODD_VALUES)
)
colons = st.sampled_from([":"] * 12 + [": "] * 6 + ["  :", " :", ":  ", ":\n", "\n:", "\t :"])
commas = st.sampled_from([","] * 20 + [", ", ",\n", " , ", "", ",,"])


@st.composite
def json_bodies(draw):
    """Mostly regular, so that the fast path is taken often; irregular in one place or a few."""
    colon = draw(st.sampled_from([":", ": "]))
    extras = draw(st.sampled_from([[], [], ["id"], ["id", "sending"]]))
    records = []
    for number in range(draw(st.integers(0, 8))):
        pairs = [("username", json.dumps(f"u{number}")), ("city", json.dumps(draw(texts)))]
        pairs += [(name, draw(st.sampled_from(["1", '"x"', "true"]))) for name in extras]
        if draw(st.integers(0, 3)) == 0:
            pairs += draw(st.lists(st.tuples(st.sampled_from(KEYS), tokens), max_size=3))
        if draw(st.integers(0, 9)) == 0:
            pairs[0] = ("username", draw(tokens))
        strange = draw(st.integers(0, 9)) == 0
        parts = [f'"{name}"{draw(colons) if strange else colon}{value}' for name, value in pairs]
        records.append("{" + (draw(commas) if strange else ",").join(parts) + "}")
    return f"[{draw(commas).join(records)}]{draw(st.sampled_from(['', ' ', chr(10)]))}".encode()


XML_TEXTS = ["&amp;", "&lt;", "&#233;", "&#xe9;", "&#0;", "&#65534;", "&nope;", "]]>", "<![CDATA[x</user>]]>", "\r\n",
             "<!-- </user> -->", "<a/>", "<b>c</b>", "&amp;lt;", " ", "\x85", "\xa0", "\u2028", "ö", ">", '"', "\x01",
             "<user>", "</user>", "\ufffe"]  # fmt: skip


@st.composite
def xml_bodies(draw):
    charset = draw(st.sampled_from([None, "UTF-8", "ISO-8859-1", "us-ascii", "windows-1252"]))
    space = draw(st.sampled_from(["", "\n  ", " "]))
    names = ["username", *draw(st.lists(st.sampled_from(["city", "active", "id", "a-b", "é"]), unique=True))]
    records = []
    for number in range(draw(st.integers(0, 8))):
        values = dict.fromkeys(names, "") | {"username": f"u{number}"}
        if draw(st.booleans()):
            simple = st.sampled_from(["a", "&amp;", "&#233;", "ö", " ", "TRUE", "0"])
            values[draw(st.sampled_from(names))] = draw(st.one_of(simple, simple, simple, st.sampled_from(XML_TEXTS)))
        fields = [f"<{name}>{value}</{name}>" if value else f"<{name}/>" for name, value in values.items()]
        if draw(st.integers(0, 9)) == 0:
            fields.insert(0, draw(st.sampled_from([*XML_TEXTS, fields[0]])))
        between = draw(st.sampled_from([""] * 15 + [*XML_TEXTS, "<user><username/></user>", "<user/>"]))
        records.append(f"{between}{space}<user>{space}{space.join(fields)}{space}</user>")
    head = f'<?xml version="1.0" encoding="{charset}"?>' if charset else ""
    return f"{head}<users>{''.join(records)}{space}</users>".encode(charset or "utf-8", "xmlcharrefreplace")


sizes = st.lists(st.integers(1, 120), max_size=40)


@settings(deadline=None, max_examples=150)
@given(json_bodies(), sizes)
@example(b'[{"username":"a","email":"b","email":null}]', [1])
def test_any_json_in_any_pieces(body, cuts):
    rows, _strict_bytes = fast(cut(body, cuts), Format.JSON)
    assert rows == strictly(body, Format.JSON) == fast(cut(body, cuts), Format.JSON, ahead=3)[0]
    if rows != "bad":
        told = [record.get("username") for record in json.loads(body)]
        assert [row[0] for row in rows] == [
            name if isinstance(name, str) and name.strip() and "\ud800" not in name else "" for name in told
        ]
        assert not any(fast(cut(body[:at], cuts), Format.JSON)[0] not in ("bad", None) for at in _places(body))


@settings(deadline=None, max_examples=150)
@given(xml_bodies(), sizes)
def test_any_xml_in_any_pieces(body, cuts):
    rows, _strict_bytes = fast(cut(body, cuts), Format.XML)
    assert rows == strictly(body, Format.XML) == fast(cut(body, cuts), Format.XML, ahead=3)[0]
    if rows != "bad":
        assert not any(fast(cut(body[:at], cuts), Format.XML)[0] not in ("bad", None, False) for at in _places(body))


def _places(body):
    """A few places to break off; the smallest bodies are broken off everywhere."""
    length = len(body.rstrip())
    return range(0, length, 1 + length // 12)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from([*DIALECTS]), st.sampled_from(Format), st.data())
def test_damage_anywhere(dialect, wanted, data):
    body = ordinary(dialect, wanted, 4)
    at = data.draw(st.integers(0, len(body)))
    until = data.draw(st.integers(at, min(at + 3, len(body))))
    body = body[:at] + data.draw(st.binary(max_size=3)) + body[until:]
    cuts = data.draw(st.lists(st.integers(1, 600), max_size=10))
    assert fast(cut(body, cuts), wanted)[0] == strictly(body, wanted)


@pytest.mark.parametrize("wanted", Format)
def test_every_byte_missing_at_the_end_is_an_error(wanted):
    body = ordinary("2018", wanted, 2).rstrip()
    for at in range(len(body)):
        assert fast(cut(body[:at], [120] * 3), wanted)[0] in ("bad", None, False)
