"""Bytes to text: UTF-8, UTF-16 and UTF-32 by their marks, anything else by name. Other kinds of files are named."""

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.nearest import did_you_mean
from tui_reseller.domain.printed import line
from tui_reseller.domain.text import clean

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: it begins with its mark
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NOT_OF_FILES = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
"""No program writes tables in these: they are of domain names, of source text, and of mail."""
_SPREADSHEET = "open it and save it as CSV UTF-8"
_UNPACK = "unpack it first"
_OTHER_FILE = "it is another file than you meant: name the one with the rows"
_FOREIGN = (
    (b"PK\x05\x06", "an empty ZIP archive", _UNPACK),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook (XLS)", _SPREADSHEET),
    (b"\x1f\x8b", "packed with gzip", "unpack it first: gzip -dc FILE, and --from - reads stdin"),
    (b"BZh", "packed with bzip2", _UNPACK),
    (b"\xfd7zXZ", "packed with xz", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "packed with zstd", _UNPACK),
    (b"7z\xbc\xaf", "a 7-Zip archive", _UNPACK),
    (b"PAR1", "a Parquet file", "write it as CSV or JSON Lines: list --to FILE.csv"),
    (b"ARROW1", "an Arrow file", "write it as CSV or JSON Lines"),
    (b"SQLite format 3", "a database (SQLite)", "write it as CSV"),
    (b"%PDF", "a PDF document", "write it as CSV"),
    (b"{\\rtf", "an RTF document", "save it as CSV UTF-8"),
    (b"\x89PNG", "a picture (PNG)", _OTHER_FILE),
    (b"\xff\xd8\xff", "a picture (JPEG)", _OTHER_FILE),
    (b"GIF8", "a picture (GIF)", _OTHER_FILE),
    (b"\x7fELF", "a program", _OTHER_FILE),
)
_ARCHIVE = b"PK\x03\x04"
_HEAD = 4096
_MARKUP = re.compile(rb"\s*<(?:\?xml|!doctype|html|table|workbook)", re.IGNORECASE)
_BINARY = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
"""Control characters that no program writes into a table."""
_OFFERED = ("utf-8", "cp1252", "latin-1", "iso-8859-15", "cp1250", "utf-16")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, and the encoding in which it was read."""

    text: str
    encoding: str


def decoded(content: bytes, encoding: str = "", *, zeros: bool = False, by_option: bool = True) -> Decoded:
    """Return the text of a file; with *zeros* it may hold zero bytes. *By_option*: whoever hands it in can name the
    encoding; else the hint is how to turn it into UTF-8.

    Raises InvalidInput for a kind of file that is no text, with the way out, and with the line for what is not in the
    encoding.
    """
    _refuse_foreign(content)
    mark, found = next(((mark, name) for mark, name in _MARKS if content.startswith(mark)), (b"", "utf-8"))
    name = _checked(encoding) if encoding else found
    if not (encoding or mark or zeros):
        _refuse_unmarked(content, by_option=by_option)
    is_marked = bool(mark) and name.startswith(found[:6])
    body = content[len(mark) :] if is_marked else content
    try:
        return Decoded(body.decode(found if is_marked else name), found if is_marked else name)
    except UnicodeDecodeError as error:
        number = len(re.findall(rb"\r\n|\n|\r", body[: error.start])) + 1
        if _BINARY.search(content[:_HEAD]):
            raise InvalidInput("this is no text: it holds control characters", hint=_OTHER_FILE) from None
        way = "save it as UTF-8"
        hint = (
            way if encoding or not _is_cp1252(content) else f"{_way_to_read('cp1252', by_option=by_option)}, or {way}"
        )
        raise InvalidInput(f"line {number}: not {name.upper()}", field="encoding", hint=hint) from None


def _way_to_read(encoding: str, *, by_option: bool) -> str:
    if by_option:
        return f"read it as {encoding.upper()} with {line('--encoding', encoding)}"
    return f"turn it into UTF-8: {line('iconv', '-f', encoding.upper(), '-t', 'UTF-8')}"


def _checked(encoding: str) -> str:
    """Return the name of an encoding of text. Raises InvalidInput for one that there is not."""
    with suppress(LookupError, ValueError):
        found = codecs.lookup(encoding)
        "".encode(found.name)  # what turns text into text or bytes into bytes is none
        if found.name not in _NOT_OF_FILES:
            return found.name
    hint = did_you_mean(encoding.lower(), _OFFERED, f"encodings: {', '.join(_OFFERED)}")
    raise InvalidInput(f"no encoding {clean(encoding, longest=40)!r}", field="encoding", hint=hint)


def _is_cp1252(content: bytes) -> bool:
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True


def _refuse_foreign(content: bytes) -> None:
    """Raise InvalidInput for what is told by its first bytes to be no text."""
    if content.startswith(_ARCHIVE):
        what, way = _archive(content)
        raise InvalidInput(f"this is {what}, no CSV or JSON", hint=way)
    for begin, what, way in _FOREIGN:
        if content.startswith(begin):
            raise InvalidInput(f"this is {what}, no CSV or JSON", hint=way)
    if _MARKUP.match(content[:_HEAD].removeprefix(codecs.BOM_UTF8)):
        raise InvalidInput("this is HTML or XML, no CSV or JSON", hint=_SPREADSHEET)


def _archive(content: bytes) -> tuple[str, str]:
    head = content[:_HEAD]
    if b"opendocument.spreadsheet" in head:
        return "a spreadsheet (ODS)", _SPREADSHEET
    if b"[Content_Types].xml" in head or b"xl/" in head or b"xl/workbook" in content[-65536:]:
        return "an Excel workbook (XLSX)", _SPREADSHEET
    return "a ZIP archive", _UNPACK


def _refuse_unmarked(content: bytes, *, by_option: bool) -> None:
    """Raise InvalidInput for what looks like UTF-16 without its mark, or is no text at all."""
    head = content[:_HEAD]
    if b"\0" not in head:
        return
    even, odd = head[0::2].count(b"\0"), head[1::2].count(b"\0")
    for count, other, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if count > len(head) // 4 and other <= count // 8:
            way = _way_to_read(name, by_option=by_option)
            raise InvalidInput(f"this looks like {name.upper()} without a byte order mark", hint=way)
    raise InvalidInput("this is no text: it holds zero bytes", hint="save it as CSV UTF-8")
