"""How the Reseller API v2 writes a customer."""

from tui_reseller.api.lists.records import RecordLayout
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2

LAYOUT = RecordLayout(RESELLER_V2, {"sending": "active"})
