"""The ledger of a team as the use cases have it: asynchronous, durable before it answers.

There are two connections, one for writing and one for reading, each in a thread of its own. What waits while the server
works is written together. Nothing waits to be written while the server is away: then it is refused.
"""

import asyncio
import contextlib
import math
import os
import platform
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_reseller.domain.audit import Intent
from tui_reseller.domain.errors import Conflict, LedgerUnavailable
from tui_reseller.domain.note import Note
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.team import Team
from tui_reseller.domain.text import clean, quoted
from tui_reseller.domain.vault import Anchor
from tui_reseller.storage.ledger.encoding import compact, escaped
from tui_reseller.storage.ledger.entry_ids import typed_entry_id
from tui_reseller.storage.ledger.note_rows import KIND, note_row
from tui_reseller.storage.ledger.postgresql.asked import AskedLedger, refuse_by_answer, was_open
from tui_reseller.storage.ledger.postgresql.groups import Groups
from tui_reseller.storage.ledger.postgresql.heartbeat import Heartbeat
from tui_reseller.storage.ledger.postgresql.lane import Lane
from tui_reseller.storage.ledger.postgresql.password import Password
from tui_reseller.storage.ledger.postgresql.told_rows import begun, columns_of, finished
from tui_reseller.storage.ledger.reading import Result
from tui_reseller.storage.ledger.rows import LOST
from tui_reseller.storage.ledger.rules import refuse_if_locked
from tui_reseller.system.clock import boot_seconds, utc_now

if TYPE_CHECKING:
    from tui_reseller.storage.ledger.postgresql.link import Link
    from tui_reseller.storage.ledger.postgresql.reader import TeamReader
    from tui_reseller.storage.ledger.postgresql.writer import Writer

WRITE_SECONDS = 10.0
"""How long the server may take for one answer to what is written: above it, its lock of 5 seconds has run out."""
READ_SECONDS = 60.0
LOOK_SECONDS = 2.0
"""How often what others wrote is looked for, where no sign of theirs is heard."""
_ATTEMPTS = 5


