"""What a team's ledger is asked beside its rows: functions of the schema that follow rules of their own."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui_reseller.domain.audit import Intent
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.text import quoted
from tui_reseller.storage.ledger.encoding import escaped
from tui_reseller.storage.ledger.postgresql.heartbeat import Heartbeat
from tui_reseller.storage.ledger.postgresql.lane import Lane
from tui_reseller.storage.ledger.reading import Reader, ReadLedger
from tui_reseller.storage.ledger.rules import refuse_taken, refuse_touched

if TYPE_CHECKING:
    from tui_reseller.storage.ledger.postgresql.writer import Writer


class AskedLedger(ReadLedger[Reader]):
    """A ledger that calls functions of the schema. Every method may raise LedgerUnavailable."""

    heart: Heartbeat
    _writing: "Lane[Writer]"

    async def ask(self, account: str, call: str, first: object, values: Sequence[object]) -> Any:
        """Call a function of the schema in an account (escaped) with the session of this process; return what it
        returns. Raises RefusedHere for what it refuses.
        """

        def asked(writer: "Writer") -> Any:
            found = writer.ask(account, call, first, values)
            self.heart.after(writer)
            return found

        found = await self._writing.wait(self._writing.submit(asked))
        self.heart.keep_up()
        return found

    async def is_open(self, entry_id: str) -> bool:
        """Whether an operation of this process has no outcome."""
        entry = await self.get(entry_id)
        return entry is not None and entry.outcome is None

    async def approvals(self, account: str) -> int:
        """Return how many others must approve before something is sent in an account."""
        query = "SELECT approvals FROM account_settings(?)"
        rows = await self.run(lambda reader: list(reader.select(query, escaped(account))))
        return int(rows[0][0])

    async def break_glass(self, account: str, reason: str) -> None:
        """Let this process write in an account without approval; a row of the log says so."""
        await self.ask(escaped(account), "break_glass(?, ?, ?)", escaped(account), (escaped(reason),))

    async def sign_to_all(self) -> None:
        """Say to everybody who listens, ourselves too, that something may have been written."""
        await self.run(lambda reader: list(reader.select("SELECT pg_notify('reseller', '')")))


def refuse_by_answer(intent: Intent, answer: Mapping[str, object]) -> None:
    """Raise RefusedHere if the customer was touched, the item of a job is taken, or others have to approve."""
    if "touched" in answer:
        refuse_touched(intent.username)
    if "taken" in answer and intent.item is not None:
        refuse_taken(intent.item)
    if "unapproved" in answer:
        raise RefusedHere(
            "refused: this account asks for the approval of others; nothing was sent",
            hint="make a plan of it, and propose that: plan new, plan propose",
        )


def was_open(intent: Intent) -> RefusedHere:
    """Return the refusal of an operation beside one that is not open any more."""
    return RefusedHere(
        f"another operation on {quoted(intent.username)} was open just now; nothing was sent", hint="try again"
    )
