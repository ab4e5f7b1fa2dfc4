"""The last look at the clock, where bytes leave: a process can be stopped between any two lines, for as long as others
need to take its work over. What is late then must not leave when it goes on.

It is looked twice. Before each part of a request, where it is still known what has left of it: of a request without its
last part nothing is carried out, yet of one that has begun nothing is promised. And once more in the call of the system
itself, with what a library and the encryption do in between behind us; what is found there is told as a broken line.
"""

import contextlib
import errno
import socket
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from tui_reseller.domain.errors import AnswerLost, NotSent
from tui_reseller.domain.leaving import IS_LATE

_LEAVES: ContextVar[Callable[[], bool] | None] = ContextVar("leaves", default=None)
"""Whether what is being written is late. A connection remembers the context in which it was made, and with it what was
so of the first request: hence not IS_LATE itself.
"""


def refuse_late(*, has_begun: bool) -> None:
    """Raise NotSent if what is about to leave is late, AnswerLost if some of the request has left."""
    is_late = IS_LATE.get()
    if is_late is None or not is_late():
        return
    if has_begun:
        raise AnswerLost("the request broke off: it took so long that others may have taken this over")
    raise NotSent("not sent: it took so long to begin that others may have taken this over")


@contextlib.contextmanager
def watched() -> Iterator[None]:
    """Let the system call look, too, for what is written meanwhile, not for what the encryption says by itself."""
    before = _LEAVES.set(IS_LATE.get())
    try:
        yield
    finally:
        _LEAVES.reset(before)


class WatchfulSocket(socket.socket):
    """A socket that lets nothing leave that is late."""

    def send(self, data: Any, flags: int = 0, /) -> int:
        """Send bytes. Raises OSError for what is late."""
        is_late = _LEAVES.get()
        if is_late is not None and is_late():
            raise OSError(errno.ECANCELED, "it took so long that others may have taken this over")
        return super().send(data, flags)
