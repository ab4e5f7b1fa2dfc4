"""The operator's views, and how each profile's list looked last. One small file; odd entries are left out."""

import json
from collections.abc import Mapping
from pathlib import Path

from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.view import ListLayout, View
from tui_reseller.system.files import only_writer, read_plain, write_whole

_LARGEST = 1024 * 1024


class Views:
    """Views in the state folder. They are the program's to write: the config file stays the operator's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "views.json"

    def saved(self) -> tuple[View, ...]:
        """Return the operator's own views."""
        found = self._read().get("views")
        views = [_view(key, value) for key, value in found.items()] if isinstance(found, dict) else []
        return tuple(view for view in views if view is not None)

    def layout(self, profile: str) -> ListLayout:
        """Return how the list of a profile looked last."""
        found = self._read().get("looks")
        return _layout(found.get(profile) if isinstance(found, dict) else None) or ListLayout()

    def put(self, view: View) -> None:
        """Keep a view, in the place of one with the same key. Raises BadConfig if the disk refuses."""
        content: dict[str, object] = {"name": view.name, "filter": view.filter}
        self._change("views", view.key, content if view.layout is None else {**content, "look": _written(view.layout)})

    def drop(self, key: str) -> None:
        """Forget a view. Raises BadConfig if the disk refuses."""
        self._change("views", key, None)

    def keep_layout(self, profile: str, layout: ListLayout) -> None:
        """Keep how the list of a profile looks. Raises BadConfig if the disk refuses."""
        self._change("looks", profile, _written(layout))

    def _change(self, part: str, key: str, value: Mapping[str, object] | None) -> None:
        with only_writer(self._folder / "views.lock"):
            found = self._read()
            old = found.get(part)
            entries = {**(old if isinstance(old, dict) else {}), key: value}
            kept = {name: entry for name, entry in entries.items() if entry is not None}
            write_whole(self._path, json.dumps({**found, part: kept}, indent=1).encode("ascii"))

    def _read(self) -> dict[str, object]:
        try:
            found = json.loads(read_plain(self._path, _LARGEST))
        except (OSError, ValueError, RecursionError, BadConfig):
            return {}
        return found if isinstance(found, dict) else {}


def _written(layout: ListLayout) -> dict[str, object]:
    return {"sort": layout.sort, "descending": layout.descending, "columns": list(layout.columns)}


def _layout(found: object) -> ListLayout | None:
    if not isinstance(found, dict):
        return None
    sort, columns = found.get("sort"), found.get("columns")
    chosen = tuple(name for name in columns if isinstance(name, str)) if isinstance(columns, list) else ()
    return ListLayout(sort if isinstance(sort, str) else "", found.get("descending") is True, chosen)


def _view(key: str, found: object) -> View | None:
    if not (isinstance(found, dict) and len(key) == 1 and key.isdigit()):
        return None
    name, text = found.get("name"), found.get("filter")
    return (
        View(key, name, text, _layout(found.get("look"))) if isinstance(name, str) and isinstance(text, str) else None
    )
