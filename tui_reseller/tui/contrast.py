"""How well colours are read on each other, as WCAG 2 counts it, and colours changed until they are."""

from collections.abc import Iterable

from textual.color import BLACK, WHITE, Color

STEPS = 20
"""In so many steps one colour becomes another."""


def _luminance(color: Color) -> float:
    parts = [value / 255 for value in (color.r, color.g, color.b)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def legible(color: Color, planes: Iterable[Color], ratio: float, towards: Color) -> Color:
    """Return a colour, as far towards another one as it takes to have a contrast on every one of these planes."""
    planes = list(planes)
    for step in range(STEPS + 1):
        found = color.blend(towards, step / STEPS)
        if min(contrast(found, plane) for plane in planes) >= ratio:
            return found
    return towards


def ink_on(plane: Color) -> Color:
    """Return black or white, whichever is read better on a plane."""
    return max((BLACK, WHITE), key=lambda ink: contrast(ink, plane))
