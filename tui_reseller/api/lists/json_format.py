"""A list that is one JSON array of objects."""

from functools import partial

from tui_reseller.api.lists.list_format import FastPath, ListFormat
from tui_reseller.api.lists.records import RecordLayout
from tui_reseller.api.lists.strict_json import StrictJson


def json_format(layout: RecordLayout) -> ListFormat[StrictJson]:
    """Return the format of a list of such records."""
    return ListFormat(layout, b"[", b"}", partial(StrictJson, layout), _fast)


def _fast(strict: StrictJson) -> FastPath:
    from tui_reseller.api.lists.fast_json import FastJson  # noqa: PLC0415 - polars

    return FastJson(strict)
