"""Lines in parts: a text and what it is. The stylesheets say how each kind looks; here nothing knows a colour."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size

from tui_reseller.domain.cells import as_fits, is_disputed, most_cells

Part = tuple[str, str]
"""A text and its kind: a component class of the pane that shows it; an empty kind is the pane's own style."""


def text_of(parts: Iterable[Part]) -> str:
    """Return what parts say."""
    return "".join(text for text, _ in parts)


def cells_of(parts: Iterable[Part]) -> int:
    """Return how many cells parts take, at most where terminals disagree."""
    return sum(most_cells(text) if is_disputed(text) else cell_len(text) for text, _ in parts)


def apart(groups: Sequence[Sequence[Part]], gap: str) -> list[Part]:
    """Return groups behind each other with a gap between them."""
    return [part for at, group in enumerate(groups) for part in ((gap if at else "", ""), *group) if part[0]]


def cropped(parts: Sequence[Part], room: int) -> list[Part]:
    """Return as much of parts as there is room for; what is cut ends in an ellipsis."""
    if cells_of(parts) <= room:
        return list(parts)
    found: list[Part] = []
    left = max(room - 1, 0)
    for text, kind in parts:
        piece = as_fits(text, left) if is_disputed(text) else text
        piece = piece if cell_len(piece) <= left else set_cell_size(piece, left)
        found.append((piece, kind))
        left -= cells_of([(piece, kind)])
    return [*found, ("…", "")]
