"""One way to make remote text harmless before it reaches a terminal, a table, a log or a CSV file."""

import re
import unicodedata

MAX_SHOWN = 4096
MAX_MARKS = 4
_HARMLESS = re.compile(r"[^\x20-\x7e\xa1-\xac\xae-\u02ff]")
_BIDI = frozenset({0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)})
_ZERO_WIDTH = frozenset(
    {0x00AD, 0x180E, 0x200B, 0x2060, 0xFEFF, *range(0x2061, 0x2065), *range(0x206A, 0x2070), *range(0xFFF9, 0xFFFC)}
)
_UNSEEN = frozenset(
    {
        0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0x180B, 0x1810), *range(0xFE00, 0xFE0E),
        *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B),
    }
)  # fmt: skip
"""What Unicode tells a program not to draw (Default_Ignorable_Code_Point), beside the joiners and the two selectors
that scripts and emoji need: a name with one of these looks like another name.
"""
_HIDDEN = _BIDI | _ZERO_WIDTH | _UNSEEN
JOINERS = "\u200c\u200d"
SELECTORS = "\ufe0e\ufe0f"
_KEYCAPS = "#*0123456789\xa9\xae"
_LINE_BREAKS = "\t\n\x85\u2028\u2029"
_FORMULA = re.compile("'*[\\s\"\u00a0\ufeff\u200b-\u200d\u2060\ufe0e\ufe0f]*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def clean(text: str, *, longest: int = MAX_SHOWN) -> str:
    """Return text that cannot act on a terminal: controls, bidi, invisible and unassigned characters made visible.

    Line breaks and tabs become blanks, so that a row stays a row; at most four combining marks stay on a letter; what
    is longer than *longest* characters is cut with a sign. Idempotent. (Rules measured for this project: every widget
    passes escape sequences to the terminal, so nothing may reach one unclean.)
    """
    if len(text) <= longest and not _HARMLESS.search(text):
        return text
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    return "".join(pictures(text))


def pictures(text: str) -> list[str]:
    """Return what clean() shows for each character: itself where it is harmless, a sign in its place, or nothing."""
    shown: list[str] = []
    before = ""
    marks = 0
    for at, char in enumerate(text):
        marks = marks + 1 if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Mc", "Me"} else 0
        if marks > MAX_MARKS:
            shown.append("")
            continue
        if char in JOINERS:
            after = text[at + 1 : at + 2]
            is_joint = _can_join(before) and bool(after.strip(SELECTORS)) and _can_join(_visible(after))
            before = char if is_joint else "\ufffd"
        elif char in SELECTORS:
            before = char if before and _is_emoji(before) else "\ufffd"
        else:
            before = _visible(char)
        shown.append(before)
    return shown


def is_not_drawn(char: str) -> bool:
    """Whether a character leaves no trace on a screen, wherever it stands."""
    return ord(char) in _HIDDEN or char in JOINERS or char in SELECTORS or 0xE0000 <= ord(char) <= 0xE0FFF


def _can_join(char: str) -> bool:
    """Whether a joiner has a meaning beside a character: in emoji and in scripts that are written joined. Anywhere else
    it is not seen.
    """
    return char >= "\u0590" and char != "\ufffd" and unicodedata.category(char)[0] in "LMS"


def _is_emoji(char: str) -> bool:
    """Whether a selector after a character chooses between two pictures of it."""
    return char in _KEYCAPS or (char >= "\u203c" and char != "\ufffd" and unicodedata.category(char)[0] not in "MZC")


def _visible(char: str) -> str:
    code = ord(char)
    if char == "\r":
        return "␍"
    if char in _LINE_BREAKS:
        return " "
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if 0x7F < code < 0xA0 or unicodedata.category(char) in {"Cs", "Cn", "Co"} or 0xE0000 <= code <= 0xE0FFF:
        return "\ufffd"
    return "\ufffd" if code in _HIDDEN else char


def formula_safe(text: str) -> str:
    """Return text that no spreadsheet runs as a formula: a ' in front of what would start one. A ' that stands in such
    a place already gets another one, so that formula_restored() is exact.
    """
    return "'" + text if _FORMULA.match(text) else text


def formula_restored(text: str) -> str:
    """Return what formula_safe() was given: the mark that it sets is taken away, and nothing else."""
    return text[1:] if text[:1] == "'" and _FORMULA.match(text, 1) else text


def quoted(name: str, longest: int = 80) -> str:
    """Return a username or value for a sentence: cleaned, and between quotation marks so that its ends are seen; what
    would end them has a backslash in front of it.
    """
    return '"' + clean(name, longest=longest).replace("\\", "\\\\").replace('"', '\\"') + '"'
