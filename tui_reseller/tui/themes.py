"""Themes: dark, light and 16 colours. Blue and orange, never red against green; nothing is said by colour alone."""

from textual.theme import Theme

_DARK = Theme(
    name="dark",
    dark=True,
    primary="#5fafff",
    secondary="#87afd7",
    warning="#ffaf5f",
    error="#ff875f",
    success="#5fafff",
    accent="#ffaf00",
    foreground="#e4e4e4",
    background="#121212",
    surface="#1c1c1c",
    panel="#303030",
)
_LIGHT = Theme(
    name="light",
    dark=False,
    primary="#005faf",
    secondary="#3a5f87",
    warning="#af5f00",
    error="#af3a00",
    success="#005faf",
    accent="#af5f00",
    foreground="#1c1c1c",
    background="#ffffff",
    surface="#f2f2f2",
    panel="#dadada",
)
_SIXTEEN = Theme(
    name="16",
    dark=True,
    ansi=True,
    primary="ansi_bright_blue",
    secondary="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_bright_yellow",
    success="ansi_bright_blue",
    accent="ansi_yellow",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    # What Textual's own stylesheets ask of a theme of 16 colours.
    variables={
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "border-blurred": "ansi_black",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_white",
        "input-cursor-background": "ansi_white",
        "input-cursor-foreground": "ansi_black",
        "input-cursor-text-style": "none",
        "input-selection-background": "ansi_bright_blue",
        "input-selection-foreground": "ansi_black",
        "screen-selection-background": "ansi_bright_blue",
        "screen-selection-foreground": "ansi_black",
    },
)
THEMES = {theme.name: theme for theme in (_DARK, _LIGHT, _SIXTEEN)}

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