class TeamLedger(AskedLedger["TeamReader"]):
    """The audit log of a team. Every method may raise LedgerUnavailable."""

    def __init__(
        self,
        team: Team,
        password: Password | None = None,
        *,
        claims: str = "",
        receipts: Path | None = None,
    ) -> None:
        """Password is that of the role, asked for in another thread. Claims is who the operator says to be. Receipts is
        the folder in which number and hash of the last rows are kept; None keeps none.
        """
        self.team = team
        self._folder = receipts
        self._complain: Callable[[], str] = str
        self._password = password or Password()
        self._claims = {"user": claims, "host": platform.node(), "pid": os.getpid()}
        self._reading: Lane[TeamReader] = Lane("ledger-read", self._new_reader, READ_SECONDS)
        self._writing = Lane("ledger-write", self._new_writer, WRITE_SECONDS)
        self._begun: dict[str, str] = {}
        self._clock = boot_seconds
        self.heart = Heartbeat(self._writing, self._clock())
        self._groups = Groups(self._writing, self._after, self.heart.keep_up)
        self._written = 0
        self._writer: Writer | None = None
        self.signs: int | None = None
        """How often others said that they have written; None where that is not heard."""
        self.before_closing: Callable[[], Awaitable[None]] | None = None

    async def begin(self, intent: Intent, *, untouched_since: Sequence[int | datetime] = ()) -> str:
        """Write an intent durably and return its id. Raises TouchedSince if anything was written of the customer since
        one of these rows or moments, RefusedHere while the customer has an open operation.
        """
        op = {"do": "begin", **begun(intent, untouched_since)}
        writing = self._groups.submit(escaped(intent.account), op)
        try:
            answer = await self._groups.wait(writing)
        except asyncio.CancelledError:
            self._groups.withdraw(writing)  # without this the customer stayed locked
            raise
        await self._refuse_if_refused(intent, answer)
        return str(answer["entry"])

    async def already(self, intent: Intent, message: str) -> str | None:
        """Write down durably that a customer is so already and nothing is sent; return the id. None if an outcome of
        the customer is open.
        """
        op = {"do": "already", **begun(intent), "message": escaped(message)}
        answer = await self.write(escaped(intent.account), op)
        await self._refuse_if_refused(intent, answer)
        return None if answer["entry"] is None else str(answer["entry"])

    async def finish(
        self,
        entry_id: str,
        outcome: Outcome,
        message: str,
        *,
        target: str | None = None,
        is_observed: bool = False,
        is_answer: bool = False,
    ) -> None:
        """Write an outcome durably; observed is one that was read from the service, an answer what it said to the call
        itself, target the key that it gave a new customer. Cancelling the caller does not stop the writing.
        """
        entry = typed_entry_id(entry_id)
        op = finished(entry, outcome, message, target=target, is_observed=is_observed, is_answer=is_answer)
        account = self._begun.get(entry)
        if account is None:
            await asyncio.shield(asyncio.ensure_future(self._finish_other(entry, op)))
        else:
            await self.write(account, op)

    async def note(self, account: str, kind: str, entry: str, body: Mapping[str, object]) -> None:
        """Write a row durably that is no operation."""
        op = {"do": "note", "kind": kind, "entry": escaped(entry), "body": compact(body)}
        await self.write(escaped(account), op)

    async def write_note(self, profile: str, account: str, note: Note, seen: int) -> Note:
        """Write a note on a customer durably, and return it as it stands. Raises Conflict if it was overtaken since the
        row that its writer had seen.
        """
        row = note_row(0, profile, account, note)
        op = {"do": "note", "kind": KIND, "entry": row.entry, **columns_of(row)}

        def look(reader: "TeamReader") -> int:
            newest = reader.newest(account)
            reader.refuse_overtaken(account, note, seen)
            return newest

        for _attempt in range(_ATTEMPTS):
            newest = await self.run(look)
            answer = await self.write(escaped(account), {**op, "unless": newest})
            if "number" in answer:
                return replace(note, time=utc_now(), number=int(answer["number"]))
        raise Conflict(
            f"others write of {quoted(note.username)} just now; nothing was written",
            hint="look at it again, then decide",
        )

    async def recover(self) -> int:
        """Give every intent of a process that is gone the outcome unknown; return how many."""
        accounts = await self.run(lambda reader: reader.accounts_to_recover())
        found = 0
        for account in accounts:
            answer = await self.write(account, {"do": "recover", "message": LOST})
            found += int(answer["count"])
        return found

    async def run(self, work: "Callable[[TeamReader], Result]") -> Result:
        """Do some work with the reader, after what was written without anybody waiting for it."""
        await self._groups.settle()
        return await self._reading.wait(self._reading.submit(work))

    def stamp(self) -> object:
        """Return what differs as soon as anything may have been written."""
        return self._written, boot_seconds() // LOOK_SECONDS if self.signs is None else self.signs

    async def send_until(self, entry_id: str = "") -> float:
        """Return until when a call may leave; if that is over, be heard of first. Never if others closed it."""
        if self._clock() > self.heart.send_until:
            with contextlib.suppress(LedgerUnavailable):  # then it is over
                await self.heart.once()
        is_unsure = self._writer is not None and entry_id in self._writer.unsure
        return -math.inf if is_unsure and not await self.is_open(entry_id) else self.heart.send_until

    def complaint(self) -> str:
        """Return warnings for the operator that are no error of an operation; each is returned once."""
        return self._complain()

    async def doubts(self) -> Mapping[str, str]:
        """Return why accounts may not be those that were written to, by account (escaped)."""
        return await self._writing.wait(self._writing.submit(lambda writer: writer.doubts()))

    async def accept(self, account: str, body: Mapping[str, object]) -> Anchor:
        """Go on with an account (escaped) that does not fit its receipt; return the row that records it."""
        return await self._writing.wait(self._writing.submit(lambda writer: writer.accept(account, body)))

    async def aclose(self) -> None:
        """Close both connections, after what is being written. The next call opens them again."""
        if self.before_closing is not None:
            await self.before_closing()
        await self._groups.drain()
        await self.heart.aclose()
        await self._writing.aclose()
        await self._reading.aclose()

    async def write(self, account: str, op: Mapping[str, object]) -> dict[str, Any]:
        """Write what belongs to an account (escaped) beside its operations; return what is answered. Cancelling the
        caller does not stop the writing.
        """
        return await self._groups.wait(self._groups.submit(account, op))

    def _after(self, writer: "Writer") -> None:
        self._written += 1
        self.heart.after(writer)

    async def _finish_other(self, entry_id: str, op: Mapping[str, object]) -> None:
        """Write the outcome of an operation that somebody else has begun, or this process before it was closed."""
        found = await self.get(entry_id)
        if found is None:
            raise LedgerUnavailable(f'ledger {self.team.place}: it has no operation "{clean(entry_id, longest=40)}"')
        await self.write(escaped(found.account), op)

    async def _refuse_if_refused(self, intent: Intent, answer: Mapping[str, Any]) -> None:
        """Raise RefusedHere if the database let nothing be begun."""
        refuse_by_answer(intent, answer)
        if "open" in answer:
            refuse_if_locked(intent, filter(None, [await self.get(str(answer["open"]))]))
            raise was_open(intent)

    @property
    def pid(self) -> int:
        """The process of PostgreSQL that serves what we write: signs of it are our own."""
        link = self._writer.link if self._writer is not None else None
        return link.pid if link is not None and not link.database.closed else 0

    def connect(self) -> "Link":
        """Return a connection of its own. Raises LedgerUnavailable."""
        from tui_reseller.storage.ledger.postgresql.link import Link  # noqa: PLC0415 - the driver, at the first need

        return Link(self.team, self._password)

    def _new_reader(self) -> "TeamReader":
        from tui_reseller.storage.ledger.postgresql.reader import TeamReader  # noqa: PLC0415 - as above

        return TeamReader(self.connect, READ_SECONDS)

    def _new_writer(self) -> "Writer":
        from tui_reseller.storage.ledger.postgresql.receipts import TeamReceipts  # noqa: PLC0415 - as above
        from tui_reseller.storage.ledger.postgresql.writer import Writer  # noqa: PLC0415 - as above

        receipts = TeamReceipts(self._folder, self.team.place)
        self._complain = receipts.take_warnings
        self._writer = Writer(self.connect, self._claims, self._begun, receipts, self._clock, WRITE_SECONDS)
        return self._writer
