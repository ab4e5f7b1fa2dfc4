"""The two formats in which the Reseller API v2 writes its list."""

from collections.abc import Mapping
from typing import Any

from tui_reseller.api.lists.json_format import json_format
from tui_reseller.api.lists.list_format import FastPath, ListFormat
from tui_reseller.api.reseller_v2.records import LAYOUT
from tui_reseller.api.reseller_v2.strict_xml import StrictXml
from tui_reseller.domain.profile import Format


def _fast_xml(strict: StrictXml) -> FastPath:
    from tui_reseller.api.reseller_v2.fast_xml import FastXml  # noqa: PLC0415 - polars

    return FastXml(strict)


LIST_FORMATS: Mapping[Format, ListFormat[Any]] = {
    Format.JSON: json_format(LAYOUT),
    Format.XML: ListFormat(LAYOUT, b"<users>", b"</user>", StrictXml, _fast_xml),
}
