"""Bytes to the plain tree: strict, and hostile input costs nothing."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.harness.v2_lists import strict_parser
from tui_reseller.api import json_codec
from tui_reseller.api.json_codec import Number
from tui_reseller.api.reply import BadReply, Reply
from tui_reseller.api.request import Request
from tui_reseller.api.reseller_v2 import xml_codec
from tui_reseller.api.reseller_v2.replies import verdict
from tui_reseller.domain.profile import Format

LAUGHS = b"""<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]><users>&lol3;</users>"""

BAD_JSON = {
    "trailing comma": b'{"a":1,}',
    "comment": b'{"a":1} //error',
    "two documents": b"{}{}",
    "twin keys": b'{"a":1,"a":1}',
    "twin keys below": b'[{"x":{"a":1,"a":1}}]',
    "nan": b'{"a":NaN}',
    "infinity": b"[-Infinity]",
    "1e400": b"[1e400]",
    "long integer": b"[" + b"9" * 5000 + b"]",
    "long fraction": b"[0." + b"9" * 5000 + b"]",
    "depth 33": b"[" * 33 + b"]" * 33,
    "depth 100000": b"[" * 100_000,
    "objects 100000 deep": b'{"a":' * 100_000,
    "latin-1": '{"a":"ü"}'.encode("latin-1"),
    "utf-16": '{"a":"ü"}'.encode("utf-16"),
    "overlong": b'{"a":"\xc0\xaf"}',
    "raw control": b'{"a":"\x01"}',
    "cut": b'{"a":"x',
    "empty": b"",
}

BAD_XML = {
    "laughs": LAUGHS,
    "doctype": b"<!DOCTYPE users><users/>",
    "external": b'<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]><users>&x;</users>',
    "undefined entity": b"<users>&x;</users>",
    "instruction": b"<?php x?><users/>",
    "depth 33": b"<users>" + b"<a>" * 32 + b"</a>" * 32 + b"</users>",
    "depth 200000": b"<users><user>" + b"<a>" * 200_000,
    "attributes": b"<users " + b" ".join(b"a%d='1'" % n for n in range(65)) + b"/>",
    "two declarations": b'<?xml version="1.0"?><?xml version="1.0"?><users/>',
    "utf-16": '<?xml version="1.0" encoding="UTF-16"?><users/>'.encode("utf-16"),
    "utf-16 unmarked": "<users/>".encode("utf-16-be"),
    "utf-16 unmarked, little": "<users/>".encode("utf-16-le"),
    "utf-7": b'<?xml version="1.0" encoding="UTF-7"?><users/>',
    "unknown charset": b'<?xml version="1.0" encoding="x-klingon"?><users/>',
    "latin-1 undeclared": "<users><user><city>ü</city></user></users>".encode("latin-1"),
    "latin-1 as ascii": '<?xml version="1.0" encoding="US-ASCII"?><users><a>ü</a></users>'.encode("latin-1"),
    "surrogate": b"<users><user><a>&#xD800;</a></user></users>",
    "null": b"<users><user><a>&#0;</a></user></users>",
    "junk after": b"<users/>x",
    "two roots": b"<users/><users/>",
    "cut": b"<users><user>",
    "empty": b"",
    "text in the list": b"<users>x<user/></users>",
    "text after a record": b"<users><user/>x</users>",
    "text in a record": b"<users><user>x<a/></user></users>",
    "text at the end of a record": b"<users><user><a/>x</user></users>",
    "twin fields": b"<users><user><a/><a/></user></users>",
    "text beside nested": b"<users><user><a>x<b/></a></user></users>",
}  # fmt: skip


def listed(parser, body):
    """What a list parser makes of a body in one piece; a refusal is a BadReply, or `is_list` not being true."""
    records = parser.feed(body) + parser.close()
    if not parser.is_list:
        raise BadReply("not a list")
    return records


@pytest.mark.parametrize("name", BAD_JSON)
def test_bad_json(name):
    began = time.perf_counter()
    with pytest.raises(BadReply) as caught:
        json_codec.decode(BAD_JSON[name])
    with pytest.raises(BadReply):
        listed(strict_parser(Format.JSON), BAD_JSON[name])
    assert time.perf_counter() - began < 1
    assert len(str(caught.value)) < 100


@pytest.mark.parametrize("name", BAD_XML)
def test_bad_xml(name):
    began = time.perf_counter()
    with pytest.raises(BadReply) as caught:
        xml_codec.decode(BAD_XML[name])
    with pytest.raises(BadReply):
        listed(strict_parser(Format.XML), BAD_XML[name])
    assert time.perf_counter() - began < 1
    assert len(str(caught.value)) < 100


def test_good_json():
    tree = json_codec.decode(b'\xef\xbb\xbf {"a":[1,-2.50,true,null,"\\u20ac\\/"],"b":{}} ')
    assert tree == {"a": ["1", "-2.50", True, None, "€/"], "b": {}}
    assert isinstance(tree["a"][0], Number)
    assert json_codec.decode(b'"x"') == "x"
    assert json_codec.decode(b"[" * 32 + b"]" * 32)


@pytest.mark.parametrize(
    ("body", "tree"),
    [
        (b"<users/>", []),
        (b"<users> <user> <a> x </a><b/> </user> </users>", [{"a": "x", "b": ""}]),
        (b"<result>\n success\n</result>", {"message": "success"}),
        (b"<result/>", {"message": ""}),
        (b"<error><code>4</code><message/></error>", {"error": {"code": "4", "message": ""}}),
        (b"<error>no</error>", {"error": "no"}),
        (b"<result><errors><error>a</error><error>b</error></errors></result>", {"errors": ["a", "b"]}),
        (b"<result><errors><error>a</error></errors></result>", {"errors": ["a"]}),
        (b"<result><errors/></result>", {"errors": []}),
        (b"<result><a><b>c</b></a></result>", {"a": {"b": "c"}}),
        (b"<result><message>&amp;amp;<![CDATA[<b>&amp;]]><!-- -->!</message></result>", {"message": "&amp;<b>&amp;!"}),
        ('<?xml version="1.0" encoding="iso-8859-1"?><result>ü&#8364;</result>'.encode("latin-1"), {"message": "ü€"}),
        ('<?xml version="1.0" encoding="Windows-1252"?><result>€</result>'.encode("cp1252"), {"message": "€"}),
        ('<?xml version="1.0" encoding="UTF-8"?><result>€</result>'.encode(), {"message": "€"}),
        ("\ufeff<result>€</result>".encode(), {"message": "€"}),
        (b'<result a="1">success</result>', {"@a": "1", "": "success"}),
        (b'<result><message a="1">x</message></result>', {"message": {"@a": "1", "": "x"}}),
        (b'<error a="1"><code>4</code></error>', {"error": {"@a": "1", "code": "4"}}),
    ],
)  # fmt: skip
def test_good_xml(body, tree):
    assert xml_codec.decode(body) == tree


GOOD = [
    b'{"message":"error","errors":["Bad zip",{"field":"city","message":null}]}',
    b'{"error":{"code":400,"message":"User does not exist"}}',
    b'[{"username":"ann","email":"a@example.com","active":"true","zip":80202,"x":{"y":[1]}},{}]',
    b"<result><message>error</message><errors><error>a</error></errors></result>",
    b'<?xml version="1.0" encoding="ISO-8859-1"?><users><user><username>ann</username><a><b/></a></user></users>',
    BAD_JSON["twin keys below"],
    LAUGHS,
]

PIECES = [b"\xff", b"\x00", b"{", b"]", b"&#1;", b"<", b"</a>", b'"a":', b"NaN", b"1e999", b"\\ud800", b"<?x?>"]


@st.composite
def mutants(draw):
    body = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        body[at : at + draw(st.integers(0, 5))] = draw(st.sampled_from(PIECES) | st.binary(max_size=6))
    return bytes(body)


@settings(max_examples=300, deadline=None)
@given(mutants())
def test_any_bytes_are_a_tree_or_a_bad_reply(body):
    for decode in (json_codec.decode, xml_codec.decode):
        try:
            tree = decode(body)
        except BadReply:
            continue
        json.dumps(tree)
    for parser in map(strict_parser, Format):
        try:
            listed(parser, body)
        except BadReply:
            continue
    for wanted in Format:
        verdict(Reply(200, (), body), wanted, Request("POST", "x.json"))
