"""Cells that no person has written: what spreadsheets, exports and web pages make of a value.

Such a cell is asked about, never put right. A cell that is equal to what the customer has is never doubtful.
"""

import re
from contextlib import suppress

from tui_reseller.domain.exact_text import holds_unseen, spelt_out
from tui_reseller.domain.provider import Field
from tui_reseller.domain.text import quoted

_NO_VALUE = r"\\N|\(null\)|\[NULL\]|<null>|<NA>"
"""What exports of databases write, MySQL's and PostgreSQL's first."""
_KINDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE]\+\d+|[+-]?\d+[.,]\d+[eE][+-]?\d+"),
        "a spreadsheet has shortened the number",
    ),
    (re.compile(r"[+-]?\d+\.0"), "a program has made a decimal number of it"),
    (re.compile(rf"nan|NaN|None|null|NULL|NaT|undefined|{_NO_VALUE}"), "a program writes this where there is no value"),
    (re.compile(r"#(?:N/A|NV|[A-Z][A-Z0-9/]*[!?])"), "a spreadsheet writes this where a formula fails"),
    (re.compile(r"#{2,}"), "a spreadsheet writes this where a column is too narrow"),
    (re.compile(r"=.*", re.DOTALL), "it is a formula of a spreadsheet"),
)
_INSIDE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile("\ufffd"), "it holds a sign that stands for one that was lost (U+FFFD)"),
    (re.compile(r"&(?:[A-Za-z]{2,8}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});"), "it holds an entity of HTML"),
    (re.compile(r"mailto:", re.IGNORECASE), "it is a link, no address"),
)
_MAYBE = re.compile(
    "[\ufffd&#\\\\\u00c2-\u00f4\u200b-\u202f\u2060\ufeff]|mailto:|\\A=|\\A[+-]?\\d+[.,]?\\d*(?:[eE][+-]?\\d+)?\\Z"
    "|\\A(?:nan|None|null|NaT|undefined)\\Z|\\A(?:\\(null\\)|\\[NULL\\]|<NA>|<null>)\\Z",
    re.IGNORECASE,
)
"""What no doubtful cell is without, but for one of several addresses."""
_SEVERAL = re.compile(r"@[^@]*[;,/\s][^@]*@")
_LONGEST = 40
_DIGITS = re.compile(r"\d+")
_LOST = re.compile(r"[0+]+")
_FOR_LOST = "?_\ufffd"
_PAGES = ("cp1252", "mac_roman", "cp1250", "cp1251", "cp1254", "cp850", "cp437", "latin-1", "iso8859-15")
"""Encodings that spreadsheets and systems still write, and take the files of others for."""


def doubt(field: Field, value: str, present: str = "", spelt: str = "") -> str:
    """Return why a cell is doubtful that would change a field, or nothing. Present is what the customer has, spelt the
    cell as it stands in the file where an escape was read in it.
    """
    if spelt:
        return f"{quoted(spelt)} is read as signs that are not seen; a backslash of your own is written \\\\"
    if field.check == "email" and _SEVERAL.search(value):
        return f"{quoted(value, _LONGEST)}: there are several addresses in it"
    if value != present and not present.isascii() and (why := _misread(value, present)):
        return f"{quoted(value, _LONGEST)}: {why}"
    if not _MAYBE.search(value):
        return ""
    found = next((words for kind, words in _KINDS if kind.fullmatch(value)), "")
    found = found or next((words for kind, words in _INSIDE if kind.search(value)), "")
    found = found or _against_present(value, present) or _mojibake(value, present) or _unseen(value)
    return f"{quoted(value, _LONGEST)}: {found}" if found else ""


def _against_present(value: str, present: str) -> str:
    """Return what a number has lost at its beginning."""
    if _DIGITS.fullmatch(value) and present != value:
        begin = _LOST.match(present)
        if begin is not None and present.lstrip("0+") == value.lstrip("0") and len(value) < len(present):
            return f"it has lost what it begins with: the customer has {quoted(present)}"
    return ""


def _misread(value: str, present: str) -> str:
    """Return why a cell is what the customer has, written or read in an encoding that is not that of the file."""
    as_now = f"it is {quoted(present, _LONGEST)}, as the customer has it"
    if _is_but_for_lost(value, present):
        return f"{as_now}, without the letters that an encoding has not: save the file as UTF-8"
    if value.isascii() or as_it_was(value) == present:
        return ""
    for taken in _PAGES:
        with suppress(UnicodeEncodeError):
            content = value.encode(taken)
            if any(_reads_as(content, real, present) for real in ("utf-8", *_PAGES) if real != taken):
                return f"{as_now}, read as {taken.replace('_', ' ').upper()}: save the file as UTF-8"
    return ""


def _is_but_for_lost(value: str, present: str) -> bool:
    """Whether a cell is what the customer has, but for signs where that has letters that are not ASCII."""
    return len(value) == len(present) and all(
        one == other or (one in _FOR_LOST and not other.isascii()) for one, other in zip(value, present, strict=True)
    )


def _reads_as(content: bytes, encoding: str, text: str) -> bool:
    try:
        return _is_but_for_lost(content.decode(encoding), text)
    except UnicodeDecodeError:
        return False


def _mojibake(value: str, present: str) -> str:
    right = as_it_was(value)
    if right == value:
        return ""
    as_now = ", as the customer has it" if present and right == present else ""
    return f"it is {quoted(right)}{as_now}, read as CP1252: save the file as UTF-8, or write ours with --bom"


def as_it_was(value: str) -> str:
    """Return the text whose UTF-8 somebody took for CP1252; the value itself if it is not such a text."""
    try:
        return b"".join(map(_byte, value)).decode("utf-8")
    except UnicodeError:
        return value


def _byte(char: str) -> bytes:
    """Return the byte of a sign in CP1252; where that has none, programs take Latin-1's."""
    try:
        return char.encode("cp1252")
    except UnicodeEncodeError:
        if not "\x80" <= char <= "\x9f":
            raise
        return char.encode("latin-1")


def _unseen(value: str) -> str:
    return f"it holds signs that are not seen: {quoted(spelt_out(value))}" if holds_unseen(value) else ""
