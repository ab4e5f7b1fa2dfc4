"""T14: what `clean()` promises holds for any text: total, idempotent, harmless, never longer, as wide as it says.

Texts are made from a seed: hostile ones of tests/harness/hostile.py, cut and joined, and characters of all planes, with
a liking for marks, controls and halves. Here 10,000, and every 11th code point there is; 1,000,000 and all of them with

    TUI_RESELLER_FULL=1 python -m pytest tests/reliability/test_sanitiser.py -n0
"""

import os
import random
import re
import unicodedata

import pytest
from rich.cells import cell_len

from tests.harness import hostile
from tui_reseller.cli.table import display_width, truncate
from tui_reseller.domain.text import MAX_MARKS, clean, formula_restored, formula_safe, quoted
from tui_reseller.tui.presenters import rows

FULL = bool(os.environ.get("TUI_RESELLER_FULL"))
COUNT = 1_000_000 if FULL else 10_000
STEP = 1 if FULL else 11
PARTS = 4
SHORT = [text for _, text in hostile.ALL if len(text) < 80]
POOLS = (
    (0x00, 0x20), (0x20, 0x7F), (0x7F, 0xA0), (0xA0, 0x300), (0x300, 0x370), (0x590, 0x780), (0x900, 0xE80),
    (0x1100, 0x1200), (0x2000, 0x2070), (0x20D0, 0x2100), (0x3000, 0x3100), (0x4E00, 0x9FFF), (0xAC00, 0xE000),
    (0xE000, 0x10000), (0x10000, 0x20000), (0x1F000, 0x20000), (0xE0000, 0xE0200), (0x20000, 0x110000),
)  # fmt: skip
UNSEEN = "\u200c\u200d\ufe0e\ufe0f"
LOOSE = re.compile(f"(?:^|[ -~])[{UNSEEN[:2]}]|[{UNSEEN[:2]}](?:$|[ -~{UNSEEN}])|[a-zA-Z ][{UNSEEN[2:]}]")
"""A joiner or a selector where it has no meaning: nobody sees it."""


def any_text(chance: random.Random) -> str:
    if chance.random() < 0.3:
        text = chance.choice(SHORT) + chance.choice(SHORT)
        at = chance.randrange(len(text) + 1)
        return text[at:] + text[:at]
    parts = []
    for _ in range(chance.randrange(12)):
        low, high = chance.choice(POOLS)
        parts.append(chr(chance.randrange(low, high)) * chance.choice((1, 1, 1, 2, 7)))
    return "".join(parts)


def plain(text: str) -> bool:
    return not any(char in UNSEEN for char in text)


def most_marks(text: str) -> int:
    longest = run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) or unicodedata.category(char).startswith("M") else 0
        longest = max(longest, run)
    return longest


@pytest.mark.parametrize("part", range(PARTS))
def test_any_text(part):
    for number in range(COUNT * part // PARTS, COUNT * (part + 1) // PARTS):
        chance = random.Random(number)
        text = any_text(chance)
        longest = chance.choice((4096, 4096, 1, 5, 40))
        shown = clean(text, longest=longest)
        assert hostile.is_harmless(shown), number
        assert clean(shown, longest=longest) == shown, number
        assert len(shown) <= min(len(text), longest), number
        assert most_marks(shown) <= MAX_MARKS, number
        shown.encode("utf-8")
        assert not LOOSE.search(shown), number
        if len(text) <= longest and hostile.is_harmless(text + shown) and most_marks(text) <= MAX_MARKS and plain(text):
            assert shown == text, number
        assert formula_restored(formula_safe(text)) == text, number
        assert hostile.is_harmless(quoted(text)), number
        known = hostile.columns(shown)
        if known is not None:
            assert display_width(shown) == known, number
            assert cell_len(shown) == known, number
        width = chance.randrange(2, 30)
        assert display_width(truncate(shown, width)) <= width, number
        assert cell_len(rows.cut(shown, width)) == width, number
        assert cell_len(rows.cut_middle(shown, width)) == width, number


def test_every_code_point():
    for code in range(chance_begin(), 0x110000, STEP):
        text = f"a{chr(code)}b"
        shown = clean(text)
        assert hostile.is_harmless(shown), hex(code)
        assert clean(shown) == shown, hex(code)
        assert shown[0] == "a", hex(code)
        assert shown[-1] == "b", hex(code)


def chance_begin() -> int:
    """Begin somewhere else in each run, unless all are looked at; a failure names its code point."""
    return random.randrange(STEP)
