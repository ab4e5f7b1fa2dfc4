"""Themes for the screen library, each made of a palette when it is first wanted; that of 16 colours uses the terminal's
own.
"""

from functools import cache

from textual.color import Color
from textual.theme import Theme

from tui_reseller.domain.config import THEMES
from tui_reseller.tui.contrast import ink_on
from tui_reseller.tui.palettes import Palette, palette

SIXTEEN = "16"
"""The theme in the terminal's own colours; also what a screen without colours is drawn with."""
FRAMED = frozenset({SIXTEEN, "high-contrast"})
"""Themes in which a dialog lies on no plane of its own."""


@cache
def theme(name: str) -> Theme:
    """Return a theme of domain.config.THEMES. Raises KeyError for another name."""
    return _SIXTEEN if name == SIXTEEN else _made(name, palette(name))


def kind_of(name: str) -> str:
    """Say in a word or two what a theme is like."""
    if name == SIXTEEN:
        return "the terminal's own"
    return "dark" if palette(name).is_dark else "light"


def _made(name: str, colors: Palette) -> Theme:
    ink = {plane: ink_on(Color.parse(plane)).hex6 for plane in (colors.off, colors.info)}
    return Theme(
        name=name, dark=colors.is_dark, primary=colors.info, secondary=colors.soft, warning=colors.off,
        error=colors.danger, success=colors.info, accent=colors.mark, foreground=colors.text,
        background=colors.background, surface=colors.surface, panel=colors.panel, boost=colors.panel,
        variables={
            "soft": colors.soft, "rule": colors.rule, "key": colors.info,
            "cursor-plane": colors.cursor, "cursor-ink": colors.cursor_ink, "cursor-style": "bold",
            "off": colors.off, "off-ink": ink[colors.off], "info": colors.info, "info-ink": ink[colors.info],
            "danger": colors.danger, "danger-plane": colors.danger_plane, "danger-ink": "#ffffff",
            "mark": colors.mark, "mark-plane": colors.mark_plane, "field": colors.field or colors.panel,
            "block-cursor-background": colors.cursor, "block-cursor-foreground": colors.cursor_ink,
            "block-cursor-text-style": "bold", "block-cursor-blurred-background": colors.panel,
            "block-cursor-blurred-foreground": colors.text, "block-cursor-blurred-text-style": "bold",
            "input-cursor-background": colors.text, "input-cursor-foreground": colors.background,
            "input-selection-background": colors.cursor_ink, "input-selection-foreground": colors.cursor,
            "screen-selection-background": colors.cursor, "screen-selection-foreground": colors.cursor_ink,
            "scrollbar": colors.rule, "scrollbar-hover": colors.rule, "scrollbar-active": colors.rule,
            "scrollbar-background": colors.surface, "scrollbar-background-hover": colors.surface,
            "scrollbar-background-active": colors.surface, "scrollbar-corner-color": colors.surface,
        },
    )  # fmt: skip


_SIXTEEN = Theme(
    name=SIXTEEN, dark=True, ansi=True, primary="ansi_bright_blue", secondary="ansi_default", warning="ansi_yellow",
    error="ansi_bright_magenta", success="ansi_bright_blue", accent="ansi_bright_cyan", foreground="ansi_default",
    background="ansi_default", surface="ansi_default", panel="ansi_default", boost="ansi_default",
    variables={
        "soft": "ansi_default", "rule": "ansi_default", "key": "ansi_bright_cyan", "cursor-plane": "ansi_default",
        "cursor-ink": "ansi_default", "cursor-style": "reverse", "off": "ansi_bright_yellow", "off-ink": "ansi_black",
        "info": "ansi_bright_blue", "info-ink": "ansi_black", "danger": "ansi_bright_magenta",
        "danger-plane": "ansi_bright_magenta", "danger-ink": "ansi_black", "mark": "ansi_bright_cyan",
        "mark-plane": "ansi_default", "field": "ansi_default",
        # What the screen library's own stylesheets ask of a theme of 16 colours.
        "ansi-background": "ansi_black", "ansi-foreground": "ansi_white", "border-blurred": "ansi_black",
        "block-cursor-foreground": "ansi_black", "block-cursor-background": "ansi_white",
        "input-cursor-background": "ansi_white", "input-cursor-foreground": "ansi_black",
        "input-cursor-text-style": "none", "input-selection-background": "ansi_bright_blue",
        "input-selection-foreground": "ansi_black", "screen-selection-background": "ansi_bright_blue",
        "screen-selection-foreground": "ansi_black", "scrollbar": "ansi_white", "scrollbar-background": "ansi_black",
    },
)  # fmt: skip

BADGES = {
    "red": "bold white on #af0000", "orange": "bold black on #ff8700", "yellow": "bold black on #ffd75f",
    "blue": "bold white on #005faf", "cyan": "bold black on #5fd7d7", "violet": "bold white on #875faf",
    "grey": "bold black on #bcbcbc",
}  # fmt: skip
"""Colours of a profile's badge; they differ in lightness too."""
BADGES_16 = {
    "red": "bold white on red", "orange": "bold black on yellow", "yellow": "bold black on bright_yellow",
    "blue": "bold white on blue", "cyan": "bold black on cyan", "violet": "bold white on magenta",
    "grey": "bold black on white",
}  # fmt: skip

__all__ = ["BADGES", "BADGES_16", "FRAMED", "SIXTEEN", "THEMES", "kind_of", "theme"]
