"""Files as operators hand them in: the same three new customers in some 70 kinds of files, and 30 that are refused.

`TAKEN` is each kind by name, with the options that it needs; `REFUSED` each with the words that it is refused with.
Everything is made from small tables, so that a name stands for the same bytes for ever.
"""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

FIELDS = (
    "username", "email", "first_name", "last_name", "address", "city", "state", "zip", "country", "phone", "website",
    "password",
)  # fmt: skip
ROWS = (
    ("ana.one", "ana@example.com", "Ana", "Núñez", "Calle 1, 2º", "Málaga", "MA", "01067", "ES", "+34 91 1", "a.es",
     "Pass-word-1"),
    ("bob.two", "bob@example.com", "Bob", "Müller", 'Weg "A"; 3', "Köln", "NW", "00123", "DE", "0221/7", "b.de",
     "Pass-word-2"),
    ("cid.three", "cid@example.com", "Cid", "Šimić", "Rue | 4", "Zürich", "ZH", "8001", "CH", "044 1", "c.ch",
     "Pass-word-3"),
)  # fmt: skip
LABELS = (
    "Username", "E-Mail", "First Name", "Last Name", "Address", "City", "State", "Zip", "Country", "Phone", "Website",
    "Password",
)  # fmt: skip
TITLES = tuple("SITE" if name == "website" else name.upper().replace("_", " ") for name in FIELDS)
MARKS = {"utf-8-sig": b"", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


@dataclass(frozen=True)
class Kind:
    """A file, and the options that it is read with."""

    content: bytes
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bad:
    """A file that is refused, and words of the refusal."""

    content: bytes
    words: str
    options: tuple[str, ...] = ()


def table(
    heads: Sequence[str] = FIELDS,
    rows: Sequence[Sequence[str]] = ROWS,
    *,
    delimiter: str = ",",
    end: str = "\n",
    quoting: int = csv.QUOTE_MINIMAL,
) -> str:
    """Return rows as CSV."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([heads, *rows])
    return file.getvalue()


def encoded(text: str, encoding: str) -> bytes:
    """Return text as a program saves it in an encoding, with its mark."""
    return MARKS.get(encoding, b"") + text.encode(encoding)


def objects(heads: Sequence[str] = FIELDS) -> list[dict[str, str]]:
    """Return the rows as objects."""
    return [dict(zip(heads, row, strict=True)) for row in ROWS]


def zipped(*names: str, first: bytes = b"") -> bytes:
    """Return a ZIP archive with some files, as office programs make them."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, first or b"x")
    return file.getvalue()


def _tables() -> dict[str, Kind]:
    found = {}
    for word, delimiter in (("comma", ","), ("semicolon", ";"), ("tab", "\t"), ("bar", "|")):
        for encoding in ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"):
            for line, end in (("LF", "\n"), ("CRLF", "\r\n"), ("CR", "\r")):
                found[f"CSV, {word}, {encoding}, {line}"] = Kind(encoded(table(delimiter=delimiter, end=end), encoding))
    return found


def _mapped(change: Callable[[str], str]) -> bytes:
    return change(table()).encode()


def _wider(before: Sequence[str], heads: Sequence[str], after: Sequence[str]) -> list[list[str]]:
    return [[*before, *row, *after] for row in (heads, *ROWS)]


def _odd_tables() -> dict[str, Kind]:
    index = [[str(at), *row] for at, row in enumerate(ROWS)]
    crm = [[*row[:5], row[5], *row[6:], "2024-01-01", "x"] for row in ROWS]
    crm_heads = [*("Town" if name == "city" else name for name in FIELDS), "Since", "Score"]
    spaced = [[row[0], *(f" {cell} " for cell in row[1:-1]), row[-1]] for row in ROWS]
    latin = [[cell.replace("Šimić", "Simic") for cell in row] for row in ROWS]
    return {
        "sep=; of a spreadsheet": Kind(b"\xef\xbb\xbfsep=;\r\n" + table(delimiter=";", end="\r\n").encode()),
        'sep="\t" in quotes': Kind(b'"sep=\t"\r\n' + table(delimiter="\t", end="\r\n").encode()),
        "blank lines before the head": Kind(b"\n\r\n  \n,,,\n" + table().encode()),
        "blank rows between": Kind(_mapped(lambda text: text.replace("bob.two", ",,,,,,,,,,,\n\nbob.two"))),
        "empty columns at the end": Kind(table(*_split(_wider((), FIELDS, ("", "", "")))).encode()),
        "a head with empty columns at its end": Kind(_mapped(lambda t: t.replace("password\n", "password,,\n", 1))),
        "an index without a head": Kind(table(["", *FIELDS], index).encode()),
        "an index of pandas": Kind(table(["Unnamed: 0", *FIELDS], index).encode()),
        "everything in quotes": Kind(table(quoting=csv.QUOTE_ALL).encode()),
        "labels of a form": Kind(table(LABELS).encode()),
        "titles of the screen": Kind(table(TITLES).encode()),
        "heads with blanks and capitals": Kind(table([f"  {name.upper()} " for name in FIELDS]).encode()),
        "columns in another order": Kind(table(FIELDS[::-1], [row[::-1] for row in ROWS]).encode()),
        "columns of another system": Kind(
            table(crm_heads, crm).encode(), ("--map", "Town=city", "--ignore-columns", "Since,Score")
        ),
        "no line end at the end": Kind(table().rstrip("\n").encode()),
        "CP1252, named": Kind(table(rows=latin, delimiter=";").encode("cp1252"), ("--encoding", "cp1252")),
        "Latin-1, named": Kind(table(rows=latin).encode("latin-1"), ("--encoding", "latin-1")),
        "UTF-16 without a mark, named": Kind(table().encode("utf-16-le"), ("--encoding", "utf-16-le")),
        "blanks around values": Kind(table(rows=spaced).encode()),
    }  # fmt: skip


def _split(rows: Sequence[Sequence[str]]) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    return rows[0], rows[1:]


def _json() -> dict[str, Kind]:
    lines = "\n".join(json.dumps(row) for row in objects())
    pretty = "\n".join(json.dumps(row, indent=2, ensure_ascii=False) for row in objects())
    return {
        "JSON Lines": Kind(lines.encode()),
        "JSON Lines, its end": Kind(f"{lines}\n".encode()),
        "JSON Lines, a mark and blank lines": Kind(f"\ufeff\n{lines}\n\n  \n".replace("}\n{", "}\n\n{").encode()),
        "JSON Lines, CRLF": Kind(lines.replace("\n", "\r\n").encode()),
        "JSON Lines, UTF-16": Kind(encoded(lines, "utf-16-le")),
        "JSON array": Kind(json.dumps(objects()).encode()),
        "JSON array, pretty": Kind(json.dumps(objects(), indent=4, ensure_ascii=False).encode()),
        "JSON array, UTF-16": Kind(encoded(json.dumps(objects(), indent=1), "utf-16-be")),
        "JSON objects, pretty": Kind(pretty.encode()),
        "JSON with titles": Kind(json.dumps(objects(LABELS)).encode()),
        "JSON with null": Kind("\n".join(json.dumps({**row, "company": None}) for row in objects()).encode()),
    }


TAKEN: Mapping[str, Kind] = {**_tables(), **_odd_tables(), **_json()}
_HEAD = ",".join(FIELDS)
REFUSED: Mapping[str, Bad] = {
    "CP1252": Bad(
        table(rows=[["ana", *ROWS[1][1:]]]).encode("cp1252"),
        "line 2: not UTF-8\nread it as CP1252 with --encoding cp1252",
    ),
    "an encoding that there is not": Bad(
        table().encode(),
        "no encoding 'utf9'\ndid you mean utf-8?", ("--encoding", "utf9"),
    ),
    "an encoding of domain names": Bad(table().encode(), "no encoding 'idna'", ("--encoding", "idna")),
    "an encoding that refuses all": Bad(table().encode(), "no encoding 'undefined'", ("--encoding", "undefined")),
    "an encoding that is no word": Bad(table().encode(), "no encoding", ("--encoding", "\udcff")),
    "an encoding of no text": Bad(table().encode(), "no encoding 'zlib'", ("--encoding", "zlib")),
    "UTF-16 without a mark": Bad(
        table().encode("utf-16-le"),
        "this looks like UTF-16-LE without a byte order mark\nread it as UTF-16-LE with --encoding utf-16-le",
    ),
    "zero bytes": Bad(b"username\0,city\nana,Vigo\n" * 9, "this is no text: it holds zero bytes"),
    "XLSX": Bad(zipped("[Content_Types].xml", "xl/workbook.xml"), "this is an Excel workbook (XLSX), no CSV or JSON"),
    "ODS": Bad(
        zipped("mimetype", first=b"application/vnd.oasis.opendocument.spreadsheet"),
        "this is a spreadsheet (ODS)",
    ),
    "XLS": Bad(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9, "this is an Excel workbook (XLS)"),
    "ZIP": Bad(zipped("customers.csv"), "this is a ZIP archive"),
    "gzip": Bad(gzip.compress(table().encode()), "this is packed with gzip, no CSV or JSON\nunpack it first: gzip -dc"),
    "bzip2": Bad(b"BZh91AY&SY", "this is packed with bzip2"),
    "xz": Bad(b"\xfd7zXZ\0\0", "this is packed with xz"),
    "zstd": Bad(b"\x28\xb5\x2f\xfd\x04", "this is packed with zstd"),
    "Parquet": Bad(b"PAR1\x15\x04PAR1", "this is a Parquet file, no CSV or JSON\nwrite it as CSV or JSON Lines"),
    "SQLite": Bad(b"SQLite format 3\0" * 9, "this is a database"),
    "PDF": Bad(b"%PDF-1.7\n", "this is a PDF document"),
    "HTML": Bad(b"\xef\xbb\xbf <!DOCTYPE html><table>", "this is HTML or XML"),
    "XML": Bad(b'<?xml version="1.0"?><Workbook>', "this is HTML or XML"),
    "nothing": Bad(b"", "there is nothing in it"),
    "a mark and blanks": Bad("\ufeff\n  \r\n".encode(), "there is nothing in it"),
    "a head alone": Bad(f"{_HEAD}\n".encode(), "there is nothing in it: no row"),
    "a column that there is not": Bad(b"username,emial\nana,x\n", 'line 1: no column "emial"\ndid you mean email?'),
    "a column below blank lines": Bad(b"\n\nusername,emial\nana,x\n", 'line 3: no column "emial"'),
    "a name of JSON that there is not": Bad(b'{"username": "ana"}\n{"emial": "x"}\n', 'line 2: no column "emial"'),
    "a column twice": Bad(b"username,E-Mail,email\nana,x,y\n", "line 1: the column email stands there twice"),
    "no usernames": Bad(b"email,city\nx,y\n", "line 1: no column username"),
    "a list without a head": Bad(b"ana.one\nbob.two\n", 'line 1: no column "ana.one"'),
    "a short row": Bad(f"{_HEAD}\nana.one,x\n".encode(), "line 2: 2 values, the head line has 12"),
    "a long row": Bad(f"{_HEAD}\n{','.join('x' * 13)}\n".encode(), "line 2: 13 values, the head line has 12"),
    "a value without a head": Bad(
        b"username,,city\nana,x,y\n",
        "line 2, column 2: a value stands in a column without a head",
    ),
    "an open quote": Bad(b'username,city\nana,"Vigo\n', "the CSV cannot be read"),
    "a name twice in JSON": Bad(
        b'{"username": "ana", "city": "a", "city": "b"}',
        "line 1, city: a name stands there twice",
    ),
    "JSON that is broken": Bad(b'[{"username": "ana"},\n {"username": ]', "line 2, column 15: this is no JSON object"),
    "JSON without an end": Bad(b'[{"username": "ana"}', "this is no JSON object"),
    "a list in JSON": Bad(b'{"username": ["ana"]}', "line 1, username: this is no text"),
    "to be mapped, and not there": Bad(table().encode(), 'the file has no column "Town"', ("--map", "Town=city")),
    "to be ignored, and not there": Bad(
        table().encode(),
        'the file has no column "Twon"', ("--ignore-columns", "Twon"),
    ),
    "mapped to no field": Bad(table().encode(), 'no field "citty"\ndid you mean city?', ("--map", "city=citty")),
}  # fmt: skip
