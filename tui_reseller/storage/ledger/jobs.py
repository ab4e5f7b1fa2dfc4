"""Jobs in the ledger's file: what is to be done, how far it is, who does it. What became of each item stands in the
audit log.
"""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_reseller.domain.audit import Operator, utc_text
from tui_reseller.domain.errors import LedgerUnavailable, RefusedHere
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.plan import Item, Job, JobItem, JobState, Plan
from tui_reseller.domain.printed import command
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.domain.text import clean
from tui_reseller.storage.ledger.items import digest_of
from tui_reseller.storage.ledger.ledger import Ledger
from tui_reseller.storage.ledger.rows import APPLIED, UNDONE, compact, escaped, unescaped
from tui_reseller.system.files import private_folder

if TYPE_CHECKING:
    from tui_reseller.storage.ledger.book import Book

PAGE = 1000
_LATEST = "(SELECT outcome FROM rows WHERE entry = i.entry AND kind = 'outcome' ORDER BY number DESC LIMIT 1)"
_SAID = "(SELECT body FROM rows WHERE entry = i.entry AND kind = 'outcome' ORDER BY number DESC LIMIT 1)"
_IN_FLIGHT = "in flight"
_STATE = f"coalesce(i.outcome, {_LATEST}, CASE WHEN i.entry IS NULL THEN NULL ELSE '{_IN_FLIGHT}' END)"
_REVERSIBLE = ", ".join(
    sorted({f"'{o.value}'" for p in PROVIDERS.values() for o, action in p.actions.items() if action.undo is not None})
)
_STANDS = (
    "SELECT EXISTS (SELECT 1 FROM rows i WHERE i.kind = 'intent' AND i.batch = ? "  # noqa: S608 - our own text
    f"AND i.operation IN ({_REVERSIBLE}) AND {_LATEST} IN ({APPLIED}) AND {UNDONE} IS NULL)"
)
"""Whether something of a batch can be taken back."""
_JOB = "SELECT number, digest, account, time, total, body, state, why FROM jobs"


