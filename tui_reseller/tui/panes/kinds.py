"""Styles of a pane by the kind of what is painted: component classes of the stylesheets, looked up once."""

from rich.style import Style
from textual.widget import Widget


class KindStyles(Widget):
    """A widget that paints texts of several kinds. Styles are kept until the colours change: Textual forgets them with
    every painting, and puts each together anew for as long as half a row of the list takes to draw.
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._kept_styles: dict[tuple[str, bool], Style] = {}

    def style_of(self, name: str, *, partial: bool = False) -> Style:
        """Return the style of a component class; partial: only what it sets itself."""
        key = name, partial
        if key not in self._kept_styles:
            self._kept_styles[key] = self.get_component_rich_style(name, partial=partial)
        return self._kept_styles[key]

    def notify_style_update(self) -> None:
        """Other colours: nothing that was drawn is good any more."""
        self._kept_styles = {}
        super().notify_style_update()
