"""Under the rows of a page: the whole of the row under the cursor, where that is cut."""

from rich.cells import cell_len
from textual.widgets import OptionList, Static

PADDING = 2
"""Cells beside the words of a row (styles/pages.tcss)."""


class WholeLine(Static):
    """Comes with the first row that is cut, and stays: rows that jump up and down are hard to follow."""

    def __init__(self) -> None:
        super().__init__("", markup=False, id="page-whole")
        self.display = False

    def follow(self, event: OptionList.OptionHighlighted) -> None:
        """Say the row that is highlighted now."""
        words = str(event.option.prompt)
        is_cut = cell_len(words) > event.option_list.scrollable_content_region.width - PADDING
        if is_cut or self.display:
            self.display = True
            self.update(words if is_cut else "")
