"""The password of a role: asked for once a process, and again after it was not accepted."""

import threading
from collections.abc import Callable

from tui_reseller.domain.secret import Secret


class Password:
    """Several threads may ask, each before it connects: the operator's command runs once for all of them."""

    def __init__(self, ask: Callable[[], Secret | None] = lambda: None) -> None:
        """Ask returns it, or None where the driver is to look for it itself. It may raise ResellerError: then it is
        asked again the next time.
        """
        self._ask = ask
        self._lock = threading.Lock()
        self._known: Secret | None = None

    def get(self) -> Secret | None:
        """Return it. Raises what asking raises."""
        with self._lock:
            if self._known is None:
                self._known = self._ask()
            return self._known

    def refused(self, given: Secret | None) -> None:
        """Forget one that did not lead to a connection: a token may have run out."""
        with self._lock:
            if self._known is given:
                self._known = None
