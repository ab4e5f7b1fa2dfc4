"""Usernames that are one to the eye: exact code points tell customers apart, people do not read code points."""

import re
import unicodedata

from tui_reseller.domain.exact_text import unseen_in
from tui_reseller.domain.text import is_not_drawn, pictures

_BLANKS = re.compile(r"[\x00-\x20\x7f]+")
_OVERLOOKED = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_ALIKE = str.maketrans(
    {
        **dict(zip("авекмнорстухіјѕһԁԛԝ", "abekmhopctyxijshdqw", strict=True)),  # Cyrillic, small or capital alike
        **dict(zip("αβεηικμνορτυχ", "abehikmvoptyx", strict=True)),  # Greek
        **dict(zip("ıɑɡɩ", "iagi", strict=True)),
        **dict(zip("01|", "oll", strict=True)),
    }
)


def is_same_name(one: str, other: str) -> bool:
    """Whether two usernames differ at most by case, width or form of their letters, and blanks around them."""
    if one.isascii() and other.isascii():
        return one.strip().lower() == other.strip().lower()
    return _folded(one).strip() == _folded(other).strip()


def skeleton(name: str) -> str:
    """Return what is left of a username when the eye has overlooked what it does: equal looks are taken for each other.

    Case, normal form, width, blanks and invisible signs are gone; letters of other scripts and digits that look like a
    Latin letter are that letter (reliability D07, D12; a small part of Unicode's confusables, enough for a warning).
    """
    if name.isascii():
        return _BLANKS.sub("", name).lower().translate(_ALIKE)
    folded = _folded(name)
    seen = "".join(char for char, picture in zip(folded, pictures(folded), strict=True) if picture and _is_seen(char))
    return seen.translate(_ALIKE)


def _is_seen(char: str) -> bool:
    return not (unicodedata.category(char) in _OVERLOOKED or is_not_drawn(char))


def difference(name: str, other: str) -> str:
    """Say where another username begins to differ from this one, for an eye that sees none."""
    at = next((i for i, (a, b) in enumerate(zip(name, other, strict=False)) if a != b), min(len(name), len(other)))
    return f"character {at + 1} there is {_named(other[at : at + 1])}, here {_named(name[at : at + 1])}"


def oddity(name: str) -> str:
    """Say what makes a username one that people take for another, or cannot type; nothing for an ordinary one."""
    if name.isascii():
        return ""
    for char in name:
        if char != " " and not char.isascii() and unicodedata.category(char) in _OVERLOOKED | {"Cn", "Co"}:
            return f"it holds {_named(char)} (U+{ord(char):04X})"
    for at in unseen_in(name):
        return f"it holds {_named(name[at])} (U+{ord(name[at]):04X}), which is not seen"
    if any(char.isascii() and char.isalpha() for char in name):
        for char in name.casefold():
            if not char.isascii() and char.translate(_ALIKE).isascii():
                return f"it holds {_named(char)}, which looks like another letter"
    if unicodedata.normalize("NFKC", name) != name:
        return "it is written in an unusual form of Unicode"
    return ""


def _named(char: str) -> str:
    if not char or char == " ":
        return "a blank" if char else "none"
    return f'"{char}"' if "!" <= char <= "~" else unicodedata.name(char, f"U+{ord(char):04X}")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
