"""Every theme can be read: the contrast of all that stands on a plane, as WCAG 2 counts it; and themes are chosen."""

import re

import pytest
from textual.color import Color

from tests.harness.waiting import soon
from tui_reseller.domain.config import THEMES
from tui_reseller.tui.contrast import contrast, ink_on
from tui_reseller.tui.palettes import CHIP, EDGE, FACT, FIELD, WORD, palette
from tui_reseller.tui.stylesheets import stylesheets
from tui_reseller.tui.themes import FRAMED, SIXTEEN, theme

COLOURED = [name for name in THEMES if name != SIXTEEN]


def on(one, other):
    return contrast(Color.parse(one), Color.parse(other))


@pytest.mark.parametrize("name", COLOURED)
def test_all_that_stands_on_a_plane_can_be_read(name):
    colors = palette(name)
    planes = (colors.background, colors.surface, colors.panel, colors.mark_plane)
    for plane in planes:
        assert on(colors.text, plane) >= FACT
        assert on(colors.soft, plane) >= FACT
        assert on(colors.danger, plane) >= WORD
        assert on(colors.mark, plane) >= WORD
        assert on(colors.info, plane) >= WORD
        assert on(colors.off, plane) >= WORD
    for plane in (colors.off, colors.info):
        assert on(ink_on(Color.parse(plane)).hex6, plane) >= CHIP
    assert on("#ffffff", colors.danger_plane) >= CHIP
    assert on(colors.cursor_ink, colors.cursor) >= CHIP
    assert on(colors.cursor, colors.background) >= EDGE
    selected = theme(name).variables
    assert on(selected["field"], colors.surface) >= FIELD, "an empty field is seen"
    assert on(colors.text, selected["field"]) >= WORD
    assert on(selected["input-selection-foreground"], selected["input-selection-background"]) >= CHIP
    assert on(colors.surface, colors.background) > 1.05 or name in FRAMED, "a dialog has a plane or a frame"
    assert on(colors.rule, colors.background) >= EDGE


def test_with_high_contrast_an_empty_field_is_seen_where_it_is():
    colors, field = palette("high-contrast"), theme("high-contrast").variables["field"]
    assert on(field, colors.surface) >= EDGE
    assert on(colors.text, field) >= FACT


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_names_every_colour_that_the_stylesheets_ask_for(name):
    asked = {found for path in stylesheets() for found in re.findall(r"\$([a-z-]+)", path.read_text())}
    assert "danger-plane" in asked
    assert asked <= set(theme(name).variables) | {"background", "foreground", "surface", "panel", "boost"}


async def test_a_theme_is_seen_before_it_is_chosen_and_kept_in_the_config(at_desk):
    async with at_desk() as desk:
        await desk.press("colon")
        await desk.opened("Commands")
        await desk.write("theme")
        await desk.press("enter")
        await desk.opened("Theme")
        assert desk.app.theme == "dark"
        await desk.press("down")
        await soon("the next one is shown", lambda: desk.app.theme == "light")
        await desk.press("escape")
        await soon("the one before is back", lambda: desk.dialog is None and desk.app.theme == "dark")
        await desk.press("colon")
        await desk.write("theme")
        await desk.press("enter")
        await desk.opened("Theme")
        await desk.press("down", "down", "enter")
        await desk.told("Theme high-contrast, kept in the config.")
        assert desk.app.theme == "high-contrast"
        assert desk.services.profiles.load().settings.theme == "high-contrast"
