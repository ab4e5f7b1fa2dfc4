"""Rows to walk through, of which one is chosen."""

from textual.style import Style
from textual.widgets import OptionList

REVERSE = Style(reverse=True)


class Rows(OptionList):
    """An option list whose chosen row can be said by reverse video: Textual leaves that out of what it makes of the
    stylesheet, and without colours nothing else would show where one is.
    """

    def get_visual_style(self, *component_classes: str, partial: bool = False) -> Style:
        """Return the style of the stylesheet, whole."""
        style = super().get_visual_style(*component_classes, partial=partial)
        is_reverse = any(self.get_component_styles(name).text_style.reverse for name in component_classes)
        return style + REVERSE if is_reverse else style
