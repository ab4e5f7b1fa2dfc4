"""What a use case lets the calls below it know, down to what brings bytes on their way.

Between a use case and the first byte lies a connection that has to be made, and the machine may sleep meanwhile.
"""

from collections.abc import Callable
from contextvars import ContextVar

IS_LATE: ContextVar[Callable[[], bool] | None] = ContextVar("is_late", default=None)
"""Whether what is being sent must not leave any more; None where anything may leave at any time."""

IS_ONE_OF_MANY: ContextVar[bool] = ContextVar("is_one_of_many", default=False)
"""Whether a call is one of many that somebody waits for together: those that somebody waits for alone go first."""
