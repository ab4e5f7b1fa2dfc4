r"""Text in a file of ours that is harmless to look at and gives back exactly what it was made of.

Control and invisible characters and line breaks are written as ``\t``, ``\n``, ``\r``, ``\u202e`` or ``\U000e0041``. A
backslash that stands before such an escape, or would begin one, is doubled; any other backslash stays as it is.
"""

import re

from tui_reseller.domain.text import JOINERS, SELECTORS, pictures

_NAMED = {"\t": "t", "\n": "n", "\r": "r"}
_SIGNS = {name: char for char, name in _NAMED.items()}
_TAIL = r"(?:[tnr]|u[0-9a-f]{4}|U(?:000[0-9a-f]|0010)[0-9a-f]{4})"
"""What makes an escape of a backslash before it."""
_WOULD_BEGIN = re.compile(rf"\\+(?={_TAIL})")
_ESCAPE = re.compile(rf"(\\+)({_TAIL})")
_IN_QUOTATION = {"\\": "\\\\", '"': '\\"'}
_PLAIN = re.compile(r"[\x20-\x5b\x5d-\x7e\xa1-\xac\xae-\u02ff]*")


def spelt_out(text: str) -> str:
    """Return a text as a file of ours has it. Nothing that is not seen is left in it; read_back() is its inverse."""
    if _PLAIN.fullmatch(text):
        return text
    written: list[str] = []
    begin = 0
    for at in unseen_in(text):
        before = _WOULD_BEGIN.sub(_doubled, text[begin:at])
        backslashes = len(before) - len(before.rstrip("\\"))
        written += [before, "\\" * backslashes, _escape(text[at])]
        begin = at + 1
    return "".join(written) + _WOULD_BEGIN.sub(_doubled, text[begin:])


def exactly_quoted(text: str) -> str:
    """Return a text between quotation marks that nothing in it can end: other texts are written otherwise, also where
    they look alike.
    """
    unseen = set(unseen_in(text))
    parts = (_escape(char) if at in unseen else _IN_QUOTATION.get(char, char) for at, char in enumerate(text))
    return f'"{"".join(parts)}"'


def read_back(text: str) -> str:
    """Return what spelt_out() was given."""
    return _ESCAPE.sub(_turned_back, text) if "\\" in text else text


def holds_unseen(text: str) -> bool:
    """Whether a text holds signs that are not seen, or line breaks."""
    return not _PLAIN.fullmatch(text.replace("\\", "")) and bool(unseen_in(text))


def unseen_in(text: str) -> list[int]:
    """Return where characters stand that are not seen, or break a line: they are written as an escape.

    Joiners and selectors have a meaning only between characters that are seen.
    """
    odd = [picture != char for char, picture in zip(text, pictures(text), strict=True)]
    for at, char in enumerate(text):
        if char in JOINERS or char in SELECTORS:
            odd[at] = odd[at] or any(odd[max(0, at - 1) : at + 2])
    return [at for at, is_odd in enumerate(odd) if is_odd]


def _escape(char: str) -> str:
    if char in _NAMED:
        return "\\" + _NAMED[char]
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _doubled(found: re.Match[str]) -> str:
    return found[0] * 2


def _turned_back(found: re.Match[str]) -> str:
    """An even number of backslashes is half as many and no escape; the last of an odd number begins one."""
    backslashes, tail = found[1], found[2]
    kept = "\\" * (len(backslashes) // 2)
    return kept + (tail if len(backslashes) % 2 == 0 else _SIGNS.get(tail) or chr(int(tail[1:], 16)))
