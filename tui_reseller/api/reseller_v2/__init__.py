"""SendGrid's Reseller API v2: endpoint table, JSON and XML codecs, verdicts, streaming lists, and the client."""

from tui_reseller.domain.operation import WRITES, Operation

CAPABILITIES: frozenset[Operation] = frozenset({Operation.LIST, *WRITES})
"""What this provider can do: all eleven operations."""
