"""The last look before a request leaves, from the use case that sends to what brings bytes on their way.

Between a use case and the first byte lies a connection that has to be made, and the machine may sleep meanwhile.
"""

from collections.abc import Callable
from contextvars import ContextVar

IS_LATE: ContextVar[Callable[[], bool] | None] = ContextVar("is_late", default=None)
"""Whether what is being sent must not leave any more; None where anything may leave at any time."""