class Jobs:
    """Jobs of this account of the operating system. Every method may raise LedgerUnavailable."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self._ledger = ledger
        self._folder = folder / "jobs"

    async def add(
        self, plan: Plan, operator: Operator, reason: str, passwords_to: str = "", *, digest: str = ""
    ) -> Job:
        """Make a job of a plan, durably. Digest is that of the plan as it was reviewed, if some items of it were left
        out since. Raises RefusedHere if that plan was applied before: by which job.
        """
        named = digest or plan.digest
        number = await self._ledger.ask(lambda book: _add(book, plan, named, operator, reason, passwords_to))
        found = await self.get(number)
        if found is None:
            raise LedgerUnavailable(f"ledger: job {number} is not there any more")
        return found

    async def refuse_changed(self, number: int) -> None:
        """Raise RefusedHere if a job's items are not those that it was made of."""
        await self._ledger.ask(lambda book: book.refuse_changed(number))

    async def refuse_applied(self, plan: Plan) -> None:
        """Raise RefusedHere if a plan was applied before."""
        await self._ledger.ask(lambda book: _refuse_applied(book, plan.digest))

    async def get(self, number: int) -> Job | None:
        """Return a job."""
        return await self._ledger.ask(lambda book: next(self._jobs(book, " WHERE number = ?", number), None))

    async def all(self, account: str | None = None) -> list[Job]:
        """Return jobs, newest first."""

        def work(book: "Book") -> list[Job]:
            names = [] if account is None else [escaped(name) for name in book.accounts.names(account)]
            where = f" WHERE account IN ({', '.join('?' * len(names))})" if names else ""
            return list(self._jobs(book, f"{where} ORDER BY number DESC", *names))

        return await self._ledger.ask(work)

    async def waiting(self, number: int, after: int, limit: int = PAGE) -> list[JobItem]:
        """Return items that were not begun, in order, after a place."""
        where = "i.job = ? AND i.seq > ? AND i.entry IS NULL AND i.outcome IS NULL ORDER BY i.seq LIMIT ?"
        return await self._ledger.ask(lambda book: _items(book, where, number, after, limit))

    async def items(self, number: int, after: int = -1, limit: int = PAGE) -> list[JobItem]:
        """Return items with what became of them, in order, after a place."""
        where = "i.job = ? AND i.seq > ? ORDER BY i.seq LIMIT ?"
        return await self._ledger.ask(lambda book: _items(book, where, number, after, limit))

    async def refuse(self, number: int, seq: int, outcome: Outcome, message: str) -> None:
        """Write down why an item was not sent, where no operation was begun."""
        query = "UPDATE job_items SET outcome = ?, message = ? WHERE job = ? AND seq = ? AND entry IS NULL"
        await self._change(query, outcome.value, escaped(message), number, seq)

    async def put_back(self, number: int, seqs: Sequence[int]) -> None:
        """Let items be begun again: evidence, or the service, said that they were not carried out."""
        query = "UPDATE job_items SET entry = NULL, outcome = NULL, message = NULL WHERE job = ? AND seq = ?"

        def work(book: "Book") -> None:
            with book.writing():
                book.connection.executemany(query, [(number, seq) for seq in seqs])

        await self._ledger.ask(work)

    async def put_back_not_applied(self, number: int, attempts: int) -> None:
        """Let items be begun again that never left or were found not applied, if they were begun less often than so
        many times.
        """
        query = (
            "UPDATE job_items AS i SET entry = NULL, outcome = NULL, message = NULL "  # noqa: S608 - our own text
            f"WHERE job = ? AND attempts < ? AND coalesce(outcome, {_LATEST}) IN (?, ?)"
        )
        await self._change(query, number, attempts, Outcome.NOT_SENT.value, Outcome.VERIFIED_NOT_APPLIED.value)

    async def set_state(self, number: int, state: JobState, why: str = "") -> None:
        """Say what the job is doing, and why."""
        await self._change("UPDATE jobs SET state = ?, why = ? WHERE number = ?", state.value, escaped(why), number)

    async def want(self, number: int, wanted: str) -> None:
        """Ask the process that runs a job to "pause" or "stop"; "" takes it back."""
        await self._change("UPDATE jobs SET wanted = ? WHERE number = ?", wanted, number)

    async def wanted(self, number: int) -> str:
        """Return what somebody asked of a job."""
        query = "SELECT wanted FROM jobs WHERE number = ?"
        rows = await self._ledger.ask(lambda book: list(book.read(query, number)))
        return str(rows[0][0]) if rows else ""

    @contextlib.contextmanager
    def owning(self, number: int, operator: Operator) -> Iterator[None]:
        """Be the one process that runs a job; death lets go of it. Raises RefusedHere naming the owner."""
        import fcntl  # noqa: PLC0415 - POSIX only

        handle = self._opened(number)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                owner = self._owner(number)
                raise RefusedHere(
                    f"job {number} is being run by {owner or 'another process'}",
                    hint=f"watch it: {command('job', 'watch', str(number))}",
                ) from None
            os.ftruncate(handle, 0)
            mine = [os.getpid(), operator.user, operator.host, operator.ssh_from]
            os.pwrite(handle, compact(mine).encode(), 0)
            yield
            os.ftruncate(handle, 0)
        finally:
            os.close(handle)

    def _owner(self, number: int) -> str:
        """Return who runs a job now, in words; empty if nobody does."""
        import fcntl  # noqa: PLC0415 - POSIX only

        try:
            handle = os.open(self._folder / f"{number}.lock", os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return ""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return _owner_words(os.pread(handle, 4096, 0))
        finally:
            os.close(handle)
        return ""

    def _opened(self, number: int) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            return os.open(private_folder(self._folder) / f"{number}.lock", flags, 0o600)
        except OSError as error:
            raise LedgerUnavailable(f"job {number} cannot be locked: {error.strerror}") from None

    async def _change(self, query: str, *values: object) -> None:
        def work(book: "Book") -> None:
            with book.writing():
                book.connection.execute(query, values)

        await self._ledger.ask(work)

    def _jobs(self, book: "Book", where: str, *values: object) -> Iterator[Job]:
        for row in list(book.read(_JOB + where, *values)):
            counts = _counts(book, row[0])
            in_flight = counts.pop(_IN_FLIGHT, 0)
            outcomes = {Outcome.read(word) if word else None: count for word, count in counts.items()}
            found = _job(row, outcomes, in_flight, self._owner(row[0]), book.accounts.canonical)
            is_asked = found.state is not JobState.RUNNING  # that is looked at again and again
            yield replace(found, is_undoable=is_asked and bool(next(iter(book.read(_STANDS, found.batch)))[0]))


def _add(book: "Book", plan: Plan, digest: str, operator: Operator, reason: str, passwords_to: str) -> int:
    with book.writing():
        _refuse_applied(book, digest)
        body = compact({
            "profile": plan.profile, "origin": plan.origin, "source": plan.source, "reason": reason,
            "operator": operator.as_dict(), "passwords_to": passwords_to,
        })  # fmt: skip
        moment = utc_text(book.now())
        values = (digest, escaped(plan.account), moment, len(plan.items), body, JobState.STOPPED.value)
        insert = "INSERT INTO jobs (digest, account, time, total, body, state) VALUES (?, ?, ?, ?, ?, ?)"
        number = int(book.connection.execute(insert, values).lastrowid or 0)
        rows = ((number, seq, escaped(item.username), compact(item.as_dict())) for seq, item in enumerate(plan.items))
        book.connection.executemany("INSERT INTO job_items (job, seq, username, body) VALUES (?, ?, ?, ?)", rows)
        book.note_down("job", f"job-{number}", {"digest": digest_of(book.connection, number)})
        return number


def _refuse_applied(book: "Book", digest: str) -> None:
    for number, time in book.read("SELECT number, time FROM jobs WHERE digest = ?", digest):
        raise RefusedHere(
            f"refused: this plan was applied already, as job {number} of {time[:16].replace('T', ' ')} UTC",
            hint=command("job", "show", str(number)),
        )


def _counts(book: "Book", number: int) -> dict[str | None, int]:
    """Count items by the word of their outcome: in flight where an operation was begun and has none, None where none
    was begun.
    """
    query = f"SELECT {_STATE}, count(*) FROM job_items i WHERE i.job = ? GROUP BY 1"  # noqa: S608 - our own text
    return dict(book.read(query, number))


def _job(
    row: Sequence[Any], counts: dict[Outcome | None, int], in_flight: int, owner: str, accounts: Mapping[str, str]
) -> Job:
    number, digest, account, time, total, body, state, why = row
    content = json.loads(body)
    found, where = JobState(state), unescaped(account)
    return Job(
        number=number, profile=content["profile"], account=accounts.get(where, where), origin=content["origin"],
        digest=digest,
        source=content["source"], operator=Operator.from_dict(content["operator"]), reason=content["reason"],
        began=datetime.fromisoformat(time), why=unescaped(why), total=total, counts=counts, owner=owner,
        in_flight=in_flight,
        state=JobState.INTERRUPTED if found is JobState.RUNNING and not owner else found,
        passwords_to=content["passwords_to"],
    )  # fmt: skip


def _items(book: "Book", where: str, *values: object) -> list[JobItem]:
    query = (
        f"SELECT i.seq, i.body, i.entry, i.attempts, coalesce(i.outcome, {_LATEST}), i.message, {_SAID} "  # noqa: S608
        f"FROM job_items i WHERE {where}"
    )
    return [
        JobItem(
            seq, Item.from_dict(json.loads(body)), Outcome.read(outcome) if outcome else None,
            unescaped(message) if message else json.loads(said)["message"] if said else "", entry, attempts,
        )
        for seq, body, entry, attempts, outcome, message, said in book.read(query, *values)
    ]  # fmt: skip


def _owner_words(found: bytes) -> str:
    try:
        pid, user, host, ssh = json.loads(found)
    except ValueError:
        return "another process"
    return clean(f"{user} on {host}{f' from {ssh}' if ssh else ''} (process {pid})", longest=120)
