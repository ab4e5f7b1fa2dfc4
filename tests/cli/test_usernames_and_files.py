"""A file with a column of usernames is judged the same, in the same words, by every entrance: `plan new --from FILE`,
`--from -`, usernames on stdin, and the import of the screen. The matrix is made from small tables.
"""

import itertools
import json

import pytest

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.services.files.reading import read_file

NAMES = ["c1", "c2"]
HEADS = ["username", " username ", "User Name", "USERNAME", "E-Mail;User name", "username,username", "User,username",
         "username,Weird", "username,password", "email,city", "username,"]  # fmt: skip
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
ENDS = ["\n", "\r\n", "\r"]


def table(head: str, end: str) -> str:
    sign = ";" if ";" in head else ","
    heads = head.split(sign)
    rows = [sign.join(name if "user" in one.lower() else "" for one in heads) for name in NAMES]
    return end.join([head, *rows, ""])


TABLES = {
    f"{head!r} {encoding} {end!r}": table(head, end).encode(encoding)
    for head, encoding, end in itertools.product(HEADS, ENCODINGS, ENDS)
}
OBJECTS = [{"username": name} for name in NAMES]
JSON = {
    "array": json.dumps(OBJECTS),
    "lines": "\n".join(map(json.dumps, OBJECTS)),
    "two arrays": json.dumps(OBJECTS) * 2,
    "two arrays on two lines": f"{json.dumps(OBJECTS)}\n{json.dumps(OBJECTS)}",
    "an array that ends early": json.dumps(OBJECTS)[:-3],
    "an array of texts": json.dumps(NAMES),
    "an array of arrays": json.dumps([NAMES]),
    "other names": json.dumps([{"User Name": name} for name in NAMES]),
    "no name": json.dumps([{"email": "a@x.example"}]),
    "an object": json.dumps([{"username": {"a": 1}}]),
    "a name twice": '{"username": "c1", "username": "c2"}',
    "unknown": json.dumps([{"username": "c1", "weird": "x"}]),
    "a blank name": json.dumps([{"username": "c1"}, {"username": ""}]),
}
BYTES = {
    "PNG": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)),
    "JPEG": b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(range(256)),
    "GIF": b"GIF89a" + bytes(range(128, 256)),
    "program": b"\x7fELF\x02\x01\x01" + bytes(64),
    "control": b"\x02\x03\x9f\xfe" * 40,
    "gzip": b"\x1f\x8b\x08\0",
    "a quote that stays open": b'username\n"c1\n',
    "too many values": b"username\nc1,x\n",
    "only a head": b"username\n",
}
KINDS = {**TABLES, **{name: text.encode() for name, text in JSON.items()}, **BYTES}


def verdict(ran, names) -> str:
    """Return the names that a command has taken, or the first line of its refusal without what comes behind it."""
    if ran.code == 0:
        return f"takes {sorted(names(ran))}"
    said = next(line for line in ran.err.splitlines() if not line.startswith(("read ", "note: ", "the first column")))
    return said.split(" and ")[0]


def imported(content: bytes) -> str:
    """Return the verdict of the screen's import, which calls this reader."""
    try:
        read = read_file(RESELLER_V2, content, Operation.DISABLE)
    except InvalidInput as error:
        return error.message
    if read.refusals:
        return read.refusals[0].words.split(" and ")[0]
    return f"takes {sorted({wanted.call.username for wanted in read.wanted})}"


@pytest.mark.in_turn(4)
@pytest.mark.parametrize("name", KINDS)
def test_every_entrance_says_the_same(desk, tmp_path, name):
    content = KINDS[name]
    file = tmp_path / "file"
    file.write_bytes(content)

    def planned(place: str, out: str) -> str:
        ran = desk("plan", "new", "--from", place, "--action", "disable", "--out", out, stdin=content)
        return verdict(ran, lambda _: [row["username"] for row in desk("plan", "show", out).rows])

    by_file = planned(str(file), str(tmp_path / "one.plan"))
    by_stdin = planned("-", str(tmp_path / "other.plan"))
    ran = desk("disable", "-", "--dry-run", stdin=content)
    as_usernames = verdict(ran, lambda ran: {row["username"] for row in ran.rows})
    assert by_file == by_stdin == as_usernames
    assert desk.service.sent == []
    if name in BYTES or by_file.startswith("takes"):
        assert "CP1252" not in ran.err
    assert by_file == imported(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("c1\nc2\n".encode("utf-16-le"), "this looks like UTF-16-LE without a byte order mark"),
        (b"c1\nM\xfcller\n", "line 2: not UTF-8"),
        (BYTES["PNG"], "this is a picture (PNG), no CSV or JSON"),
        (BYTES["control"], "this is no text: it holds control characters"),
        (b"c1\0c2\0", "this is no text: it holds zero bytes"),
    ],
)
def test_a_list_without_a_head_is_judged_in_the_same_words(desk, tmp_path, content, words):
    file = tmp_path / "file"
    file.write_bytes(content)
    for argv, stdin in (
        (["disable", "-", "--yes"], content),
        (["plan", "new", "--action", "disable", "--from", file], b""),
    ):
        ran = desk(*map(str, argv), stdin=stdin)
        assert (ran.code, ran.err.splitlines()[0]) == (2, words)


def test_the_way_out_can_be_gone_where_it_is_said(desk):
    assert "iconv -f CP1252 -t UTF-8" in desk("disable", "-", stdin=b"M\xfcller\n").err
    assert "iconv -f UTF-16-LE -t UTF-8" in desk("disable", "-", stdin="c1\nc2\n".encode("utf-16-le")).err
    assert (
        "--encoding cp1252" in desk("plan", "new", "--action", "disable", "--from", "-", stdin=b"username\nM\xfc\n").err
    )
