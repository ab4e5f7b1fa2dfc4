"""Read one answer that should be a list, within the limits of lists (design, "Sizes and times")."""

import asyncio
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from tui_reseller.api.reseller_v2.list_json import JsonListParser
from tui_reseller.api.reseller_v2.list_tables import ListTables, Quick
from tui_reseller.api.reseller_v2.list_xml import XmlListParser
from tui_reseller.api.reseller_v2.records import Record
from tui_reseller.api.reseller_v2.replies import verdict
from tui_reseller.api.wire import BadReply, Form, Reply
from tui_reseller.domain.errors import AnswerLost, ResellerError, UnusableAnswer
from tui_reseller.domain.profile import Format

if TYPE_CHECKING:
    import polars as pl

QUIET_SECONDS = 30.0
LIST_CAP = 2 * 1024**3
ERROR_CAP = 256 * 1024
FIRST_PIECES = (1, 32 * 1024, 128 * 1024, 448 * 1024, 896 * 1024)
"""Bytes of the first pieces; all others are like the last. Large ones are quicker, small ones are there soon."""
PIECE_SECONDS = 0.1


class Body(Protocol):
    """The answer being read; api.http.Exchange is one."""

    reply: Reply
    received: int

    async def read(self, quiet: float | None = None) -> bytes:
        """Return the next bytes, or none at the end."""

    async def whole(self, cap: int, begun: bytes = b"") -> Reply:
        """Return the complete answer, with what was read of it before."""


R = TypeVar("R")


class Parser(Protocol[R]):
    """Turns bytes into what a reader returns; see list_json.py and list_tables.py."""

    @property
    def is_list(self) -> bool | None:
        """None until the first sign has come; False if the body is something else and is not read."""

    def feed(self, data: bytes) -> list[R]:
        """Read a piece. Raises BadReply."""

    def close(self) -> list[R]:
        """Read the rest. Raises BadReply unless the list was whole."""


class ListReader(Generic[R]):
    """Returns what a parser makes of a list as it comes. Anything but a whole and well-formed list ends in a domain
    error.
    """

    def __init__(self, body: Body, wanted: Format, form: Form, parser: Parser[R]) -> None:
        self._body = body
        self._wanted = wanted
        self._form = form
        self._parser = parser
        self._head = bytearray()
        self._quiet = QUIET_SECONDS
        self._is_done = False

    async def next(self) -> list[R] | None:
        """Return the next of it, perhaps none yet; or None after the end of a list that was whole.

        Raises AnswerLost, UnusableAnswer, Rejected and its kinds.
        """
        if self._is_done:
            return None
        data = await self._arrived()
        return await self._checked(data, self._parsed(data))

    @property
    def has_begun(self) -> bool:
        """Whether the answer has proved to be a list."""
        return bool(self._parser.is_list)

    async def _arrived(self) -> bytes:
        """Return the next bytes of an answer that may be a list, or none at the end.

        Only waiting counts against the time without a record, not what is done with the records meanwhile.
        """
        if not 200 <= self._body.reply.status < 300:
            raise await self._refusal()
        clock = asyncio.get_running_loop()
        began = clock.time()
        try:
            data = await self._body.read(self._quiet)
        finally:
            self._quiet -= clock.time() - began
        if self._body.received > LIST_CAP:
            raise AnswerLost("the list is larger than 2 GiB")
        return data

    async def _checked(self, data: bytes, found: list[R] | ResellerError) -> list[R]:
        self._is_done = not data
        if isinstance(found, ResellerError):
            raise found
        if not self._parser.is_list:
            self._head += data
            if self._is_done or self._parser.is_list is False or len(self._head) > ERROR_CAP:
                raise await self._refusal()
        if found:
            self._quiet = QUIET_SECONDS
        return found

    def _parsed(self, data: bytes) -> list[R] | ResellerError:
        try:
            return self._parser.feed(data) if data else self._parser.close()
        except BadReply as error:
            return UnusableAnswer(f"the list cannot be used: {error}")

    async def _refusal(self) -> ResellerError:
        """Return the error of an answer that is no list."""
        reply = await self._body.whole(ERROR_CAP, bytes(self._head))
        answer = verdict(reply, self._wanted, self._form, is_write=False)
        return answer if isinstance(answer, ResellerError) else UnusableAnswer("the reply is not a list")


def record_reader(body: Body, wanted: Format, form: Form) -> ListReader[Record]:
    """Return a reader of single records."""
    parser = JsonListParser() if wanted is Format.JSON else XmlListParser()
    return ListReader(body, wanted, form, parser)


class TableReader(ListReader["pl.DataFrame"]):
    """Returns tables, read beside the event loop: one piece is parsed while the next one arrives.

    A piece is handed on when it is large or, on a slow line, old: the first ones early, so that rows are soon seen.
    """

    def __init__(self, body: Body, wanted: Format, form: Form, quick: Quick) -> None:
        super().__init__(body, wanted, form, ListTables(quick))
        self._sizes = [*FIRST_PIECES]
        self._gathering: asyncio.Task[bytes] | None = None
        self._parsing: asyncio.Task[list[pl.DataFrame] | ResellerError] | None = None

    async def next(self) -> "list[pl.DataFrame] | None":
        """As in ListReader: the tables of a piece."""
        while not self._is_done:
            self._gathering = self._gathering or asyncio.create_task(self._gathered())
            works = [work for work in (self._parsing, self._gathering) if work is not None]
            await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
            found = await self._collected()
            if self._gathering.done():
                gathering, self._gathering = self._gathering, None
                data = gathering.result()
                parsing = asyncio.to_thread(self._parsed, data)
                if data and self.has_begun:
                    self._parsing = asyncio.create_task(parsing)
                else:
                    found += await self._checked(data, await parsing)
            if found:
                return found
        return None

    async def aclose(self) -> None:
        """Stop reading, and wait until no piece is being parsed."""
        works = [work for work in (self._parsing, self._gathering) if work is not None]
        if self._gathering is not None:
            self._gathering.cancel()
        await asyncio.gather(*works, return_exceptions=True)
        self._parsing = self._gathering = None

    async def _collected(self) -> "list[pl.DataFrame]":
        """Return what was parsed; if the next piece is there already, wait for it: pieces are read in their order."""
        parsing = self._parsing
        if parsing is None or not (parsing.done() or (self._gathering is not None and self._gathering.done())):
            return []
        self._parsing = None
        return await self._checked(b"-", await parsing)

    async def _gathered(self) -> bytes:
        """Return the next piece of the body, or nothing at its end."""
        clock = asyncio.get_running_loop()
        began, size, wanted = clock.time(), 0, self._sizes[0]
        pieces: list[bytes] = []
        while size < wanted and (not pieces or clock.time() - began < PIECE_SECONDS):
            data = await self._arrived()
            if not data:
                break
            pieces.append(data)
            size += len(data)
            await asyncio.sleep(0)
        if len(self._sizes) > 1:
            self._sizes.pop(0)
        return b"".join(pieces)
