"""How Subusers v3 writes a customer."""

from tui_reseller.api.lists.json_format import json_format
from tui_reseller.api.lists.records import RecordLayout
from tui_reseller.domain.providers.subusers_v3 import SUBUSERS_V3

LAYOUT = RecordLayout(SUBUSERS_V3, {"sending": "disabled"}, inverted=frozenset({"sending"}))
PAGE = json_format(LAYOUT)
