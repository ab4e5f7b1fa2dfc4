"""Palettes: one colour for each meaning. Blue and orange, magenta for danger; never red against green, and nothing is
said by colour alone.

Our own are xterm-256 values, so that they are the same where no terminal says that it has more. Those that people know
from elsewhere are taken from the screen library, each colour changed until it can be read.
"""

from dataclasses import dataclass
from functools import cache

from textual.color import BLACK, WHITE, Color
from textual.theme import BUILTIN_THEMES

from tui_reseller.tui.contrast import contrast, ink_on, legible

FACT, WORD, CHIP, EDGE = 6.0, 4.5, 4.5, 3.0
"""Least contrast of text on the planes of the screen, of a word in a colour, of ink on a coloured plane, and of a plane
or a rule that has to be seen.
"""
FIELD = 1.25
"""Least contrast of an empty field and the dialog that it is in."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Background, surface and panel are the planes of screen, dialog and bars. Text is what is acted on, soft what
    stands beside it. Info is for keys and what went well, off for what is stopped or needs a look, danger for what
    cannot be taken back (danger_plane under white), mark for marked rows, cursor is the plane of the row with the keys.
    Field is that of a field to type in, the panel's if it is not said.
    """

    is_dark: bool
    background: str
    surface: str
    panel: str
    text: str
    soft: str
    info: str
    off: str
    danger: str
    danger_plane: str
    mark: str
    mark_plane: str
    cursor: str
    cursor_ink: str
    rule: str
    field: str = ""


OWN = {
    "dark": Palette(
        is_dark=True, background="#121212", surface="#1c1c1c", panel="#303030", text="#e4e4e4", soft="#c6c6c6",
        info="#5fafff", off="#ffaf5f", danger="#ff87af", danger_plane="#d7005f", mark="#ffd75f", mark_plane="#3a3a3a",
        cursor="#005fd7", cursor_ink="#ffffff", rule="#626262",
    ),
    "light": Palette(
        is_dark=False, background="#ffffff", surface="#eeeeee", panel="#e4e4e4", text="#1c1c1c", soft="#4e4e4e",
        info="#005faf", off="#875f00", danger="#af005f", danger_plane="#af005f", mark="#5f5f00", mark_plane="#ffffd7",
        cursor="#005fd7", cursor_ink="#ffffff", rule="#767676", field="#d0d0d0",
    ),
    "high-contrast": Palette(
        is_dark=True, background="#000000", surface="#000000", panel="#000000", text="#ffffff", soft="#ffffff",
        info="#87d7ff", off="#ffd700", danger="#ffafd7", danger_plane="#d7005f", mark="#ffff87", mark_plane="#262626",
        cursor="#ffffff", cursor_ink="#000000", rule="#949494", field="#5f5f5f",
    ),
}  # fmt: skip


@cache
def palette(name: str) -> Palette:
    """Return a palette of ours, or one of the screen library's made legible. Raises KeyError for another name."""
    if name in OWN:
        return OWN[name]
    known = BUILTIN_THEMES[name]
    background = Color.parse(known.background or ("#121212" if known.dark else "#ffffff"))
    text = Color.parse(known.foreground or ("#e0e0e0" if known.dark else "#1c1c1c"))
    ink = WHITE if known.dark else BLACK
    surface = Color.parse(known.surface) if known.surface else background.blend(text, 0.05)
    panel = Color.parse(known.panel) if known.panel else background.blend(text, 0.14)
    yellow = Color.parse(known.accent or known.warning or "#ffd75f")
    marked = background.blend(yellow, 0.16)
    planes = (background, surface, panel, marked)
    text = legible(text, planes, FACT, ink)
    info, off, danger, mark = (
        legible(Color.parse(color), planes, WORD, ink).hex6
        for color in (known.primary, known.warning or "#ffa62b", known.error or "#ba3c5b", yellow.hex)
    )
    cursor = legible(Color.parse(known.primary).blend(background, 0.45), (background,), EDGE, ink)
    return Palette(
        is_dark=known.dark, background=background.hex6, surface=surface.hex6, panel=panel.hex6, text=text.hex6,
        soft=legible(text.blend(background, 0.42), planes, FACT, ink).hex6, info=info, off=off, danger=danger,
        danger_plane=legible(Color.parse(known.error or "#ba3c5b"), (WHITE,), CHIP, BLACK).hex6, mark=mark,
        mark_plane=marked.hex6, cursor=cursor.hex6, cursor_ink=_on_cursor(cursor).hex6,
        rule=legible(panel, (background,), EDGE, ink).hex6, field=legible(panel, (surface,), FIELD, ink).hex6,
    )  # fmt: skip


def _on_cursor(cursor: Color) -> Color:
    return WHITE if contrast(WHITE, cursor) >= CHIP else ink_on(cursor)
