"""Read one answer that should be a list, within the limits of lists (design, "Sizes and times")."""

import asyncio
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from tui_reseller.api.reply import BadReply, Reply
from tui_reseller.api.request import Request
from tui_reseller.domain.errors import AnswerLost, NoAnswer, ResellerError, UnusableAnswer

QUIET_SECONDS = 30.0
"""So long a list may be silent: without a record, not only without bytes."""
WHOLE = 200
"""Other statuses of success tell of a part (206), of something that is yet to come (202), or of no list at all."""
LIST_CAP = 2 * 1024**3
ERROR_CAP = 256 * 1024

Refusal = Callable[[Request, Reply], ResellerError]
"""Gives the error that a whole answer is which is no list; each service has its own way to say no."""


class Body(Protocol):
    """The answer being read; api.http.Exchange is one."""

    request: Request
    reply: Reply
    received: int

    async def read(self, quiet: float | None = None) -> bytes:
        """Return the next bytes, or none at the end."""

    async def whole(self, cap: int, begun: bytes = b"") -> Reply:
        """Return the complete answer, with what was read of it before."""

    def late(self) -> NoAnswer:
        """Return the error of an answer that took too long."""


R = TypeVar("R")


class Parser(Protocol[R]):
    """Turns bytes into what a reader returns: a strict parser gives records, table_parser.py tables."""

    @property
    def is_list(self) -> bool | None:
        """None until the first character has come; False if the body is something else and is not read."""

    def feed(self, data: bytes) -> list[R]:
        """Read a piece. Raises BadReply."""

    def close(self) -> list[R]:
        """Read the rest. Raises BadReply unless the list was whole."""


class ListReader(Generic[R]):
    """Returns what a parser makes of a list as it comes. Anything but a whole and well-formed list ends in a domain
    error.
    """

    def __init__(self, body: Body, parser: Parser[R], refusal: Refusal) -> None:
        self._body = body
        self._parser = parser
        self._refusal = refusal
        self._start = bytearray()
        self._quiet = QUIET_SECONDS
        self._is_done = False

    async def next(self) -> list[R] | None:
        """Return the next of it, perhaps none yet; or None after the end of a list that was whole.

        Raises AnswerLost, UnusableAnswer, Rejected and its kinds.
        """
        if self._is_done:
            return None
        clock = asyncio.get_running_loop()
        began = clock.time()
        try:
            data = await self._receive(self._quiet)
        finally:  # only waiting counts, not what is done with the records meanwhile
            self._quiet -= clock.time() - began
        return await self._checked(data, self._parsed(data))

    @property
    def has_begun(self) -> bool:
        """Whether the answer has proved to be a list."""
        return bool(self._parser.is_list)

    async def _receive(self, quiet: float | None) -> bytes:
        """Return the next bytes of an answer that may be a list, or none at the end."""
        status = self._body.reply.status
        if status != WHOLE and 200 <= status < 300:
            raise UnusableAnswer(f"HTTP {status}: this is not the whole list")
        if status != WHOLE:
            raise await self._refused()
        data = await self._body.read(quiet)
        if self._body.received > LIST_CAP:
            raise AnswerLost("the list is larger than 2 GiB")
        return data

    async def _checked(self, data: bytes, found: list[R] | ResellerError) -> list[R]:
        """Return what was found in bytes, none of which are the end, unless it is an error or no list."""
        self._is_done = not data
        if isinstance(found, ResellerError):
            raise found
        if not self._parser.is_list:
            self._start += data
            if self._is_done or self._parser.is_list is False or len(self._start) > ERROR_CAP:
                raise await self._refused()
        if found:
            self._quiet = QUIET_SECONDS
        return found

    def _parsed(self, data: bytes) -> list[R] | ResellerError:
        try:
            return self._parser.feed(data) if data else self._parser.close()
        except BadReply as error:
            return unusable(error)

    async def _refused(self) -> ResellerError:
        """Return the error of an answer that is no list."""
        return self._refusal(self._body.request, await self._body.whole(ERROR_CAP, bytes(self._start)))


def unusable(error: BadReply) -> UnusableAnswer:
    """Return the error of a list that a parser refused."""
    return UnusableAnswer(f"the list cannot be used: {error}")
